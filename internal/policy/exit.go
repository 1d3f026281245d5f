package policy

import (
	"slices"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// The exit codes that a report can lead to. The same for every format.
const (
	ExitHolds      = 0
	ExitFails      = 1
	ExitIncomplete = 3
	ExitNothing    = 4
)

// Exit says which of the exit codes the user wants to do without.
type Exit struct {
	Zero            bool // --exit-zero: a policy that fails is told, not returned
	AllowIncomplete bool // --allow-incomplete: judge what could be read
}

// Code is the exit code of a judged report. Incomplete evidence comes before
// the verdict, so that an outage can't look like a clean bill, and before
// "nothing", since what couldn't be read may have held something.
func (e Exit) Code(rep health.Report) int {
	switch {
	case !rep.Complete && !e.AllowIncomplete:
		return ExitIncomplete
	case len(rep.Findings) == 0:
		return ExitNothing
	case !e.Zero && slices.ContainsFunc(rep.Findings, health.Finding.Fails):
		return ExitFails
	}
	return ExitHolds
}
