package metric

import (
	"math"
	"slices"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestPeopleExpectedToStay(t *testing.T) {
	run(t, "people-expected-to-stay", 1e-9, []probe{
		// k/(k+r+1): nine months active, the last one now.
		{"nine months, none since", func(a *health.Activity) { commit(a, lead, steady(month, 5, 250)...) }, .9, ""},
		{"and two of another, once each in three months, two months ago", func(a *health.Activity) {
			commit(a, lead, steady(month, 5, 250)...)
			commit(a, second, 70, 100, 130)
		}, .9 + 3./6, ""},
		{"who came once", func(a *health.Activity) { commit(a, user, 5) }, .05, ""},
		{"who came twice", func(a *health.Activity) { commit(a, user, 5, 50) }, .125, ""},
		{"who came once, long ago", func(a *health.Activity) { commit(a, user, 700) }, 1. / 24, ""},
		{"gone for two years", func(a *health.Activity) { commit(a, lead, 800, 850, 900) }, 0, ""},
		{"programs don't stay", func(a *health.Activity) { commit(a, program, steady(20, 5, 700)...) }, 0, ""},
		{"co-authors do", func(a *health.Activity) {
			for _, d := range steady(month, 5, 250) {
				a.Commits = append(a.Commits, health.Commit{At: ago(d), By: program, With: []int{lead}})
			}
		}, .9, ""},
	})
}

func TestContributorAbsenceFactor(t *testing.T) {
	chaoss := func(a *health.Activity) {
		for _, n := range []int{1000, 202, 90, 33, 332, 343, 42, 433} {
			by := len(a.People)
			a.People = append(a.People, health.Person{})
			commit(a, by, slices.Repeat([]float64{100}, n)...)
		}
	}
	run(t, "contributor-absence-factor", 0, []probe{
		{"CHAOSS's example", chaoss, 2, ""},
		{"programs and merges don't count", func(a *health.Activity) {
			chaoss(a)
			commit(a, program, slices.Repeat([]float64{50}, 9000)...)
			for range 9000 {
				a.Commits = append(a.Commits, health.Commit{At: ago(20), By: lead, Merge: true})
			}
		}, 2, ""},
		{"nobody in two years", func(a *health.Activity) { commit(a, lead, 800) }, 0, ""},
		{"no commit at all", func(*health.Activity) {}, 0, "no human commit"},
	})
}

func TestEffectiveOrganisations(t *testing.T) {
	employed := func(a *health.Activity, by int, name string) {
		a.People[by].Affiliation, a.People[by].Organisation = health.AffiliationEmployed, name
	}
	run(t, "effective-organisations", 1e-9, []probe{
		{"two equal ones", func(a *health.Activity) {
			employed(a, lead, "a")
			employed(a, second, "b")
			commit(a, lead, 1, 2)
			commit(a, second, 3, 4)
		}, 2, ""},
		{"colleagues are one", func(a *health.Activity) {
			employed(a, lead, "a")
			employed(a, second, "a")
			commit(a, lead, 1, 2)
			commit(a, second, 3, 4)
		}, 1, ""},
		{"who is unknown is alone", func(a *health.Activity) { commit(a, lead, 1); commit(a, user, 2) }, 2, ""},
	})
	a := repository()
	employed(a, lead, "a")
	commit(a, lead, 1)
	commit(a, user, 2)
	m := ask(t, "effective-organisations", health.Subject{Activity: a})
	if m.Interval == nil || m.Interval[0] != 1 || math.Abs(m.Interval[1]-2) > 1e-9 || m.Reliability != .5 {
		t.Errorf("interval %v and reliability %v where half is unknown, want 1 to 2 and .5", m.Interval, m.Reliability)
	}
}

func TestPeopleAbleToRelease(t *testing.T) {
	run(t, "people-able-to-release", 0, []probe{
		{"release authors and mergers", func(a *health.Activity) {
			a.Releases = []health.Release{{Version: "v1.0.0", At: ago(100), By: lead}, {Version: "v0.9.0", At: ago(300), By: program}}
			a.Changes = []health.Item{opened(50, did(second, health.EventMerge, 40))}
		}, 2, ""},
		{"who merges their own doesn't show that they may", func(a *health.Activity) {
			item := opened(50, did(asker, health.EventMerge, 40))
			a.Changes = []health.Item{item, opened(80, did(lead, health.EventMerge, 70))}
		}, 1, ""},
		{"merge commits", func(a *health.Activity) { a.Commits = []health.Commit{{At: ago(10), By: second, Merge: true}} }, 1, ""},
		{"longer than two years ago", func(a *health.Activity) {
			a.Releases = []health.Release{{Version: "v1.0.0", At: ago(900), By: lead}, {Version: "v0.9.0", At: ago(950), By: second}}
		}, 1, ""},
		{"nobody knows", func(a *health.Activity) { commit(a, lead, 10) }, 0, "isn't known"},
	})
	three := 3
	a := repository()
	a.Releases = []health.Release{{Version: "v1.0.0", At: ago(100), By: lead}}
	m := ask(t, "people-able-to-release", health.Subject{Activity: a, Package: &health.Package{Publishers: &three, URL: "https://example.org"}})
	check(t, m, 3, 0, "")
}
