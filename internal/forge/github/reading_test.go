package github

import (
	"slices"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestMergesTellByTheirMessage(t *testing.T) {
	for message, want := range map[string]bool{
		"Merge pull request #7 from jane/fix\n\nFix": true,
		"Merge branch 'main' into next":              true,
		"Merge remote-tracking branch 'up/main'":     true,
		"Merge tag 'v1' into main":                   true,
		"Merge the two parsers into one":             false,
		"Fix merge branch names":                     false,
	} {
		if got := isMerge(message); got != want {
			t.Errorf("%q: merge %v", message, got)
		}
	}
}

func TestOneWrongClockMovesNoHistory(t *testing.T) {
	tables, err := fact.Load()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	h := &list[commit]{PageInfo: pageInfo{HasNextPage: true}}
	for i := range 100 {
		h.Nodes = append(h.Nodes, &commit{CommittedDate: at.AddDate(0, 0, -i)})
	}
	h.Nodes[99].CommittedDate = time.Unix(0, 0)
	r := repository{DefaultBranchRef: &branch{Target: &head{History: h}}}
	a := r.activity(health.Repository{Host: "github.com", Path: "a/b"}, time.Time{}, at, forge.Rules{Tables: tables})
	if want := at.AddDate(0, 0, -90); !a.Since.Equal(want) {
		t.Errorf("complete since %v, want %v", a.Since, want)
	}
}

func TestDormantRepositoryKeepsItsLastCommit(t *testing.T) {
	tables, err := fact.Load()
	if err != nil {
		t.Fatal(err)
	}
	last := time.Date(2015, 1, 2, 3, 4, 5, 0, time.UTC)
	since := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	r := repository{DefaultBranchRef: &branch{Target: &head{commit: commit{CommittedDate: last}, History: &list[commit]{}}}}
	a := r.activity(health.Repository{Host: "github.com", Path: "a/b"}, since, since.AddDate(5, 0, 0), forge.Rules{Tables: tables})
	if len(a.Commits) != 1 || !a.Commits[0].At.Equal(last) || !a.Since.Equal(since) {
		t.Errorf("commits %v since %v", a.Commits, a.Since)
	}
}

func TestPace(t *testing.T) {
	p := newPace(0)
	var sizes []int
	for _, ok := range []bool{true, true, true, true, false, true, true, false, false, false, false, false} {
		sizes = append(sizes, p.take())
		if ok {
			p.fine(p.take())
		} else {
			p.tooLarge(p.take())
		}
	}
	if want := []int{5, 10, 15, 20, 20, 10, 11, 12, 6, 3, 1, 1}; !slices.Equal(sizes, want) {
		t.Errorf("sizes %v, want %v", sizes, want)
	}
	if got := newPace(1000).take(); got != mostSize {
		t.Errorf("a remembered size of 1000 begins with %d", got)
	}
	p.fine(0) // a small last batch proves nothing
	if got := p.take(); got != 1 {
		t.Errorf("size %d after an answer to a smaller request", got)
	}
}

func TestPeopleWhoTakeSponsorsAreNotNamed(t *testing.T) {
	d := reading{repository: &repository{
		FundingLinks: []funding{{"GITHUB", "https://github.com/janedoe"}, {"PATREON", "https://patreon.com/acme"}, {"TIDELIFT", "https://tidelift.com/funding/github/npm/x"}},
	}}
	d.activity.Repository = health.Repository{Host: "github.com", Path: "Acme/widget"}
	d.funding()
	want := []health.Funding{{Platform: "github"}, {Platform: "patreon", URL: "https://patreon.com/acme"}, {Platform: "tidelift", URL: "https://tidelift.com/funding/github/npm/x"}}
	if !slices.Equal(d.activity.Funding, want) {
		t.Errorf("funding %+v, want %+v", d.activity.Funding, want)
	}
}
