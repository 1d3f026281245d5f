package github_test

import (
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/github"
	"github.com/mainstay-dev/mainstay/internal/health"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	noon  = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	since = noon.AddDate(-2, 0, 0)
)

// read asks a client made of o for the repositories of owner acme.
func read(t *testing.T, o github.Options, names ...string) []health.Activity {
	t.Helper()
	tables, err := fact.Load()
	if err != nil {
		t.Fatal(err)
	}
	o.Host, o.Rules = "github.com", forge.Rules{Tables: tables}
	if o.Now == nil {
		o.Now = func() time.Time { return noon }
	}
	client, err := github.New(o)
	if err != nil {
		t.Fatal(err)
	}
	var repos []health.Repository
	for _, name := range names {
		repos = append(repos, health.Repository{Host: "github.com", Path: "acme/" + name})
	}
	got := make([]health.Activity, len(repos))
	seen := make([]bool, len(repos))
	err = client.Activities(t.Context(), repos, since, func(i int, a health.Activity) {
		if seen[i] {
			t.Errorf("repository %d was yielded twice", i)
		}
		got[i], seen[i] = a, true
	})
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.Index(seen, false); i >= 0 {
		t.Fatalf("repository %d was never yielded", i)
	}
	return got
}

// serve answers every request in turn with the next of some answers, and fails
// the test on one request too many.
func serve(t *testing.T, answers ...http.HandlerFunc) github.Options {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/graphql" {
			t.Errorf("unexpected request: %s %s", r.Method, r.URL.Path)
		}
		if len(answers) == 0 {
			t.Error("one request too many")
			http.Error(w, "no more", http.StatusTeapot)
			return
		}
		next := answers[0]
		answers = answers[1:]
		next(w, r)
	}))
	t.Cleanup(func() {
		server.Close()
		if len(answers) > 0 {
			t.Errorf("%d requests less than expected", len(answers))
		}
	})
	return github.Options{API: server.URL, HTTP: server.Client()}
}

func file(t *testing.T, name string) http.HandlerFunc {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(raw)
	}
}

func TestActivity(t *testing.T) {
	o := serve(t, file(t, "three.json"))
	var spent []int
	o.Spent = func(cost, remaining int, _ time.Time) { spent = append(spent, cost, remaining) }
	got := read(t, o, "widget", "lost", "walled")

	raw, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/three.golden.json"
	if *update {
		if err := os.WriteFile(golden, append(raw, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(raw)+"\n"); diff != "" {
		t.Errorf("activities (-want +got):\n%s", diff)
	}
	if !slices.Equal(spent, []int{2, 4998}) {
		t.Errorf("spent %v, want cost 2 of which 4998 remain", spent)
	}
}

func TestActivitiesEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { cancel() }))
	defer server.Close()
	client, err := github.New(github.Options{Host: "github.com", API: server.URL, HTTP: server.Client(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	repos := []health.Repository{{Host: "github.com", Path: "acme/widget"}}
	if err := client.Activities(ctx, repos, since, func(int, health.Activity) {}); err == nil {
		t.Error("a reading that was cancelled ended without an error")
	}
}
