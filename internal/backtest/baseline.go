package backtest

import (
	"math"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// The ids of the predictors that are compared.
const (
	IDScore             = "score"
	IDRisk              = "risk"
	IDLastHumanCommit   = "days-since-last-human-commit"
	IDScorecard         = "scorecard-maintained"
	IDCargoUnmaintained = "cargo-unmaintained"
)

const day = 24 * time.Hour

// A baseline is a rule from elsewhere that a score has to beat. More is riskier.
type baseline struct {
	id   string
	risk func(a health.Activity) float64
}

func baselines() []baseline {
	return []baseline{
		{IDLastHumanCommit, daysSinceLastHumanCommit},
		{IDScorecard, scorecardMaintained},
		{IDCargoUnmaintained, cargoUnmaintained},
	}
}

// daysSinceLastHumanCommit counts days since the last commit by a human that is
// no merge; without any, it is infinite.
func daysSinceLastHumanCommit(a health.Activity) float64 {
	for _, c := range a.Commits {
		if !c.Merge && a.People[c.By].Bot == "" {
			return a.ReadAt.Sub(c.At).Hours() / 24
		}
	}
	return math.Inf(1)
}

// scorecardMaintained is the commit part of the Maintained check of OpenSSF
// Scorecard, evaluated as of the activity's date and negated: of the newest 30
// commits, bots and merges too, those of the last 90 days, 12 of them for full
// marks. It is left unrounded, which ranks better than Scorecard's whole points.
//
// github.com/ossf/scorecard, checks/evaluation/maintained.go.
func scorecardMaintained(a health.Activity) float64 {
	recent := 0
	for _, c := range a.Commits[:min(30, len(a.Commits))] {
		if c.At.After(a.ReadAt.Add(-90 * day)) {
			recent++
		}
	}
	return -min(10, 10*float64(recent)/12)
}

// cargoUnmaintained is the part of cargo-unmaintained's rule that git can tell:
// 1 when the last commit, whoever's, is more than 365 days old.
func cargoUnmaintained(a health.Activity) float64 {
	if len(a.Commits) > 0 && !a.Commits[0].At.Before(a.ReadAt.Add(-365*day)) {
		return 0
	}
	return 1
}
