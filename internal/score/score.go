// Package score turns measurements into one score with its reasons: a ledger
// that adds up, hard facts that bound it, how much evidence it rests on, a grade
// and what to do. It is pure; it asks nobody and reads no clock.
//
// The score is an index of how likely a dependency is to get the maintenance
// that its users need over the next 24 months. How much a project depends on it,
// and how popular it is, have no part in it.
package score

import (
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// neutral is what a missing reading counts as, and half the weight it has then.
// So too little evidence pulls towards the middle and never to an end.
const (
	neutral     = 50
	halfMissing = 0.5
)

// Of judges a subject by its measurements as of a date, beside the shipped
// model's risk.
func (m Model) Of(s health.Subject, ms []health.Measurement, at time.Time) health.Score {
	return m.WithRisk(s, ms, at, ShippedRisk().Probability(s.Activity, at))
}

// WithRisk is the verdict where the risk is known from elsewhere: from a model
// that must not have seen the subject. It is nil where there is none.
func (m Model) WithRisk(s health.Subject, ms []health.Measurement, at time.Time, risk *float64) health.Score {
	s = s.AsOf(at)
	ms = m.weighted(ms)
	done := finishedness(s, ms, at)
	ms = floored(ms, done)
	out := health.Score{
		Measurements: ledger(ms),
		Coverage:     coverage(ms),
		Dimensions:   dimensions(ms),
		Ceilings:     ceilings(s, ms, at),
		Finished:     done,
		Risk:         risk,
	}
	for _, e := range out.Measurements {
		out.BeforeCeilings += e.Points
	}
	limit := lowest(out.Ceilings)
	bounded := min(out.BeforeCeilings, limit)
	out.Score = &bounded
	out.Interval = interval(ms, limit, s.Dependency.Purl)
	out.Grade = m.grade(bounded, out.Coverage, out.Interval[1], out.Ceilings)
	if out.Grade == health.GradeU {
		out.Score = nil
	}
	out.Confidence = confidence(out.Coverage)
	out.Action = action(out, s.Dependency)
	return out
}

// ledger gives every measurement its points: the reading by the reliable part of
// its weight, and the neutral share of the rest. They add up to the score.
func ledger(ms []health.Measurement) []health.Measurement {
	total := 0.0
	for _, m := range ms {
		total += m.Weight * (m.Reliability + halfMissing*(1-m.Reliability))
	}
	out := make([]health.Measurement, len(ms))
	for i, m := range ms {
		if total > 0 {
			m.Points = m.Weight * (m.Reliability*m.Reading + halfMissing*neutral*(1-m.Reliability)) / total
		}
		out[i] = m
	}
	return out
}

// mean is the score of some measurements by the same formula.
func mean(ms []health.Measurement) float64 {
	sum := 0.0
	for _, m := range ledger(ms) {
		sum += m.Points
	}
	return sum
}

// coverage is the share of the weight that rests on evidence.
func coverage(ms []health.Measurement) float64 {
	seen, total := 0.0, 0.0
	for _, m := range ms {
		seen += m.Weight * m.Reliability
		total += m.Weight
	}
	if total == 0 {
		return 0
	}
	return seen / total
}

// dimensions are the sides of the score, in the order of the measurements.
func dimensions(ms []health.Measurement) []health.DimensionScore {
	out := []health.DimensionScore{}
	for from := 0; from < len(ms); {
		to, weight := from, 0.0
		for ; to < len(ms) && ms[to].Dimension == ms[from].Dimension; to++ {
			weight += ms[to].Weight
		}
		side := ms[from:to]
		out = append(out, health.DimensionScore{
			ID: ms[from].Dimension, Score: mean(side), Weight: weight, Coverage: coverage(side),
		})
		from = to
	}
	return out
}

// find is a measurement by its metric's id that has a value.
func find(ms []health.Measurement, id string) (m health.Measurement, value float64, ok bool) {
	for _, m := range ms {
		if m.Metric == id && m.Missing == "" && m.Value != nil {
			return m, *m.Value, true
		}
	}
	return health.Measurement{}, 0, false
}
