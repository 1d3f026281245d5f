package audit

import (
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// BundleSchema names the form of a bundle.
const BundleSchema = "mainstay/bundle/v1"

// bundleLimit bounds the JSON in a bundle: evidence on 10,000 repositories is
// about 300 MB.
const bundleLimit = 1 << 30

// bundle is the form of Evidence on disk: gzipped JSON, sorted.
type bundle struct {
	Schema     string            `json:"schema"`
	AsOf       time.Time         `json:"asOf"`
	Packages   []bundledPackage  `json:"packages"`
	Activities []health.Activity `json:"activities"`
}

type bundledPackage struct {
	Ecosystem string          `json:"ecosystem"`
	Name      string          `json:"name"`
	Package   *health.Package `json:"package,omitempty"`
	Gap       string          `json:"gap,omitempty"`
	Outage    bool            `json:"outage,omitempty"`
}

// Write saves the evidence in one file. Equal evidence gives equal bytes.
func (e Evidence) Write(w io.Writer) error {
	b := bundle{Schema: BundleSchema, AsOf: e.AsOf, Packages: []bundledPackage{}, Activities: []health.Activity{}}
	for key, answer := range e.Packages {
		p := bundledPackage{Ecosystem: key.ecosystem, Name: key.name, Gap: answer.gap, Outage: answer.outage}
		if answer.gap == "" {
			p.Package = &answer.Package
		}
		b.Packages = append(b.Packages, p)
	}
	slices.SortFunc(b.Packages, func(x, y bundledPackage) int {
		return cmp.Or(cmp.Compare(x.Ecosystem, y.Ecosystem), cmp.Compare(x.Name, y.Name))
	})
	for _, activity := range e.Activities {
		b.Activities = append(b.Activities, activity)
	}
	slices.SortFunc(b.Activities, func(x, y health.Activity) int {
		return cmp.Compare(x.Repository.String(), y.Repository.String())
	})
	zip, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	if err := json.NewEncoder(zip).Encode(b); err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	if err := zip.Close(); err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	return nil
}

// ReadEvidence reads what Write wrote.
func ReadEvidence(r io.Reader) (Evidence, error) {
	zip, err := gzip.NewReader(r)
	if err != nil {
		return Evidence{}, fmt.Errorf("reading the bundle: it isn't gzipped: %w", err)
	}
	var b bundle
	if err := json.NewDecoder(io.LimitReader(zip, bundleLimit)).Decode(&b); err != nil {
		return Evidence{}, fmt.Errorf("reading the bundle: %w", err)
	}
	if b.Schema != BundleSchema {
		return Evidence{}, fmt.Errorf("reading the bundle: it is %q, and this program reads %q", b.Schema, BundleSchema)
	}
	e := Evidence{
		AsOf:       b.AsOf,
		Packages:   make(map[packageKey]packageAnswer, len(b.Packages)),
		Activities: make(map[health.Repository]health.Activity, len(b.Activities)),
	}
	for _, p := range b.Packages {
		answer := packageAnswer{gap: p.Gap, outage: p.Outage}
		if p.Package != nil {
			answer.Package = *p.Package
		} else if p.Gap == "" {
			return Evidence{}, fmt.Errorf("reading the bundle: %s %s has neither a package nor a reason", p.Ecosystem, p.Name)
		}
		e.Packages[packageKey{p.Ecosystem, p.Name}] = answer
	}
	for _, activity := range b.Activities {
		e.Activities[activity.Repository] = activity
	}
	return e, nil
}

// Registries answer from the evidence alone.
func (e Evidence) Registries() map[string]Registry {
	out := map[string]Registry{}
	for key := range e.Packages {
		out[key.ecosystem] = bundledRegistry{e}
	}
	return out
}

// Forge answers from the evidence alone.
func (e Evidence) Forge() Forge { return bundledForge{e} }

const notBundled = "it isn't in the bundle"

type bundledRegistry struct{ evidence Evidence }

func (b bundledRegistry) Package(_ context.Context, dep health.Dependency) (health.Package, error) {
	answer, ok := b.evidence.Packages[packageOf(dep)]
	switch {
	case !ok:
		return health.Package{}, fmt.Errorf("asking the bundle about %s: %s", dep.Name, notBundled)
	case answer.gap != "" && answer.outage:
		return health.Package{}, errors.New(answer.gap)
	case answer.gap != "":
		return health.Package{}, NotOffered(answer.gap)
	}
	return answer.Package, nil
}

type bundledForge struct{ evidence Evidence }

func (b bundledForge) Activities(ctx context.Context, repos []health.Repository, _ time.Time, yield func(int, health.Activity)) error {
	for i, repo := range repos {
		if err := ctx.Err(); err != nil {
			return err
		}
		activity, ok := b.evidence.Activities[repo]
		if !ok {
			activity = unread(repo, notBundled, true)
		}
		yield(i, activity)
	}
	return nil
}
