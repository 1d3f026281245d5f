package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// A fakeDepsDev answers version batches in pages. Its answers are written by
// hand after the documentation and the protocol's own definition
// (https://docs.deps.dev/api/v3alpha/, apiv3alpha.proto of google/deps.dev, in
// proto3's JSON form): none was recorded from the service. It fails the test on
// any other request, on a version that nobody expects and on one asked twice.
type fakeDepsDev struct {
	t     *testing.T
	knows map[string]string // "SYSTEM name version" → a Version in JSON, "" for one that it doesn't know
	page  int               // responses a page; 0 for all
	fails func(page int) (*http.Response, error)
	asked map[string]bool
	pages int
}

func (f *fakeDepsDev) RoundTrip(req *http.Request) (*http.Response, error) {
	if got := req.Method + " " + req.URL.String() + " " + req.Header.Get("Content-Type"); got != "POST https://api.deps.dev/v3alpha/versionbatch application/json" {
		f.t.Errorf("unexpected request: %s", got)
		return nil, errors.New("unexpected request")
	}
	var question struct {
		Requests []struct {
			VersionKey struct{ System, Name, Version string } `json:"versionKey"`
		} `json:"requests"`
		PageToken string `json:"pageToken"`
	}
	decode := json.NewDecoder(req.Body)
	decode.DisallowUnknownFields()
	if err := decode.Decode(&question); err != nil {
		f.t.Errorf("a question that can't be read: %v", err)
	}
	if len(question.Requests) == 0 || len(question.Requests) > 5000 {
		f.t.Errorf("%d versions in one question", len(question.Requests))
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	f.pages++
	if f.fails != nil {
		if resp, err := f.fails(f.pages); resp != nil || err != nil {
			return resp, err
		}
	}
	from := 0
	if question.PageToken != "" {
		if _, err := fmt.Sscanf(question.PageToken, "from %d", &from); err != nil {
			f.t.Errorf("page token %q, which nobody gave", question.PageToken)
		}
	}
	to, next := len(question.Requests), ""
	if f.page > 0 && from+f.page < to {
		to, next = from+f.page, fmt.Sprintf("from %d", from+f.page)
	}
	var responses []string
	for _, r := range question.Requests[from:to] {
		k := r.VersionKey
		key := k.System + " " + k.Name + " " + k.Version
		version, expected := f.knows[key]
		if !expected || f.asked[key] {
			f.t.Errorf("asked about %s, which nobody expects, or again", key)
		}
		if f.asked == nil {
			f.asked = make(map[string]bool)
		}
		f.asked[key] = true
		response := fmt.Sprintf(`{"request":{"versionKey":{"system":%q,"name":%q,"version":%q}}`, k.System, k.Name, k.Version)
		if version != "" {
			response += `,"version":` + version
		}
		responses = append(responses, response+"}")
	}
	return reply(req, 200, fmt.Sprintf(`{"responses":[%s],"nextPageToken":%q}`, strings.Join(responses, ","), next)), nil
}

func reply(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: fmt.Sprint(status, " ", http.StatusText(status)),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: req,
	}
}

// publicGo are the go command's settings where nothing is set.
var publicGo = GoSettings{Proxies: []GoProxy{{URL: "https://proxy.golang.org"}, {URL: "direct"}}}

func (f *fakeDepsDev) resolver() DepsDev {
	return DepsDev{Web: Web{HTTP: &http.Client{Transport: f}, Now: func() time.Time { return today }}, Settings: Settings{Go: publicGo}}
}

func uses(ecosystem, name, version string) health.Dependency {
	return health.Dependency{Ecosystem: ecosystem, Name: name, Version: version}
}

// on is a Version of a project on GitHub.
func on(path string) string {
	return `{"relatedProjects":[{"projectKey":{"id":"github.com/` + path + `"},"relationProvenance":"UNVERIFIED_METADATA","relationType":"SOURCE_REPO"}]}`
}

func TestDepsDev(t *testing.T) {
	fake := &fakeDepsDev{t: t, page: 3, knows: map[string]string{
		"NPM @scope/known 1.2.3": `{
			"versionKey": {"system": "NPM", "name": "@scope/known", "version": "1.2.3"},
			"purl": "pkg:npm/%40scope/known@1.2.3",
			"publishedAt": "2022-06-14T19:46:38Z", "isDefault": true, "isDeprecated": false, "deprecatedReason": "",
			"licenses": ["MIT", "non-standard"], "licenseDetails": [{"license": "MIT", "spdx": "MIT"}],
			"links": [{"label": "HOMEPAGE", "url": "https://known.example"}, {"label": "SOURCE_REPO", "url": "git+https://github.com/scope/old.git"}],
			"registries": ["https://registry.npmjs.org/"],
			"relatedProjects": [
				{"projectKey": {"id": "github.com/scope/issues"}, "relationProvenance": "UNVERIFIED_METADATA", "relationType": "ISSUE_TRACKER"},
				{"projectKey": {"id": "github.com/scope/old"}, "relationProvenance": "UNVERIFIED_METADATA", "relationType": "SOURCE_REPO"},
				{"projectKey": {"id": "github.com/scope/known"}, "relationProvenance": "SLSA_ATTESTATION", "relationType": "SOURCE_REPO"}
			]}`,
		"NPM linked 1.0.0":                `{"links":[{"label":"SOURCE_REPO","url":"https://me:secret@codeberg.org/a/linked"}]}`,
		"NPM deprecated 1.0.0":            `{"isDeprecated":true,"deprecatedReason":"use linked","relatedProjects":[{"projectKey":{"id":"github.com/a/b"},"relationProvenance":"UNVERIFIED_METADATA","relationType":"SOURCE_REPO"}]}`,
		"NPM nowhere 1.0.0":               `{"links":[{"label":"HOMEPAGE","url":"https://nowhere.example"}],"relatedProjects":[{"projectKey":{"id":"../../etc"},"relationType":"SOURCE_REPO"}]}`,
		"NPM unknown 1.0.0":               "",
		"NPM twice 1.0.0":                 on("a/twice"),
		"NPM twice 2.0.0":                 `{"isDeprecated":true}`,
		"PYPI archived 1.0":               `{"projectStatus":{"status":"archived"},"relatedProjects":[{"projectKey":{"id":"github.com/a/b"},"relationProvenance":"UNVERIFIED_METADATA","relationType":"SOURCE_REPO"}]}`,
		"PYPI fine 1.0":                   `{"projectStatus":{"status":"active"},` + on("a/fine")[1:],
		"GO example.com/m v1.0.0":         `{"relatedProjects":[{"projectKey":{"id":"gitlab.com/a/b/m"},"relationProvenance":"GO_ORIGIN","relationType":"SOURCE_REPO"}]}`,
		"GO github.com/a/m/sub/v2 v2.1.0": on("a/m"),
	}}
	deps := []health.Dependency{
		uses("npm", "@scope/known", "1.2.3"), uses("npm", "linked", "1.0.0"), uses("npm", "deprecated", "1.0.0"),
		uses("npm", "nowhere", "1.0.0"), uses("npm", "unknown", "1.0.0"), uses("npm", "twice", "1.0.0"), uses("npm", "twice", "2.0.0"),
		uses("pypi", "archived", "1.0"), uses("pypi", "fine", "1.0"), uses("golang", "example.com/m", "v1.0.0"),
		uses("golang", "github.com/a/m/sub/v2", "v2.1.0"), uses("npm", "linked", "1.0.0"), uses("hex", "plug", "1.0.0"),
	}
	packages, err := fake.resolver().Packages(t.Context(), deps)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range packages {
		got = append(got, strings.TrimSpace(strings.Join([]string{p.Name, p.Repository, p.Directory, p.RepositoryFrom, p.Latest, strings.Join(p.Licences, " "), gaps(p)}, "|")))
		if !p.ReadAt.Equal(today) || p.Releases == nil || len(p.Releases) > 0 || len(p.Status) > 0 || p.StraightFromSource != (p.Ecosystem == "golang") {
			t.Errorf("%+v", p)
		}
	}
	want := []string{
		"@scope/known|https://github.com/scope/known||deps.dev, SLSA_ATTESTATION|1.2.3|MIT|publishers releases",
		"linked|https://codeberg.org/a/linked||deps.dev, from the package's metadata|||publishers releases status",
		"fine|https://github.com/a/fine||deps.dev, from the package's metadata|||publishers releases status",
		"example.com/m|https://gitlab.com/a/b/m||deps.dev, GO_ORIGIN|||publishers releases status",
		"github.com/a/m/sub/v2|https://github.com/a/m|sub|module path|||publishers releases status",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	if want := "https://deps.dev/npm/@scope%2Fknown/1.2.3"; packages[0].URL != want {
		t.Errorf("the page is %s, want %s", packages[0].URL, want)
	}
	if fake.pages != 4 {
		t.Errorf("%d pages were asked for, want 4 for 11 versions", fake.pages)
	}
}

// What may be private, and what is no version of a package, is never sent.
func TestDepsDevSends(t *testing.T) {
	private := Settings{
		Go:   GoSettings{Proxies: publicGo.Proxies, NoProxy: "noproxy.example", Private: "corp.example/*,"},
		NPM:  NPMSettings{Scopes: map[string]string{"@corp": "https://npm.corp.example"}},
		PyPI: PyPISettings{Further: true},
	}
	goAt := func(proxies ...GoProxy) Settings { return Settings{Go: GoSettings{Proxies: proxies}} }
	from := func(d health.Dependency, registry string) health.Dependency { d.Registry = registry; return d }
	taken := func(d health.Dependency, source string) health.Dependency { d.Source = source; return d }
	for _, test := range []struct {
		name     string
		settings Settings
		dep      health.Dependency
		want     bool
	}{
		{"a module", private, uses("golang", "github.com/a/b", "v1.0.0"), true},
		{"GOPRIVATE", private, uses("golang", "corp.example/team/b", "v1.0.0"), false},
		{"GONOPROXY", private, uses("golang", "noproxy.example/b", "v1.0.0"), false},
		{"another proxy first", goAt(GoProxy{URL: "https://go.corp.example"}, GoProxy{URL: "https://proxy.golang.org"}), uses("golang", "github.com/a/b", "v1.0.0"), false},
		{"no proxy", goAt(GoProxy{URL: "off"}), uses("golang", "github.com/a/b", "v1.0.0"), false},
		{"no settings", Settings{}, uses("golang", "github.com/a/b", "v1.0.0"), false},
		{"Go itself", private, uses("golang", "stdlib", "v1.26.0"), false},
		{"no module path", private, uses("golang", "../b", "v1.0.0"), false},
		{"a fork in its place", private, taken(uses("golang", "github.com/a/b", "v1.0.0"), "https://github.com/c/b"), false},
		{"a package", private, uses("npm", "left-pad", "1.3.0"), true},
		{"a scope", private, uses("npm", "@public/x", "1.3.0"), true},
		{"a private scope", private, uses("npm", "@corp/x", "1.3.0"), false},
		{"a private registry", Settings{NPM: NPMSettings{Registry: "https://npm.corp.example"}}, uses("npm", "left-pad", "1.3.0"), false},
		{"a lockfile's registry", Settings{}, from(uses("npm", "left-pad", "1.3.0"), "https://npm.corp.example/left-pad"), false},
		{"a mirror", Settings{}, from(uses("npm", "left-pad", "1.3.0"), "https://registry.yarnpkg.com"), true},
		{"a range", Settings{}, uses("npm", "left-pad", "^1.3.0"), false},
		{"no version", Settings{}, uses("npm", "left-pad", ""), false},
		{"a path", Settings{}, uses("npm", "left-pad", "file:../left-pad"), false},
		{"a long name", Settings{}, uses("npm", strings.Repeat("a", 501), "1.0.0"), false},
		{"a project", Settings{}, uses("pypi", "requests", "2.31.0"), true},
		{"further indexes", private, uses("pypi", "requests", "2.31.0"), false},
		{"another index", Settings{PyPI: PyPISettings{Index: "https://pip.corp.example/simple"}}, uses("pypi", "requests", "2.31.0"), false},
		{"a crate", Settings{}, from(uses("cargo", "serde", "1.0.0"), "registry+https://github.com/rust-lang/crates.io-index"), true},
		{"another crate registry", Settings{}, from(uses("cargo", "serde", "1.0.0"), "registry+https://cargo.corp.example/index"), false},
		{"a gem", Settings{}, from(uses("gem", "rack", "3.0.0"), "https://rubygems.org/"), true},
		{"another gem server", Settings{}, from(uses("gem", "rack", "3.0.0"), "https://gems.corp.example/"), false},
		{"an artifact", Settings{}, uses("maven", "org.slf4j:slf4j-api", "2.0.0"), true},
		{"a property", Settings{}, uses("maven", "org.slf4j:slf4j-api", "${slf4j}"), false},
		{"a NuGet package", Settings{}, uses("nuget", "Serilog", "3.0.0"), true},
		{"an ecosystem it doesn't know", Settings{}, uses("hex", "plug", "1.0.0"), false},
	} {
		if got := (DepsDev{Settings: test.settings}).Sends(test.dep); got != test.want {
			t.Errorf("%s: %s is sent: %v, want %v", test.name, test.dep.Label(), got, test.want)
		}
	}
}

func TestDepsDevKeepsAnswers(t *testing.T) {
	store, err := fetch.OpenStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	fake := &fakeDepsDev{t: t, knows: map[string]string{"NPM a 1.0.0": on("x/a"), "NPM b 1.0.0": "", "NPM c 1.0.0": on("x/c")}}
	d := fake.resolver()
	d.Store, d.MaxAge = store, 24*time.Hour
	names := func(deps ...health.Dependency) string {
		t.Helper()
		packages, err := d.Packages(t.Context(), deps)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, p := range packages {
			out = append(out, p.Name+" "+p.ReadAt.Format(time.DateOnly))
		}
		return strings.Join(out, ", ")
	}
	a, b, c := uses("npm", "a", "1.0.0"), uses("npm", "b", "1.0.0"), uses("npm", "c", "1.0.0")
	if got := names(a, b); got != "a 2026-11-21" {
		t.Errorf("first: %s", got)
	}
	d.Web.Now = func() time.Time { return today.Add(23 * time.Hour) }
	if got := names(a, b, c); got != "a 2026-11-21, c 2026-11-21" { // asking twice fails the test
		t.Errorf("within a day: %s", got)
	}
	d.Web.Now = func() time.Time { return today.AddDate(1, 0, 0) }
	d.Offline = true
	if got := names(a, b, uses("npm", "other", "1.0.0")); got != "a 2026-11-21" {
		t.Errorf("offline, a year later: %s", got)
	}
	d.Offline, fake.asked = false, nil
	if got := names(a); got != "a 2027-11-21" {
		t.Errorf("a year later: %s", got)
	}
}

func TestDepsDevFails(t *testing.T) {
	deps := []health.Dependency{uses("npm", "a", "1.0.0"), uses("npm", "b", "1.0.0")}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name  string
		ctx   context.Context
		fails func(page int) (*http.Response, error)
		want  string // of the error
		kept  int
	}{
		{"no connection", t.Context(), func(int) (*http.Response, error) { return nil, errors.New("no route") }, "asking api.deps.dev: no route", 0},
		{"refused", t.Context(), func(int) (*http.Response, error) { return reply(nil, 400, `{"code":3}`), nil }, "api.deps.dev answers 400 Bad Request", 0},
		{"no JSON", t.Context(), func(int) (*http.Response, error) { return reply(nil, 200, `<html>`), nil }, "isn't the JSON expected", 0},
		{"sent elsewhere", t.Context(), func(int) (*http.Response, error) {
			resp := reply(nil, 307, "")
			resp.Header.Set("Location", "https://elsewhere.example/")
			return resp, nil
		}, "api.deps.dev answers 307 Temporary Redirect", 0},
		{"the second page", t.Context(), func(page int) (*http.Response, error) {
			if page < 2 {
				return nil, nil
			}
			return reply(nil, 503, ""), nil
		}, "api.deps.dev answers 503 Service Unavailable", 1},
		{"no end", t.Context(), func(int) (*http.Response, error) {
			return reply(nil, 200, `{"responses":[{"request":{"versionKey":{"system":"NPM","name":"unasked","version":"1.0.0"}},"version":`+on("x/a")+`}],"nextPageToken":"more"}`), nil
		}, "api.deps.dev answers in more than 200 pages", 0},
		{"interrupted", ended, nil, "context canceled", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			fake := &fakeDepsDev{t: t, page: 1, fails: test.fails, knows: map[string]string{"NPM a 1.0.0": on("x/a"), "NPM b 1.0.0": on("x/b")}}
			packages, err := fake.resolver().Packages(test.ctx, deps)
			if err == nil || !strings.Contains(err.Error(), test.want) || len(packages) != test.kept {
				t.Errorf("%d packages, %v; want %d and %q", len(packages), err, test.kept, test.want)
			}
		})
	}
}

func TestDepsDevAsksInBatches(t *testing.T) {
	fake := &fakeDepsDev{t: t, knows: map[string]string{}}
	var deps []health.Dependency
	for i := range DepsDevBatch + 1 {
		version := fmt.Sprintf("1.0.%d", i)
		fake.knows["NPM a "+version] = on("x/a")
		deps = append(deps, uses("npm", "a", version))
	}
	packages, err := fake.resolver().Packages(t.Context(), deps)
	if err != nil || len(packages) != 1 || fake.pages != 2 {
		t.Errorf("%d packages in %d pages, %v; want 1 in 2", len(packages), fake.pages, err)
	}
}
