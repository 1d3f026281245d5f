package metric

import (
	"fmt"
	"slices"
	"time"

	"github.com/mainstay-dev/mainstay/internal/estimate"
	"github.com/mainstay-dev/mainstay/internal/health"
)

var activeMonths = Metric{
	ID:        "active-months",
	Dimension: "activity",
	Name:      "Active months",
	Question:  "Is it worked on as regularly as its users need?",
	Definition: "Months of the last twelve in which a human committed to the default branch (merging counts, programs don't), " +
		"divided by the months that the demand calls for: 1, 2, 4, 6 or 9 of them for 0, 1, 4, 12 or 24 issues and change requests " +
		"opened from outside in a year: the last one, or one that began less than a year before the last act of a maintainer, whichever had more; " +
		"4 where nobody knows how many were.",
	Unit:    "of the months needed",
	Window:  "365d",
	Source:  "https://arxiv.org/abs/1809.04041",
	Weight:  3,
	Knots:   Knots{{0, 0}, {.25, 35}, {.5, 60}, {1, 90}, {1.5, 100}},
	Needs:   []health.Part{health.PartCommits},
	measure: measureActiveMonths,
}

func measureActiveMonths(v view) found {
	if v.since < year/2 {
		return v.tooShort()
	}
	months := v.project().within(12)
	asked, known := v.demand()
	needed := monthsNeeded(asked)
	f := found{
		value:       float64(months) / float64(needed) / v.complete(year),
		n:           12,
		reliability: v.complete(year) * v.fresh,
		says:        fmt.Sprintf("humans worked on it in %d of the last 12 months; %s", months, count(asked, "request", "requests")+" from outside call for "+fmt.Sprint(needed)),
		evidence:    v.evidence("commits of the default branch", "commits", v.last),
	}
	if !known {
		f.value = float64(months) / unknownDemand / v.complete(year)
		f.says = fmt.Sprintf("humans worked on it in %d of the last 12 months; how much was asked of them isn't known", months)
	}
	return f
}

// unknownDemand is the months of activity expected where nobody knows how much
// is asked of a project: what 4 to 11 requests a year call for.
const unknownDemand = 4.0

// monthsNeeded is how many active months in a year a demand calls for.
func monthsNeeded(asked int) int {
	switch {
	case asked == 0:
		return 1
	case asked < 4:
		return 2
	case asked < 12:
		return 4
	case asked < 24:
		return 6
	}
	return 9
}

// demand counts what people without authority have opened in twelve months: the
// most in any that began less than a year before the last act of a maintainer,
// so that it doesn't dry up where nobody answers. It is known where issues are.
func (v view) demand() (asked int, known bool) {
	a := v.Activity
	if a.Gaps.Why(health.PartIssues) != "" || a.Mirror != "" {
		return 0, false
	}
	items := a.Issues
	if a.Gaps.Why(health.PartChanges) == "" {
		items = slices.Concat(a.Issues, a.Changes)
	}
	var opened []float64 // days ago, ascending
	for _, item := range items {
		if v.outsider(item.By) && v.lately(item.Opened, year) {
			opened = append(opened, v.ago(item.Opened))
		}
	}
	slices.Sort(opened)
	from := 0
	for to, ago := range opened {
		for ago-opened[from] >= year {
			from++
		}
		asked = max(asked, to-from+1)
	}
	return asked, true
}

var lastMaintainerAct = Metric{
	ID:        "last-maintainer-act",
	Dimension: "activity",
	Name:      "Last act of a maintainer",
	Question:  "When did somebody who looks after it last do anything?",
	Definition: "Days since a human last committed to the default branch, published a release, or, with a maintainer's authority, answered, " +
		"labelled, reviewed, merged or closed something. Programs don't count, nor does a release nobody is known to have made " +
		"when no human had committed in the 90 days before it.",
	Unit:    "days",
	Window:  "",
	Source:  "https://github.com/rustsec/advisory-db/blob/main/HOWTO_UNMAINTAINED.md",
	Weight:  4,
	Knots:   Knots{{30, 100}, {90, 90}, {180, 70}, {365, 40}, {730, 20}, {1095, 10}, {1826, 0}},
	Needs:   []health.Part{health.PartCommits},
	measure: measureLastMaintainerAct,
}

func measureLastMaintainerAct(v view) found {
	a := v.Activity
	if v.act.at.IsZero() {
		if a.Since.IsZero() {
			return absent("no human act is known")
		}
		// Nothing since then is itself an answer: it is at least that long ago.
		return found{
			value: v.ago(a.Since), n: 1, reliability: v.fresh,
			says:     "no human act since " + a.Since.Format(time.DateOnly) + " at least",
			evidence: v.evidence("commits of the default branch", "commits", time.Time{}),
		}
	}
	ago := max(v.ago(v.act.at), 0)
	return found{
		value: ago, n: 1, reliability: v.fresh,
		says:     fmt.Sprintf("the last human act (%s) was %s ago", v.act.what, span(ago)),
		evidence: v.evidence("last human act: "+v.act.what, v.act.page, v.act.at),
	}
}

// humanRelease reports whether a release tells of a human's hand on that day.
func (v view) humanRelease(r health.Release) bool {
	if r.At.IsZero() || r.Yanked {
		return false
	}
	if r.By >= 0 {
		return v.human(r.By)
	}
	return !v.last.IsZero() && r.At.Sub(v.last) < 90*day
}

// habit is how regular work is counted: a commit keeps a project at work for 30
// days, and what was two years ago counts half.
var habit = estimate.Habit{Window: 5 * 365.25, Lasts: 30, HalfLife: 2 * 365.25}

var regularity = Metric{
	ID:        "regularity",
	Dimension: "activity",
	Name:      "Regularity of the work",
	Question:  "Is looking after it a habit?",
	Definition: "Months a year in which the project was at work, as a mean over five years in which time two years ago counts half. " +
		"It is at work when a human had committed to the default branch in the 30 days before, however often; merging counts, programs don't. " +
		"Where three or more from outside have waited for over 90 days without an answer, it is no more than the active months of the last twelve: " +
		"a habit excuses a break only while nobody waits. " +
		"Of all that a history tells about going on, this tells most: more than the last commit, the trend or the number of people.",
	Unit:    "months a year",
	Window:  "1826d",
	Source:  "https://arxiv.org/abs/1809.04041",
	Weight:  12,
	Knots:   Knots{{0, 0}, {.2, 15}, {.6, 30}, {1.5, 50}, {3, 70}, {5, 85}, {8.5, 97}, {12, 100}},
	Needs:   []health.Part{health.PartCommits},
	measure: measureRegularity,
}

func measureRegularity(v view) found {
	if v.since < year/2 {
		return v.tooShort()
	}
	var acts []float64
	for _, c := range v.Activity.Commits {
		if v.byHuman(c) {
			acts = append(acts, v.ago(c.At))
		}
	}
	value := 12 * habit.AtWork(acts, v.since) / habit.Faded(habit.Window)
	says := fmt.Sprintf("people work on it in %.1f months of a usual year", value)
	recent := float64(v.project().within(12))
	if _, waiting := v.backlog(); v.repliesKnown() && waiting >= 3 && recent < value {
		value = recent
		says = fmt.Sprintf("humans worked on it in %.0f of the last 12 months, while %d from outside wait for an answer", recent, waiting)
	}
	return found{
		value: value, n: v.project().within(60), says: says,
		reliability: v.fresh * habit.Faded(min(v.since, habit.Window)) / habit.Faded(habit.Window),
		evidence:    v.evidence("commits of the default branch", "commits", v.last),
	}
}

var newContributors = Metric{
	ID:        "new-contributors",
	Dimension: "activity",
	Name:      "New contributors",
	Question:  "Do new people join?",
	Definition: "Humans whose first commit on the default branch, of all that were read, lies within the last twelve months. " +
		"Commits must be known for at least the twelve months before that.",
	Unit:    "people",
	Window:  "365d",
	Source:  "https://chaoss.community/?p=3613",
	Weight:  3,
	Knots:   Knots{{0, 20}, {1, 50}, {3, 75}, {5, 90}, {10, 100}},
	Needs:   []health.Part{health.PartCommits},
	measure: measureNewContributors,
}

func measureNewContributors(v view) found {
	if v.since < 2*year-1 {
		return v.tooShort()
	}
	joined := 0
	for _, m := range v.months {
		if n := m.within(12); n > 0 && n == m.ever() {
			joined++
		}
	}
	return found{
		value: float64(joined), n: joined, reliability: v.fresh,
		says:     count(joined, "person", "people") + " committed for the first time within a year",
		evidence: v.evidence("commits of the default branch", "commits", v.last),
	}
}
