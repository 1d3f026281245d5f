package backtest

import (
	"fmt"
	"time"

	"github.com/mainstay-dev/mainstay/internal/estimate"
	"github.com/mainstay-dev/mainstay/internal/score"
)

// How the risk model is fitted and tried out.
const (
	// Ridge is the penalty on its standardised weights: light, against luck.
	Ridge = 1
	// folds and repeats of the cross-validation.
	riskFolds   = 10
	riskRepeats = 20
)

// FitRisk fits the risk model on all cases of a dataset.
func FitRisk(d *Dataset) (score.RiskModel, error) {
	cases := Cases(d, AsOfDates())
	fit, err := estimate.FitLogistic(riskRows(cases), Events(cases), Ridge)
	if err != nil {
		return score.RiskModel{}, fmt.Errorf("fitting the risk model: %w", err)
	}
	facts := describe(d, cases)
	m := score.RiskModel{LogisticModel: fit, Data: score.RiskData{
		Hash: d.Hash, Cases: len(cases), Families: facts.Families,
	}}
	for _, h := range d.Histories {
		m.Data.Newest = max(m.Data.Newest, h.Snapshot.Format(time.DateOnly))
	}
	for _, c := range cases {
		if c.Abandoned {
			m.Data.Abandoned++
		}
	}
	return m, nil
}

// Events are the labels of cases.
func Events(cases []Case) []bool {
	out := make([]bool, len(cases))
	for i, c := range cases {
		out[i] = c.Abandoned
	}
	return out
}

func riskRows(cases []Case) [][]float64 {
	rows := make([][]float64, len(cases))
	for i, c := range cases {
		rows[i] = score.RiskFeatures(c.Subject().Activity, c.AsOf)
	}
	return rows
}

// OutOfFold is, for each case, the mean probability by models that were fitted
// without its group: families and owners are never split.
func OutOfFold(cases []Case, rows [][]float64, ridge float64) ([]float64, error) {
	out := make([]float64, len(cases))
	event, group := Events(cases), groups(cases)
	for r := range uint64(riskRepeats) {
		fold := estimate.Folds(group, riskFolds, seed+r)
		for f := range riskFolds {
			var x [][]float64
			var y []bool
			for i := range cases {
				if fold[i] != f {
					x, y = append(x, rows[i]), append(y, event[i])
				}
			}
			m, err := estimate.FitLogistic(x, y, ridge)
			if err != nil {
				return nil, fmt.Errorf("fitting without fold %d: %w", f+1, err)
			}
			for i := range cases {
				if fold[i] == f {
					out[i] += m.Probability(rows[i]) / riskRepeats
				}
			}
		}
	}
	return out, nil
}
