package registry

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// The answers in this file are written by hand, after each registry's own
// documentation: those of real packages are longer and say no more of what is
// read here.

// A question is one package asked of one registry.
type question struct {
	test  string
	dep   health.Dependency
	pages map[string]string

	versions   string // as versions writes them
	latest     string
	released   string // the date of latest
	repository string
	directory  string
	notices    string
	licences   string
	publishers string // "" for nil
	gaps       string
	straight   bool
}

func check(t *testing.T, ecosystem string, questions []question) {
	t.Helper()
	for _, q := range questions {
		t.Run(q.test, func(t *testing.T) {
			s := newSite(t, q.pages)
			q.dep.Ecosystem = ecosystem
			var r packager
			for _, entry := range All {
				if entry.Ecosystem == ecosystem {
					r = entry.Open(s.web(), Settings{})
				}
			}
			p := ask(t, r, q.dep)
			if len(s.asked) != len(q.pages) {
				t.Errorf("asked %q, of %d pages", s.asked, len(q.pages))
			}
			released, publishers := "", ""
			for _, release := range p.Releases {
				if release.Version == p.Latest && !release.At.IsZero() {
					released = release.At.Format("2006-01-02")
				}
				if release.By != -1 {
					t.Errorf("%s was released by %d", release.Version, release.By)
				}
			}
			if p.Publishers != nil {
				publishers = fmt.Sprint(*p.Publishers)
			}
			for _, c := range []struct{ what, got, want string }{
				{"versions", versions(p), q.versions},
				{"latest", p.Latest, q.latest},
				{"released", released, q.released},
				{"repository", p.Repository, q.repository},
				{"directory", p.Directory, q.directory},
				{"notices", notices(p), q.notices},
				{"licences", strings.Join(p.Licences, ", "), q.licences},
				{"publishers", publishers, q.publishers},
				{"gaps", gaps(p), q.gaps},
				{"straight from source", fmt.Sprint(p.StraightFromSource), fmt.Sprint(q.straight)},
			} {
				if c.got != c.want {
					t.Errorf("%s: %s, want %s", c.what, c.got, c.want)
				}
			}
			if p.ReadAt.IsZero() || p.Ecosystem != ecosystem || p.Name != q.dep.Name || p.Releases == nil {
				t.Errorf("package %+v", p)
			}
			if (p.Repository == "") != (p.RepositoryFrom == "") {
				t.Errorf("repository %q, from %q", p.Repository, p.RepositoryFrom)
			}
			for _, n := range p.Status {
				if n.Text == "" || len([]rune(n.Text)) > noticeLength {
					t.Errorf("notice %q", n.Text)
				}
			}
		})
	}
}

func TestNPM(t *testing.T) {
	const at = "https://registry.npmjs.org/"
	check(t, "npm", []question{
		{test: "a package", dep: health.Dependency{Name: "@o/m"}, pages: map[string]string{at + "@o%2fm": `{
			"dist-tags": {"latest": "1.2.0", "next": "2.0.0-rc.1"},
			"versions": {
				"1.10.0": {"deprecated": "published by mistake"}, "1.2.0": {"license": "MIT", "deprecated": "",
				  "repository": {"type": "git", "url": "git+https://github.com/o/all.git", "directory": "packages/m"}},
				"2.0.0-rc.1": {}},
			"time": {"created": "2020-01-01T00:00:00.000Z", "1.2.0": "2026-05-06T07:08:09.000Z", "1.10.0": "yesterday"},
			"maintainers": [{"name": "a", "email": "a@example.com"}, {"name": "b"}],
			"readme": "…"}`},
			versions: "1.2.0 1.10.0(yanked) 2.0.0-rc.1(pre)", latest: "1.2.0", released: "2026-05-06", licences: "MIT", publishers: "2",
			repository: "git+https://github.com/o/all.git", directory: "packages/m"},
		{test: "deprecated", dep: health.Dependency{Name: "request"}, pages: map[string]string{at + "request": `{
			"dist-tags": {"latest": "1.0.0"}, "repository": "github:request/request", "license": {"type": "Apache-2.0"},
			"versions": {"1.0.0": {"deprecated": "no longer supported, use \"undici\" instead"}}}`},
			versions: "1.0.0(yanked)", latest: "1.0.0", notices: "deprecated→undici", licences: "Apache-2.0", repository: "github:request/request"},
		{test: "deprecated without a word", dep: health.Dependency{Name: "m"}, pages: map[string]string{at + "m": `{
			"dist-tags": {"latest": "1.0.0"}, "repository": "o/m", "versions": {"1.0.0": {"deprecated": true}}}`},
			versions: "1.0.0(yanked)", latest: "1.0.0", notices: "deprecated→", repository: "https://github.com/o/m"},
		{test: "held by npm", dep: health.Dependency{Name: "m"}, pages: map[string]string{at + "m": `{
			"dist-tags": {"latest": "0.0.1-security"}, "versions": {"0.0.1-security": {"repository": "npm/security-holder"}}}`},
			versions: "0.0.1-security(pre)", latest: "0.0.1-security", notices: "malware→"},
		{test: "unpublished", dep: health.Dependency{Name: "m"}, pages: map[string]string{at + "m": `{"name": "m", "time": {"unpublished": {"time": "2026-01-01"}}}`},
			gaps: "package(gone)"},
		{test: "fields of other types", dep: health.Dependency{Name: "m"}, pages: map[string]string{at + "m": `{
			"dist-tags": {}, "homepage": ["https://github.com/o/m"], "license": 7, "repository": ["x"], "time": {"1.0.0": 12},
			"versions": {"1.0.0": {"deprecated": null, "license": null, "repository": {"url": 5}, "homepage": "https://github.com/o/m#readme"}, "nonsense": {}}}`},
			versions: "nonsense(pre) 1.0.0", latest: "1.0.0", repository: "https://github.com/o/m#readme"},
		{test: "gone", dep: health.Dependency{Name: "m"}, pages: map[string]string{at + "m": `404 {"error":"Not found"}`}, gaps: "package(gone)"},
		{test: "down", dep: health.Dependency{Name: "m"}, pages: map[string]string{at + "m": "500"}, gaps: "package(outage)"},
		{test: "a page", dep: health.Dependency{Name: "m"}, pages: map[string]string{at + "m": "<html>"}, gaps: "package(outage)"},
		{test: "a mirror's lockfile", dep: health.Dependency{Name: "m", Registry: "https://registry.yarnpkg.com"}, pages: map[string]string{at + "m": `{"versions": {"1.0.0": {}}}`},
			versions: "1.0.0", latest: "1.0.0"},
		{test: "a lockfile of another registry", dep: health.Dependency{Name: "m", Registry: "https://npm.evil.example"}, gaps: "package"},
		{test: "no name", dep: health.Dependency{Name: "../../x"}, gaps: "package"},
		{test: "an address", dep: health.Dependency{Name: "m?x=1"}, gaps: "package"},
	})
}

// tooLarge answers the full document with more than is read.
type tooLarge struct{ *site }

func (s tooLarge) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Header.Get("Accept") != npmShort {
		return nil, &fetch.TooLarge{Host: req.URL.Host, Limit: 1}
	}
	return s.site.RoundTrip(req)
}

func TestNPMAsksForTheShortForm(t *testing.T) {
	s := newSite(t, map[string]string{"https://registry.npmjs.org/m": `{"dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": {}}}`})
	w := s.web()
	w.HTTP.Transport = tooLarge{s}
	p := ask(t, NPM{Web: w}, health.Dependency{Name: "m"})
	if p.Latest != "1.0.0" || gaps(p) != "source" {
		t.Errorf("latest %s, gaps %s", p.Latest, gaps(p))
	}
}

func TestPyPI(t *testing.T) {
	const at, page = "https://pypi.org/pypi/my-lib/json", "https://pypi.org/simple/my-lib/"
	check(t, "pypi", []question{
		{test: "a project", dep: health.Dependency{Name: "My_Lib"}, pages: map[string]string{
			at: `{"info": {"project_urls": {"Source Code": "https://github.com/o/my-lib", "Homepage": "https://my.example"},
				"license_expression": "MIT", "license": null, "classifiers": ["Development Status :: 5 - Production/Stable"]},
				"ownership": {"roles": [{"role": "Owner", "user": "x"}], "organization": null},
				"releases": {"1.0": [{"upload_time_iso_8601": "2025-01-02T00:00:00Z"}], "1.1.post1": [{"upload_time_iso_8601": "2026-02-02T00:00:00Z"}, {"upload_time_iso_8601": "2026-02-01T00:00:00Z"}],
				"1.2": [{"yanked": true, "yanked_reason": "broken"}], "2.0rc1": [], "1.1": [{"yanked": true}, {"yanked": false}]}}`,
			page: `{"meta": {"api-version": "1.4"}, "name": "my-lib", "versions": []}`},
			versions: "1.0 1.1 1.1.post1 1.2(yanked) 2.0rc1(pre)", latest: "1.1.post1", released: "2026-02-01", licences: "MIT", publishers: "1",
			repository: "https://github.com/o/my-lib"},
		{test: "archived, without releases in the document", dep: health.Dependency{Name: "my-lib"}, pages: map[string]string{
			at: `{"info": {"home_page": "https://github.com/o/my-lib", "classifiers": ["Development Status :: 7 - Inactive"], "license": "BSD"}}`,
			page: `{"project-status": {"status": "archived", "reason": "moved on"}, "versions": ["1.0", "1.0.1"], "files": [
				{"filename": "my_lib-1.0.tar.gz", "upload-time": "2020-01-01T00:00:00Z", "yanked": "bad"},
				{"filename": "my_lib-1.0.1-py3-none-any.whl", "upload-time": "2021-01-01T00:00:00.5Z", "yanked": false}]}`},
			versions: "1.0(yanked) 1.0.1", latest: "1.0.1", released: "2021-01-01", licences: "BSD", notices: "declared-unmaintained→ archived→",
			repository: "https://github.com/o/my-lib"},
		{test: "quarantined", dep: health.Dependency{Name: "my-lib"}, pages: map[string]string{at: `{"info": {}}`, page: `{"project-status": {"status": "quarantined"}}`},
			notices: "malware→"},
		{test: "a status yet to be invented", dep: health.Dependency{Name: "my-lib"}, pages: map[string]string{at: `{"info": {}}`, page: `{"project-status": {"status": "sleepy"}}`}},
		{test: "all yanked", dep: health.Dependency{Name: "my-lib"}, pages: map[string]string{
			at: `{"info": {}, "releases": {"1.0": [{"yanked": true, "yanked_reason": "use other"}]}}`, page: `{}`},
			versions: "1.0(yanked)", notices: "deprecated→"},
		{test: "no status", dep: health.Dependency{Name: "my-lib"}, pages: map[string]string{at: `{"info": {}, "releases": {"1.0": []}}`, page: "503"},
			versions: "1.0", latest: "1.0", gaps: "status(outage)"},
		{test: "gone", dep: health.Dependency{Name: "my-lib"}, pages: map[string]string{at: "404"}, gaps: "package(gone)"},
		{test: "no name", dep: health.Dependency{Name: "-x"}, gaps: "package"},
	})
}

func TestPyPIPrivateIndex(t *testing.T) {
	s := newSite(t, map[string]string{"https://pip.corp.example/simple/my-lib/": `{"versions": ["1.0"], "files": []}`})
	p := ask(t, PyPI{Web: s.web(), Settings: PyPISettings{Index: "https://pip.corp.example/simple"}}, health.Dependency{Name: "my-lib"})
	if p.Latest != "1.0" || gaps(p) != "source" {
		t.Errorf("latest %s, gaps %s", p.Latest, gaps(p))
	}
}

func TestCrates(t *testing.T) {
	const at = "https://crates.io/api/v1/crates/serde"
	check(t, "cargo", []question{
		{test: "a crate", dep: health.Dependency{Name: "serde"}, pages: map[string]string{at: `{
			"crate": {"repository": "https://github.com/serde-rs/serde", "homepage": "https://serde.rs"},
			"versions": [{"num": "1.0.10", "created_at": "2026-03-04T05:06:07.123456+00:00", "license": "MIT OR Apache-2.0"},
			{"num": "1.0.9", "created_at": "2025-03-04T05:06:07Z"}, {"num": "2.0.0-rc1", "created_at": "2026-04-04T05:06:07Z"},
			{"num": "1.0.11", "created_at": "2026-05-04T05:06:07Z", "yanked": true, "yank_message": "oops"}]}`},
			versions: "1.0.9 1.0.10 1.0.11(yanked) 2.0.0-rc1(pre)", latest: "1.0.10", released: "2026-03-04", licences: "MIT OR Apache-2.0",
			repository: "https://github.com/serde-rs/serde"},
		{test: "all yanked", dep: health.Dependency{Name: "serde"}, pages: map[string]string{at: `{"crate": {"repository": null},
			"versions": [{"num": "1.0.0", "created_at": "2026-05-04T05:06:07Z", "yanked": true}]}`},
			versions: "1.0.0(yanked)", notices: "deprecated→"},
		{test: "another registry", dep: health.Dependency{Name: "serde", Registry: "https://crates.corp.example"}, gaps: "package"},
		{test: "crates.io by its index", dep: health.Dependency{Name: "serde", Registry: "registry+https://github.com/rust-lang/crates.io-index"},
			pages: map[string]string{at: `{"crate": {"homepage": "https://github.com/sponsors/x"}}`}},
		{test: "gone", dep: health.Dependency{Name: "serde"}, pages: map[string]string{at: "404"}, gaps: "package(gone)"},
		{test: "no name", dep: health.Dependency{Name: "se/rde"}, gaps: "package"},
	})
}

func TestMaven(t *testing.T) {
	const dir = "https://repo1.maven.org/maven2/org/o/lib"
	list := map[string]string{dir + "/maven-metadata.xml": `<metadata><versioning><versions><version>1.0-alpha1</version><version>1.10</version><version>1.9</version></versions></versioning></metadata>`}
	with := func(pages ...string) map[string]string {
		all := map[string]string{dir + "/maven-metadata.xml": list[dir+"/maven-metadata.xml"]}
		for i := 0; i < len(pages); i += 2 {
			all[pages[i]] = pages[i+1]
		}
		return all
	}
	dep := health.Dependency{Name: "org.o:lib"}
	const pom, order = dir + "/1.10/lib-1.10.pom", "1.0-alpha1(pre) 1.9 1.10"
	check(t, "maven", []question{
		{test: "an artifact", dep: dep, pages: with(pom, `<?xml version="1.0" encoding="ISO-8859-1"?><project><artifactId>lib</artifactId><properties><at>github.com/o</at></properties>
			<developers><developer><name>J`+"\xf6"+`rg</name></developer></developers>
			<scm><url>https://${at}/${project.artifactId}</url></scm><licenses><license><name>MIT</name></license></licenses></project>`),
			versions: order, latest: "1.10", repository: "https://github.com/o/lib", licences: "MIT"},
		{test: "its parent says where", dep: dep, pages: with(pom, `<project><parent><groupId>org.o</groupId><artifactId>parent</artifactId><version>7</version></parent></project>`,
			"https://repo1.maven.org/maven2/org/o/parent/7/parent-7.pom", `<project><scm><connection>scm:git:https://github.com/o/all.git</connection></scm><licenses><license><name>Apache-2.0</name></license></licenses></project>`),
			versions: order, latest: "1.10", repository: "https://github.com/o/all.git", licences: "Apache-2.0"},
		{test: "relocated", dep: dep, pages: with(pom, `<project><distributionManagement><relocation><groupId>org.new</groupId></relocation></distributionManagement></project>`),
			versions: order, latest: "1.10", notices: "moved→org.new:lib"},
		{test: "properties that double one another", dep: dep, pages: with(pom, `<project><properties><a>${b}${b}${b}${b}</a><b>${c}${c}${c}${c}</b><c>${a}${a}${a}${a}</c></properties><scm><url>https://x/${a}</url></scm></project>`),
			versions: order, latest: "1.10"},
		{test: "a parent that leads elsewhere", dep: dep, pages: with(pom, `<project><parent><groupId>org.o</groupId><artifactId>../../x</artifactId><version>7</version></parent></project>`),
			versions: order, latest: "1.10", gaps: "source"},
		{test: "no POM", dep: dep, pages: with(pom, "500"), versions: order, latest: "1.10", gaps: "source(outage)"},
		{test: "no versions", dep: dep, pages: map[string]string{dir + "/maven-metadata.xml": "<metadata/>"}, gaps: "releases"},
		{test: "no XML", dep: dep, pages: map[string]string{dir + "/maven-metadata.xml": "no"}, gaps: "package(outage)"},
		{test: "gone", dep: dep, pages: map[string]string{dir + "/maven-metadata.xml": "404"}, gaps: "package(gone)"},
		{test: "no name", dep: health.Dependency{Name: "org.o/lib"}, gaps: "package"},
		{test: "a way up", dep: health.Dependency{Name: "org..o:lib"}, gaps: "package"},
	})
}

func TestRubyGems(t *testing.T) {
	const at, gem = "https://rubygems.org/api/v1/versions/rails.json", "https://rubygems.org/api/v1/gems/rails.json"
	check(t, "gem", []question{
		{test: "a gem", dep: health.Dependency{Name: "rails"}, pages: map[string]string{at: `[
			{"number": "8.0.0", "created_at": "2026-01-02T00:00:00.000Z", "prerelease": false, "licenses": ["MIT"], "metadata": {"source_code_uri": "https://github.com/rails/rails/tree/v8.0.0"}},
			{"number": "8.0.0", "platform": "java", "created_at": "2026-01-01T00:00:00.000Z"},
			{"number": "8.1.0.beta1", "created_at": "2026-03-02T00:00:00.000Z", "prerelease": true}, {"number": "7.2.10"}, {"number": "7.2.9"}]`},
			versions: "7.2.9 7.2.10 8.0.0 8.1.0.beta1(pre)", latest: "8.0.0", released: "2026-01-01", licences: "MIT", repository: "https://github.com/rails/rails/tree/v8.0.0"},
		{test: "its source is named elsewhere", dep: health.Dependency{Name: "rails"}, pages: map[string]string{
			at: `[{"number": "1.0", "licenses": null}]`, gem: `{"source_code_uri": null, "homepage_uri": "https://github.com/o/rails"}`},
			versions: "1.0", latest: "1.0", repository: "https://github.com/o/rails"},
		{test: "and there is an outage", dep: health.Dependency{Name: "rails"}, pages: map[string]string{at: `[{"number": "1.0"}]`, gem: "502"},
			versions: "1.0", latest: "1.0", gaps: "source(outage)"},
		{test: "gone", dep: health.Dependency{Name: "rails"}, pages: map[string]string{at: "404 This rubygem could not be found."}, gaps: "package(gone)"},
		{test: "no name", dep: health.Dependency{Name: ".."}, gaps: "package"},
	})
}

func TestPackagist(t *testing.T) {
	const at = "https://repo.packagist.org/p2/o/lib.json"
	dep := health.Dependency{Name: "o/lib"}
	check(t, "composer", []question{
		{test: "a package, minified", dep: dep, straight: true, pages: map[string]string{at: `{"minified": "composer/2.0", "packages": {"o/lib": [
			{"version": "v2.10.0", "time": "2026-01-02T03:04:05+00:00", "license": ["MIT"], "source": {"type": "git", "url": "https://github.com/o/lib.git"}},
			{"version": "v2.9.0", "time": "2025-01-02T03:04:05+00:00"}, {"version": "3.0.0-beta1", "license": "__unset"}]}}`},
			versions: "v2.9.0 v2.10.0 3.0.0-beta1(pre)", latest: "v2.10.0", released: "2026-01-02", licences: "MIT", repository: "https://github.com/o/lib.git"},
		{test: "abandoned for another", dep: dep, straight: true, pages: map[string]string{at: `{"minified": "composer/2.0", "packages": {"o/lib": [
			{"version": "1.1.0", "abandoned": "o/new"}, {"version": "1.0.0"}]}}`},
			versions: "1.0.0 1.1.0", latest: "1.1.0", notices: "declared-unmaintained→o/new"},
		{test: "abandoned", dep: dep, straight: true, pages: map[string]string{at: `{"packages": {"o/lib": [{"version": "1.0.0", "abandoned": true}]}}`},
			versions: "1.0.0", latest: "1.0.0", notices: "declared-unmaintained→"},
		{test: "not abandoned", dep: dep, straight: true, pages: map[string]string{at: `{"packages": {"o/lib": [{"version": "1.0.0", "abandoned": false, "license": "MIT", "source": "x", "time": 3}]}}`},
			versions: "1.0.0", latest: "1.0.0"},
		{test: "branches alone", dep: dep, straight: true, pages: map[string]string{at: `{"packages": {"o/lib": []}}`}, gaps: "releases"},
		{test: "gone", dep: dep, straight: true, pages: map[string]string{at: "404"}, gaps: "package(gone)"},
		{test: "no name", dep: health.Dependency{Name: "lib"}, gaps: "package"},
	})
}

func TestNuGet(t *testing.T) {
	const at = "https://api.nuget.org/v3/registration5-gz-semver2/"
	dep := health.Dependency{Name: "My.Lib"}
	check(t, "nuget", []question{
		{test: "a package", dep: dep, pages: map[string]string{at + "my.lib/index.json": `{"items": [{"items": [
			{"catalogEntry": {"version": "1.0.0.10", "published": "2026-01-02T00:00:00+00:00", "listed": true, "projectUrl": "https://github.com/o/lib", "licenseExpression": "MIT"}},
			{"catalogEntry": {"version": "1.0.0.9", "published": "1900-01-01T00:00:00+00:00", "listed": false}},
			{"catalogEntry": {"version": "2.0.0-preview.1", "published": "2026-02-02T00:00:00+00:00"}}]}]}`},
			versions: "1.0.0.9(yanked) 1.0.0.10 2.0.0-preview.1(pre)", latest: "1.0.0.10", released: "2026-01-02", licences: "MIT", repository: "https://github.com/o/lib"},
		{test: "deprecated, and its manifest says where", dep: dep, pages: map[string]string{
			at + "my.lib/index.json": `{"items": [{"items": [{"catalogEntry": {"version": "1.0.0+sha.1", "published": "2026-01-02T00:00:00Z", "projectUrl": "https://my.example",
				"deprecation": {"reasons": ["Legacy"], "message": "use the other", "alternatePackage": {"id": "Other.Lib", "range": "*"}}}}]}]}`,
			"https://api.nuget.org/v3-flatcontainer/my.lib/1.0.0/my.lib.nuspec": `<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><repository type="git" url="https://github.com/o/lib.git"/></metadata></package>`},
			versions: "1.0.0+sha.1", latest: "1.0.0+sha.1", released: "2026-01-02", notices: "deprecated→Other.Lib", repository: "https://github.com/o/lib.git"},
		{test: "pages", dep: dep, pages: map[string]string{
			at + "my.lib/index.json":    `{"items": [{"@id": "` + at + `my.lib/page/1/2.json"}]}`,
			at + "my.lib/page/1/2.json": `{"@id": "x", "items": [{"catalogEntry": {"version": "1.0.0", "projectUrl": "https://github.com/o/lib"}}]}`},
			versions: "1.0.0", latest: "1.0.0", repository: "https://github.com/o/lib"},
		{test: "a page elsewhere", dep: dep, pages: map[string]string{at + "my.lib/index.json": `{"items": [{"@id": "https://evil.example/page"}]}`}, gaps: "package"},
		{test: "gone", dep: dep, pages: map[string]string{at + "my.lib/index.json": "404"}, gaps: "package(gone)"},
		{test: "no name", dep: health.Dependency{Name: "a b"}, gaps: "package"},
	})
}

func TestHex(t *testing.T) {
	const at = "https://hex.pm/api/packages/phoenix"
	dep := health.Dependency{Name: "phoenix"}
	check(t, "hex", []question{
		{test: "a package", dep: dep, pages: map[string]string{at: `{"meta": {"licenses": ["MIT"], "links": {"Docs": "https://x.example", "GitHub": "https://github.com/phoenixframework/phoenix"}},
			"releases": [{"version": "1.10.0", "inserted_at": "2026-01-02T03:04:05.123456Z"}, {"version": "1.9.0", "inserted_at": "2025-01-02T03:04:05Z"}, {"version": "1.8.0"}],
			"retirements": {"1.8.0": {"reason": "security", "message": "hole"}}, "owners": [{"username": "a"}, {"username": "b"}]}`},
			versions: "1.8.0(yanked) 1.9.0 1.10.0", latest: "1.10.0", released: "2026-01-02", licences: "MIT", publishers: "2", repository: "https://github.com/phoenixframework/phoenix"},
		{test: "retired as renamed", dep: dep, pages: map[string]string{at: `{"releases": [{"version": "1.0.0"}], "retirements": {"1.0.0": {"reason": "renamed", "message": "to other"}}}`},
			versions: "1.0.0(yanked)", notices: "moved→"},
		{test: "retired for another reason", dep: dep, pages: map[string]string{at: `{"releases": [{"version": "1.0.0"}], "retirements": {"1.0.0": {"reason": "invalid", "message": null}}}`},
			versions: "1.0.0(yanked)", notices: "deprecated→"},
		{test: "gone", dep: dep, pages: map[string]string{at: "404"}, gaps: "package(gone)"},
		{test: "no name", dep: health.Dependency{Name: "Phoenix/x"}, gaps: "package"},
	})
}

func TestPub(t *testing.T) {
	const at = "https://pub.dev/api/packages/http"
	dep := health.Dependency{Name: "http"}
	check(t, "pub", []question{
		{test: "a package", dep: dep, pages: map[string]string{at: `{"name": "http", "latest": {"version": "1.10.0", "pubspec": {"repository": "https://github.com/dart-lang/http/tree/master/pkgs/http"}},
			"versions": [{"version": "1.9.0", "published": "2025-01-02T03:04:05.123Z"}, {"version": "1.10.0", "published": "2026-01-02T03:04:05.123Z"}, {"version": "1.11.0", "retracted": true}, {"version": "2.0.0-wip"}]}`},
			versions: "1.9.0 1.10.0 1.11.0(yanked) 2.0.0-wip(pre)", latest: "1.10.0", released: "2026-01-02", repository: "https://github.com/dart-lang/http/tree/master/pkgs/http"},
		{test: "discontinued", dep: dep, pages: map[string]string{at: `{"isDiscontinued": true, "replacedBy": "dio", "latest": {"pubspec": {"homepage": "https://github.com/o/http"}}, "versions": [{"version": "1.0.0"}]}`},
			versions: "1.0.0", latest: "1.0.0", notices: "declared-unmaintained→dio", repository: "https://github.com/o/http"},
		{test: "gone", dep: dep, pages: map[string]string{at: "404"}, gaps: "package(gone)"},
		{test: "no name", dep: health.Dependency{Name: "a-b"}, gaps: "package"},
	})
}

func TestStraightFromTheRepository(t *testing.T) {
	check(t, "github", []question{
		{test: "an action", dep: health.Dependency{Name: "actions/checkout"}, repository: "https://github.com/actions/checkout", gaps: "releases", straight: true},
		{test: "in a folder", dep: health.Dependency{Name: "github/codeql-action/init"}, repository: "https://github.com/github/codeql-action", directory: "init", gaps: "releases", straight: true},
		{test: "a way up", dep: health.Dependency{Name: "o/r/../../x"}, repository: "https://github.com/o/r", gaps: "releases", straight: true},
		{test: "local", dep: health.Dependency{Name: "./.github/actions/x"}, gaps: "package"},
	})
	check(t, "swift", []question{
		{test: "by its name", dep: health.Dependency{Name: "github.com/apple/swift-nio"}, repository: "https://github.com/apple/swift-nio", gaps: "releases", straight: true},
		{test: "by its source", dep: health.Dependency{Name: "swift-nio", Source: "https://u:p@git.example/apple/swift-nio.git"}, repository: "https://git.example/apple/swift-nio.git", gaps: "releases", straight: true},
		{test: "by nothing", dep: health.Dependency{Name: "swift-nio"}, gaps: "package"},
	})
}

func TestAllIsInOrderAndComplete(t *testing.T) {
	last := ""
	for _, r := range All {
		if r.Ecosystem <= last || r.Name == "" || r.Requests == "" || r.Open == nil || (r.Host == "") != (r.Requests == "0") {
			t.Errorf("entry %s after %s: %+v", r.Ecosystem, last, r)
		}
		last = r.Ecosystem
	}
}

func TestElsewhere(t *testing.T) {
	s := newSite(t, nil) // nobody is asked
	for ecosystem, dep := range map[string]health.Dependency{
		"cargo": {Name: "lib", Registry: "sparse+https://crates.corp.example/index/"},
		"gem":   {Name: "lib", Registry: "https://gems.corp.example/"},
		"hex":   {Name: "lib", Registry: "hexpm:corp"},
		"npm":   {Name: "lib", Registry: "https://npm.corp.example/"},
		"maven": {Name: "o:lib", Registry: "https://maven.corp.example/"},
		"nuget": {Name: "lib", Registry: "https://nuget.corp.example/"},
		"pub":   {Name: "lib", Registry: "https://pub.corp.example"},
		"pypi":  {Name: "lib", Registry: "https://pypi.org.evil.example/simple"},
	} {
		for _, entry := range All {
			if entry.Ecosystem == ecosystem {
				p := ask(t, entry.Open(s.web(), Settings{}), dep)
				if gaps(p) != "package" {
					t.Errorf("%s: gaps %s", ecosystem, gaps(p))
				}
			}
		}
	}
	for _, ecosystem := range []string{"cargo", "composer", "gem", "hex", "maven", "npm", "nuget", "pub", "pypi"} {
		for _, entry := range All {
			if entry.Ecosystem == ecosystem {
				name := map[string]string{"composer": "o/lib", "maven": "o:lib"}[ecosystem]
				p := ask(t, entry.Open(s.web(), Settings{}), health.Dependency{Name: cmp.Or(name, "lib"), Source: "https://git.corp.example/lib"})
				if gaps(p) != "package" {
					t.Errorf("%s from a repository: gaps %s", ecosystem, gaps(p))
				}
			}
		}
	}
	usual := map[string][]string{
		"crates.io": {"registry+https://crates.io", ""}, "github.com/rust-lang/crates.io-index": {"registry+https://github.com/rust-lang/crates.io-index"},
		"index.crates.io": {"sparse+https://index.crates.io/"}, "hexpm": {"hexpm"}, "rubygems.org": {"https://rubygems.org/"}, "pub.dev": {"https://PUB.dev"},
	}
	for asked, named := range usual {
		for _, name := range named {
			if err := elsewhere(health.Dependency{Registry: name}, asked); err != nil {
				t.Errorf("%s, of %s: %v", name, asked, err)
			}
		}
	}
}

func TestNoRegistryPanicsOnNonsense(t *testing.T) {
	nonsense := []string{`null`, `[]`, `{}`, `{"items":[null]}`, `{"versions":{"1":null}}`, `[null]`, `{"releases":[null],"info":null,"packages":{"o/lib":[null]}}`, `"x"`, `<a/>`, ``}
	names := map[string]string{"maven": "o:lib", "composer": "o/lib", "golang": "github.com/o/lib"}
	for _, entry := range All {
		for _, body := range nonsense {
			name := names[entry.Ecosystem]
			if name == "" {
				name = "lib"
			}
			w := newSite(t, nil).web()
			w.HTTP.Transport = always(body)
			p := ask(t, entry.Open(w, Settings{Go: GoSettings{Proxies: []GoProxy{{URL: proxy}}}}), health.Dependency{Ecosystem: entry.Ecosystem, Name: name})
			if p.Latest != "" && p.Latest != "1" {
				t.Errorf("%s makes %s of %s", entry.Ecosystem, p.Latest, body)
			}
		}
	}
}

// always answers everything with the same body.
type always string

func (a always) RoundTrip(req *http.Request) (*http.Response, error) {
	s := site{pages: map[string]string{req.URL.String(): string(a)}}
	return s.RoundTrip(req)
}

func TestSettingsOfNPM(t *testing.T) {
	env := map[string]string{"TOKEN": "s3cret"}
	s := parseNPMRC(`
; a comment
registry = https://npm.corp.example/npm/
@o:registry=https://npm.pkg.example/
@bad:registry=not an address
//npm.pkg.example/:_authToken=${TOKEN}
//npm.corp.example/npm/:username=me
//npm.corp.example/npm/:_password="cHc="
//empty.example/:_authToken=${UNSET}
always-auth=true
`, func(name string) string { return env[name] })
	got := fmt.Sprint(s.Registry, " ", s.Scopes)
	for _, h := range s.Hosts {
		got += fmt.Sprintf(" %s=%s", h.Name, string(h.Value))
	}
	if want := "https://npm.corp.example/npm map[@o:https://npm.pkg.example] npm.pkg.example=Bearer s3cret npm.corp.example=Basic bWU6cHc="; got != want {
		t.Errorf("settings %s\nwant     %s", got, want)
	}
	for _, test := range []struct{ name, registry, want string }{
		{"@o/m", "", "https://npm.pkg.example"},
		{"m", "", "https://npm.corp.example/npm"},
		{"m", "https://npm.pkg.example/x", "https://npm.pkg.example"},
		{"m", "https://registry.npmjs.org", ""}, // configured away
	} {
		base, err := s.registryOf(health.Dependency{Name: test.name, Registry: test.registry})
		if _, silent := errors.AsType[Silence](err); base != test.want || silent != (test.want == "") {
			t.Errorf("%s of %q: %s, %v; want %s", test.name, test.registry, base, err, test.want)
		}
	}
}

func TestSettingsOfPip(t *testing.T) {
	env := map[string]string{"PIP_INDEX_URL": "https://me:s3cret@pip.corp.example/simple/"}
	s, err := ReadPyPISettings(func(name string) string { return env[name] }, "")
	if err != nil || s.Index != "https://pip.corp.example/simple" || len(s.Hosts) != 1 || s.Hosts[0].Name != "pip.corp.example" {
		t.Errorf("%+v, %v", s, err)
	}
	if got := parsePipConf("[install]\nindex-url = https://no.example\n[global]\n# x\nindex-url = https://yes.example/simple\n", "index-url"); got != "https://yes.example/simple" {
		t.Errorf("pip.conf: %s", got)
	}
	if got := parsePipConf("[global]\nextra_index_url =\n    https://one.example\n    # x\n    https://two.example/?a=b\ntimeout = 9\n", "extra-index-url"); got != "https://one.example https://two.example/?a=b" {
		t.Errorf("further indexes: %s", got)
	}
	further := func(name string) string {
		return map[string]string{"PIP_EXTRA_INDEX_URL": "https://pip.corp.example"}[name]
	}
	if s, err := ReadPyPISettings(further, ""); err != nil || !s.Further || s.Index != "" {
		t.Errorf("further indexes: %+v, %v", s, err)
	}
	env["PIP_INDEX_URL"] = "s3cret:/x"
	if _, err := ReadPyPISettings(func(name string) string { return env[name] }, ""); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("nonsense: %v", err)
	}
}
