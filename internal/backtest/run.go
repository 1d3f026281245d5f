package backtest

import (
	"context"
	"fmt"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A Judge gives the verdict on a subject as of a date: the metrics and the
// score of an audit.
type Judge func(s health.Subject, at time.Time) health.Score

// Run reads the dataset in dir, lets judge see every case as of its date and
// compares. The error is a broken dataset or the end of the context.
func Run(ctx context.Context, dir string, judge Judge) (Result, error) {
	d, err := Read(dir)
	if err != nil {
		return Result{}, err
	}
	cases := Cases(d, AsOfDates())
	if len(cases) == 0 {
		return Result{}, fmt.Errorf("the dataset %s has no repository that can be judged", dir)
	}
	verdicts := make([]health.Score, len(cases))
	for i, c := range cases {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		verdicts[i] = judge(c.Subject(), c.AsOf)
	}
	r := evaluate(cases, verdicts, AsOfDates())
	r.Data = describe(d, cases)
	r.Note = "the verdicts are those of the shipped score and risk model"
	return r, nil
}

func describe(d *Dataset, cases []Case) Data {
	repositories, families := make(map[int]bool), make(map[string]bool)
	for _, c := range cases {
		repositories[c.History.Index], families[c.History.Family] = true, true
	}
	return Data{Hash: d.Hash, Repositories: len(repositories), Families: len(families)}
}
