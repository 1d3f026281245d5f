package metric

import (
	"fmt"
	"slices"
	"time"

	"github.com/mainstay-dev/mainstay/internal/estimate"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// What every metric of responsiveness is about. Only what people without
// authority opened counts, only what humans with it did is an answer, and what
// is still waiting is counted as waiting.
const cohort = "Items are issues and change requests opened by people without a maintainer's authority in the 24 months before the last act of a maintainer, and since. " +
	"Programs neither ask nor answer."

var waitNeeds = []health.Part{health.PartEvents}

var responseWithin30Days = Metric{
	ID:        "response-within-30-days",
	Dimension: "responsiveness",
	Name:      "Response within 30 days",
	Question:  "What share of those who ask hears from a maintainer within a month?",
	Definition: "1 - S(30) of the Kaplan-Meier curve of days until a maintainer first comments, reviews, labels, closes or merges. " +
		"Items still waiting are censored now, those that their author closed are censored then. " + cohort,
	Unit:    "share",
	Window:  "730d",
	Source:  "https://chaoss.community/?p=3448",
	Weight:  6,
	Knots:   Knots{{0, 0}, {.25, 30}, {.5, 60}, {.75, 85}, {.9, 100}},
	Needs:   waitNeeds,
	measure: measureResponseWithin30Days,
}

func measureResponseWithin30Days(v view) found {
	items, gap := v.asked(everything)
	if gap != "" {
		return absent("%s", gap)
	}
	return v.shareWithin(30, v.waits(items), "maintainers answered %d of %s from outside within 30 days", "request",
		v.evidence("issues", "issues", items[0].Opened))
}

// shareWithin is the share that was served within so many days. Those whose wait
// was shorter when last seen, and still ran, say nothing of it yet.
func (v view) shareWithin(limit float64, spans []estimate.Span, says, noun string, evidence []health.Evidence) found {
	served, ripe := 0, 0
	for _, s := range spans {
		if s.Event || s.Length >= limit {
			ripe++
		}
		if s.Event && s.Length <= limit {
			served++
		}
	}
	if ripe == 0 {
		return absent("too early: no %s from outside is old enough", noun)
	}
	c := estimate.KaplanMeier(spans)
	low, high := c.Interval(limit, estimate.Z80)
	return found{
		value: 1 - c.At(limit), n: c.N, low: 1 - high, high: 1 - low, ranged: true,
		reliability: v.fresh, served: c.Events, waiting: ripe,
		says: fmt.Sprintf(says, served, count(c.N, noun, noun+"s")), evidence: evidence,
	}
}

var timeToFirstResponse = Metric{
	ID:        "time-to-first-response",
	Dimension: "responsiveness",
	Name:      "Time to first response",
	Question:  "How long does one wait for a maintainer's first word?",
	Definition: "Median of the same curve, in days. Where more than half are still waiting it isn't reached, and the longest wait stands in. " +
		cohort,
	Unit:    "days",
	Window:  "730d",
	Source:  "https://chaoss.community/?p=3448",
	Weight:  4,
	Knots:   Knots{{2, 100}, {7, 85}, {14, 70}, {30, 50}, {90, 20}, {180, 0}},
	Needs:   waitNeeds,
	measure: measureTimeToFirstResponse,
}

func measureTimeToFirstResponse(v view) found {
	items, gap := v.asked(everything)
	if gap != "" {
		return absent("%s", gap)
	}
	f, reached := v.medianWait(estimate.KaplanMeier(v.waits(items)))
	f.evidence = v.evidence("issues", "issues", items[0].Opened)
	f.says = fmt.Sprintf("half of those who ask wait at most %s for a first answer", span(f.value))
	if !reached {
		f.says = fmt.Sprintf("more than half of %s have no answer yet", count(f.n, "request", "requests"))
	}
	return f
}

var changeRequestsResolved = Metric{
	ID:        "change-requests-resolved-within-90-days",
	Dimension: "responsiveness",
	Name:      "Change requests resolved within 90 days",
	Question:  "Does a contribution get a decision?",
	Definition: "1 - S(90) of the Kaplan-Meier curve of days until a maintainer merges or closes a change request. Those that are open, or that a " +
		"program closed, are censored now, those that their author closed then. " + cohort,
	Unit:    "share",
	Window:  "730d",
	Source:  "https://chaoss.community/?p=3446",
	Weight:  5,
	Knots:   Knots{{0, 0}, {.25, 35}, {.5, 60}, {.75, 85}, {.9, 100}},
	Needs:   []health.Part{health.PartChanges, health.PartEvents},
	measure: measureChangeRequestsResolved,
}

func measureChangeRequestsResolved(v view) found {
	items, gap := v.asked(changesOnly)
	if gap != "" {
		return absent("%s", gap)
	}
	spans := make([]estimate.Span, len(items))
	for i, item := range items {
		spans[i] = v.resolved(item)
	}
	return v.shareWithin(90, spans, "maintainers decided on %d of %s from outside within 90 days", "change request",
		v.evidence("change requests", "pulls", items[0].Opened))
}

var issueClosureRatio = Metric{
	ID:        "issue-closure-ratio",
	Dimension: "responsiveness",
	Name:      "Issue closure ratio",
	Question:  "Do issues get closed as fast as they come?",
	Definition: "Issues from outside that a human closed in the 24 months before the last act of a maintainer or since, over those opened in that time, " +
		"drawn towards .8 with the weight of five. " +
		"What a program closed counts as open.",
	Unit:    "closed per opened",
	Window:  "730d",
	Source:  "https://chaoss.community/?p=3633",
	Weight:  3,
	Knots:   Knots{{.2, 0}, {.5, 40}, {.8, 75}, {1, 95}, {1.1, 100}},
	Needs:   []health.Part{health.PartIssues},
	measure: measureIssueClosureRatio,
}

func measureIssueClosureRatio(v view) found {
	if v.Activity.Mirror != "" {
		return v.mirrored()
	}
	outside := slices.DeleteFunc(slices.Clone(v.Activity.Issues), func(i health.Item) bool { return !v.outsider(i.By) })
	opened, closed := len(v.recent(outside)), 0
	for _, item := range outside {
		if !v.open(item) && v.lately(item.Closed, 2*year) {
			closed++
		}
	}
	if opened+closed == 0 {
		return absent("no issue from outside was opened or closed in the time looked at")
	}
	value := estimate.Shrunk(float64(closed), float64(opened), 5, .8)
	return found{
		value: value, n: opened,
		reliability: v.fresh, served: closed, waiting: max(opened, closed),
		says:     fmt.Sprintf("%s from outside closed, %d opened", count(closed, "issue", "issues"), opened),
		evidence: v.evidence("issues", "issues", time.Time{}),
	}
}

var unansweredShare = Metric{
	ID:        "unanswered-share",
	Dimension: "responsiveness",
	Name:      "Unanswered share",
	Question:  "How much of what is open has nobody looked at?",
	Definition: "Open issues and change requests from outside that are older than 90 days and have no answer of a maintainer, over all that are so old, " +
		"as if there were five more that are answered.",
	Unit:    "share",
	Window:  "",
	Source:  "https://chaoss.community/?p=3631",
	Weight:  2,
	Knots:   Knots{{0, 100}, {.1, 85}, {.3, 50}, {.6, 15}, {1, 0}},
	Needs:   []health.Part{health.PartIssues, health.PartEvents},
	measure: measureUnansweredShare,
}

func measureUnansweredShare(v view) found {
	if v.Activity.Mirror != "" {
		return v.mirrored()
	}
	open, waiting := v.backlog()
	f := found{
		value: estimate.Shrunk(float64(waiting), float64(open), 5, 0), n: open, reliability: v.openSeen() * v.fresh,
		says:     fmt.Sprintf("%d of %s from outside, open for more than 90 days, have no answer", waiting, count(open, "request", "requests")),
		evidence: v.evidence("open issues", "issues", time.Time{}),
	}
	if waiting == 0 {
		f.says = "nobody from outside waits for more than 90 days without an answer"
	}
	return f
}

// openSeen is the share of what is open that was read, where the forge counts it.
func (v view) openSeen() float64 {
	read, all := 0, 0
	for _, list := range []struct {
		items []health.Item
		count *int
	}{{v.Activity.Issues, v.Activity.OpenIssues}, {v.Activity.Changes, v.Activity.OpenChanges}} {
		open := 0
		for _, item := range list.items {
			if item.Closed.IsZero() {
				open++
			}
		}
		read += open
		if list.count != nil {
			open = max(open, *list.count)
		}
		all += open
	}
	if all == 0 {
		return 1
	}
	return float64(read) / float64(all)
}

// repliesKnown reports whether it is known who answered whom.
func (v view) repliesKnown() bool {
	a := v.Activity
	return a.Gaps.Why(health.PartIssues) == "" && a.Gaps.Why(health.PartEvents) == "" && a.Mirror == ""
}

// backlog counts what people from outside opened more than 90 days ago and is
// still open, and what of it waits for a maintainer's first answer.
func (v view) backlog() (open, waiting int) {
	for _, items := range [][]health.Item{v.Activity.Issues, v.Activity.Changes} {
		for _, item := range items {
			if !v.outsider(item.By) || !v.open(item) || v.ago(item.Opened) <= 90 {
				continue
			}
			open++
			if _, answered := v.answer(item); !answered {
				waiting++
			}
		}
	}
	return open, waiting
}

// open reports whether an item is open, or only a program has closed it.
func (v view) open(item health.Item) bool {
	return item.Closed.IsZero() || !item.Merged && v.closedByProgram(item)
}

func (v view) mirrored() found {
	return absent("development happens elsewhere: %s", v.Activity.Mirror)
}

// What asked selects.
const (
	everything  = false
	changesOnly = true
)

// asked is the cohort of items from outside, or why there is none.
func (v view) asked(onlyChanges bool) (items []health.Item, gap string) {
	a := v.Activity
	if a.Mirror != "" {
		return nil, v.mirrored().missing
	}
	issues, changes := a.Gaps.Why(health.PartIssues), a.Gaps.Why(health.PartChanges)
	if issues != "" && changes != "" {
		return nil, issues
	}
	if !onlyChanges && issues == "" {
		items = append(items, a.Issues...)
	}
	if changes == "" {
		items = append(items, a.Changes...)
	}
	items = v.recent(slices.DeleteFunc(items, func(i health.Item) bool { return !v.outsider(i.By) }))
	if len(items) == 0 {
		return nil, "nobody from outside has asked for anything in the time looked at"
	}
	return items, ""
}

// recent are the items opened in the 24 months before the last act, and since,
// newest first. The window doesn't depend on how many there are: otherwise a new
// item that nobody has answered could push an old one out, and look like good news.
func (v view) recent(items []health.Item) []health.Item {
	items = slices.DeleteFunc(slices.Clone(items), func(i health.Item) bool { return !v.lately(i.Opened, 2*year) })
	slices.SortStableFunc(items, func(x, y health.Item) int { return y.Opened.Compare(x.Opened) })
	return items
}

// waits are the times until a maintainer's first answer.
func (v view) waits(items []health.Item) []estimate.Span {
	out := make([]estimate.Span, len(items))
	for i, item := range items {
		out[i] = v.wait(item)
	}
	return out
}

func (v view) wait(item health.Item) estimate.Span {
	if at, ok := v.answer(item); ok {
		return estimate.Span{Length: days(at.Sub(item.Opened)), Event: true}
	}
	seen := v.now
	if !item.EventsUntil.IsZero() && item.EventsUntil.Before(seen) {
		seen = item.EventsUntil
	}
	if !v.open(item) && item.Closed.Before(seen) {
		seen = item.Closed // its author gave up or helped themselves
	}
	return estimate.Span{Length: days(seen.Sub(item.Opened))}
}

// answer is when a maintainer other than the author first acted on an item.
// Merging takes authority, so a merge answers even where nobody knows whose.
func (v view) answer(item health.Item) (time.Time, bool) {
	for _, e := range item.Events {
		if e.By != item.By && v.maintainer(e.By) || e.Kind == health.EventMerge && e.By < 0 {
			return e.At, true
		}
	}
	if item.Merged && !v.closedByProgram(item) {
		return item.Closed, true
	}
	return time.Time{}, false
}

// closer is who closed or merged an item last; -1 where nobody knows.
func (v view) closer(item health.Item) int {
	for _, e := range slices.Backward(item.Events) {
		if e.Kind == health.EventClose || e.Kind == health.EventMerge {
			return e.By
		}
	}
	return -1
}

// closedByProgram reports whether a program closed an item.
func (v view) closedByProgram(item health.Item) bool {
	by := v.closer(item)
	return !item.Closed.IsZero() && by >= 0 && by < len(v.Activity.People) && v.Activity.People[by].Bot != ""
}

// resolved is the time until a maintainer's decision on a change request.
func (v view) resolved(item health.Item) estimate.Span {
	by := v.closer(item)
	switch {
	case item.Closed.IsZero(), v.closedByProgram(item) && !item.Merged:
		return estimate.Span{Length: v.ago(item.Opened)}
	case item.Merged, by != item.By && v.maintainer(by):
		return estimate.Span{Length: days(item.Closed.Sub(item.Opened)), Event: true}
	}
	return estimate.Span{Length: days(item.Closed.Sub(item.Opened))}
}
