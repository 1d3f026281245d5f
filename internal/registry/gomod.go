package registry

import (
	"bytes"
	"fmt"
	"slices"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// A goDeclaration is what a module's newest go.mod declares about it: the go
// command takes deprecation and retractions from there, for all versions.
type goDeclaration struct {
	path       string // as the file names itself
	deprecated string
	retracted  []*modfile.Retract
}

// parseGoMod reads a dependency's go.mod. What it doesn't know it skips, so
// that a newer file is still read.
func parseGoMod(name string, text []byte) (goDeclaration, error) {
	f, err := modfile.ParseLax(name, text, nil)
	if err != nil {
		return goDeclaration{}, fmt.Errorf("reading %s: %w", name, err)
	}
	d := goDeclaration{retracted: f.Retract}
	if f.Module != nil {
		d.path, d.deprecated = f.Module.Mod.Path, f.Module.Deprecated
	}
	return d, nil
}

// writtenByProxy reports whether a go.mod is the one that the go command makes
// up for a repository that has none.
func writtenByProxy(path string, text []byte) bool {
	return bytes.Equal(text, fmt.Appendf(nil, "module %s\n", modfile.AutoQuote(path)))
}

// retraction says whether a version is retracted, and the author's reason.
func (d goDeclaration) retraction(version string) (why string, retracted bool) {
	for _, r := range d.retracted {
		if semver.Compare(r.Low, version) <= 0 && semver.Compare(version, r.High) <= 0 {
			return quote.Brief(r.Rationale, noticeLength), true
		}
	}
	return "", false
}

// releases are the versions with what is declared about them, oldest first.
func (d goDeclaration) releases(versions []string) []health.Release {
	out := make([]health.Release, len(versions))
	for i, v := range versions {
		why, yanked := d.retraction(v)
		out[i] = health.Release{Version: v, Prerelease: semver.Prerelease(v) != "", Yanked: yanked, Why: why, By: -1}
	}
	return out
}

// notices are what the declaration says about the module's future. A file that
// names itself otherwise says that the module goes on under that name, unless
// it is used as a replacement: then it is a fork that kept the name.
func (d goDeclaration) notices(path string, replacement bool) []health.Notice {
	var out []health.Notice
	if d.deprecated != "" {
		out = append(out, health.Notice{
			Kind: health.NoticeDeprecated, Text: quote.Brief(d.deprecated, noticeLength),
			Successor: successor(path, d.deprecated), URL: pkgGoDev(path),
		})
	}
	if d.path != "" && d.path != path && !replacement && module.CheckPath(d.path) == nil {
		out = append(out, health.Notice{
			Kind: health.NoticeMoved, Text: "its newest go.mod names the module " + d.path,
			Successor: d.path, URL: pkgGoDev(path),
		})
	}
	return out
}

func pkgGoDev(path string) string { return "https://pkg.go.dev/" + path }

// newestGo is the version whose go.mod speaks for the module, retracted or
// not: the highest release, or the highest pre-release where there is no other.
func newestGo(versions []string) string {
	newest := ""
	for _, v := range versions {
		if newest == "" || semver.Prerelease(v) == "" || semver.Prerelease(newest) != "" {
			newest = v
		}
	}
	return newest
}

// latestGo is the version that the go command would choose: the newest that
// isn't retracted, "" where all are.
func latestGo(releases []health.Release) string {
	var kept []string
	for _, r := range releases {
		if !r.Yanked {
			kept = append(kept, r.Version)
		}
	}
	return newestGo(kept)
}

// compatible are the versions that aren't "+incompatible".
func compatible(versions []string) []string {
	return slices.DeleteFunc(slices.Clone(versions), func(v string) bool { return semver.Build(v) == "+incompatible" })
}

// trimMajor is a module's path without its major version.
func trimMajor(path string) string {
	prefix, _, ok := module.SplitPathVersion(path)
	if !ok {
		return path
	}
	return prefix
}
