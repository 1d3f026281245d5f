package metric

import (
	"fmt"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/estimate"
	"github.com/mainstay-dev/mainstay/internal/health"
)

var licence = Metric{
	ID:        "licence",
	Dimension: "governance",
	Name:      "Licence",
	Question:  "May others go on with it if need be?",
	Definition: "100 where a licence approved by the Open Source Initiative is known, by the repository or the registry, 50 where the text isn't recognised, " +
		"40 for a known licence that isn't approved, 0 for none.",
	Unit:    "points",
	Window:  "",
	Source:  "https://opensource.org/licenses",
	Weight:  2,
	Knots:   asPoints,
	measure: measureLicence,
}

func measureLicence(v view) found {
	var known []string
	f := found{n: 1, reliability: v.fresh}
	if v.Package != nil {
		known = append(known, v.Package.Licences...)
		f.evidence = []health.Evidence{{Text: "registry", URL: v.Package.URL}}
	}
	why := v.noActivity()
	if v.Activity != nil {
		why = v.Activity.Gaps.Why(health.PartFiles)
		f.evidence = append(f.evidence, v.evidence("repository", "", time.Time{})...)
		if v.Activity.Licence != "" {
			known = append(known, v.Activity.Licence)
		}
	}
	if len(known) == 0 {
		if why != "" {
			return absent("%s", why)
		}
		f.says = "no licence was found"
		return f
	}
	f.value, f.says = 40, "not an approved open source licence: "+strings.Join(known, ", ")
	for _, expression := range known {
		switch {
		case approved(expression):
			f.value, f.says = 100, expression
			return f
		case expression == "NOASSERTION":
			f.value, f.says = 50, "a licence that isn't recognised"
		}
	}
	return f
}

// approved reports whether some choice in an SPDX expression is wholly made of
// approved licences. It reads OR before AND and ignores brackets, which errs
// only for mixed expressions.
func approved(expression string) bool {
	clean := strings.NewReplacer("(", " ", ")", " ").Replace(expression)
	for _, choice := range strings.Split(clean, " OR ") {
		all := true
		for _, part := range strings.Split(choice, " AND ") {
			id, _, _ := strings.Cut(strings.TrimSpace(part), " WITH ")
			all = all && approvedLicences[strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(id), "-or-later"), "-only"), "+")]
		}
		if all {
			return true
		}
	}
	return false
}

// approvedLicences are SPDX ids, without "-only" and "-or-later", of licences
// that the Open Source Initiative has approved; the ones in common use.
var approvedLicences = map[string]bool{
	"0BSD": true, "AFL-3.0": true, "AGPL-3.0": true, "Apache-1.1": true, "Apache-2.0": true, "Artistic-1.0": true, "Artistic-2.0": true,
	"BlueOak-1.0.0": true, "BSD-1-Clause": true, "BSD-2-Clause": true, "BSD-2-Clause-Patent": true, "BSD-3-Clause": true, "BSL-1.0": true,
	"CAL-1.0": true, "CDDL-1.0": true, "CECILL-2.1": true, "CPL-1.0": true, "ECL-2.0": true, "EFL-2.0": true, "EPL-1.0": true, "EPL-2.0": true,
	"EUPL-1.1": true, "EUPL-1.2": true, "GPL-2.0": true, "GPL-3.0": true, "HPND": true, "ICU": true, "IPL-1.0": true, "ISC": true,
	"LGPL-2.0": true, "LGPL-2.1": true, "LGPL-3.0": true, "LPL-1.02": true, "LPPL-1.3c": true, "MIT": true, "MIT-0": true, "MPL-1.1": true,
	"MPL-2.0": true, "MS-PL": true, "MS-RL": true, "MulanPSL-2.0": true, "NCSA": true, "OFL-1.1": true, "OSL-3.0": true, "PHP-3.01": true,
	"PostgreSQL": true, "PSF-2.0": true, "Python-2.0": true, "QPL-1.0": true, "SISSL": true, "UPL-1.0": true, "Unicode-3.0": true,
	"Unicode-DFS-2016": true, "Unlicense": true, "UNLICENSE": true, "W3C": true, "Zlib": true, "ZPL-2.1": true,
}

var governanceDocuments = Metric{
	ID:         "governance-documents",
	Dimension:  "governance",
	Name:       "Governance documents",
	Question:   "Is it written down how to take part and who decides?",
	Definition: "How many of three kinds of documents exist: CONTRIBUTING; CODEOWNERS, OWNERS or MAINTAINERS; GOVERNANCE.",
	Unit:       "documents",
	Window:     "",
	Source:     "https://arxiv.org/abs/1707.02327",
	Weight:     2,
	Knots:      Knots{{0, 20}, {1, 60}, {2, 80}, {3, 100}},
	Needs:      []health.Part{health.PartFiles},
	measure:    measureGovernanceDocuments,
}

func measureGovernanceDocuments(v view) found {
	n := 0
	for _, names := range [][]string{{"contributing"}, {"codeowners", "owners", "maintainers"}, {"governance"}} {
		if v.hasFile(names...) {
			n++
		}
	}
	return found{
		value: float64(n), n: 3, reliability: v.fresh, says: fmt.Sprintf("%d of 3 kinds of governance documents", n),
		evidence: v.evidence("repository", "", time.Time{}),
	}
}

var reviewShare = Metric{
	ID:        "review-share",
	Dimension: "governance",
	Name:      "Share reviewed",
	Question:  "Does a second person look before a change goes in?",
	Definition: "Change requests of humans merged in the twelve months before the last act of a maintainer that another human reviewed, commented on or merged, over all of them, " +
		"drawn towards .6 with the weight of six. Asked only where there are at least two regulars.",
	Unit:    "share",
	Window:  "365d",
	Source:  "https://github.com/ossf/scorecard/blob/main/docs/checks.md#code-review",
	Weight:  2,
	Knots:   Knots{{0, 0}, {.5, 50}, {.8, 85}, {1, 100}},
	Needs:   []health.Part{health.PartChanges, health.PartEvents},
	measure: measureReviewShare,
}

func measureReviewShare(v view) found {
	if regulars, _ := v.chances(); len(regulars) < 2 {
		return absent("fewer than two regulars, so there is nobody to review")
	}
	merged, reviewed := 0, 0
	for _, item := range v.Activity.Changes {
		if !item.Merged || !v.human(item.By) || !v.lately(item.Closed, year) {
			continue
		}
		merged++
		for _, e := range item.Events {
			if e.By != item.By && v.human(e.By) && e.Kind != health.EventLabel {
				reviewed++
				break
			}
		}
	}
	return v.proportion(reviewed, merged, "%d of %s had a second person's eye", "merged change request", "pulls")
}

// proportion is a share drawn towards .6 with the weight of six, with Wilson's
// interval.
func (v view) proportion(x, n int, says, noun, page string) found {
	if n == 0 {
		return absent("no %s in 12 months", noun)
	}
	low, high := estimate.Wilson(float64(x), float64(n), estimate.Z80)
	value := estimate.Shrunk(float64(x), float64(n), 6, .6)
	return found{
		value: value, n: n, low: min(low, value), high: max(high, value), ranged: true,
		reliability: float64(n) / float64(n+5) * v.fresh,
		says:        fmt.Sprintf(says, x, count(n, noun, noun+"s")),
		evidence:    v.evidence("change requests", page, time.Time{}),
	}
}

var continuousIntegration = Metric{
	ID:         "continuous-integration",
	Dimension:  "governance",
	Name:       "Continuous integration",
	Question:   "Is it tested by a machine, and does it pass?",
	Definition: "The state of the checks at the head: 100 passing, 70 configured, 30 failing, 0 none.",
	Unit:       "points",
	Window:     "",
	Source:     "https://arxiv.org/abs/1707.02327",
	Weight:     1,
	Knots:      asPoints,
	Needs:      []health.Part{health.PartChecks},
	measure:    measureContinuousIntegration,
}

func measureContinuousIntegration(v view) found {
	f := found{n: 1, reliability: v.fresh, evidence: v.evidence("checks at the head", "actions", time.Time{})}
	switch v.Activity.CI {
	case health.CheckPassing:
		f.value, f.says = 100, "checks pass at the head"
	case health.CheckPresent:
		f.value, f.says = 70, "checks are configured"
	case health.CheckFailing:
		f.value, f.says = 30, "checks fail at the head"
	case health.CheckNone:
		f.says = "no checks are configured"
	default:
		return absent("the forge doesn't tell of checks")
	}
	return f
}

var outsideAcceptance = Metric{
	ID:        "outside-acceptance",
	Dimension: "governance",
	Name:      "Acceptance from outside",
	Question:  "Do contributions from outside get in?",
	Definition: "Change requests from outside that were merged, over those that were merged or closed by a human, both in the twelve months before the last act of a maintainer, " +
		"drawn towards .6 with the weight of six.",
	Unit:    "share",
	Window:  "365d",
	Source:  "https://chaoss.community/?p=4834",
	Weight:  1,
	Knots:   Knots{{0, 0}, {.3, 50}, {.6, 85}, {.8, 100}},
	Needs:   []health.Part{health.PartChanges, health.PartEvents},
	measure: measureOutsideAcceptance,
}

func measureOutsideAcceptance(v view) found {
	if v.Activity.Mirror != "" {
		return v.mirrored()
	}
	decided, merged := 0, 0
	for _, item := range v.Activity.Changes {
		if !v.outsider(item.By) || item.Closed.IsZero() || !v.lately(item.Closed, year) || !item.Merged && v.closedByProgram(item) {
			continue
		}
		decided++
		if item.Merged {
			merged++
		}
	}
	return v.proportion(merged, decided, "%d of %s from outside went in", "decided change request", "pulls")
}
