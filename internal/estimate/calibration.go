package estimate

import (
	"cmp"
	"math"
	"slices"
)

// Brier is the mean squared difference between a probability and what came:
// 0 is perfect, a constant guess at the base rate p gives p(1-p). NaN for none.
func Brier(probability []float64, event []bool) float64 {
	sum := 0.0
	for i, p := range probability {
		d := p
		if event[i] {
			d = 1 - p
		}
		sum += d * d
	}
	return sum / float64(len(probability))
}

// Calibration compares the logits of probabilities with what came: slope 1 and
// intercept 0 are perfect, a slope below 1 means that the probabilities are too
// extreme. Both are NaN where they can't be estimated: no event, no non-event,
// one probability for all, or perfect separation.
//
// Cox 1958.
func Calibration(probability []float64, event []bool) (slope, intercept float64) {
	rows := make([][]float64, len(probability))
	for i, p := range probability {
		rows[i] = []float64{Logit(p)}
	}
	fit, err := FitLogistic(rows, event, 0)
	if err != nil {
		return math.NaN(), math.NaN()
	}
	return fit.Weights[0], fit.Intercept
}

// Logit is the logarithm of the odds, of a probability kept at least 1e-6 away
// from 0 and 1.
func Logit(p float64) float64 {
	p = min(max(p, 1e-6), 1-1e-6)
	return math.Log(p / (1 - p))
}

// Logistic is the inverse of Logit.
func Logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// A Bin is one row of a reliability table.
type Bin struct {
	Low, High float64 // the least and the greatest probability in it
	Mean      float64 // of the probabilities
	N, Events int
}

// Reliability sorts by probability and cuts into bins of about equal size, ties
// kept together, so there may be fewer bins than asked for.
func Reliability(probability []float64, event []bool, bins int) []Bin {
	order := make([]int, len(probability))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(probability[a], probability[b]), cmp.Compare(a, b))
	})
	var out []Bin
	for from := 0; from < len(order); {
		to := max(from+1, (len(out)+1)*len(order)/bins)
		for to < len(order) && probability[order[to]] == probability[order[to-1]] {
			to++
		}
		b := Bin{Low: probability[order[from]], High: probability[order[to-1]], N: to - from}
		for _, i := range order[from:to] {
			b.Mean += probability[i] / float64(b.N)
			if event[i] {
				b.Events++
			}
		}
		out = append(out, b)
		from = to
	}
	return out
}
