package metric

import (
	"math"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// replied and unanswered add issues from outside.
func replied(a *health.Activity, age, after float64) {
	a.Issues = append(a.Issues, opened(age, did(lead, health.EventComment, age-after)))
}

func unanswered(a *health.Activity, ages ...float64) {
	for _, age := range ages {
		a.Issues = append(a.Issues, opened(age))
	}
}

func TestResponseWithin30Days(t *testing.T) {
	run(t, "response-within-30-days", 1e-9, []probe{
		{"three of four", func(a *health.Activity) {
			for _, age := range []float64{100, 200, 300} {
				replied(a, age, 3)
			}
			unanswered(a, 150)
		}, .75, ""},
		// Half wait longer than 3 days, and the one of these who was seen for 20 was
		// answered then: 1 - 1/2 * 0.
		{"one still young counts as long as it was seen", func(a *health.Activity) {
			replied(a, 100, 3)
			replied(a, 110, 3)
			unanswered(a, 10)
			replied(a, 120, 20)
		}, 1, ""},
		{"late answers", func(a *health.Activity) { replied(a, 100, 31); replied(a, 100, 30) }, .5, ""},
		{"its author, a program and other users don't answer", func(a *health.Activity) {
			a.Issues = []health.Item{opened(100,
				did(asker, health.EventComment, 99), did(program, health.EventComment, 98), did(user, health.EventComment, 97), did(-1, health.EventComment, 96))}
		}, 0, ""},
		{"a label, a review, a close and a merge answer", func(a *health.Activity) {
			for _, kind := range []health.EventKind{health.EventLabel, health.EventReview, health.EventClose, health.EventMerge} {
				a.Changes = append(a.Changes, opened(100, did(second, kind, 99)))
			}
		}, 1, ""},
		{"who closes their own issue leaves", func(a *health.Activity) {
			a.Issues = []health.Item{opened(100, did(asker, health.EventClose, 99)), opened(100, did(lead, health.EventComment, 95))}
		}, 1, ""},
		{"a program's close doesn't end the wait", func(a *health.Activity) {
			a.Issues = []health.Item{opened(100, did(program, health.EventClose, 95)), opened(100, did(lead, health.EventComment, 95))}
		}, .5, ""},
		{"maintainers don't ask", func(a *health.Activity) {
			a.Issues = []health.Item{{Opened: ago(100), By: lead}}
		}, 0, "nobody from outside"},
		{"too young to tell", func(a *health.Activity) { unanswered(a, 5) }, 0, "too early"},
		{"beyond 24 months", func(a *health.Activity) {
			commit(a, lead, 5)
			unanswered(a, 740)
		}, 0, "nobody from outside"},
		{"silence empties no window", func(a *health.Activity) {
			commit(a, lead, 100)
			unanswered(a, 740)
		}, 0, ""},
		{"events are known up to a day", func(a *health.Activity) {
			unanswered(a, 100)
			a.Issues[0].EventsUntil = ago(95)
		}, 0, "too early"},
		{"a mirror", func(a *health.Activity) { a.Mirror = "mailing list" }, 0, "mailing list"},
		{"no events", func(a *health.Activity) {
			a.Gaps = health.Gaps{{Part: health.PartEvents, Why: "no token"}}
		}, 0, "no token"},
	})
}

func TestTimeToFirstResponse(t *testing.T) {
	run(t, "time-to-first-response", 1e-9, []probe{
		{"the median", func(a *health.Activity) {
			for _, after := range []float64{1, 4, 9} {
				replied(a, 200, after)
			}
		}, 4, ""},
		{"leaving out the unanswered would say 1", func(a *health.Activity) {
			replied(a, 200, 1)
			replied(a, 200, 5)
			unanswered(a, 150, 160)
		}, 5, ""},
		{"most wait: the longest wait stands in", func(a *health.Activity) {
			replied(a, 200, 1)
			unanswered(a, 150, 160)
		}, 160, ""},
	})
}

func TestChangeRequestsResolved(t *testing.T) {
	run(t, "change-requests-resolved-within-90-days", 1e-9, []probe{
		{"merged, declined, left open", func(a *health.Activity) {
			a.Changes = []health.Item{
				opened(200, did(second, health.EventMerge, 190)), opened(210, did(lead, health.EventClose, 150)), opened(220),
				opened(230, did(lead, health.EventComment, 229)),
			}
		}, .5, ""},
		{"a program's close decides nothing", func(a *health.Activity) {
			a.Changes = []health.Item{opened(200, did(program, health.EventClose, 100)), opened(200, did(second, health.EventMerge, 190))}
		}, .5, ""},
		{"a program merges for a maintainer", func(a *health.Activity) {
			a.Changes = []health.Item{opened(200, did(program, health.EventMerge, 190))}
		}, 1, ""},
		{"issues are no change requests", func(a *health.Activity) { unanswered(a, 100) }, 0, "nobody from outside"},
	})
}

func TestIssueClosureRatio(t *testing.T) {
	closed := func(age, after float64, by int) health.Item {
		return opened(age, did(by, health.EventClose, age-after))
	}
	run(t, "issue-closure-ratio", 1e-9, []probe{
		// (closed + 5 * .8) / (opened + 5)
		{"three closed, five opened", func(a *health.Activity) {
			a.Issues = []health.Item{closed(100, 2, lead), closed(110, 2, lead), closed(120, 2, asker), opened(50), opened(60)}
		}, .7, ""},
		{"what was opened before counts where it was closed", func(a *health.Activity) {
			commit(a, lead, 5)
			a.Issues = []health.Item{closed(800, 700, lead), opened(50)}
			for age := 60.0; age < 250; age += 10 {
				a.Issues = append(a.Issues, opened(age))
			}
		}, 5. / 25, ""},
		{"a program's close", func(a *health.Activity) { a.Issues = []health.Item{closed(100, 2, program)} }, 4. / 6, ""},
		{"none", func(*health.Activity) {}, 0, "no issue from outside"},
	})
}

func TestUnansweredShare(t *testing.T) {
	run(t, "unanswered-share", 1e-9, []probe{
		// 2 / (3 + 5)
		{"two of three", func(a *health.Activity) { unanswered(a, 100, 200); replied(a, 150, 2) }, .25, ""},
		{"young ones aren't due", func(a *health.Activity) { unanswered(a, 10, 80) }, 0, ""},
		{"nobody waits", func(*health.Activity) {}, 0, ""},
		{"what a program closed is still open", func(a *health.Activity) {
			a.Issues = []health.Item{opened(200, did(program, health.EventClose, 100))}
		}, 1. / 6, ""},
		{"what its author closed isn't", func(a *health.Activity) {
			a.Issues = []health.Item{opened(200, did(asker, health.EventClose, 100))}
		}, 0, ""},
	})
}

// Where only the newest were read, the share rests on those.
func TestOpenSeen(t *testing.T) {
	a := repository()
	unanswered(a, 100, 120)
	eight, none := 8, 0
	a.OpenIssues, a.OpenChanges = &eight, &none
	if m := ask(t, "unanswered-share", health.Subject{Activity: a}); m.Reliability != .25 {
		t.Errorf("reliability %v with two of eight read, want .25", m.Reliability)
	}
}

// Good news counts by who was served, bad news by who waits.
func TestAnswered(t *testing.T) {
	for _, test := range []struct {
		served, waiting int
		reading, want   float64
	}{{5, 20, 80, .5}, {5, 20, 10, .8}, {0, 0, 50, 0}, {0, 5, 0, .5}} {
		if got := answered(test.served, test.waiting, test.reading); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("answered(%d, %d, %v) = %v, want %v", test.served, test.waiting, test.reading, got, test.want)
		}
	}
}
