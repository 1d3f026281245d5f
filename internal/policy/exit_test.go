package policy

import (
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestExitCode(t *testing.T) {
	finding := func(vs ...health.Violation) health.Report {
		return health.Report{Complete: true, Findings: []health.Finding{{Violations: vs}}}
	}
	incomplete := func(rep health.Report) health.Report { rep.Complete = false; return rep }
	fails := finding(health.Violation{Rule: "grade"})
	for _, c := range []struct {
		name string
		rep  health.Report
		exit Exit
		want int
	}{
		{"holds", finding(), Exit{}, 0},
		{"fails", fails, Exit{}, 1},
		{"only warns", finding(health.Violation{Warn: true}), Exit{}, 0},
		{"only known", finding(health.Violation{Known: "in the baseline"}), Exit{}, 0},
		{"fails, exit zero", fails, Exit{Zero: true}, 0},
		{"incomplete before holds", incomplete(finding()), Exit{}, 3},
		{"incomplete before fails", incomplete(fails), Exit{}, 3},
		{"incomplete isn't turned into zero", incomplete(fails), Exit{Zero: true}, 3},
		{"incomplete allowed, fails", incomplete(fails), Exit{AllowIncomplete: true}, 1},
		{"incomplete allowed, holds", incomplete(finding()), Exit{AllowIncomplete: true}, 0},
		{"both flags", incomplete(fails), Exit{AllowIncomplete: true, Zero: true}, 0},
		{"nothing", health.Report{Complete: true}, Exit{}, 4},
		{"nothing, exit zero", health.Report{Complete: true}, Exit{Zero: true}, 4},
		{"nothing found in an outage", health.Report{}, Exit{}, 3},
	} {
		if got := c.exit.Code(c.rep); got != c.want {
			t.Errorf("%s: exit code %d, want %d", c.name, got, c.want)
		}
	}
}
