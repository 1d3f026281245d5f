package score

import (
	_ "embed"
	"encoding/json"
	"math"
	"sync"
	"time"

	"github.com/mainstay-dev/mainstay/internal/estimate"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// A RiskModel turns the rhythm of a project's commits into the probability that
// no human will commit in the second year from now.
//
// It is a logistic regression on RiskFeatures and nothing else: tag age, the age
// of the last commit, people and newcomers added nothing in cross-validation.
type RiskModel struct {
	Data RiskData `json:"data"`
	estimate.LogisticModel
}

// RiskData says what a model was fitted on.
type RiskData struct {
	Hash      string `json:"hash"`   // backtest.Dataset.Hash
	Newest    string `json:"newest"` // the date of the newest history in it
	Cases     int    `json:"cases"`  // repositories times as-of dates
	Abandoned int    `json:"abandoned"`
	Families  int    `json:"families"` // of repositories: the independent evidence
}

//go:embed risk.json
var riskFile []byte

var shippedRisk = sync.OnceValue(func() RiskModel {
	var m RiskModel
	// A file that can't be read fails the tests; a model without weights is none.
	if err := json.Unmarshal(riskFile, &m); err != nil {
		return RiskModel{}
	}
	return m
})

// ShippedRisk is the model that `go run ./internal/backtest/fit DIR` wrote to risk.json.
func ShippedRisk() RiskModel { return shippedRisk() }

// Probability is the model's for a repository as it was known at a time; nil
// where RiskFeatures has none.
func (m RiskModel) Probability(a *health.Activity, at time.Time) *float64 {
	x := RiskFeatures(a, at)
	if x == nil || len(x) != len(m.Weights) {
		return nil
	}
	p := m.LogisticModel.Probability(x)
	return &p
}

// The memories of the two features, in days, and the least history without
// which there is no estimate.
var (
	longMemory  = estimate.Habit{Window: 5 * 365.25, Lasts: 30, HalfLife: 24 * riskMonth}
	shortMemory = estimate.Habit{Window: 5 * 365.25, Lasts: 30, HalfLife: 3 * riskMonth}
)

const (
	riskMonth = 365.25 / 12
	riskShort = 6 * riskMonth
)

// RiskFeatures are the two numbers that the risk rests on, both on the time in
// which the project was at work: when a human had committed, other than by
// merging, in the 30 days before. Long ago counts less.
//
//   - the logarithm of one plus the months at work in five years, which fade to
//     half in two years: how much of a habit the work is;
//   - the months at work which fade to half in three months: how it goes now.
//
// They are nil where commits weren't read, or less than half a year of them.
func RiskFeatures(a *health.Activity, at time.Time) []float64 {
	if a == nil || a.Gaps.Why(health.PartCommits) != "" {
		return nil
	}
	if !a.ReadAt.IsZero() && a.ReadAt.Before(at) {
		at = a.ReadAt
	}
	ago := func(t time.Time) float64 { return at.Sub(t).Hours() / 24 }
	seen := math.Inf(1)
	if cut := !a.Since.IsZero() && (a.CreatedAt.IsZero() || a.Since.After(a.CreatedAt)); cut {
		seen = ago(a.Since)
	}
	if seen < riskShort {
		return nil
	}
	var acts []float64
	for _, c := range a.Commits {
		if !c.Merge && byHuman(a, c) {
			acts = append(acts, ago(c.At))
		}
	}
	return []float64{math.Log1p(longMemory.AtWork(acts, seen) / riskMonth), shortMemory.AtWork(acts, seen) / riskMonth}
}

// byHuman reports whether a human wrote the commit or had a part in it.
func byHuman(a *health.Activity, c health.Commit) bool {
	human := func(by int) bool { return by >= 0 && by < len(a.People) && a.People[by].Bot == "" }
	if human(c.By) {
		return true
	}
	for _, by := range c.With {
		if human(by) {
			return true
		}
	}
	return false
}
