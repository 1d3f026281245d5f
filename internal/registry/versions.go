package registry

import (
	"cmp"
	"regexp"
	"slices"

	"deps.dev/util/semver"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// inOrder sorts releases by the ecosystem's own rules, oldest version first,
// and marks the pre-releases. Versions that the rules can't read come first,
// and count as pre-releases: no registry would recommend them.
func inOrder(system semver.System, releases []health.Release) []health.Release {
	type parsed struct {
		version *semver.Version // nil where it can't be read
		release health.Release
	}
	all := make([]parsed, len(releases))
	for i, r := range releases {
		v := parseVersion(system, r.Version)
		r.Prerelease = r.Prerelease || v == nil || unstable(system, v, r.Version)
		all[i] = parsed{v, r}
	}
	slices.SortFunc(all, func(a, b parsed) int {
		switch {
		case a.version == nil && b.version == nil:
			return cmp.Compare(a.release.Version, b.release.Version)
		case a.version == nil:
			return -1
		case b.version == nil:
			return 1
		}
		return cmp.Or(a.version.Compare(b.version), cmp.Compare(a.release.Version, b.release.Version))
	})
	out := make([]health.Release, len(all))
	for i, p := range all {
		out[i] = p.release
	}
	return out
}

// plainVersion is what a version may be made of to be read at all. deps.dev's
// reader takes wildcards, and panics on some: "0*0".
var plainVersion = regexp.MustCompile(`^[0-9A-Za-z.+!_~-]{1,128}$`)

// parseVersion reads a version; nil where it can't be read. To npm's rules "x"
// is any version, which is none.
func parseVersion(system semver.System, text string) *semver.Version {
	if !plainVersion.MatchString(text) {
		return nil
	}
	v, err := system.Parse(text)
	if err != nil || v.IsWildcard() {
		return nil
	}
	return v
}

// What a version's text says that deps.dev's reading of it doesn't: to Maven
// every qualifier is older than none, and still "33.0.0-jre" is a release;
// Python's development releases are pre-releases too; and Composer's patches
// come after the version they patch.
var (
	mavenUnstable = regexp.MustCompile(`(?i)[.-](alpha|beta|milestone|rc|cr|snapshot|preview|pre|ea|eap|dev|canary|nightly|(a|b|m)[.-]?[0-9])`)
	pypiUnstable  = regexp.MustCompile(`(?i)dev[0-9]*$`)
	composerPatch = regexp.MustCompile(`(?i)-(p|pl|patch)[.-]?[0-9]*$`)
)

func unstable(system semver.System, v *semver.Version, text string) bool {
	switch system {
	case semver.Maven:
		return mavenUnstable.MatchString(text)
	case semver.PyPI:
		return v.IsPrerelease() || pypiUnstable.MatchString(text)
	case semver.Composer:
		return v.IsPrerelease() && !composerPatch.MatchString(text)
	}
	return v.IsPrerelease()
}

// recommended is the newest version that is neither withdrawn nor a
// pre-release; a pre-release where there is nothing else, "" where all are
// withdrawn.
func recommended(releases []health.Release) string {
	latest, stable := "", false
	for _, r := range releases {
		if !r.Yanked && (!r.Prerelease || !stable) {
			latest, stable = r.Version, !r.Prerelease
		}
	}
	return latest
}

// released is the release of a version, nil where there is none.
func released(releases []health.Release, version string) *health.Release {
	for i := range releases {
		if releases[i].Version == version {
			return &releases[i]
		}
	}
	return nil
}

// withdrawn is the notice of a package of which every version was withdrawn.
func withdrawn(p *health.Package) {
	if len(p.Releases) == 0 || p.Latest != "" {
		return
	}
	why := p.Releases[len(p.Releases)-1].Why
	p.Status = append(p.Status, health.Notice{
		Kind: health.NoticeDeprecated, Text: quote.Brief("every version was withdrawn"+prefixed(": ", why), noticeLength), URL: p.URL,
	})
}
