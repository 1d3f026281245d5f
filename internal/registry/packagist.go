package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"time"

	"deps.dev/util/semver"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// Packagist asks packagist.org for a package's tagged versions: one request a
// package. Composer installs any branch as well, so work that isn't released
// can be used.
type Packagist struct {
	Web Web
}

var composerName = regexp.MustCompile(`^[a-z0-9]([_.-]?[a-z0-9]+)*/[a-z0-9]([_.-]{0,2}[a-z0-9]+)*$`)

// Package returns what is known of a package.
func (r Packagist) Package(ctx context.Context, dep health.Dependency) (health.Package, error) {
	p := newPackage(dep, "https://packagist.org/packages/"+dep.Name)
	if !composerName.MatchString(dep.Name) {
		return r.Web.unnamed(p), nil
	}
	if err := elsewhere(dep, "packagist.org", "repo.packagist.org"); err != nil {
		return r.Web.failed(ctx, p, err)
	}
	p.StraightFromSource = true
	var doc struct {
		Packages map[string][]map[string]json.RawMessage `json:"packages"`
		Minified loose                                   `json:"minified"`
	}
	a, err := r.Web.json(ctx, "https://repo.packagist.org/p2/"+dep.Name+".json", "application/json", &doc)
	if err != nil {
		return r.Web.failed(ctx, p, err)
	}
	a.dated(&p)
	entries := doc.Packages[dep.Name]
	if doc.Minified != "" {
		entries = expand(entries)
	}
	describeComposer(entries, &p)
	return p, nil
}

// expand undoes Composer's minification: each version is written as what
// differs from the one before it, and "__unset" takes a field away.
func expand(entries []map[string]json.RawMessage) []map[string]json.RawMessage {
	current := make(map[string]json.RawMessage)
	out := make([]map[string]json.RawMessage, len(entries))
	for i, e := range entries {
		for key, value := range e {
			if string(value) == `"__unset"` {
				delete(current, key)
			} else {
				current[key] = value
			}
		}
		out[i] = maps.Clone(current)
	}
	return out
}

type composerVersion struct {
	version    string
	at         time.Time
	repository string
	licences   []string
	abandoned  bool
	instead    string
}

// read takes what is used from a version's fields; a field of another type
// than documented counts as absent.
func readComposer(fields map[string]json.RawMessage) composerVersion {
	var v composerVersion
	var version, at, instead loose
	field := func(name string, to any) bool { return fields[name] != nil && json.Unmarshal(fields[name], to) == nil }
	field("version", &version)
	field("time", &at)
	v.version = string(version)
	if t, err := time.Parse(time.RFC3339, string(at)); err == nil {
		v.at = t.UTC()
	}
	var source struct{ URL loose }
	if field("source", &source) {
		v.repository = string(source.URL)
	}
	if !field("license", &v.licences) {
		v.licences = nil
	}
	if !field("abandoned", &v.abandoned) && field("abandoned", &instead) {
		v.abandoned, v.instead = instead != "", string(instead)
	}
	return v
}

func describeComposer(entries []map[string]json.RawMessage, p *health.Package) {
	versions := make(map[string]composerVersion)
	for _, e := range entries {
		v := readComposer(e)
		if _, seen := versions[v.version]; seen || v.version == "" {
			continue
		}
		versions[v.version] = v
		p.Releases = append(p.Releases, health.Release{Version: v.version, At: v.at, By: -1})
	}
	p.Releases = inOrder(semver.Composer, p.Releases)
	p.Latest = recommended(p.Releases)
	latest, ok := versions[p.Latest]
	if !ok {
		p.Gaps = append(p.Gaps, health.Gap{Part: health.PartReleases, Why: "no version is tagged"})
		return
	}
	if p.Repository = declared(latest.repository); p.Repository != "" {
		p.RepositoryFrom = "composer.json"
	}
	for _, l := range latest.licences {
		p.Licences = append(p.Licences, licences(l)...)
	}
	if latest.abandoned {
		p.Status = append(p.Status, health.Notice{
			Kind: health.NoticeUnkept, Text: cmp.Or(prefixed("abandoned by its author, who suggests ", quote.Brief(latest.instead, 100)), "abandoned by its author"),
			Successor: quote.Brief(latest.instead, 100), URL: p.URL,
		})
	}
}
