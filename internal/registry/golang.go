package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// Go asks module proxies, as the go command does: the proxies that GOPROXY
// names, in its order, and none about a module that GOPRIVATE or GONOPROXY
// keeps from them.
//
// A module costs two requests, the list of versions and the newest go.mod,
// which declares deprecation and retractions; one where the go command's module
// cache has that file. One with a vanity path that isn't known costs two as
// well, where the proxy's record of the latest version names the repository:
// its tags are the versions then. Otherwise it costs one to three more, to learn
// where it is developed: such records, and the path's own page. A proxy's list
// has no dates, so releases mostly have none; the repository's tags do.
type Go struct {
	Web      Web
	Settings GoSettings
}

// Package returns what is known of a module.
func (g Go) Package(ctx context.Context, dep health.Dependency) (health.Package, error) {
	p := health.Package{Ecosystem: "golang", Name: dep.Name, Releases: []health.Release{}, StraightFromSource: true}
	if isGoItself(dep.Name) {
		return g.itself(p), nil
	}
	if err := module.CheckPath(dep.Name); err != nil {
		p.ReadAt = g.Web.Now()
		p.Gaps = append(p.Gaps, health.Gap{Part: health.PartPackage, Why: "not a module path: " + quote.Brief(dep.Name, 100)})
		return p, nil
	}
	p.URL = pkgGoDev(dep.Name)
	if s, ok := goSource(dep.Name); ok {
		s.declare(&p)
	}
	if err := g.versions(ctx, dep, &p); err != nil {
		return health.Package{}, err
	}
	if p.Repository == "" {
		if err := g.locate(ctx, &p); err != nil {
			return health.Package{}, err
		}
	}
	if p.ReadAt.IsZero() {
		p.ReadAt = g.Web.Now()
	}
	return p, nil
}

func (s source) declare(p *health.Package) {
	p.Repository, p.Directory, p.RepositoryFrom = s.repository, s.directory, s.from
}

// isGoItself reports whether a name stands for the Go distribution, by one of
// the names that tools give it.
func isGoItself(name string) bool {
	return slices.Contains([]string{"go", "std", "stdlib", "cmd", "toolchain"}, name)
}

func (g Go) itself(p health.Package) health.Package {
	p.ReadAt, p.URL, p.StraightFromSource = g.Web.Now(), "https://go.dev/", false
	source{repository: "https://github.com/golang/go", from: "name"}.declare(&p)
	p.Gaps = append(p.Gaps, health.Gap{Part: health.PartReleases, Why: "Go itself is no module: its versions are the repository's tags"})
	return p
}

// versions asks the proxies in turn. The one that lists the module is asked for
// the rest too.
func (g Go) versions(ctx context.Context, dep health.Dependency, p *health.Package) error {
	if module.MatchPrefixPatterns(g.Settings.NoProxy, dep.Name) {
		unasked(p, "private (GOPRIVATE or GONOPROXY), so no proxy is asked", false)
		return nil
	}
	escaped, err := module.EscapePath(dep.Name)
	if err != nil {
		return err
	}
	var failure error // the most telling so far: anything beats "doesn't know it"
	for _, proxy := range g.Settings.Proxies {
		switch proxy.URL {
		case "off":
			unasked(p, "GOPROXY is off, so no proxy is asked", false)
			return nil
		case "direct":
			direct(p, failure)
			return nil
		}
		m := goModule{web: g.Web, proxy: proxy.URL, cache: g.Settings.ModCache, path: dep.Name, escaped: escaped}
		var latest goInfo
		if p.Repository == "" {
			var told bool
			if latest, told, err = m.brief(ctx, dep, p); told || err != nil {
				return err
			}
		}
		listing, err := m.list(ctx)
		if err == nil {
			if listing.latest.Version == "" {
				listing.latest = latest
			}
			return m.describe(ctx, dep, listing, p)
		}
		_, unknown := errors.AsType[*Unknown](err)
		if failure == nil || !unknown {
			failure = err
		}
		if !unknown && !proxy.OnError {
			break
		}
	}
	return fail(ctx, p, health.PartPackage, cmp.Or(failure, error(errors.New("no proxy to ask"))))
}

// direct notes that the repository itself is the only one left to ask. That is
// as it should be where no proxy knows the module, and an outage where one
// should have answered.
func direct(p *health.Package, failure error) {
	if failure == nil {
		unasked(p, "GOPROXY says direct, so no proxy is asked", false)
		return
	}
	_, unknown := errors.AsType[*Unknown](failure)
	unasked(p, quote.Brief(failure.Error(), 200), !unknown)
}

// unasked notes what is missing of a module that no proxy told about. Its
// versions can still be had, so they alone are no outage.
func unasked(p *health.Package, why string, outage bool) {
	p.Gaps = append(p.Gaps,
		health.Gap{Part: health.PartReleases, Why: why + ": its versions are the repository's tags"},
		health.Gap{Part: health.PartStatus, Why: why + ": what its go.mod declares isn't read", Outage: outage})
}

// brief describes a module by the proxy's record of its latest version, which
// may name the repository, and by that version's go.mod; the repository's tags
// are all other versions. It reports false where that isn't the whole truth:
// the record names no repository, it is of no release, a newer version is in
// use, there is no go.mod, or it retracts versions. What the record said is
// returned all the same. The error is for the end of the context.
func (m goModule) brief(ctx context.Context, dep health.Dependency, p *health.Package) (latest goInfo, told bool, err error) {
	latest, a, err := m.info(ctx, "@latest")
	if err != nil {
		return goInfo{}, false, context.Cause(ctx)
	}
	if _, ok := latest.source(); !ok || semver.Prerelease(latest.Version)+semver.Build(latest.Version) != "" || semver.Compare(dep.Version, latest.Version) > 0 {
		return latest, false, nil
	}
	text, err := m.mod(ctx, latest.Version)
	if err != nil || writtenByProxy(dep.Name, text) {
		return latest, false, context.Cause(ctx)
	}
	if declared, err := parseGoMod(latest.Version+"/go.mod", text); err != nil || len(declared.retracted) > 0 {
		return latest, false, nil
	}
	a.dated(p)
	l := goListing{versions: []string{latest.Version}, latest: latest}
	return latest, true, m.declare(ctx, dep, l, latest.Version, text, p)
}

// describe fills in what a proxy that lists the module says of it.
func (m goModule) describe(ctx context.Context, dep health.Dependency, l goListing, p *health.Package) error {
	l.source.dated(p)
	versions := compatible(l.versions)
	if len(versions) == 0 {
		versions = l.versions
	}
	newest := newestGo(versions)
	if newest == "" {
		newest = l.latest.Version
	}
	text, err := m.mod(ctx, newest)
	if err != nil {
		p.Releases = m.releases(l, goDeclaration{})
		p.Latest = cmp.Or(latestGo(p.Releases), newest)
		return fail(ctx, p, health.PartStatus, err)
	}
	if len(versions) < len(l.versions) && writtenByProxy(dep.Name, text) {
		// No version has a go.mod yet, so the higher major versions count too.
		newest = newestGo(l.versions)
	}
	return m.declare(ctx, dep, l, newest, text, p)
}

// declare fills in what the newest version's go.mod says of all versions.
func (m goModule) declare(ctx context.Context, dep health.Dependency, l goListing, newest string, text []byte, p *health.Package) error {
	declared, err := parseGoMod(newest+"/go.mod", text)
	if err != nil {
		p.Gaps = append(p.Gaps, health.Gap{Part: health.PartStatus, Why: quote.Brief(err.Error(), 300)})
	}
	p.Releases = m.releases(l, declared)
	p.Latest = m.latest(p.Releases, newest)
	p.Status = declared.notices(dep.Name, dep.Replaces != "")
	if p.Latest == "" {
		why, _ := declared.retraction(newest)
		p.Status = append(p.Status, health.Notice{
			Kind: health.NoticeDeprecated, Text: "every version is retracted" + prefixed(": ", why), URL: p.URL,
			Successor: successor(dep.Name, why),
		})
	}
	return m.origin(ctx, newest, l, p)
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func (m goModule) mod(ctx context.Context, version string) ([]byte, error) {
	name, err := ofVersion(version, ".mod")
	if err != nil {
		return nil, err
	}
	a, err := m.read(ctx, name)
	return a.body, err
}

// releases are what the listing and the declaration say together. The latest
// commit of a module without any release is a pre-release, as its version is.
func (m goModule) releases(l goListing, d goDeclaration) []health.Release {
	if len(l.versions) == 0 {
		out := d.releases([]string{l.latest.Version})
		out[0].At = l.latest.Time
		return out
	}
	return d.releases(l.versions)
}

// latest is the newest version that isn't retracted. "+incompatible" ones count
// only where newest is one.
func (m goModule) latest(releases []health.Release, newest string) string {
	if len(compatible([]string{newest})) > 0 {
		releases = slices.DeleteFunc(slices.Clone(releases), func(r health.Release) bool {
			return len(compatible([]string{r.Version})) == 0
		})
	}
	return latestGo(releases)
}

// origin reads the proxy's record of a version for a module whose path doesn't
// say where it is developed: it gives the version's date, and some proxies'
// records name the repository.
func (m goModule) origin(ctx context.Context, version string, l goListing, p *health.Package) error {
	if p.Repository != "" {
		return nil
	}
	info := l.latest
	if info.Version != version {
		name, err := ofVersion(version, ".info")
		if err != nil {
			return err
		}
		if info, _, err = m.info(ctx, name); err != nil {
			return context.Cause(ctx) // the page is asked next
		}
	}
	for i, r := range p.Releases {
		if r.Version == info.Version {
			p.Releases[i].At = info.Time
		}
	}
	if s, ok := info.source(); ok {
		s.declare(p)
	}
	return nil
}

// source is the repository that a record names, if it names one.
func (i goInfo) source() (source, bool) {
	if i.Origin == nil {
		return source{}, false
	}
	u, err := publicAddress(i.Origin.URL)
	if err != nil {
		return source{}, false
	}
	return source{repository: u.String(), directory: quote.Brief(i.Origin.Subdir, 200), from: "Origin"}, true
}

// locate asks the vanity path's own host.
func (g Go) locate(ctx context.Context, p *health.Package) error {
	s, a, err := g.goGet(ctx, p.Name)
	if err != nil {
		return fail(ctx, p, health.PartSource, fmt.Errorf("looking for its repository: %w", err))
	}
	a.dated(p)
	s.declare(p)
	return nil
}
