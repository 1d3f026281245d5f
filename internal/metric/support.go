package metric

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var stewardship = Metric{
	ID:        "stewardship",
	Dimension: "support",
	Name:      "Stewardship",
	Question:  "Is there an institution behind it that outlives people?",
	Definition: "The best standing known: 100 a foundation's full project, 85 incubating, 75 with a fiscal host or another hosting institution, 70 a vendor's with two regulars " +
		"whose address is an organisation's, 65 sandbox or podling, 50 a person or group with sponsors, 45 an organisation on the forge, 25 a person. " +
		"A table row that nobody has checked counts half.",
	Unit:    "points",
	Window:  "",
	Source:  "https://www.cncf.io/projects/",
	Weight:  7,
	Knots:   asPoints,
	measure: measureStewardship,
}

// standings are the points of a steward's tier.
var standings = map[string]float64{
	"graduated": 100, "top-level": 100, "incubating": 85, "member": 75, "hosted": 75, "sandbox": 65, "podling": 65,
}

func measureStewardship(v view) found {
	best := found{value: -1}
	better := func(points, reliability float64, says string, e health.Evidence) {
		if points > best.value {
			best = found{value: points, n: 1, reliability: reliability, says: says, evidence: []health.Evidence{e}}
		}
	}
	for _, s := range v.Stewards {
		points, ok := standings[s.Tier]
		if s.Retired() || !ok {
			continue
		}
		if s.Kind == "vendor" {
			points = 45
			if v.Activity != nil && v.employedRegulars() >= 2 {
				points = 70
			}
		}
		reliability := 1.0
		if s.FromMemory {
			reliability = .5
		}
		better(points, reliability, fmt.Sprintf("%s (%s, %s) stands behind it", s.Name, s.Kind, s.Tier),
			health.Evidence{Text: s.Name, URL: s.URL, At: s.Since})
	}
	if v.Activity != nil {
		home := health.Evidence{Text: v.Activity.Home().String(), URL: v.page("")}
		sponsors, _ := v.sponsors()
		switch {
		case sponsors > 0:
			better(50, v.fresh, "no institution is known, but sponsors are", home)
		case v.Activity.Owner == health.OwnerOrganisation:
			better(45, v.fresh, "it belongs to an organisation on the forge, and no institution is known", home)
		case v.Activity.Owner == health.OwnerPerson:
			better(25, v.fresh, "it belongs to one person", home)
		}
	}
	if best.value >= 0 {
		return best
	}
	if v.Activity == nil {
		return absent("%s", v.noActivity())
	}
	return absent("no institution is known, nor whether its owner is a person or an organisation")
}

// employedRegulars counts regulars of the last year with an organisation's address.
func (v view) employedRegulars() int {
	n := 0
	for i, m := range v.months {
		if m.ever() >= 3 && m.within(12) > 0 && v.Activity.People[i].Affiliation == health.AffiliationEmployed {
			n++
		}
	}
	return n
}

// sponsors counts those that are active, and tells whether any platform says.
func (v view) sponsors() (n int, known bool) {
	for _, f := range v.Activity.Funding {
		if f.Sponsors != nil {
			n, known = n+*f.Sponsors, true
		}
	}
	return n, known
}

var supportWindow = Metric{
	ID:        "support-window",
	Dimension: "support",
	Name:      "Support window",
	Question:  "How long will the version in use get fixes?",
	Definition: "Days until the community support of the release line in use ends, by the table of release lines. Where it tells no date: supported reads 80, ended 0. " +
		"Where no table knows it: 70 if an older release line still got a release in 24 months after a newer one had come, 50 if SUPPORT or SECURITY documents exist, " +
		"30 otherwise, each counted half.",
	Unit:    "days",
	Window:  "",
	Source:  "https://endoflife.date/",
	Weight:  5,
	Knots:   Knots{{0, 0}, {183, 50}, {365, 80}, {730, 100}},
	measure: measureSupportWindow,
}

func measureSupportWindow(v view) found {
	if s := v.Support; s != nil {
		f := found{n: 1, reliability: 1, evidence: []health.Evidence{{Text: s.Product + " " + s.Cycle, URL: s.URL, At: s.Ends}}}
		switch {
		case !s.Ends.IsZero():
			f.value = days(s.Ends.Sub(v.now))
			f.says = fmt.Sprintf("support of %s %s ends on %s", s.Product, s.Cycle, s.Ends.Format(time.DateOnly))
			return f
		case s.Over != nil && *s.Over:
			f.says = fmt.Sprintf("support of %s %s is over", s.Product, s.Cycle)
			return f
		case s.Over != nil:
			f.value = 365
			f.says = fmt.Sprintf("%s %s is supported, no end is set", s.Product, s.Cycle)
			return f
		}
	}
	return v.statedSupport()
}

// statedSupport is what the project's own habits and documents tell where no
// table does. The values are those whose reading the definition gives.
func (v view) statedSupport() found {
	if newer, older, ok := v.backport(); ok {
		return found{
			value: 304, n: 1, reliability: .5 * v.fresh, evidence: v.releaseEvidence(older),
			says: fmt.Sprintf("an older line still got a release: %s after %s", older.Version, newer.Version),
		}
	}
	if v.Activity == nil {
		return absent("%s", v.noActivity())
	}
	if why := v.Activity.Gaps.Why(health.PartFiles); why != "" {
		return absent("no table of release lines knows it, and its documents weren't read: %s", why)
	}
	f := found{value: 110, n: 1, reliability: .5 * v.fresh, says: "nothing says how long a version is supported", evidence: v.evidence("repository", "", time.Time{})}
	if v.hasFile("support") || v.hasFile("security") {
		f.value, f.says = 183, "documents speak of support, but no table tells until when"
	}
	return f
}

// backport finds a release of an older major line within 24 months, made after
// a newer line had its first stable release.
func (v view) backport() (newer, older health.Release, ok bool) {
	first := make(map[int]health.Release)
	stable := v.stable()
	for _, r := range stable {
		first[majorOf(r.Version)] = r // newest first, so the oldest stays
	}
	for _, r := range stable {
		if v.ago(r.At) > 2*year || majorOf(r.Version) < 1 {
			continue
		}
		for major, begin := range first {
			if major > majorOf(r.Version) && begin.At.Before(r.At) && (!ok || begin.At.After(newer.At)) {
				newer, older, ok = begin, r, true
			}
		}
	}
	return newer, older, ok
}

// hasFile reports whether one of the documents has this name, whatever its
// folder, case and extension.
func (v view) hasFile(names ...string) bool {
	return slices.ContainsFunc(v.Activity.Files, func(file string) bool {
		base := strings.ToLower(path.Base(file))
		return slices.Contains(names, strings.TrimSuffix(base, path.Ext(base)))
	})
}

var funding = Metric{
	ID:        "funding",
	Dimension: "support",
	Name:      "Funding",
	Question:  "Does anybody pay for the work?",
	Definition: "Money seen weighs more than money asked for: 20 no channel declared, 45 declared, 60 at least one active sponsor, 85 at least 25, " +
		"100 a public body's paid work within the last three years or a vendor's paid regulars.",
	Unit:    "points",
	Window:  "",
	Source:  "https://chaoss.community/?p=3616",
	Weight:  3,
	Knots:   asPoints,
	measure: measureFunding,
}

func measureFunding(v view) found {
	for _, s := range v.Stewards {
		paid := s.Tier == "funded" && !s.Since.IsZero() && v.ago(s.Since) < 3*year
		employed := s.Kind == "vendor" && v.Activity != nil && v.employedRegulars() >= 2
		if paid || employed {
			reliability := 1.0
			if s.FromMemory {
				reliability = .5
			}
			return found{
				value: 100, n: 1, reliability: reliability, says: s.Name + " pays for work on it",
				evidence: []health.Evidence{{Text: s.Name, URL: s.URL, At: s.Since}},
			}
		}
	}
	if v.Activity == nil {
		return absent("%s", v.noActivity())
	}
	if why := v.Activity.Gaps.Why(health.PartFunding); why != "" {
		return absent("%s", why)
	}
	channels := v.Activity.Funding
	f := found{value: 20, n: len(channels), reliability: v.fresh, says: "no channel for money is declared", evidence: v.evidence("repository", "", time.Time{})}
	if len(channels) == 0 {
		return f
	}
	f.value, f.says = 45, "money is asked for; whether any comes isn't known"
	sponsors, known := v.sponsors()
	if known {
		f.says = count(sponsors, "active sponsor", "active sponsors")
	}
	switch {
	case sponsors >= 25:
		f.value = 85
	case sponsors >= 1:
		f.value = 60
	}
	f.evidence = nil
	for _, c := range slices.SortedFunc(slices.Values(channels), func(a, b health.Funding) int { return cmp.Compare(a.Platform+a.URL, b.Platform+b.URL) }) {
		f.evidence = append(f.evidence, health.Evidence{Text: c.Platform, URL: c.URL})
	}
	return f
}

var securityResponse = Metric{
	ID:         "security-response",
	Dimension:  "support",
	Name:       "Security response",
	Question:   "Is somebody ready to hear of a vulnerability?",
	Definition: "20 nothing known, 60 a security policy, 85 a policy and either private reporting or an advisory that got its fix.",
	Unit:       "points",
	Window:     "",
	Source:     "https://baseline.openssf.org/",
	Weight:     3,
	Knots:      asPoints,
	Needs:      []health.Part{health.PartSecurity},
	measure:    measureSecurityResponse,
}

func measureSecurityResponse(v view) found {
	s := v.Activity.Security
	fixed := slices.ContainsFunc(v.Activity.Advisories, func(a health.Advisory) bool { return !a.Fixed.IsZero() })
	f := found{value: 20, n: 1, reliability: v.fresh, says: "no way to report a vulnerability is stated"}
	switch policy := s.Policy || v.hasFile("security"); {
	case policy && s.PrivateReporting:
		f.value, f.says = 85, "a security policy, and private reporting"
	case policy && fixed:
		f.value, f.says = 85, "a security policy, and an advisory that got its fix"
	case policy:
		f.value, f.says = 60, "a security policy"
	case s.PrivateReporting:
		f.value, f.says = 60, "private reporting, without a policy"
	}
	f.evidence = []health.Evidence{{Text: "security policy", URL: cmp.Or(s.URL, v.page("security"))}}
	return f
}
