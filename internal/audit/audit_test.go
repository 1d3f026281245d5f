package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/score"
)

var (
	today = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	since = today.AddDate(-5, 0, 0)
)

// fakeRegistry answers about the packages it holds and fails the test on any
// question asked twice.
type fakeRegistry struct {
	t     *testing.T
	holds map[string]health.Package
	fails map[string]error
	asked chan string
}

func newRegistry(t *testing.T, repositories map[string]string) *fakeRegistry {
	r := &fakeRegistry{t: t, holds: map[string]health.Package{}, fails: map[string]error{}, asked: make(chan string, 100)}
	for name, repo := range repositories {
		r.holds[name] = health.Package{Ecosystem: "golang", Name: name, ReadAt: today, Repository: repo, Releases: []health.Release{}}
	}
	return r
}

func (r *fakeRegistry) Package(_ context.Context, dep health.Dependency) (health.Package, error) {
	r.asked <- dep.Name
	if err := r.fails[dep.Name]; err != nil {
		return health.Package{}, err
	}
	pkg, ok := r.holds[dep.Name]
	if !ok {
		r.t.Errorf("asked about %s, which nobody expects", dep.Name)
	}
	return pkg, nil
}

// fakeForge knows the repositories it holds and yields them in reverse.
type fakeForge struct {
	holds map[health.Repository]health.Activity
	then  func()

	mu    sync.Mutex
	asked []health.Repository
}

func (f *fakeForge) Activities(ctx context.Context, repos []health.Repository, _ time.Time, yield func(int, health.Activity)) error {
	f.mu.Lock()
	f.asked = append(f.asked, repos...)
	f.mu.Unlock()
	for i := len(repos) - 1; i >= 0; i-- {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		a, ok := f.holds[repos[i]]
		if !ok {
			a = unread(repos[i], "host down", true)
		}
		yield(i, a)
		if f.then != nil {
			f.then()
		}
	}
	return ctx.Err()
}

func dep(name, version string) health.Dependency {
	return health.Dependency{
		Purl: "pkg:golang/" + name + "@" + version, Ecosystem: "golang", Name: name, Version: version,
		Direct: true, Scope: health.ScopeRuntime, Locations: []health.Location{}, Paths: [][]string{},
	}
}

func repo(path string) health.Repository { return health.Repository{Host: "forge.example", Path: path} }

func lively(path string, commits int) health.Activity {
	a := health.Activity{
		Repository: repo(path), ReadAt: today, People: []health.Person{{}, {}}, Commits: []health.Commit{},
		Tags: []health.Tag{}, Releases: []health.Release{}, Issues: []health.Item{}, Changes: []health.Item{},
		Notices: []health.Notice{}, Files: []string{}, Funding: []health.Funding{}, Advisories: []health.Advisory{},
	}
	for i := range commits {
		a.Commits = append(a.Commits, health.Commit{At: today.AddDate(0, 0, -20*i-1), By: i % 2})
	}
	return a
}

func newAudit(t *testing.T, registry Registry, forge Forge) Audit {
	tables, err := fact.Load()
	if err != nil {
		t.Fatal(err)
	}
	return Audit{
		At: today, Since: since, Registries: map[string]Registry{"golang": registry}, Forge: forge,
		Tables: tables, Model: score.Default, Jobs: 4,
	}
}

func TestRun(t *testing.T) {
	registry := newRegistry(t, map[string]string{
		"a.example/one":   "https://forge.example/x/mono",
		"a.example/two":   "https://forge.example/x/mono",
		"b.example/busy":  "https://forge.example/x/busy",
		"c.example/lost":  "",
		"d.example/odd":   "gopher://hole",
		"e.example/cloud": "https://forge.example/x/unreachable",
	})
	registry.fails["f.example/down"] = errors.New("asking the proxy about f.example/down: connection refused")
	registry.fails["g.example/never"] = NotOffered("private modules are not asked for at a proxy")
	forge := &fakeForge{holds: map[health.Repository]health.Activity{
		repo("x/mono"): lively("x/mono", 3),
		repo("x/busy"): lively("x/busy", 30),
	}}
	var steps atomic.Int32
	a := newAudit(t, registry, forge)
	a.Progress = func(Step) { steps.Add(1) }
	a.KeepEvidence = true
	deps := []health.Dependency{
		dep("a.example/one", "v1.0.0"), dep("a.example/one", "v1.1.0"), dep("a.example/two", "v1.0.0"),
		dep("b.example/busy", "v1.0.0"), dep("c.example/lost", "v1.0.0"), dep("d.example/odd", "v1.0.0"),
		dep("e.example/cloud", "v1.0.0"), dep("f.example/down", "v1.0.0"), dep("g.example/never", "v1.0.0"),
		{Ecosystem: "conda", Name: "numpy", Version: "1", Locations: []health.Location{}, Paths: [][]string{}},
	}
	report, evidence, err := a.Run(t.Context(), deps)
	if err != nil {
		t.Fatal(err)
	}

	var order []string
	for _, f := range report.Findings {
		order = append(order, fmt.Sprintf("%s@%s %s", f.Name, f.Version, f.Grade))
	}
	want := []string{
		"a.example/one@v1.0.0 D", "a.example/one@v1.1.0 D", "a.example/two@v1.0.0 D", "b.example/busy@v1.0.0 C",
		"c.example/lost@v1.0.0 U", "d.example/odd@v1.0.0 U", "e.example/cloud@v1.0.0 U", "f.example/down@v1.0.0 U",
		"g.example/never@v1.0.0 U", "numpy@1 U",
	}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("order of findings (-want +got):\n%s", diff)
	}
	if len(registry.asked) != 8 {
		t.Errorf("the registry was asked %d times, want once for each of 8 packages", len(registry.asked))
	}
	if len(forge.asked) != 3 {
		t.Errorf("the forge was asked about %v, want each of 3 repositories once", forge.asked)
	}
	if report.Complete {
		t.Error("an audit that couldn't reach two hosts calls itself complete")
	}
	wantMissing := []health.Missing{
		{Subject: "forge.example/x/unreachable", Part: health.PartRepository, Why: "host down"},
		{Subject: "pkg:golang/f.example/down@v1.0.0", Part: health.PartPackage, Why: "asking the proxy about f.example/down: connection refused"},
	}
	if diff := cmp.Diff(wantMissing, report.Missing); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	if got, want := int(steps.Load()), 9+3; got != want {
		t.Errorf("%d steps reported, want %d", got, want)
	}

	t.Run("without its evidence", func(t *testing.T) {
		lean := newAudit(t, newRegistry(t, nil), evidence.Forge())
		lean.Registries = evidence.Registries()
		again, left, err := lean.Run(t.Context(), deps)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(report, again); diff != "" {
			t.Errorf("the report differs (-with +without):\n%s", diff)
		}
		if n := len(left.Activities[repo("x/busy")].Commits); n != 0 {
			t.Errorf("%d commits of a judged repository are still held", n)
		}
	})

	t.Run("bundle", func(t *testing.T) {
		var first, second bytes.Buffer
		if err := evidence.Write(&first); err != nil {
			t.Fatal(err)
		}
		saved, err := ReadEvidence(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if err := saved.Write(&second); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Error("a bundle read and written again isn't the same")
		}
		replay := newAudit(t, nil, saved.Forge())
		replay.Registries = saved.Registries()
		again, _, err := replay.Run(t.Context(), deps)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(report, again); diff != "" {
			t.Errorf("the report from the bundle differs (-live +bundle):\n%s", diff)
		}
	})
}

// A resolver answers about the packages it holds, and counts its questions.
type resolver struct {
	holds []health.Package
	asked []health.Dependency
}

func (r *resolver) Packages(ctx context.Context, deps []health.Dependency) ([]health.Package, error) {
	r.asked = append(r.asked, deps...)
	return r.holds, ctx.Err()
}

func TestRunAsksTheResolverFirst(t *testing.T) {
	registry := newRegistry(t, map[string]string{"b.example/rest": "https://forge.example/x/rest"})
	r := &resolver{holds: []health.Package{{Ecosystem: "golang", Name: "a.example/known", ReadAt: today, Repository: "https://forge.example/x/known"}}}
	a := newAudit(t, registry, &fakeForge{holds: map[health.Repository]health.Activity{
		repo("x/known"): lively("x/known", 3), repo("x/rest"): lively("x/rest", 3),
	}})
	a.Resolver = r
	deps := []health.Dependency{dep("a.example/known", "v1.0.0"), dep("a.example/known", "v1.1.0"), dep("b.example/rest", "v1.0.0")}
	report, _, err := a.Run(t.Context(), deps)
	if err != nil || !report.Complete {
		t.Fatalf("%v, missing %v", err, report.Missing)
	}
	if len(registry.asked) != 1 { // it fails the test on what it doesn't hold
		t.Errorf("the registry was asked %d times, want once", len(registry.asked))
	}
	if diff := cmp.Diff(deps, r.asked); diff != "" {
		t.Errorf("the resolver was asked once about everything (-want +got):\n%s", diff)
	}
	for _, f := range report.Findings {
		if want := "https://" + repo("x/"+f.Name[len("a.example/"):]).String(); f.Repository != want {
			t.Errorf("%s is developed in %q, want %q", f.Name, f.Repository, want)
		}
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	forge := &fakeForge{holds: map[health.Repository]health.Activity{}, then: cancel}
	registry := newRegistry(t, map[string]string{"a": "https://forge.example/x/a", "b": "https://forge.example/x/b"})
	_, _, err := newAudit(t, registry, forge).Run(ctx, []health.Dependency{dep("a", "v1"), dep("b", "v1")})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's own error", err)
	}
}

func TestReadEvidenceRefuses(t *testing.T) {
	var other bytes.Buffer
	e := Evidence{AsOf: today}
	if err := e.Write(&other); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{
		"plain text": []byte("hello"),
		"nothing":    nil,
		"truncated":  other.Bytes()[:other.Len()/2],
	} {
		if _, err := ReadEvidence(bytes.NewReader(raw)); err == nil {
			t.Errorf("%s: read without an error", name)
		}
	}
}

// memory is a Memory without a disk.
type memory map[string][]byte

func (m memory) Get(kind, key string) ([]byte, time.Time, bool) {
	v, ok := m[kind+key]
	return v, today, ok
}

func (m memory) Put(kind, key string, value []byte, _ time.Time) error {
	m[kind+key] = slices.Clone(value)
	return nil
}

func TestRemembering(t *testing.T) {
	here, gone := repo("x/here"), repo("x/down")
	kept := memory{}
	read := func(r Remembering, repos ...health.Repository) map[string]health.Activity {
		t.Helper()
		out := map[string]health.Activity{}
		err := r.Activities(t.Context(), repos, since, func(i int, a health.Activity) { out[repos[i].Path] = a })
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	forge := &fakeForge{holds: map[health.Repository]health.Activity{here: lively("x/here", 2)}}
	r := Remembering{
		Forge: forge, Memory: kept, Scope: func(health.Repository) string { return "api" },
		Now: today, MaxAge: time.Hour, MaxStale: 48 * time.Hour,
	}

	first := read(r, here, gone)
	if len(forge.asked) != 2 || len(first["x/here"].Commits) != 2 {
		t.Fatalf("first run asked about %v and got %+v", forge.asked, first)
	}
	if diff := cmp.Diff(first["x/here"], read(r, here)["x/here"]); diff != "" {
		t.Errorf("from memory (-asked +remembered):\n%s", diff)
	}
	if len(forge.asked) != 2 {
		t.Errorf("a fresh answer was asked for again: %v", forge.asked)
	}
	if read(r, gone); len(forge.asked) != 3 {
		t.Error("an outage was remembered as an answer")
	}

	var stale []string
	r.Used = func(repo health.Repository, _ time.Time, why string) { stale = append(stale, repo.Path+": "+why) }
	r.Now, forge.holds = today.Add(24*time.Hour), nil
	if a := read(r, here)["x/here"]; len(a.Commits) != 2 || a.Gaps.Outage() {
		t.Errorf("host down, evidence a day old: got %+v", a)
	}
	r.Now = today.Add(72 * time.Hour)
	if a := read(r, here)["x/here"]; !a.Gaps.Outage() {
		t.Errorf("host down, evidence too old: got %+v", a)
	}
	r.Offline = true
	if a := read(r, here)["x/here"]; len(a.Commits) != 2 {
		t.Errorf("offline: got %+v", a)
	}
	if a := read(r, gone)["x/down"]; !a.Gaps.Outage() {
		t.Errorf("offline, nothing kept: got %+v", a)
	}
	if diff := cmp.Diff([]string{"x/here: host down", "x/here: "}, stale); diff != "" {
		t.Errorf("used (-want +got):\n%s", diff)
	}
}

func TestSources(t *testing.T) {
	short := lively("x/short", 2)
	short.Since = today.AddDate(0, 0, -2)
	short.Issues = []health.Item{{Number: 7, Opened: today, By: 1}}
	api := &fakeForge{holds: map[health.Repository]health.Activity{
		repo("x/full"): lively("x/full", 4), repo("x/short"): short,
	}}
	git := &fakeForge{holds: map[health.Repository]health.Activity{
		repo("x/short"):                          lively("x/short", 9),
		{Host: "plain.example", Path: "y/plain"}: lively("y/plain", 5),
	}}
	sources := Sources{Git: git, API: func(_ context.Context, host string) (Forge, string) {
		if host == "forge.example" {
			return api, ""
		}
		return nil, "no token for " + host
	}}
	repos := []health.Repository{repo("x/full"), repo("x/short"), {Host: "plain.example", Path: "y/plain"}}
	got := make([]health.Activity, len(repos))
	err := sources.Activities(t.Context(), repos, since, func(i int, a health.Activity) { got[i] = a })
	if err != nil {
		t.Fatal(err)
	}
	if len(got[0].Commits) != 4 || len(git.asked) != 2 {
		t.Errorf("a complete answer of the API was asked of git too: %v", git.asked)
	}
	if len(got[1].Commits) != 9 || len(got[1].Issues) != 1 || !got[1].Since.IsZero() {
		t.Errorf("joined: %d commits since %v and %d issues, want git's 9 from the beginning and the API's 1",
			len(got[1].Commits), got[1].Since, len(got[1].Issues))
	}
	for _, c := range got[1].Commits {
		if c.By < 2 || c.By >= len(got[1].People) {
			t.Fatalf("commit by person %d of %d: git's people come after the API's 2", c.By, len(got[1].People))
		}
	}
	if why := got[2].Gaps.Why(health.PartIssues); why != "no token for plain.example" || len(got[2].Commits) != 5 {
		t.Errorf("without an API: %d commits, issues missing because %q", len(got[2].Commits), why)
	}
}

// historian is a Forge that tells which repositories it was asked a history of.
type historian struct {
	*fakeForge
	histories fakeForge
}

func (h *historian) Histories(ctx context.Context, repos []health.Repository, since time.Time, yield func(int, health.Activity)) error {
	return h.histories.Activities(ctx, repos, since, yield)
}

func TestSourcesAskForNoFileThatIsKnown(t *testing.T) {
	short := func(path string, change func(*health.Activity)) health.Activity {
		a := lively(path, 2)
		a.Since = today.AddDate(0, 0, -2)
		change(&a)
		return a
	}
	api := &fakeForge{holds: map[health.Repository]health.Activity{
		repo("x/told"):   short("x/told", func(*health.Activity) {}),
		repo("x/mapped"): short("x/mapped", func(a *health.Activity) { a.Files = []string{".mailmap"} }),
		repo("x/untold"): short("x/untold", func(a *health.Activity) { a.Gaps = health.Gaps{{Part: health.PartFiles, Why: "refused"}} }),
	}}
	long := map[health.Repository]health.Activity{
		repo("x/told"): lively("x/told", 9), repo("x/mapped"): lively("x/mapped", 9), repo("x/untold"): lively("x/untold", 9),
	}
	git := &historian{fakeForge: &fakeForge{holds: long}, histories: fakeForge{holds: long}}
	sources := Sources{Git: git, API: func(context.Context, string) (Forge, string) { return api, "" }}
	repos := []health.Repository{repo("x/told"), repo("x/mapped"), repo("x/untold"), repo("x/down")}
	err := sources.Activities(t.Context(), repos, since, func(i int, a health.Activity) {
		if want := 9; i < 3 && len(a.Commits) != want {
			t.Errorf("%s: %d commits, want %d", repos[i], len(a.Commits), want)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]health.Repository{repo("x/told")}, git.histories.asked); diff != "" {
		t.Errorf("asked for a history (-want +got)\n%s", diff)
	}
	if len(git.asked) != 3 {
		t.Errorf("asked for everything: %v", git.asked)
	}
}
