package backtest

import (
	"context"
	"fmt"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/metric"
	"github.com/mainstay-dev/mainstay/internal/score"
)

// Run reads the dataset in dir, judges every case as of its date as an audit
// would have, and compares with what came. The error is a broken dataset or the
// end of the context.
//
// The risk is the shipped model's, unless that was fitted on this very data:
// then each case has that of models which haven't seen its family or owner.
func Run(ctx context.Context, dir string) (Result, error) {
	return run(ctx, dir, func(s health.Subject, at time.Time, risk *float64) health.Score {
		return score.Default.WithRisk(s, metric.Measure(s, at), at, risk)
	})
}

// A judge gives the verdict on a subject as of a date, with a given probability
// of abandonment, nil for none.
type judge func(s health.Subject, at time.Time, risk *float64) health.Score

func run(ctx context.Context, dir string, judge judge) (Result, error) {
	d, err := Read(dir)
	if err != nil {
		return Result{}, err
	}
	cases := Cases(d, AsOfDates())
	if len(cases) == 0 {
		return Result{}, fmt.Errorf("the dataset %s has no repository that can be judged", dir)
	}
	facts := describe(d, cases)
	shipped := score.ShippedRisk()
	note := fmt.Sprintf("The shipped risk model, fitted on %d cases of other data (%.12s), judged these as they are.", shipped.Data.Cases, shipped.Data.Hash)
	var blind []float64
	if facts.CrossValidated = d.Hash == shipped.Data.Hash; facts.CrossValidated {
		note = fmt.Sprintf("The shipped risk model was fitted on this very data, so its figures here are cross-validated: the mean of %d times %d folds "+
			"with no family or owner in two. The score's weights aren't fitted, but were chosen in sight of this data: other data may be less kind to it.",
			riskRepeats, riskFolds)
		if blind, err = OutOfFold(cases, riskRows(cases), Ridge); err != nil {
			return Result{}, err
		}
	}
	verdicts := make([]health.Score, len(cases))
	for i, c := range cases {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		subject := c.Subject()
		risk := shipped.Probability(subject.Activity, c.AsOf)
		if facts.CrossValidated {
			risk = &blind[i]
		}
		verdicts[i] = judge(subject, c.AsOf, risk)
	}
	r := evaluate(cases, verdicts, AsOfDates())
	r.Data, r.Note = facts, note
	return r, nil
}

func describe(d *Dataset, cases []Case) Data {
	repositories, families := make(map[int]bool), make(map[string]bool)
	for _, c := range cases {
		repositories[c.History.Index], families[c.History.Family] = true, true
	}
	return Data{Hash: d.Hash, Repositories: len(repositories), Families: len(families)}
}
