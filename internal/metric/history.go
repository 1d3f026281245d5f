package metric

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// History is the releases of a package, newest first and undated ones last. A
// registry's list is what counts as released; the repository's tags and release
// entries give the dates and the people it lacks. Where the ecosystem delivers
// straight from the repository, or no registry lists anything, every tag in the
// form of a version is a release as well.
func History(p *health.Package, a *health.Activity) []health.Release {
	if p == nil {
		p = &health.Package{StraightFromSource: true}
	}
	found := make(map[string]health.Release)
	for _, r := range p.Releases {
		found[versionKey(r.Version)] = r
	}
	tagsCount := p.StraightFromSource || len(p.Releases) == 0
	for _, r := range tagged(a, tagPrefix(*p)) {
		key := versionKey(r.Version)
		known, listed := found[key]
		switch {
		case listed:
			if known.At.IsZero() {
				known.At = r.At
			}
			if known.By < 0 {
				known.By = r.By
			}
			found[key] = known
		case tagsCount:
			found[key] = r
		}
	}
	out := make([]health.Release, 0, len(found))
	for _, r := range found {
		out = append(out, r)
	}
	slices.SortFunc(out, func(x, y health.Release) int {
		return cmp.Or(y.At.Compare(x.At), cmp.Compare(y.Version, x.Version))
	})
	return out
}

// tagged are the versions that a repository's release entries and tags name,
// the entries first since they know who published.
func tagged(a *health.Activity, prefix string) []health.Release {
	if a == nil {
		return nil
	}
	var out []health.Release
	for _, r := range a.Releases {
		if version, ok := versionOf(r.Version, prefix); ok {
			r.Version = version
			r.Prerelease = r.Prerelease || isPrerelease(version)
			out = append(out, r)
		}
	}
	for _, tag := range a.Tags {
		if version, ok := versionOf(tag.Name, prefix); ok {
			out = append(out, health.Release{Version: version, At: tag.At, Prerelease: isPrerelease(version), By: -1})
		}
	}
	return out
}

// tagPrefix is what stands before the version in the tags of a package that
// doesn't live at the root: the folder, without Go's folder for a major version.
func tagPrefix(p health.Package) string {
	dir := strings.Trim(p.Directory, "/")
	if rest, last, found := cutLast(dir, "/"); majorFolder.MatchString(last) {
		dir = ""
		if found {
			dir = rest
		}
	}
	if dir == "" {
		return ""
	}
	return dir + "/"
}

var (
	majorFolder = regexp.MustCompile(`^v[0-9]+$`)
	versionForm = regexp.MustCompile(`^[vV]?[0-9]+(\.[0-9]+)*([-._+]?[0-9A-Za-z]+)*$`)
	preForm     = regexp.MustCompile(`(?i)([-._]|[0-9])(a|b|c|alpha|beta|rc|cr|pre|preview|dev|snapshot|nightly|canary|m|milestone)[-._]?[0-9]*([-._+].*)?$`)
)

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}

// versionOf is the version that a tag names. With a prefix it must have it;
// without one, "name@1.2.3", "name-1.2.3" and "release-1.2.3" name versions too.
func versionOf(tag, prefix string) (string, bool) {
	if prefix != "" {
		rest, ok := strings.CutPrefix(tag, prefix)
		return rest, ok && versionForm.MatchString(rest)
	}
	if versionForm.MatchString(tag) {
		return tag, true
	}
	if strings.Contains(tag, "/") && !strings.Contains(tag, "@") {
		return "", false // another module's
	}
	for _, sep := range []string{"@", "-", "_"} {
		if _, rest, ok := cutLast(tag, sep); ok && strings.Contains(rest, ".") && versionForm.MatchString(rest) {
			return rest, true
		}
	}
	return "", false
}

// versionKey makes equal what registries and tags spell differently.
func versionKey(version string) string {
	version = strings.TrimSuffix(strings.ToLower(version), "+incompatible")
	return strings.TrimPrefix(version, "v")
}

func isPrerelease(version string) bool {
	if i := strings.IndexByte(version, '+'); i >= 0 {
		version = version[:i]
	}
	// Most versions are numbers alone, which is seen faster.
	if !strings.ContainsFunc(strings.TrimLeft(version, "vV"), unicode.IsLetter) {
		return false
	}
	return preForm.MatchString(version)
}

// stable are the dated releases that are neither pre-releases nor withdrawn,
// newest first. Where nothing else was ever published, pre-releases count. What
// was released more than a year after the last human commit is a program's doing
// and left out, whoever's name it carries.
func (v view) stable() []health.Release {
	var out, all []health.Release
	for _, r := range v.history {
		if r.At.IsZero() || r.Yanked || !v.last.IsZero() && r.At.Sub(v.last) > year*day {
			continue
		}
		all = append(all, r)
		if !r.Prerelease {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return all
	}
	return out
}

// LibyearsBehind is the years between the release of the version in use and of
// the newest stable one of the same package, at least 0; nil where a date isn't
// known. Where the registry lists versions, others are another package's: a
// module's next major version, for one.
//
// CHAOSS, https://chaoss.community/?p=3976.
func LibyearsBehind(s health.Subject) *float64 {
	listed := make(map[string]bool)
	if s.Package != nil {
		for _, r := range s.Package.Releases {
			listed[versionKey(r.Version)] = true
		}
	}
	var used, newest time.Time
	for _, r := range History(s.Package, s.Activity) {
		if versionKey(r.Version) == versionKey(s.Dependency.Version) {
			used = r.At
		}
		counts := len(listed) == 0 || listed[versionKey(r.Version)]
		if counts && !r.Prerelease && !r.Yanked && r.At.After(newest) {
			newest = r.At
		}
	}
	if t, ok := pseudoVersion(s.Dependency.Version); ok && used.IsZero() {
		used = t
	}
	if used.IsZero() || newest.IsZero() {
		return nil
	}
	years := max(days(newest.Sub(used))/365.25, 0)
	return &years
}

var pseudoForm = regexp.MustCompile(`[-.]([0-9]{14})-[0-9a-f]{12}$`)

// pseudoVersion is the commit date in a Go pseudo-version.
func pseudoVersion(version string) (time.Time, bool) {
	m := pseudoForm.FindStringSubmatch(version)
	if m == nil {
		return time.Time{}, false
	}
	t, err := time.Parse("20060102150405", m[1])
	return t, err == nil
}

// majorOf is the leading number of a version; -1 where there is none.
func majorOf(version string) int {
	digits, _, _ := strings.Cut(versionKey(version), ".")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return -1
	}
	return n
}
