package registry

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func golang(s *site, proxies, private string) Go {
	list, _, err := parseGoProxy(proxies)
	if err != nil {
		s.t.Fatal(err)
	}
	return Go{Web: s.web(), Settings: GoSettings{Proxies: list, NoProxy: private}}
}

const proxy = "https://proxy.example"

// TestGoRecorded reads true answers; see testdata/go.
func TestGoRecorded(t *testing.T) {
	tests := []struct {
		name       string
		requests   int
		latest     string
		releases   int
		notices    string
		repository string
		from       string
	}{
		{name: "github.com/spf13/cobra", requests: 2, latest: "v1.10.2", releases: 21, repository: "https://github.com/spf13/cobra", from: "module path"},
		{name: "github.com/golang/protobuf", requests: 2, latest: "v1.5.4", releases: 20, notices: "deprecated→google.golang.org/protobuf",
			repository: "https://github.com/golang/protobuf", from: "module path"},
		{name: "github.com/fsnotify/fsnotify", requests: 2, latest: "v1.10.1", releases: 10, repository: "https://github.com/fsnotify/fsnotify", from: "module path"},
		{name: "go.yaml.in/yaml/v3", requests: 2, latest: "v3.0.6", releases: 5, repository: "https://github.com/yaml/go-yaml", from: "the rule for go.yaml.in"},
		{name: "charm.land/lipgloss/v2", requests: 5, latest: "v2.0.6", releases: 6, repository: "https://github.com/charmbracelet/lipgloss", from: "go-import"},
	}
	pages := recorded(t, map[string]string{
		"https://charm.land/lipgloss/v2?go-get=1": `<meta name="go-import" content="charm.land/lipgloss git https://github.com/charmbracelet/lipgloss">`, // by hand
		proxy + "/charm.land/lipgloss/v2/@latest": "404",                                                                                                 // as some proxies do
	}, proxy, "testdata/go/recorded")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t, pages)
			p := ask(t, golang(s, proxy, ""), health.Dependency{Ecosystem: "golang", Name: test.name})
			if len(s.asked) != test.requests {
				t.Errorf("asked %q", s.asked)
			}
			if p.Latest != test.latest || len(p.Releases) != test.releases || notices(p) != test.notices {
				t.Errorf("latest %s of %d releases, notices %s; want %s of %d, %s", p.Latest, len(p.Releases), notices(p), test.latest, test.releases, test.notices)
			}
			if p.Repository != test.repository || p.RepositoryFrom != test.from {
				t.Errorf("developed at %s, says the %s", p.Repository, p.RepositoryFrom)
			}
			if !p.ReadAt.Equal(today) || !p.StraightFromSource || len(p.Gaps) != 0 {
				t.Errorf("read at %v, gaps %s", p.ReadAt, gaps(p))
			}
		})
	}
}

func TestGoReadsTheGoCommandsOwnCache(t *testing.T) {
	dir, err := filepath.Abs("testdata/go/recorded")
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, nil) // no request is expected
	p := ask(t, golang(s, "file://"+filepath.ToSlash(dir), ""), health.Dependency{Name: "github.com/spf13/cobra"})
	if p.Latest != "v1.10.2" || len(p.Gaps) != 0 {
		t.Errorf("latest %s, gaps %s", p.Latest, gaps(p))
	}
}

func TestGoReadsAnImmutableFileFromTheModuleCache(t *testing.T) {
	cache := t.TempDir()
	dir := filepath.Join(cache, "cache", "download", "github.com", "o", "m", "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "v1.0.0.mod"), []byte("// Deprecated: done.\nmodule github.com/o/m\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSite(t, map[string]string{proxy + "/github.com/o/m/@v/list": "v1.0.0\n"})
	r := golang(s, proxy, "")
	r.Settings.ModCache = cache
	if p := ask(t, r, health.Dependency{Name: "github.com/o/m"}); notices(p) != "deprecated→" || gaps(p) != "" {
		t.Errorf("notices %s, gaps %s", notices(p), gaps(p))
	}
}

func TestGoVersions(t *testing.T) {
	const name = "github.com/o/m"
	tests := []struct {
		test     string
		name     string // name, where it isn't given
		list     string
		mod      map[string]string // version → go.mod
		more     map[string]string // other files
		replaces string
		versions string
		latest   string
		notices  string
		gaps     string
	}{
		{test: "in order, and once", list: "v1.10.0\nv1.2.0\nv1.2.0\nv1.9.0-rc.1\n", mod: map[string]string{"v1.10.0": "module " + name},
			versions: "v1.2.0 v1.9.0-rc.1(pre) v1.10.0", latest: "v1.10.0"},
		{test: "a line may have more than the version, or none", list: "v1.0.0 2020-01-01T00:00:00Z\n\nhello\nv1\nv1.0\nv3.0.0\n", mod: map[string]string{"v1.0.0": "module " + name},
			versions: "v1.0.0", latest: "v1.0.0"},
		{test: "pre-releases alone", list: "v0.1.0-a\nv0.1.0-b\n", mod: map[string]string{"v0.1.0-b": "module " + name},
			versions: "v0.1.0-a(pre) v0.1.0-b(pre)", latest: "v0.1.0-b"},
		{test: "pseudo-versions are no releases", list: "v1.0.0\nv1.0.1-0.20260101000000-0123456789ab\n", mod: map[string]string{"v1.0.0": "module " + name},
			versions: "v1.0.0", latest: "v1.0.0"},
		{test: "the latest is retracted", list: "v1.0.0\nv1.1.0\nv1.2.0\n", mod: map[string]string{"v1.2.0": "module " + name + "\nretract [v1.1.0, v1.9.0] // broken\n"},
			versions: "v1.0.0 v1.1.0(yanked) v1.2.0(yanked)", latest: "v1.0.0"},
		{test: "all are retracted", list: "v1.0.0\nv1.1.0\n", mod: map[string]string{"v1.1.0": "module " + name + "\n// use github.com/o/new\nretract [v0.0.0, v1.9.9]\n"},
			versions: "v1.0.0(yanked) v1.1.0(yanked)", notices: "deprecated→github.com/o/new"},
		{test: "deprecated for the next major version", list: "v1.0.0\n", mod: map[string]string{"v1.0.0": "// Deprecated: use v2 instead.\nmodule " + name},
			versions: "v1.0.0", latest: "v1.0.0", notices: "deprecated→github.com/o/m/v2"},
		{test: "renamed", name: "github.com/O/M", list: "v1.0.0\n", mod: map[string]string{"v1.0.0": "module " + name},
			versions: "v1.0.0", latest: "v1.0.0", notices: "moved→github.com/o/m"},
		{test: "a fork keeps the name", name: "github.com/fork/m", replaces: name + "@v1.0.0", list: "v1.0.0\n", mod: map[string]string{"v1.0.0": "module " + name},
			versions: "v1.0.0", latest: "v1.0.0"},
		{test: "incompatible versions count while there is no go.mod", list: "v1.0.0\nv2.0.0+incompatible\n", mod: map[string]string{"v1.0.0": "module " + name + "\n"},
			versions: "v1.0.0 v2.0.0+incompatible", latest: "v2.0.0+incompatible"},
		{test: "and no more once there is one", list: "v1.0.0\nv2.0.0+incompatible\n", mod: map[string]string{"v1.0.0": "module " + name + "\n\ngo 1.20\n"},
			versions: "v1.0.0 v2.0.0+incompatible", latest: "v1.0.0"},
		{test: "incompatible versions alone", list: "v2.0.0+incompatible\nv3.0.0+incompatible\n", mod: map[string]string{"v3.0.0+incompatible": "module " + name + "\n"},
			versions: "v2.0.0+incompatible v3.0.0+incompatible", latest: "v3.0.0+incompatible"},
		{test: "no tag", list: "", more: map[string]string{"@latest": `{"Version":"v0.0.0-20260304050607-0123456789ab","Time":"2026-03-04T05:06:07Z"}`},
			mod:      map[string]string{"v0.0.0-20260304050607-0123456789ab": "// Deprecated: done.\nmodule " + name},
			versions: "v0.0.0-20260304050607-0123456789ab(pre)", latest: "v0.0.0-20260304050607-0123456789ab", notices: "deprecated→"},
		{test: "no tag, and a proxy that doesn't say the latest", list: "v0.0.0-20250101000000-0123456789ab\nv0.0.0-20260304050607-0123456789ab\n",
			more: map[string]string{"@latest": "404"}, mod: map[string]string{"v0.0.0-20260304050607-0123456789ab": "module " + name},
			versions: "v0.0.0-20260304050607-0123456789ab(pre)", latest: "v0.0.0-20260304050607-0123456789ab"},
		{test: "no go.mod to be had", list: "v1.0.0\n", mod: map[string]string{"v1.0.0": "500 out of order"},
			versions: "v1.0.0", latest: "v1.0.0", gaps: "status(outage)"},
		{test: "the newest go.mod is withheld", list: "v1.0.0\n", mod: map[string]string{"v1.0.0": "410 gone"},
			versions: "v1.0.0", latest: "v1.0.0", gaps: "status"},
		{test: "a go.mod that can't be read", list: "v1.0.0\n", mod: map[string]string{"v1.0.0": "module (((\x00"},
			versions: "v1.0.0", latest: "v1.0.0", gaps: "status"},
		{test: "a page in place of a list", list: "<html><body>Log in</body></html>", more: map[string]string{"@latest": "<html>"}, gaps: "package(outage)"},
		{test: "an empty module", list: "", more: map[string]string{"@latest": "404"}, gaps: "package(gone)"},
		{test: "a latest version of another major", list: "", more: map[string]string{"@latest": `{"Version":"v5.0.0"}`}, gaps: "package(outage)"},
	}
	for _, test := range tests {
		t.Run(test.test, func(t *testing.T) {
			if test.name == "" {
				test.name = name
			}
			base := proxy + "/" + strings.NewReplacer("M", "!m", "O", "!o").Replace(test.name) + "/"
			pages := map[string]string{base + "@v/list": test.list}
			for v, text := range test.mod {
				pages[base+"@v/"+v+".mod"] = text
			}
			for file, text := range test.more {
				pages[base+file] = text
			}
			p := ask(t, golang(newSite(t, pages), proxy, ""), health.Dependency{Name: test.name, Replaces: test.replaces})
			if versions(p) != test.versions || p.Latest != test.latest {
				t.Errorf("versions %s, latest %s\nwant %s, %s", versions(p), p.Latest, test.versions, test.latest)
			}
			if notices(p) != test.notices || gaps(p) != test.gaps {
				t.Errorf("notices %s, gaps %s %v; want %s, %s", notices(p), gaps(p), p.Gaps, test.notices, test.gaps)
			}
		})
	}
}

func TestGoPseudoVersionHasADate(t *testing.T) {
	base := proxy + "/github.com/o/m/"
	s := newSite(t, map[string]string{
		base + "@v/list": "v0.0.0-20260304050607-0123456789ab\n", base + "@latest": "404",
		base + "@v/v0.0.0-20260304050607-0123456789ab.mod": "module github.com/o/m",
	})
	p := ask(t, golang(s, proxy, ""), health.Dependency{Name: "github.com/o/m"})
	if want := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC); len(p.Releases) != 1 || !p.Releases[0].At.Equal(want) {
		t.Errorf("releases %+v", p.Releases)
	}
}

func TestGoAsksTheProxiesInTurn(t *testing.T) {
	const (
		one, two = "https://one.example", "https://two.example"
		listed   = "/github.com/o/m/@v/list"
		declared = "/github.com/o/m/@v/v1.0.0.mod"
	)
	tests := []struct {
		test    string
		proxies string
		private string
		pages   map[string]string
		latest  string
		gaps    string
	}{
		{test: "a comma goes on where it isn't known", proxies: "one.example, https://two.example/", latest: "v1.0.0",
			pages: map[string]string{one + listed: "404", two + listed: "v1.0.0", two + declared: "module github.com/o/m"}},
		{test: "gone is not known", proxies: "one.example,two.example", latest: "v1.0.0",
			pages: map[string]string{one + listed: "410", two + listed: "v1.0.0", two + declared: "module github.com/o/m"}},
		{test: "a comma stops at an error", proxies: "one.example,two.example,direct",
			pages: map[string]string{one + listed: "500"}, gaps: "package(outage)"},
		{test: "a bar goes on after any error", proxies: "one.example|two.example", latest: "v1.0.0",
			pages: map[string]string{one + listed: "!connection refused", two + listed: "v1.0.0", two + declared: "module github.com/o/m"}},
		{test: "none knows it", proxies: "one.example,two.example",
			pages: map[string]string{one + listed: "404", two + listed: "404"}, gaps: "package(gone)"},
		{test: "an error tells more than not knowing it", proxies: "one.example|two.example",
			pages: map[string]string{one + listed: "503", two + listed: "404"}, gaps: "package(outage)"},
		{test: "direct leaves it to the repository", proxies: "one.example,direct",
			pages: map[string]string{one + listed: "404"}, gaps: "releases status"},
		{test: "direct after an outage", proxies: "one.example|direct",
			pages: map[string]string{one + listed: "503"}, gaps: "releases status(outage)"},
		{test: "direct alone", proxies: "direct", gaps: "releases status"},
		{test: "off", proxies: "off", gaps: "releases status"},
		{test: "private", proxies: "one.example,direct", private: "github.com/o", gaps: "releases status"},
		{test: "private by pattern", proxies: "one.example,direct", private: "example.com,*.com/o", gaps: "releases status"},
		{test: "a policy refuses", proxies: "one.example", pages: map[string]string{one + listed: "403 host not permitted"}, gaps: "package(outage)"},
	}
	for _, test := range tests {
		t.Run(test.test, func(t *testing.T) {
			p := ask(t, golang(newSite(t, test.pages), test.proxies, test.private), health.Dependency{Name: "github.com/o/m"})
			if p.Latest != test.latest || gaps(p) != test.gaps {
				t.Errorf("latest %q, gaps %s %v; want %q, %s", p.Latest, gaps(p), p.Gaps, test.latest, test.gaps)
			}
			if p.Repository != "https://github.com/o/m" {
				t.Errorf("developed at %q, which the path tells whatever the proxies say", p.Repository)
			}
		})
	}
}

func TestGoRefusalsAreExplained(t *testing.T) {
	s := newSite(t, map[string]string{proxy + "/github.com/o/m/@v/list": "400 Go module host\u202e not permitted\nand more"})
	p := ask(t, golang(s, proxy, ""), health.Dependency{Name: "github.com/o/m"})
	if want := "proxy.example answers 400 Bad Request: Go module host not permitted"; len(p.Gaps) != 1 || p.Gaps[0].Why != want {
		t.Errorf("gaps %+v, want %s", p.Gaps, want)
	}
}

func TestGoVanityPaths(t *testing.T) {
	const page = "https://vanity.example/m?go-get=1"
	const info = proxy + "/vanity.example/m/@v/v1.0.0.info"
	const latest = proxy + "/vanity.example/m/@latest"
	tests := []struct {
		test       string
		pages      map[string]string
		version    string // in use
		requests   int    // 0 where it doesn't matter
		repository string
		directory  string
		from       string
		dated      bool
		gaps       string
	}{
		{test: "the proxy's record names it", dated: true, repository: "https://git.example/m", directory: "sub", from: "Origin",
			pages: map[string]string{info: `{"Version":"v1.0.0","Time":"2026-01-02T03:04:05Z","Origin":{"VCS":"git","URL":"https://git.example/m","Subdir":"sub"}}`}},
		{test: "the record of the latest is enough", requests: 2, dated: true, repository: "https://git.example/m", directory: "sub", from: "Origin",
			pages: map[string]string{latest: `{"Version":"v1.0.0","Time":"2026-01-02T03:04:05Z","Origin":{"VCS":"git","URL":"https://git.example/m","Subdir":"sub"}}`}},
		{test: "but not where it names nothing", requests: 4, dated: true, repository: "https://git.example/m", from: "go-import",
			pages: map[string]string{latest: `{"Version":"v1.0.0","Time":"2026-01-02T03:04:05Z"}`, page: `<meta name="go-import" content="vanity.example/m git https://git.example/m">`}},
		{test: "nor where a newer version is in use", requests: 4, version: "v1.1.0-rc.1", dated: true, repository: "https://git.example/m", from: "Origin",
			pages: map[string]string{latest: `{"Version":"v0.9.0","Time":"2025-01-02T03:04:05Z","Origin":{"URL":"https://git.example/old"}}`,
				info: `{"Version":"v1.0.0","Time":"2026-01-02T03:04:05Z","Origin":{"URL":"https://git.example/m"}}`}},
		{test: "its page names it", dated: true, repository: "https://git.example/m", from: "go-import",
			pages: map[string]string{info: `{"Version":"v1.0.0","Time":"2026-01-02T03:04:05Z"}`, page: `<meta name="go-import" content="vanity.example/m git https://git.example/m">`}},
		{test: "no record", repository: "https://git.example/m", from: "go-import",
			pages: map[string]string{info: "404", page: `<meta name="go-import" content="vanity.example/m git https://git.example/m">`}},
		{test: "a record of a file", repository: "https://git.example/m", from: "go-import", dated: true,
			pages: map[string]string{info: `{"Version":"v1.0.0","Time":"2026-01-02T03:04:05Z","Origin":{"URL":"file:///etc/passwd"}}`,
				page: `<meta name="go-import" content="vanity.example/m git https://git.example/m">`}},
		{test: "neither", gaps: "source", pages: map[string]string{info: "404", page: "404"}},
		{test: "its host is down", gaps: "source(outage)", pages: map[string]string{info: "404", page: "!no route to host"}},
		{test: "its page says nothing", gaps: "source", pages: map[string]string{info: "404", page: "<html>This domain is for sale"}},
	}
	for _, test := range tests {
		t.Run(test.test, func(t *testing.T) {
			if test.pages[latest] == "" {
				test.pages[latest] = "404"
			}
			test.pages[proxy+"/vanity.example/m/@v/list"] = "v1.0.0\n"
			test.pages[proxy+"/vanity.example/m/@v/v1.0.0.mod"] = "module vanity.example/m"
			s := newSite(t, test.pages)
			p := ask(t, golang(s, proxy, ""), health.Dependency{Name: "vanity.example/m", Version: test.version})
			if test.requests > 0 && len(s.asked) != test.requests {
				t.Errorf("asked %q", s.asked)
			}
			if p.Repository != test.repository || p.Directory != test.directory || p.RepositoryFrom != test.from {
				t.Errorf("developed at %s in %q, says %s", p.Repository, p.Directory, p.RepositoryFrom)
			}
			if gaps(p) != test.gaps || p.Releases[0].At.IsZero() == test.dated {
				t.Errorf("gaps %s %v, released %v", gaps(p), p.Gaps, p.Releases[0].At)
			}
		})
	}
}

// TestGoAsksForTheListWhereVersionsDiffer: what the newest go.mod says of other
// versions than the latest needs their list.
func TestGoAsksForTheListWhereVersionsDiffer(t *testing.T) {
	const base = proxy + "/vanity.example/m/"
	for text, want := range map[string]string{
		"module vanity.example/m\ngo 1.20\nretract v1.0.0 // broken\n": "v1.0.0(yanked) v1.1.0",
		"module vanity.example/m\n":                                    "v1.0.0 v1.1.0", // made up by the proxy: there may be incompatible versions
		"module (((":                                                   "v1.0.0 v1.1.0",
		"module vanity.example/m\ngo 1.20\n":                           "v1.1.0",
	} {
		s := newSite(t, map[string]string{
			base + "@latest": `{"Version":"v1.1.0","Time":"2026-01-02T03:04:05Z","Origin":{"URL":"https://git.example/m"}}`,
			base + "@v/list": "v1.0.0\nv1.1.0\n", base + "@v/v1.1.0.mod": text,
		})
		if p := ask(t, golang(s, proxy, ""), health.Dependency{Name: "vanity.example/m", Version: "v1.0.0"}); versions(p) != want || p.Repository != "https://git.example/m" {
			t.Errorf("%q: versions %s of %s, want %s", text, versions(p), p.Repository, want)
		}
	}
}

func TestGoPrivateVanityPathIsAskedAtItsOwnHostAlone(t *testing.T) {
	s := newSite(t, map[string]string{
		"https://corp.example/m?go-get=1": `<meta name="go-import" content="corp.example/m git https://git.corp.example/m">`,
	})
	p := ask(t, golang(s, proxy, "corp.example"), health.Dependency{Name: "corp.example/m"})
	if p.Repository != "https://git.corp.example/m" || gaps(p) != "releases status" {
		t.Errorf("developed at %s, gaps %s", p.Repository, gaps(p))
	}
}

func TestGoNamesThatAreNoModules(t *testing.T) {
	s := newSite(t, nil) // nothing is asked
	for name, want := range map[string]string{
		"./local":          "package",
		"../up":            "package",
		"/abs":             "package",
		"":                 "package",
		"C:\\dir":          "package",
		"nodot/m":          "package",
		"github.com/o/m?x": "package",
		"stdlib":           "releases",
	} {
		p := ask(t, golang(s, proxy, ""), health.Dependency{Name: name})
		if gaps(p) != want {
			t.Errorf("%q: gaps %s, want %s", name, gaps(p), want)
		}
	}
	direct := ask(t, golang(s, "direct", ""), health.Dependency{Name: "169.254.169.254/m"})
	if gaps(direct) != "releases source status" {
		t.Errorf("an address of a machine: gaps %s", gaps(direct))
	}
}

func TestGoEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := newSite(t, map[string]string{proxy + "/github.com/o/m/@v/list": "!cut"})
	if _, err := golang(s, proxy, "").Package(ctx, health.Dependency{Name: "github.com/o/m"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func FuzzGoMod(f *testing.F) {
	f.Add("// Deprecated: use example.com/m/v2\nmodule example.com/m\nretract [v1.0.0, v1.2.0] // bad\n")
	f.Add("module example.com/m\nretract v1.0.0\n")
	if text, err := os.ReadFile("testdata/go/recorded/github.com/fsnotify/fsnotify/@v/v1.10.1.mod"); err == nil {
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parseGoMod("go.mod", []byte(text))
		if err != nil {
			return
		}
		for _, r := range d.releases([]string{"v0.1.0", "v1.0.0", "v1.2.0-rc.1"}) {
			if len([]rune(r.Why)) > noticeLength || r.Why != "" && !r.Yanked {
				t.Errorf("%+v", r)
			}
		}
		for _, n := range d.notices("example.com/m", false) {
			if len([]rune(n.Text)) > noticeLength || strings.ContainsAny(n.Text, "\n\x1b") || n.Successor == "example.com/m" {
				t.Errorf("%+v", n)
			}
		}
	})
}
