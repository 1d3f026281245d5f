package forgetest

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/gitlab"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// faults are answers that a forge, or what stands before it, may give at any
// time in place of the right one.
var faults = []struct {
	name   string
	answer http.HandlerFunc
}{
	{"401", status(401)}, {"403", status(403)}, {"404", status(404)}, {"410", status(410)}, {"429", status(429)}, {"500", status(500)}, {"503", status(503)},
	{"a web page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><title>Maintenance</title>")
	}},
	{"a login page", func(w http.ResponseWriter, req *http.Request) {
		http.Redirect(w, req, "/users/sign_in", http.StatusFound)
	}},
	{"half of it", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `[{"id": 1, "na`)
	}},
	{"a hung up line", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { write(w, code, object{"message": "no"}) }
}

// A storm gives one wrong answer in place of the n-th right one.
type storm struct {
	http.Handler
	fault http.HandlerFunc

	mu   sync.Mutex
	n    int
	seen int
}

func (s *storm) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.URL.Path == "/users/sign_in" {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><title>Sign in</title>")
		return
	}
	s.mu.Lock()
	hit := s.seen == s.n
	s.seen++
	s.mu.Unlock()
	if hit {
		s.fault(w, req)
		return
	}
	s.Handler.ServeHTTP(w, req)
}

// TestWeather has each request of each forge answered wrongly once, in every
// way: what is then told has to be right, and what isn't has to be a gap.
func TestWeather(t *testing.T) {
	rules := rules(t)
	w := Scenario()
	w.Repositories = w.Repositories[:1]
	w.Repositories[0].Issues, w.Repositories[0].Changes = w.Repositories[0].Issues[2:5], w.Repositories[0].Changes[4:7]
	want := w.Want(w.Repositories[0], rules)
	for _, c := range candidates() {
		if c.serve == nil {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, fault := range faults {
				for n := 0; ; n++ {
					s := &storm{Handler: c.serve(w), fault: fault.answer, n: n}
					server := httptest.NewUnstartedServer(s)
					server.Config.ErrorLog = discard()
					server.Start()
					r := c.client(t, &Server{URL: server.URL, HTTP: server.Client()}, rules)
					got := read(t, r, w)[0]
					server.Close()
					if s.seen <= n {
						break
					}
					weathered(t, fmt.Sprintf("%s at request %d", fault.name, n), c.tells, want, got)
				}
			}
		})
	}
}

// weathered compares what was told in bad weather with the truth.
func weathered(t *testing.T, when string, tells forge.Tells, want, got health.Activity) {
	t.Helper()
	for _, gap := range got.Gaps {
		if gap.Why == "" || strings.ContainsAny(gap.Why, "\n<>") {
			t.Errorf("%s: a gap for %s says %q", when, gap.Part, gap.Why)
		}
	}
	if got.Gaps.Why(health.PartRepository) != "" {
		if len(got.Commits)+len(got.Issues)+len(got.Changes)+len(got.Releases)+len(got.Tags) > 0 {
			t.Errorf("%s: a repository that couldn't be read has an activity", when)
		}
		return
	}
	want.Gaps = got.Gaps
	if got.Owner == "" {
		want.Owner = "" // unknown needs no gap
	}
	if anonymous(got.Issues) || anonymous(got.Changes) { // it says that it doesn't know who closed
		tells = maps.Clone(tells)
		tells[forge.FactClosers], tells[forge.FactRoles] = "no", "no"
	}
	if diff := diffVisible(want, got, tells); diff != "" {
		t.Errorf("%s: gaps %v\n-want +got\n%s", when, got.Gaps, diff)
	}
}

// anonymous reports whether something was closed by somebody unknown.
func anonymous(items []health.Item) bool {
	for _, i := range items {
		for _, e := range i.Events {
			if e.Kind == health.EventClose && e.By < 0 {
				return true
			}
		}
	}
	return false
}

// TestOldGitLab reads servers that lack what newer ones have.
func TestOldGitLab(t *testing.T) {
	rules := rules(t)
	w := Scenario()
	for _, lacks := range [][]string{
		{"maxAccessLevelOfAuthor"}, {"systemNoteIconName"}, {"bot", "group"}, {"openMergeRequestsCount"}, {"mergeUser"}, {"fullPaths"},
		{"fullPaths", "bot", "group", "pipelines", "committedDate", "upcomingRelease", "maxAccessLevelOfAuthor"},
	} {
		t.Run(strings.Join(lacks, " "), func(t *testing.T) {
			s := Serve(t, GitLab(w, GitLabOptions{Lacks: lacks}))
			c := must[*gitlab.Client](t)(gitlab.New(gitlab.Options{Host: Host, API: s.URL + "/api/v4", HTTP: s.HTTP, Now: now, Rules: rules, CommitPages: 20}))
			got := read(t, c, w)
			tells := gitlab.Tells()
			for _, lack := range lacks {
				for _, fact := range map[string][]forge.Fact{
					"maxAccessLevelOfAuthor": {forge.FactRoles}, "systemNoteIconName": {forge.FactReviews}, "group": {forge.FactOwner},
					"openMergeRequestsCount": {forge.FactOpenCounts}, "mergeUser": {forge.FactMergers, forge.FactRoles}, "pipelines": {forge.FactChecks},
				}[lack] {
					tells[fact] = "no"
				}
			}
			for i, repo := range w.Repositories {
				compare(t, tells, repo, w.Want(repo, rules), got[i])
			}
		})
	}
}

// TestGitLabTooComplex has the server refuse what is too much at once.
func TestGitLabTooComplex(t *testing.T) {
	w := Scenario()
	s := Serve(t, GitLab(w, GitLabOptions{Complexity: 10}))
	c := must[*gitlab.Client](t)(gitlab.New(gitlab.Options{Host: Host, API: s.URL + "/api/v4", HTTP: s.HTTP, Now: now, Rules: rules(t)}))
	for i, a := range read(t, c, w) {
		if !a.Gaps.Outage() || !strings.Contains(a.Gaps.Why(health.PartRepository), "complexity") {
			t.Errorf("%s: %v", w.Repositories[i].Name, a.Gaps)
		}
	}
}
