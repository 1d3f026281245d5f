package main

import (
	"fmt"
	"math"
	"time"

	"github.com/mainstay-dev/mainstay/internal/backtest"
	"github.com/mainstay-dev/mainstay/internal/estimate"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/score"
)

// A candidate is a set of features for the risk model.
type candidate struct {
	name     string
	ridge    float64
	features func(p past) []float64
}

// A past is what the candidates' features are made of.
type past struct {
	activity *health.Activity
	at       time.Time
	heads    []time.Time
}

func candidates() []candidate {
	shipped := func(p past) []float64 { return score.RiskFeatures(p.activity, p.at) }
	with := func(more ...func(past) float64) func(past) []float64 {
		return func(p past) []float64 {
			x := shipped(p)
			for _, f := range more {
				x = append(x, f(p))
			}
			return x
		}
	}
	only := func(fs ...func(past) float64) func(past) []float64 {
		return func(p past) []float64 {
			var x []float64
			for _, f := range fs {
				x = append(x, f(p))
			}
			return x
		}
	}
	habit := func(p past) float64 { return shipped(p)[0] }
	months := func(n int) func(past) float64 { return func(p past) float64 { return p.months(n) } }
	return []candidate{
		{"shipped: habit and how it goes now", 1, shipped},
		{"the same, no penalty", 0, shipped},
		{"the same, strong penalty", 10, shipped},
		{"habit alone", 1, only(habit)},
		{"active months in 24, last commit, last tag", 1, only(months(24), past.lastCommit, past.lastTag)},
		{"active months in 24 alone", 1, only(months(24))},
		{"the trend alone", 1, only(past.trend)},
		{"people expected to stay", 1, only(past.stay)},
		{"active months fading, half-life 18", 1, only(func(p past) float64 { return p.fading(18) })},
		{"active months fading, half-lives 24 and 3", 1, only(func(p past) float64 { return math.Log1p(p.fading(24)) }, func(p past) float64 { return p.fading(3) })},
		{"habit and the trend", 1, only(habit, past.trend)},
		{"active months in 60 and in 6", 1, only(func(p past) float64 { return math.Log1p(p.months(60)) }, months(6))},
		{"shipped and the trend", 1, with(past.trend)},
		{"shipped and last commit", 1, with(past.lastCommit)},
		{"shipped and last tag", 1, with(past.lastTag)},
		{"shipped and people expected to stay", 1, with(past.stay)},
		{"shipped and the likeliest person to stay", 1, with(past.likeliest)},
		{"shipped and people in 24 months", 1, with(past.people)},
		{"shipped and a notice", 1, with(past.notice)},
		{"shipped and last change request", 1, with(past.lastHead)},
		{"shipped and no change request copied", 1, with(past.headless)},
		{"shipped, last commit, last tag, stay, people", 1, with(past.lastCommit, past.lastTag, past.stay, past.people)},
		{"the same, strong penalty", 10, with(past.lastCommit, past.lastTag, past.stay, past.people)},
	}
}

// try fits the candidate in sample and out of fold.
func (c candidate) try(cases []backtest.Case) (string, error) {
	var rows [][]float64
	var last []float64
	var family []string
	for _, one := range cases {
		p := past{one.Subject().Activity, one.AsOf, one.History.Heads}
		rows = append(rows, c.features(p))
		last = append(last, p.lastCommit())
		family = append(family, one.History.Family)
	}
	event := backtest.Events(cases)
	fit, err := estimate.FitLogistic(rows, event, c.ridge)
	if err != nil {
		return "", err
	}
	seen := make([]float64, len(rows))
	for i, x := range rows {
		seen[i] = fit.Probability(x)
	}
	blind, err := backtest.OutOfFold(cases, rows, c.ridge)
	if err != nil {
		return "", err
	}
	var aucs, gaps []float64
	for _, draw := range estimate.Resamples(family, 1000, 1) {
		a, b, y := make([]float64, len(draw)), make([]float64, len(draw)), make([]bool, len(draw))
		for i, row := range draw {
			a[i], b[i], y[i] = blind[row], last[row], event[row]
		}
		aucs = append(aucs, estimate.AUC(a, y))
		gaps = append(gaps, aucs[len(aucs)-1]-estimate.AUC(b, y))
	}
	auc := estimate.AUC(blind, event)
	low, high := estimate.PercentileInterval(aucs, .95)
	under, over := estimate.PercentileInterval(gaps, .95)
	slope, _ := estimate.Calibration(blind, event)
	return fmt.Sprintf("%s\t%g\t%.4f\t%.4f\t%.3f–%.3f\t%+.4f\t%+.3f to %+.3f\t%.4f\t%.2f", c.name, c.ridge, estimate.AUC(seen, event), auc, low, high,
		auc-estimate.AUC(last, event), under, over, estimate.Brier(blind, event), slope), nil
}
