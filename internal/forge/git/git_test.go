package git

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// lively makes a repository with what the reading has to tell apart.
func lively(s *server, repo string) {
	s.git(repo, "init", "-q", "-b", "trunk")
	s.write(repo, "README.md", "# lively\n\nThis project is looking for maintainers.\n")
	s.write(repo, "LICENSE", "see the README\n")
	s.gitAs(repo, "Jane Doe", "jane@acme.org", "2024-01-01T00:00:00Z", "commit", "-qm", "Begin")
	s.gitAs(repo, "Jane Doe", "jane@acme.org", "2024-01-01T00:00:00Z", "tag", "v0.1.0")
	s.write(repo, ".github/workflows/test.yml", "on: push\n")
	s.gitAs(repo, "jd", "jane@acme.org", "2025-06-01T12:00:00+02:00", "commit", "-qm", "Test\n\nCo-authored-by: Joe Roe <joe@intel.com>\nCo-authored-by: Claude <noreply@anthropic.com>")
	s.git(repo, "checkout", "-qb", "side")
	s.write(repo, "deep/down/README.md", "This project is deprecated.\n")
	s.gitAs(repo, "Ann Poe", "1+ann@users.noreply.github.com", "2025-07-01T00:00:00Z", "commit", "-qm", "Side")
	s.git(repo, "checkout", "-q", "trunk")
	s.gitAs(repo, "dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", "2025-08-01T00:00:00Z", "commit", "-q", "--allow-empty", "-m", "Bump x from 1 to 2")
	s.gitAs(repo, "Jane Doe", "jane@home.example.net", "2025-09-01T00:00:00Z", "merge", "-q", "--no-ff", "-m", "Merge side", "side")
	s.gitAs(repo, "Jane Doe", "jane@acme.org", "2025-10-01T00:00:00Z", "tag", "-a", "-m", "one", "v1.0.0")
	s.git(repo, "checkout", "-qb", "old", "v0.1.0") // a line of its own, known by its tag alone
	s.gitAs(repo, "Jane Doe", "jane@acme.org", "2025-11-01T00:00:00Z", "commit", "-q", "--allow-empty", "-m", "Mend")
	s.git(repo, "tag", "v0.1.1")
	s.git(repo, "checkout", "-q", "trunk")
	for _, ref := range []string{"refs/pull/1/head", "refs/pull/1/merge", "refs/pull/7/head", "refs/merge-requests/3/head", "refs/pull/x/head"} {
		s.git(repo, "update-ref", ref, "HEAD")
	}
}

func TestReadsWhatGitTells(t *testing.T) {
	s := serve(t)
	lively(s, "acme/lively")
	got := read(t, s.reader(nil), "acme/lively", at("2025-01-01T00:00:00Z"))

	changes := 3
	want := health.Activity{
		Repository: health.Repository{Host: "github.com", Path: "acme/lively"},
		ReadAt:     now, Since: at("2025-01-01T00:00:00Z"), CreatedAt: at("2024-01-01T00:00:00Z"),
		People: []health.Person{
			{Affiliation: "employed", Organisation: "organisation 1"},
			{Bot: "forge", Affiliation: "unknown"},
			{Affiliation: "unknown"},
			{Affiliation: "employed", Organisation: "organisation 2"}, // nothing in the window ties jd to Jane Doe
			{Affiliation: "employed", Organisation: "Intel"},
			{Bot: "agent", Affiliation: "unknown"},
		},
		Commits: []health.Commit{
			{At: at("2025-09-01T00:00:00Z"), By: 0, Merge: true},
			{At: at("2025-08-01T00:00:00Z"), By: 1},
			{At: at("2025-07-01T00:00:00Z"), By: 2},
			{At: at("2025-06-01T10:00:00Z"), By: 3, With: []int{4, 5}},
		},
		Tags:        []health.Tag{{Name: "v0.1.1", At: at("2025-11-01T00:00:00Z")}, {Name: "v1.0.0", At: at("2025-10-01T00:00:00Z")}, {Name: "v0.1.0", At: at("2024-01-01T00:00:00Z")}},
		ChangesEver: &changes,
		Releases:    []health.Release{}, Issues: []health.Item{}, Changes: []health.Item{}, Funding: []health.Funding{}, Advisories: []health.Advisory{},
		Notices: []health.Notice{{Kind: health.NoticeSeeking, Text: "This project is looking for maintainers", URL: "https://github.com/acme/lively/blob/HEAD/README.md"}},
		Files:   []string{"LICENSE", "README.md"},
		Licence: "NOASSERTION", CI: health.CheckPresent,
	}
	for _, part := range []health.Part{health.PartReleases, health.PartIssues, health.PartChanges, health.PartEvents, health.PartStatus, health.PartAdvisories} {
		want.Gaps = append(want.Gaps, health.Gap{Part: part, Why: noAPI})
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestHistories(t *testing.T) {
	s := serve(t)
	lively(s, "acme/lively")
	since := at("2025-01-01T00:00:00Z")
	whole := read(t, s.reader(nil), "acme/lively", since)
	s.asked()

	f := s.reader(func(o *Options) { o.MaxAge = time.Hour })
	history := func() (out health.Activity) {
		err := f.Histories(t.Context(), []health.Repository{whole.Repository}, since, func(_ int, a health.Activity) { out = a })
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	got := history()
	if n := len(s.asked()); n != 3 {
		t.Errorf("%d requests, want 3: what the host can do, its refs, the commits", n)
	}
	type told struct {
		Commits []health.Commit
		Tags    []health.Tag
		Since   time.Time
	}
	of := func(a health.Activity) told { return told{a.Commits, a.Tags, a.Since} }
	if d := cmp.Diff(of(whole), of(got)); d != "" {
		t.Errorf("(-whole +history)\n%s", d)
	}
	if got.Gaps.Why(health.PartFiles) == "" || got.Gaps.Outage() {
		t.Errorf("the files weren't asked for: %v", got.Gaps)
	}
	if history(); len(s.asked()) != 0 {
		t.Error("what was read within the hour was asked for again")
	}
	if d := cmp.Diff(whole, read(t, f, "acme/lively", since)); d != "" {
		t.Errorf("the whole after the history (-want +got)\n%s", d)
	}
	s.asked()
	if d := cmp.Diff(whole, history()); d != "" || len(s.asked()) != 0 {
		t.Errorf("the history after the whole (-want +got)\n%s", d)
	}
}

func TestHistoriesOfWhatIsGone(t *testing.T) {
	f := serve(t).reader(nil)
	err := f.Histories(t.Context(), []health.Repository{{Host: "github.com", Path: "acme/gone"}}, time.Time{}, func(_ int, a health.Activity) {
		if !a.Gaps.Gone() {
			t.Errorf("it isn't there, and the gaps are %v", a.Gaps)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
