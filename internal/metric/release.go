package metric

import (
	"fmt"
	"slices"

	"github.com/mainstay-dev/mainstay/internal/estimate"
	"github.com/mainstay-dev/mainstay/internal/health"
)

var releaseRecency = Metric{
	ID:        "release-recency",
	Dimension: "release",
	Name:      "Release recency",
	Question:  "Is it still released, by its own rhythm?",
	Definition: "Days since the last stable release. Half of the reading is that age; the other half is how many of the project's typical gaps " +
		"between releases it is, their logarithms taken as normal, drawn towards 90 days, with the running gap as one that hasn't ended.",
	Unit:    "days",
	Window:  "",
	Source:  "https://chaoss.community/?p=4765",
	Weight:  5,
	Knots:   Knots{{90, 100}, {180, 90}, {365, 70}, {730, 40}, {1095, 20}, {1826, 0}},
	Overdue: Knots{{1, 100}, {2, 80}, {4, 50}, {8, 20}, {16, 0}},
	measure: measureReleaseRecency,
}

func measureReleaseRecency(v view) found {
	stable := v.stable()
	if len(stable) == 0 {
		return v.noRelease()
	}
	newest := stable[0]
	age := max(v.ago(newest.At), 0)
	var gaps []float64
	for i := 1; i < len(stable) && i <= 20; i++ {
		gaps = append(gaps, days(stable[i-1].At.Sub(stable[i].At)))
	}
	rhythm := estimate.Gaps(gaps, age)
	return found{
		value: age, second: rhythm.Overdue(age), n: len(stable), reliability: v.fresh,
		says: fmt.Sprintf("the last release, %s, is %s old; releases usually come every %s",
			newest.Version, span(age), span(rhythm.Typical())),
		evidence: v.releaseEvidence(newest),
	}
}

// noRelease is the reason for which there is no release to look at.
func (v view) noRelease() found {
	switch {
	case len(v.history) > 0:
		return absent("release dates aren't known")
	case v.Activity == nil && v.Package == nil:
		return absent("%s", v.noActivity())
	case v.Package == nil || len(v.Package.Releases) == 0:
		if v.Activity != nil {
			if why := v.Activity.Gaps.Why(health.PartTags); why != "" {
				return absent("%s", why)
			}
		}
	}
	return absent("nothing was ever released")
}

func (v view) releaseEvidence(r health.Release) []health.Evidence {
	e := health.Evidence{Text: "release " + r.Version, At: r.At}
	switch {
	case v.Package != nil && v.Package.URL != "":
		e.URL = v.Package.URL
	case v.Activity != nil:
		e.URL = v.page("tags")
	}
	return []health.Evidence{e}
}

var unreleasedWork = Metric{
	ID:        "unreleased-work",
	Dimension: "release",
	Name:      "Unreleased work",
	Question:  "Does finished work reach the users?",
	Definition: "Days since the oldest human commit, no merge, after the last stable release; 0 where there is none. " +
		"Where the ecosystem delivers any commit (Go, Composer, Actions), the reading is never below 50.",
	Unit:    "days",
	Window:  "",
	Source:  "https://chaoss.community/?p=4765",
	Weight:  4,
	Knots:   Knots{{30, 100}, {90, 85}, {180, 65}, {365, 35}, {730, 0}},
	Needs:   []health.Part{health.PartCommits},
	measure: measureUnreleasedWork,
}

func measureUnreleasedWork(v view) found {
	stable := v.stable()
	if len(stable) == 0 {
		return v.noRelease()
	}
	newest := stable[0].At
	f := found{reliability: v.fresh, evidence: v.releaseEvidence(stable[0]), says: "everything is released"}
	for _, c := range v.Activity.Commits {
		if c.At.After(newest) && !c.Merge && v.human(c.By) {
			f.value = max(f.value, v.ago(c.At))
			f.n++
		}
	}
	if f.n > 0 {
		f.says = fmt.Sprintf("%s not released yet, the oldest for %s", count(f.n, "commit is", "commits are"), span(f.value))
	}
	if v.Package != nil && v.Package.StraightFromSource {
		f.atLeast = 50
	}
	return f
}

var advisoryFixTime = Metric{
	ID:        "advisory-fix-time",
	Dimension: "release",
	Name:      "Time to fix advisories",
	Question:  "How fast do fixes of vulnerabilities come?",
	Definition: "Median of the days from an advisory's publication to a fixed release, by Kaplan and Meier: an advisory without a fix counts " +
		"as one that has waited until now. A fix before publication took no time. Where more than half still wait, the longest wait stands in.",
	Unit:    "days",
	Window:  "",
	Source:  "https://arxiv.org/abs/2504.14026",
	Weight:  3,
	Knots:   Knots{{7, 100}, {30, 85}, {90, 55}, {180, 30}, {365, 0}},
	Needs:   []health.Part{health.PartAdvisories},
	measure: measureAdvisoryFixTime,
}

func measureAdvisoryFixTime(v view) found {
	var waits []estimate.Span
	var links []health.Evidence
	for _, adv := range v.Activity.Advisories {
		s := estimate.Span{Length: v.ago(adv.Published)}
		if !adv.Fixed.IsZero() {
			s = estimate.Span{Length: days(adv.Fixed.Sub(adv.Published)), Event: true}
		}
		waits = append(waits, s)
		links = append(links, health.Evidence{Text: adv.ID, URL: adv.URL, At: adv.Published})
	}
	if len(waits) == 0 {
		return absent("no advisory was ever published")
	}
	f, reached := v.medianWait(estimate.KaplanMeier(waits))
	slices.SortStableFunc(links, func(a, b health.Evidence) int { return b.At.Compare(a.At) })
	f.evidence = links[:min(len(links), 5)]
	f.says = fmt.Sprintf("%d of %s fixed", f.served, count(f.n, "advisory", "advisories"))
	if reached {
		f.says += fmt.Sprintf(", half within %s", span(f.value))
	}
	return f
}

// medianWait reads a curve's median. Where it isn't reached, half are known to
// wait longer than the longest wait seen, and that stands in.
func (v view) medianWait(c estimate.Curve) (f found, reached bool) {
	f.value, reached = c.Median()
	if !reached {
		f.value = c.FollowUp
	}
	f.n, f.served, f.waiting, f.reliability = c.N, c.Events, c.N, v.fresh
	low, high := c.MedianInterval(estimate.Z80)
	f.low, f.high, f.ranged = min(low, f.value), max(f.value, min(high, c.FollowUp)), true
	return f, reached
}
