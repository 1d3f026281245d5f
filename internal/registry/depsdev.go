package registry

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"deps.dev/util/semver"
	"golang.org/x/mod/module"

	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// DepsDev asks deps.dev, a service of Google's, about many versions at once.
// Whoever asks it sends the names and versions of what a project uses, so it is
// asked only where the user says so, and never about what may be private.
//
// It tells of one version where it is developed, its licence and whether it is
// deprecated. It isn't asked for lists of versions, which would take a request
// a package; those are a gap, and the repository's tags stand in. A package
// that is deprecated, or without a known repository, is left to its registry,
// which has the words for it.
//
// The form of questions and answers is that of
// https://docs.deps.dev/api/v3alpha/, which may change.
type DepsDev struct {
	Web      Web
	Settings Settings
	// Store keeps each version's answer; nil keeps none.
	Store *fetch.Store
	// MaxAge is how old a kept answer may be before it is asked for again.
	MaxAge time.Duration
	// Offline uses what was kept, at any age, and asks nothing.
	Offline bool
}

const (
	// DepsDevHost is the host that is asked.
	DepsDevHost = "api.deps.dev"
	// DepsDevBatch is how many versions one question may be about, as documented.
	DepsDevBatch = 5000

	depsDevBatches = "https://" + DepsDevHost + "/v3alpha/versionbatch"
	depsDevPages   = 200             // of one batch's answer
	maxDepsDevName = 500             // bytes of a package's name
	depsDevTime    = 2 * time.Minute // for all questions together
	depsDevKind    = "depsdev-v1"    // of what is kept
)

// A depsDevSystem is what deps.dev knows an ecosystem as.
type depsDevSystem struct {
	name     string
	versions semver.System
	named    func(name string) bool // whether a package could be called so
	registry []string               // what files call the registry that deps.dev reads
}

var depsDevSystems = map[string]depsDevSystem{
	"cargo":  {"CARGO", semver.Cargo, crateName.MatchString, cratesNames},
	"gem":    {"RUBYGEMS", semver.RubyGems, gemName.MatchString, gemNames},
	"golang": {"GO", semver.Go, func(name string) bool { return module.CheckPath(name) == nil }, []string{"proxy.golang.org"}},
	"maven":  {"MAVEN", semver.Maven, mavenName.MatchString, mavenNames},
	"npm":    {"NPM", semver.NPM, npmName.MatchString, npmNames},
	"nuget":  {"NUGET", semver.NuGet, nugetName.MatchString, nugetNames},
	"pypi":   {"PYPI", semver.PyPI, pypiName.MatchString, pypiNames},
}

// npmNames are the hosts of npmMirrors.
var npmNames = []string{"registry.npmjs.org", "registry.yarnpkg.com", "registry.npmmirror.com"}

// Sends reports whether deps.dev would be asked about a dependency: one exact
// version of a package that comes, as far as the user's settings and the file
// tell, from the public registry of an ecosystem that it knows.
func (d DepsDev) Sends(dep health.Dependency) bool {
	system, known := depsDevSystems[dep.Ecosystem]
	if !known || len(dep.Name) > maxDepsDevName || !system.named(dep.Name) || parseVersion(system.versions, dep.Version) == nil || elsewhere(dep, system.registry...) != nil {
		return false
	}
	switch s := d.Settings; dep.Ecosystem {
	case "golang":
		// Modules that only another proxy has are asked for there first.
		public := len(s.Go.Proxies) > 0 && s.Go.Proxies[0].URL == "https://proxy.golang.org"
		return public && !isGoItself(dep.Name) && !module.MatchPrefixPatterns(s.Go.NoProxy+","+s.Go.Private, dep.Name)
	case "npm":
		base, err := s.NPM.registryOf(dep)
		return err == nil && base == npmDefault
	case "pypi":
		return !s.PyPI.Further && cmp.Or(s.PyPI.Index, pypiIndex) == pypiIndex
	}
	return true
}

// Packages returns those packages of the dependencies that deps.dev tells
// enough about. With an error, which says why it couldn't be asked, they are
// those that were answered before.
func (d DepsDev) Packages(ctx context.Context, deps []health.Dependency) ([]health.Package, error) {
	answers := make(map[depsDevKey]depsDevAnswer)
	var ask []depsDevKey
	for _, dep := range deps {
		key := depsDevKeyOf(dep)
		if _, seen := answers[key]; seen || !d.Sends(dep) {
			continue
		}
		a, kept := d.recall(key)
		if answers[key] = a; !kept {
			ask = append(ask, key)
		}
	}
	var err error
	if !d.Offline {
		err = d.ask(ctx, ask, answers)
	}
	return d.packages(deps, answers), err
}

// ask adds to answers what deps.dev says, and keeps it.
func (d DepsDev) ask(ctx context.Context, keys []depsDevKey, answers map[depsDevKey]depsDevAnswer) error {
	ctx, cancel := context.WithTimeoutCause(ctx, depsDevTime, fmt.Errorf("%s took more than %v", DepsDevHost, depsDevTime))
	defer cancel()
	for batch := range slices.Chunk(keys, DepsDevBatch) {
		if err := d.batch(ctx, batch, answers); err != nil {
			return cmp.Or(context.Cause(ctx), err)
		}
	}
	return nil
}

// batch asks one question, whose answer may come in pages.
func (d DepsDev) batch(ctx context.Context, keys []depsDevKey, answers map[depsDevKey]depsDevAnswer) error {
	question := depsDevQuestion{Requests: make([]depsDevRequest, len(keys))}
	asked := make(map[depsDevKey]bool, len(keys))
	for i, key := range keys {
		question.Requests[i].VersionKey, asked[key] = key, true
	}
	for range depsDevPages {
		page, readAt, err := d.page(ctx, question)
		if err != nil {
			return err
		}
		for _, r := range page.Responses {
			if key := r.Request.VersionKey; asked[key] {
				answers[key] = r.Version.answer(readAt)
				d.keep(key, answers[key])
			}
		}
		if page.Next == "" {
			return nil
		}
		question.Page = page.Next
	}
	return fmt.Errorf("%s answers in more than %d pages", DepsDevHost, depsDevPages)
}

// page asks for one page. A redirect isn't followed: it would hand the list to
// another host.
func (d DepsDev) page(ctx context.Context, question depsDevQuestion) (depsDevPage, time.Time, error) {
	body, err := json.Marshal(question)
	if err != nil {
		return depsDevPage{}, time.Time{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, depsDevBatches, bytes.NewReader(body))
	if err != nil {
		return depsDevPage{}, time.Time{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header["Idempotency-Key"] = nil // net/http's word for "may be sent again"; it isn't sent
	client := *d.Web.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a, err := Web{HTTP: &client, Now: d.Web.Now}.do(req)
	if err != nil {
		return depsDevPage{}, time.Time{}, err
	}
	var page depsDevPage
	if err := json.Unmarshal(a.body, &page); err != nil {
		return depsDevPage{}, time.Time{}, fmt.Errorf("%s answers what isn't the JSON expected: %w", DepsDevHost, err)
	}
	return page, a.readAt, nil
}

// packages are those all of whose versions in use have an answer that is enough.
func (d DepsDev) packages(deps []health.Dependency, answers map[depsDevKey]depsDevAnswer) []health.Package {
	type name struct{ ecosystem, name string }
	told := make(map[name]*health.Package) // nil: left to its registry
	var order []name
	for _, dep := range deps {
		n := name{dep.Ecosystem, dep.Name}
		p, seen := told[n]
		if !seen {
			order = append(order, n)
		} else if p == nil {
			continue
		}
		a := answers[depsDevKeyOf(dep)]
		if a.Repository == "" {
			told[n] = nil
			continue
		}
		if p == nil {
			p = a.describe(dep)
			told[n] = p
		}
		if a.Newest {
			p.Latest = dep.Version
		}
		if a.ReadAt.Before(p.ReadAt) {
			p.ReadAt = a.ReadAt
		}
	}
	var out []health.Package
	for _, n := range order {
		if p := told[n]; p != nil {
			p.Gaps = depsDevGaps(p.Latest != "")
			out = append(out, *p)
		}
	}
	return out
}

// depsDevGaps are what deps.dev wasn't asked, or doesn't tell.
func depsDevGaps(newest bool) health.Gaps {
	gaps := health.Gaps{
		{Part: health.PartReleases, Why: "deps.dev was asked about the version in use alone: its versions are the repository's tags"},
		{Part: health.PartPublishers, Why: "deps.dev doesn't tell who may publish"},
	}
	if !newest {
		gaps = append(gaps, health.Gap{Part: health.PartStatus, Why: "deps.dev was asked about the version in use alone: whether a later one is deprecated isn't known"})
	}
	return gaps
}

// recall returns what was kept about a version.
func (d DepsDev) recall(key depsDevKey) (depsDevAnswer, bool) {
	raw, readAt, ok := d.Store.Get(depsDevKind, key.String())
	if !ok || !d.Offline && d.Web.Now().Sub(readAt) > d.MaxAge {
		return depsDevAnswer{}, false
	}
	a := depsDevAnswer{ReadAt: readAt}
	if err := json.Unmarshal(raw, &a); err != nil {
		return depsDevAnswer{}, false
	}
	return a, true
}

// keep saves an answer. A store that can't take it costs a question the next
// time, and no more than that.
func (d DepsDev) keep(key depsDevKey, a depsDevAnswer) {
	if raw, err := json.Marshal(a); err == nil {
		_ = d.Store.Put(depsDevKind, key.String(), raw, a.ReadAt)
	}
}

// A depsDevKey names a version.
type depsDevKey struct {
	System  string `json:"system"`
	Name    string `json:"name"`
	Version string `json:"version"`
}

func (k depsDevKey) String() string { return k.System + " " + k.Name + " " + k.Version }

func depsDevKeyOf(dep health.Dependency) depsDevKey {
	return depsDevKey{depsDevSystems[dep.Ecosystem].name, dep.Name, dep.Version}
}

type depsDevRequest struct {
	VersionKey depsDevKey `json:"versionKey"`
}

type depsDevQuestion struct {
	Requests []depsDevRequest `json:"requests"`
	Page     string           `json:"pageToken,omitempty"`
}

type depsDevPage struct {
	Responses []struct {
		Request depsDevRequest  `json:"request"` // as it was asked
		Version *depsDevVersion `json:"version"` // nil where it isn't known
	} `json:"responses"`
	Next string `json:"nextPageToken"`
}

// A depsDevVersion is the part of a version's description that is used.
type depsDevVersion struct {
	Default    bool     `json:"isDefault"`
	Deprecated bool     `json:"isDeprecated"`
	Licences   []string `json:"licenses"`
	Links      []struct {
		Label string `json:"label"`
		URL   string `json:"url"`
	} `json:"links"`
	Projects []struct {
		Key struct {
			ID string `json:"id"`
		} `json:"projectKey"`
		From     string `json:"relationProvenance"`
		Relation string `json:"relationType"`
	} `json:"relatedProjects"`
	// Status is PyPI's marker of the whole project.
	Status struct {
		Status string `json:"status"`
	} `json:"projectStatus"`
}

// A depsDevAnswer is what is kept of what was said of a version.
type depsDevAnswer struct {
	// Repository is "" where a registry would have more to say: deps.dev doesn't
	// know the version or its repository, or something is declared about its
	// future.
	Repository string    `json:"repository,omitempty"`
	From       string    `json:"from,omitempty"`
	Licences   []string  `json:"licences,omitempty"`
	Newest     bool      `json:"newest,omitempty"`
	ReadAt     time.Time `json:"-"`
}

// maxDepsDevLicences bounds the licences of a version.
const maxDepsDevLicences = 20

// answer is the short form of a description; nil is a version that isn't known.
func (v *depsDevVersion) answer(readAt time.Time) depsDevAnswer {
	a := depsDevAnswer{ReadAt: readAt}
	if v == nil || v.Deprecated || !slices.Contains([]string{"", "active"}, v.Status.Status) {
		return a
	}
	a.Newest = v.Default
	a.Repository, a.From = v.source()
	for _, l := range v.Licences[:min(len(v.Licences), maxDepsDevLicences)] {
		if l != "non-standard" {
			a.Licences = append(a.Licences, licences(l)...)
		}
	}
	return a
}

// source is the repository, and who says so: an attestation or Go's own record
// before the package's metadata, and its links where that is all.
func (v *depsDevVersion) source() (repository, from string) {
	const metadata = "deps.dev, from the package's metadata"
	for _, p := range v.Projects {
		address := declared("https://" + p.Key.ID)
		if p.Relation != "SOURCE_REPO" || !onForge(address) {
			continue
		}
		if p.From != "UNVERIFIED_METADATA" && p.From != "" {
			return address, "deps.dev, " + quote.Brief(p.From, 50)
		}
		if repository == "" {
			repository, from = address, metadata
		}
	}
	for _, l := range v.Links {
		if address := declared(l.URL); repository == "" && l.Label == "SOURCE_REPO" && address != "" {
			repository, from = address, metadata
		}
	}
	return repository, from
}

// describe is the package of a version that is in use.
func (a depsDevAnswer) describe(dep health.Dependency) *health.Package {
	system := strings.ToLower(depsDevSystems[dep.Ecosystem].name)
	p := newPackage(dep, "https://deps.dev/"+system+"/"+url.PathEscape(dep.Name)+"/"+url.PathEscape(dep.Version))
	p.ReadAt, p.Repository, p.RepositoryFrom, p.Licences = a.ReadAt, a.Repository, a.From, a.Licences
	if dep.Ecosystem == "golang" {
		p.StraightFromSource = true
		if s, ok := goSource(dep.Name); ok {
			s.declare(&p) // with its folder there
		}
	}
	return &p
}
