package metric

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/mainstay-dev/mainstay/internal/estimate"
	"github.com/mainstay-dev/mainstay/internal/health"
)

var peopleExpectedToStay = Metric{
	ID:        "people-expected-to-stay",
	Dimension: "diversity",
	Name:      "People expected to stay",
	Question:  "How many of those who do the work will be there in a year?",
	Definition: "Sum over the humans who wrote in the last 24 months of the chance that each is there in a year, k/(k+r+1): k months active of these 24, r whole months since the last; " +
		"at most .05 and .125 for who wrote in one or two months of all that were read, and all of these together at most one person. The interval is the 80% range of how many stay if each decides alone.",
	Unit:    "people",
	Window:  "730d",
	Source:  "https://chaoss.community/?p=3614",
	Weight:  9,
	Knots:   Knots{{0, 0}, {.5, 20}, {1, 40}, {2, 65}, {3, 80}, {5, 95}, {8, 100}},
	Needs:   []health.Part{health.PartCommits},
	measure: measurePeopleExpectedToStay,
}

func measurePeopleExpectedToStay(v view) found {
	if v.since < year-1 {
		return v.tooShort()
	}
	regulars, passing := v.chances()
	passing = min(passing, 1)
	expected := sum(regulars) + passing
	left := estimate.PoissonBinomial(regulars)
	says := fmt.Sprintf("%.1f people can be expected to be there in a year, of %s", expected, count(len(regulars), "regular", "regulars"))
	if expected == 0 {
		says = "nobody has committed in two years, so nobody can be expected to be there in a year"
	}
	return found{
		value: expected, n: len(regulars), ranged: true,
		low:         float64(estimate.Quantile(left, .1)) + passing,
		high:        float64(estimate.Quantile(left, .9)) + passing,
		reliability: v.complete(2*year) * v.fresh,
		says:        says,
		evidence:    v.evidence("commits of the default branch", "commits", v.last),
	}
}

// chances are those of each regular of the last 24 months to be there in a year,
// by index of People, and the sum of everybody else's. A regular is a human who
// wrote in at least three months of all that were read; who came once or twice
// seldom comes back.
func (v view) chances() (regulars []float64, passing float64) {
	for _, m := range v.months {
		since := m.since()
		if since < 0 || since >= 24 {
			continue
		}
		p := estimate.Stays(m.within(24), since)
		switch m.ever() {
		case 1:
			passing += min(p, .05)
		case 2:
			passing += min(p, .125)
		default:
			regulars = append(regulars, p)
		}
	}
	return regulars, passing
}

var contributorAbsenceFactor = Metric{
	ID:        "contributor-absence-factor",
	Dimension: "diversity",
	Name:      "Contributor absence factor",
	Question:  "How few people's leaving would take half of the work away?",
	Definition: "The fewest humans who together wrote at least half of the commits of the 24 months before the last human one, merges left out and co-authors counted; an exact half is enough. " +
		"Nobody, where that one is more than 24 months ago. " +
		"Once called bus factor. The interval is the 80% range over draws of the shares (Dirichlet, counts + 1/2).",
	Unit:    "people",
	Window:  "730d",
	Source:  "https://chaoss.community/?p=3944",
	Weight:  3,
	Knots:   Knots{{0, 0}, {1, 25}, {2, 55}, {3, 75}, {5, 90}, {8, 100}},
	Needs:   []health.Part{health.PartCommits},
	measure: measureContributorAbsenceFactor,
}

func measureContributorAbsenceFactor(v view) found {
	if v.since < year-1 {
		return v.tooShort()
	}
	counts, total := v.contributions()
	if v.last.IsZero() && v.Activity.Since.IsZero() {
		return absent("no human commit is known")
	}
	factor := estimate.AbsenceFactor(counts)
	low, high := estimate.AbsenceRange(counts, 200, uint64(total))
	return found{
		value: float64(factor), n: total, low: float64(low), high: float64(high), ranged: true,
		reliability: v.complete(2*year) * v.fresh,
		says:        cmp.Or(nobody(total), fmt.Sprintf("%s made half of the %s in two years", count(factor, "person", "people"), count(total, "commit", "commits"))),
		evidence:    v.evidence("contributors", "graphs/contributors", v.last),
	}
}

// nobody says so where there are no commits.
func nobody(commits int) string {
	if commits == 0 {
		return "no human has committed in two years"
	}
	return ""
}

// contributions are the commits of each human in the last 24 months.
func (v view) contributions() (counts []float64, total int) {
	for _, n := range v.written {
		if n > 0 {
			counts = append(counts, n)
			total += int(n)
		}
	}
	return counts, total
}

var effectiveOrganisations = Metric{
	ID:        "effective-organisations",
	Dimension: "diversity",
	Name:      "Effective organisations",
	Question:  "Does it hang on one employer?",
	Definition: "exp of the entropy of the shares of organisations in the same commits as the contributor absence factor. Somebody whose employer isn't known counts as an organisation alone; " +
		"the interval runs from all of these being in the largest one to each being alone. Where they made more than half of the commits the value counts half.",
	Unit:    "organisations",
	Window:  "730d",
	Source:  "https://chaoss.community/?p=3464",
	Weight:  4,
	Knots:   Knots{{0, 0}, {1, 30}, {2, 65}, {3, 85}, {5, 100}},
	Needs:   []health.Part{health.PartCommits},
	measure: measureEffectiveOrganisations,
}

func measureEffectiveOrganisations(v view) found {
	if v.since < year-1 {
		return v.tooShort()
	}
	if v.last.IsZero() && v.Activity.Since.IsZero() {
		return absent("no human commit is known")
	}
	known, alone := v.employers()
	value := estimate.EffectiveNumber(slices.Concat(alone, known))
	unknown := sum(alone)
	total := sum(known) + unknown
	least := min(value, 1)
	if len(known) > 0 { // all unknown ones may be the largest one's
		known[0] += unknown
		least = min(value, estimate.EffectiveNumber(known))
	}
	f := found{
		value: value, n: int(total), low: least, high: value, ranged: true,
		reliability: v.complete(2*year) * v.fresh,
		says:        cmp.Or(nobody(int(total)), fmt.Sprintf("the work is spread as if over %.1f equal organisations", value)),
		evidence:    v.evidence("contributors", "graphs/contributors", v.last),
	}
	if unknown >= total/2 {
		f.reliability /= 2
	}
	if unknown > total/2 {
		f.says += "; most people's employer isn't known"
	}
	return f
}

// employers are the commits of each known organisation, largest first, and of
// each person whose organisation isn't known.
func (v view) employers() (known, alone []float64) {
	by := make(map[string]float64)
	for i, n := range v.written {
		p := v.Activity.People[i]
		switch {
		case n == 0:
		case p.Affiliation == health.AffiliationEmployed && p.Organisation != "":
			by[p.Organisation] += n
		default:
			alone = append(alone, n)
		}
	}
	known = slices.SortedFunc(maps.Values(by), func(a, b float64) int { return cmp.Compare(b, a) })
	return known, alone
}

func sum(parts []float64) float64 {
	total := 0.0
	for _, p := range parts {
		total += p
	}
	return total
}

var peopleAbleToRelease = Metric{
	ID:        "people-able-to-release",
	Dimension: "diversity",
	Name:      "People able to release",
	Question:  "Can somebody else take over when one is gone?",
	Definition: "The greater of the accounts that may publish, by the registry, and the humans who in 24 months published a release, merged a change request " +
		"of somebody else or made a merge commit; one where that is longer ago. Where merge commits alone tell it counts half, since squashed merges leave none.",
	Unit:    "people",
	Window:  "730d",
	Source:  "https://arxiv.org/abs/1906.08058",
	Weight:  4,
	Knots:   Knots{{1, 30}, {2, 80}, {3, 100}},
	measure: measurePeopleAbleToRelease,
}

func measurePeopleAbleToRelease(v view) found {
	recent, ever := v.releasers()
	people, from := recent, "published or merged within two years"
	if recent == 0 && ever > 0 {
		people, from = 1, "is taken to be able to release, though nobody did in two years"
	}
	f := found{reliability: v.fresh}
	if v.Activity != nil {
		f.evidence = v.evidence("releases", "releases", v.last)
		if v.Activity.Gaps.Why(health.PartEvents) != "" {
			f.reliability /= 2
		}
	}
	if v.Package != nil && v.Package.Publishers != nil && *v.Package.Publishers >= people {
		people, from = *v.Package.Publishers, "may publish"
		f.reliability = 1
		f.evidence = []health.Evidence{{Text: "publishers", URL: v.Package.URL}}
	}
	if people == 0 {
		if v.Activity == nil {
			return absent("%s", v.noActivity())
		}
		if why := v.Activity.Gaps.Why(health.PartCommits); why != "" {
			return absent("%s", why)
		}
		return absent("who publishes or merges isn't known")
	}
	f.value, f.n = float64(people), people
	f.says = count(people, "person", "people") + " " + from
	return f
}

// releasers counts the humans seen with a hand on releases or merges, in the last
// 24 months and ever.
func (v view) releasers() (recent, ever int) {
	if v.Activity == nil {
		return 0, 0
	}
	last := make(map[int]time.Time)
	see := func(by int, at time.Time) {
		if v.human(by) && at.After(last[by]) {
			last[by] = at
		}
	}
	for _, r := range v.history {
		see(r.By, r.At)
	}
	for _, c := range v.Activity.Commits {
		if c.Merge {
			see(c.By, c.At)
		}
	}
	for _, item := range v.Activity.Changes {
		for _, e := range item.Events {
			if e.Kind == health.EventMerge && e.By != item.By {
				see(e.By, e.At)
			}
		}
	}
	for _, at := range last {
		if v.ago(at) < 2*year {
			recent++
		}
	}
	return recent, len(last)
}
