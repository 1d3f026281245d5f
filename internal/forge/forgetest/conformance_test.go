package forgetest

import (
	"context"
	"io"
	"log"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/bitbucket"
	"github.com/mainstay-dev/mainstay/internal/forge/gerrit"
	"github.com/mainstay-dev/mainstay/internal/forge/git"
	"github.com/mainstay-dev/mainstay/internal/forge/gitea"
	"github.com/mainstay-dev/mainstay/internal/forge/github"
	"github.com/mainstay-dev/mainstay/internal/forge/gitlab"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// A reader reads the activity of repositories: what every forge is.
type reader interface {
	Activities(ctx context.Context, repos []health.Repository, since time.Time, yield func(i int, a health.Activity)) error
}

// A candidate is one forge in the suite.
type candidate struct {
	name  string
	tells forge.Tells
	// serve serves a world; nil where that isn't a handler alone.
	serve func(w World) http.Handler
	// client reads what is served.
	client func(t testing.TB, s *Server, rules forge.Rules) reader
}

// open serves a world and returns a client of it.
func (c candidate) open(t testing.TB, w World, rules forge.Rules) (reader, *Server) {
	var handler http.Handler
	if c.serve != nil {
		handler = c.serve(w)
	} else {
		handler = Git(t, w)
	}
	s := Serve(t, handler)
	return c.client(t, s, rules), s
}

func now() time.Time { return at }

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// candidates are all forges, plain git the last.
func candidates() []candidate {
	return []candidate{
		{"github", github.Tells(), GitHub, func(t testing.TB, s *Server, rules forge.Rules) reader {
			return must[*github.Client](t)(github.New(github.Options{Host: Host, API: s.URL, HTTP: s.HTTP, Now: now, Rules: rules, CommitPages: 20}))
		}},
		{"gitlab", gitlab.Tells(), func(w World) http.Handler { return GitLab(w, GitLabOptions{}) }, func(t testing.TB, s *Server, rules forge.Rules) reader {
			return must[*gitlab.Client](t)(gitlab.New(gitlab.Options{Host: Host, API: s.URL + "/api/v4", HTTP: s.HTTP, Now: now, Rules: rules, CommitPages: 20}))
		}},
		{"gitea", gitea.Tells(), Gitea, func(t testing.TB, s *Server, rules forge.Rules) reader {
			return must[*gitea.Client](t)(gitea.New(gitea.Options{Host: Host, API: s.URL + "/api/v1", HTTP: s.HTTP, Now: now, Rules: rules, CommitPages: 40}))
		}},
		{"bitbucket", bitbucket.Tells(), Bitbucket, func(t testing.TB, s *Server, rules forge.Rules) reader {
			return must[*bitbucket.Client](t)(bitbucket.New(bitbucket.Options{Host: Host, API: s.URL + "/2.0", HTTP: s.HTTP, Now: now, Rules: rules, CommitPages: 20}))
		}},
		{"gerrit", gerrit.Tells(), Gerrit, func(t testing.TB, s *Server, rules forge.Rules) reader {
			return must[*gerrit.Client](t)(gerrit.New(gerrit.Options{Host: Host, API: s.URL, HTTP: s.HTTP, Now: now, Rules: rules}))
		}},
		{"git", git.Tells(), nil, func(t testing.TB, s *Server, rules forge.Rules) reader {
			return must[*git.Forge](t)(git.New(t.Context(), git.Options{
				Dir: t.TempDir(), Rules: rules, Now: now, Env: os.Environ(), Bases: map[string]string{Host: s.URL},
			}))
		}},
	}
}

func rules(t testing.TB) forge.Rules {
	return forge.Rules{Tables: must[*fact.Tables](t)(fact.Load())}
}

// read reads all repositories of a world.
func read(t testing.TB, r reader, w World) []health.Activity {
	t.Helper()
	out := make([]health.Activity, len(w.Repositories))
	seen := map[int]int{}
	err := r.Activities(context.Background(), w.Asked(), w.Since, func(i int, a health.Activity) {
		out[i] = a
		seen[i]++
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range out {
		if seen[i] != 1 {
			t.Errorf("%s was yielded %d times", w.Repositories[i].Name, seen[i])
		}
	}
	return out
}

// TestConformance holds every forge to the same world: each has to give what
// there is, except for what it says that it doesn't tell.
func TestConformance(t *testing.T) {
	for _, c := range candidates() {
		t.Run(c.name, func(t *testing.T) {
			w, rules := Scenario(), rules(t)
			r, s := c.open(t, w, rules)
			got := read(t, r, w)
			for i, repo := range w.Repositories {
				t.Run(repo.Name, func(t *testing.T) { compare(t, c.tells, repo, w.Want(repo, rules), got[i]) })
			}
			if t.Failed() {
				for _, line := range s.Requests() {
					t.Log(line)
				}
			}
		})
	}
}

func compare(t *testing.T, tells forge.Tells, repo Repository, want, got health.Activity) {
	if repo.Gone || repo.Private {
		if tells[forge.FactCommits].None() { // it leaves that to git
			if got.Gaps.Why(health.PartCommits) == "" || got.Gaps.Why(health.PartChanges) == "" || got.Gaps.Outage() {
				t.Errorf("gaps of what isn't there: %v", got.Gaps)
			}
			return
		}
		if !got.Gaps.Gone() || got.Gaps.Outage() {
			t.Errorf("gaps of what isn't there: %v", got.Gaps)
		}
		return
	}
	if repo.Was != "" && tells[forge.FactRenames].None() {
		if got.Gaps.Why(health.PartChanges) == "" || got.Gaps.Outage() {
			t.Errorf("gaps of what has another name now: %v", got.Gaps)
		}
		return
	}
	for _, gap := range got.Gaps {
		switched := repo.IssuesOff && gap.Part == health.PartIssues || repo.ChangesOff && gap.Part == health.PartChanges
		if gap.Outage || gap.Gone || !switched && !untold(tells, gap.Part) {
			t.Errorf("gap: %+v", gap)
		}
	}
	off := !tells[forge.FactSwitchedOff].None()
	if off && repo.IssuesOff && got.Gaps.Why(health.PartIssues) == "" {
		t.Error("issues are switched off and no gap says so")
	}
	if tells[forge.FactSwitchedOff] == "yes" && repo.ChangesOff && got.Gaps.Why(health.PartChanges) == "" {
		t.Error("change requests are switched off and no gap says so")
	}
	want.Gaps = got.Gaps
	if diff := diffVisible(want, got, tells); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func diffVisible(want, got health.Activity, tells forge.Tells) string {
	return cmp.Diff(Visible(want, tells), Visible(got, tells))
}

// discard is a log that nobody reads.
func discard() *log.Logger { return log.New(io.Discard, "", 0) }

// untold reports whether a forge says that it doesn't tell a part.
func untold(tells forge.Tells, part health.Part) bool {
	facts := map[health.Part]forge.Fact{
		health.PartCommits: forge.FactCommits, health.PartTags: forge.FactTags, health.PartReleases: forge.FactReleases, health.PartIssues: forge.FactIssues, health.PartChanges: forge.FactChanges,
		health.PartFiles: forge.FactFiles, health.PartChecks: forge.FactChecks, health.PartEvents: forge.FactComments, health.PartStatus: forge.FactArchived,
		health.PartFunding: "", health.PartSecurity: "", health.PartAdvisories: "",
	}
	fact, known := facts[part]
	return known && (fact == "" || tells[fact].None())
}
