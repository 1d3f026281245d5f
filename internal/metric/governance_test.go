package metric

import (
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestLicence(t *testing.T) {
	run(t, "licence", 0, []probe{
		{"approved", func(a *health.Activity) { a.Licence = "Apache-2.0" }, 100, ""},
		{"not approved", func(a *health.Activity) { a.Licence = "BUSL-1.1" }, 40, ""},
		{"not recognised", func(a *health.Activity) { a.Licence = "NOASSERTION" }, 50, ""},
		{"none", func(*health.Activity) {}, 0, ""},
		{"not read", func(a *health.Activity) { a.Gaps = health.Gaps{{Part: health.PartFiles, Why: "no token"}} }, 0, "no token"},
	})
	s := health.Subject{ActivityGap: "no repository", Package: &health.Package{Licences: []string{"MIT"}, URL: "https://example.org"}}
	check(t, ask(t, "licence", s), 100, 0, "")
}

func TestApproved(t *testing.T) {
	for expression, want := range map[string]bool{
		"MIT": true, "GPL-3.0-or-later": true, "LGPL-2.1-only": true, "GPL-2.0+": true, "SSPL-1.0": false, "": false,
		"MIT OR SSPL-1.0": true, "MIT AND SSPL-1.0": false, "(MIT OR Apache-2.0) AND BSD-3-Clause": true,
		"GPL-2.0-only WITH Classpath-exception-2.0": true, "Elastic-2.0": false,
	} {
		if got := approved(expression); got != want {
			t.Errorf("approved(%q) = %v", expression, got)
		}
	}
}

func TestGovernanceDocuments(t *testing.T) {
	run(t, "governance-documents", 0, []probe{
		{"all three kinds", func(a *health.Activity) {
			a.Files = []string{".github/CODEOWNERS", "CONTRIBUTING.rst", "GOVERNANCE.md", "MAINTAINERS.md"}
		}, 3, ""},
		{"other documents", func(a *health.Activity) { a.Files = []string{"README.md", "SECURITY.md"} }, 0, ""},
	})
}

func TestReviewShare(t *testing.T) {
	regulars := func(a *health.Activity) {
		commit(a, lead, 10, 50, 90)
		commit(a, second, 10, 50, 90)
	}
	merged := func(by int, events ...health.Event) health.Item {
		item := opened(20, append(events, did(by, health.EventMerge, 10))...)
		item.By = by
		return item
	}
	run(t, "review-share", 1e-9, []probe{
		// (3 + 6 * .6) / (3 + 6)
		{"three of three", func(a *health.Activity) {
			regulars(a)
			a.Changes = []health.Item{
				merged(lead, did(second, health.EventReview, 15)), merged(lead, did(second, health.EventComment, 15)),
				opened(20, did(lead, health.EventMerge, 10)),
			}
		}, 6.6 / 9, ""},
		// 3.6 / 9
		{"a program's or one's own word is no review", func(a *health.Activity) {
			regulars(a)
			a.Changes = []health.Item{
				merged(lead), merged(lead, did(lead, health.EventComment, 15)), merged(second, did(program, health.EventReview, 15)),
			}
		}, .4, ""},
		{"alone", func(a *health.Activity) {
			commit(a, lead, 10, 50, 90)
			a.Changes = []health.Item{merged(lead)}
		}, 0, "fewer than two regulars"},
		{"nothing merged", regulars, 0, "no merged change request"},
	})
}

func TestContinuousIntegration(t *testing.T) {
	run(t, "continuous-integration", 0, []probe{
		{"passing", func(a *health.Activity) { a.CI = health.CheckPassing }, 100, ""},
		{"present", func(a *health.Activity) { a.CI = health.CheckPresent }, 70, ""},
		{"failing", func(a *health.Activity) { a.CI = health.CheckFailing }, 30, ""},
		{"none", func(a *health.Activity) { a.CI = health.CheckNone }, 0, ""},
		{"unknown", func(*health.Activity) {}, 0, "doesn't tell"},
	})
}

func TestOutsideAcceptance(t *testing.T) {
	run(t, "outside-acceptance", 1e-9, []probe{
		// (2 + 6 * .6) / (3 + 6); the open one isn't decided.
		{"two of three", func(a *health.Activity) {
			a.Changes = []health.Item{
				opened(30, did(lead, health.EventMerge, 20)), opened(30, did(lead, health.EventMerge, 20)), opened(30, did(lead, health.EventClose, 20)),
				opened(10),
			}
		}, 5.6 / 9, ""},
		{"a program's close decides nothing", func(a *health.Activity) {
			a.Changes = []health.Item{opened(30, did(program, health.EventClose, 20))}
		}, 0, "no decided change request"},
	})
}
