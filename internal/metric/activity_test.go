package metric

import (
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func steady(every, from, to float64) (ages []float64) {
	for d := from; d <= to; d += every {
		ages = append(ages, d)
	}
	return ages
}

func TestActiveMonths(t *testing.T) {
	fourAsked := func(a *health.Activity) {
		for _, d := range []float64{10, 100, 200, 300} {
			a.Issues = append(a.Issues, opened(d))
		}
	}
	run(t, "active-months", 1e-9, []probe{
		{"two of the four months that four requests call for", func(a *health.Activity) {
			fourAsked(a)
			commit(a, lead, 5, 40)
		}, .5, ""},
		{"many commits in one month are one month", func(a *health.Activity) {
			fourAsked(a)
			commit(a, lead, 1, 2, 3, 4, 5)
		}, .25, ""},
		{"programs don't count", func(a *health.Activity) {
			fourAsked(a)
			commit(a, program, steady(20, 1, 360)...)
			commit(a, lead, 361)
		}, .25, ""},
		{"a merge counts", func(a *health.Activity) {
			fourAsked(a)
			a.Commits = []health.Commit{{At: ago(3), By: lead, Merge: true}}
		}, .25, ""},
		{"nobody asked anything", func(a *health.Activity) { commit(a, lead, 5) }, 1, ""},
		{"more was asked before they fell silent", func(a *health.Activity) {
			for d := 380.0; d < 500; d += 10 {
				a.Issues = append(a.Issues, opened(d))
			}
			commit(a, lead, 200, 240, 280)
		}, .5, ""},
		{"maintainers and programs don't ask", func(a *health.Activity) {
			fourAsked(a)
			for _, by := range []int{lead, second, program, program} {
				a.Issues = append(a.Issues, health.Item{Opened: ago(20), By: by})
			}
			commit(a, lead, 5, 40)
		}, .5, ""},
		{"nobody knows what was asked: four months", func(a *health.Activity) {
			a.Gaps = health.Gaps{{Part: health.PartIssues, Why: "no token"}}
			commit(a, lead, 5)
		}, .25, ""},
		{"half of the window is known", func(a *health.Activity) {
			fourAsked(a)
			a.Since = ago(182.5)
			commit(a, lead, 5)
		}, .5, ""},
		{"too little is known", func(a *health.Activity) { a.Since = ago(100) }, 0, "commits were read back to"},
		{"no commits", func(a *health.Activity) {
			a.Gaps = health.Gaps{{Part: health.PartCommits, Why: "the host is down"}}
		}, 0, "the host is down"},
	})
}

func TestLastMaintainerAct(t *testing.T) {
	run(t, "last-maintainer-act", 1e-9, []probe{
		{"a commit", func(a *health.Activity) { commit(a, lead, 100, 200) }, 100, ""},
		{"an answer is later", func(a *health.Activity) {
			commit(a, lead, 100)
			a.Issues = []health.Item{opened(90, did(lead, health.EventComment, 40))}
		}, 40, ""},
		{"an answer without authority", func(a *health.Activity) {
			commit(a, lead, 100)
			a.Issues = []health.Item{opened(90, did(user, health.EventComment, 40))}
		}, 100, ""},
		{"a program's commits", func(a *health.Activity) { commit(a, program, 1, 2, 3); commit(a, lead, 515) }, 515, ""},
		{"a program's release", func(a *health.Activity) {
			commit(a, lead, 515)
			a.Releases = []health.Release{{Version: "v1.0.0", At: ago(5), By: program}}
		}, 515, ""},
		{"a release by a human", func(a *health.Activity) {
			commit(a, lead, 515)
			a.Releases = []health.Release{{Version: "v1.0.0", At: ago(5), By: lead}}
		}, 5, ""},
		{"a tag soon after a commit", func(a *health.Activity) {
			commit(a, lead, 515)
			a.Tags = []health.Tag{{Name: "v1.0.0", At: ago(500)}}
		}, 500, ""},
		{"a tag long after", func(a *health.Activity) {
			commit(a, lead, 515)
			a.Tags = []health.Tag{{Name: "v1.0.0", At: ago(5)}}
		}, 515, ""},
		{"nothing since what was read began", func(a *health.Activity) { a.Since = ago(700) }, 700, ""},
		{"nothing", func(*health.Activity) {}, 0, "no human act is known"},
	})
}

func TestRegularity(t *testing.T) {
	waiting := func(a *health.Activity, n int) {
		for range n {
			a.Issues = append(a.Issues, opened(150))
		}
	}
	run(t, "regularity", .01, []probe{
		{"always at work", func(a *health.Activity) { commit(a, lead, steady(20, 1, 1900)...) }, 12, ""},
		{"never", func(*health.Activity) {}, 0, ""},
		{"one commit thirty days ago", func(a *health.Activity) { commit(a, lead, 30) },
			12 * habit.Faded(30) / habit.Faded(habit.Window), ""},
		{"programs don't count", func(a *health.Activity) { commit(a, program, steady(20, 1, 1900)...) }, 0, ""},
		{"what wasn't read is taken to be like the rest", func(a *health.Activity) {
			a.Since = ago(381)
			commit(a, lead, steady(20, 1, 381)...)
		}, 12, ""},
		{"a break while two wait", func(a *health.Activity) {
			commit(a, lead, steady(20, 731, 1900)...)
			waiting(a, 2)
		}, 12 * (1 - habit.Faded(701)/habit.Faded(habit.Window)), ""},
		{"a break while three wait", func(a *health.Activity) {
			commit(a, lead, steady(20, 731, 1900)...)
			waiting(a, 3)
		}, 0, ""},
	})
}

func TestNewContributors(t *testing.T) {
	run(t, "new-contributors", 0, []probe{
		{"one of two is new", func(a *health.Activity) { commit(a, lead, 10, 400); commit(a, user, 20, 50) }, 1, ""},
		{"a program is nobody", func(a *health.Activity) { commit(a, lead, 10, 400); commit(a, program, 20) }, 0, ""},
		{"who is new can't be told", func(a *health.Activity) { a.Since = ago(400) }, 0, "commits were read back to"},
	})
}
