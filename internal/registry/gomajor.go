package registry

import (
	"strconv"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// NewerMajor is the module path at which the tags of its repository say that a
// Go package goes on at a higher major version, "" where they say none: the
// tag v3.1.0 leads from example.com/m and example.com/m/v2 to example.com/m/v3.
// Only tags of the package's own directory count, and no pre-releases. A major
// version that is listed as "+incompatible" is a version of this very module.
//
// Tags are a strong hint and no proof: a module may carry a tag that its go.mod
// doesn't follow. Asking the registry about the answer tells.
func NewerMajor(p health.Package, tags []health.Tag) string {
	prefix, suffix, ok := module.SplitPathVersion(p.Name)
	if !ok || p.Ecosystem != "golang" {
		return ""
	}
	highest := max(1, majorOf(strings.TrimLeft(suffix, "/.")))
	for _, r := range p.Releases {
		highest = max(highest, majorOf(r.Version))
	}
	have := highest
	folder := ""
	if p.Directory != "" {
		folder = p.Directory + "/"
	}
	for _, t := range tags {
		v, ok := strings.CutPrefix(t.Name, folder)
		if ok && semver.IsValid(v) && module.CanonicalVersion(v) == v && semver.Prerelease(v) == "" {
			highest = max(highest, majorOf(v))
		}
	}
	if highest == have {
		return ""
	}
	return withMajor(prefix, strconv.Itoa(highest))
}

// majorOf is the number in the major version of v; 0 where it has none that
// a module path could carry.
func majorOf(v string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(semver.Major(v), "v"))
	if err != nil || n > 999 { // a year, not a major version
		return 0
	}
	return n
}
