package estimate

import "math"

// A Rhythm is how long the gaps between regular events use to be: their
// logarithms are taken as normal with this mean and deviation.
type Rhythm struct {
	Mean, Deviation float64 // of the logarithm
}

// What is assumed of gaps before any is seen: three of them, 90 days long, with
// a deviation of one (a factor of 2.7).
const (
	priorGaps      = 3
	priorGap       = 90
	priorDeviation = 1
)

// Gaps fits the rhythm of gaps in days, of which the last, running, hasn't
// ended: it counts as an observation known to be longer. Gaps under one day
// count as one.
func Gaps(ended []float64, running float64) Rhythm {
	n := float64(len(ended))
	sum, prior := priorGaps*math.Log(priorGap), math.Log(priorGap)
	for _, g := range ended {
		sum += math.Log(max(g, 1))
	}
	mean := sum / (n + priorGaps)
	squares := priorGaps * (priorDeviation*priorDeviation + (prior-mean)*(prior-mean))
	for _, g := range ended {
		d := math.Log(max(g, 1)) - mean
		squares += d * d
	}
	r := Rhythm{Mean: mean, Deviation: math.Sqrt(squares / (n + priorGaps))}
	// Expectation and maximisation in turn: what the running gap will be on
	// average, given that it is longer than it is, moves the mean.
	bound := math.Log(max(running, 1))
	for range 50 {
		r.Mean = (sum + r.beyond(bound)) / (n + priorGaps + 1)
	}
	return r
}

// beyond is the mean of the rhythm's logarithms above a bound.
func (r Rhythm) beyond(bound float64) float64 {
	x := (bound - r.Mean) / r.Deviation
	if x > 30 { // the tail underflows; it falls off within 1/x
		return bound + r.Deviation/x
	}
	tail := math.Erfc(x/math.Sqrt2) / 2
	density := math.Exp(-x*x/2) / math.Sqrt(2*math.Pi)
	return r.Mean + r.Deviation*density/tail
}

// Typical is the rhythm's median gap in days.
func (r Rhythm) Typical() float64 { return math.Exp(r.Mean) }

// Overdue is how many typical gaps fit into a running one.
func (r Rhythm) Overdue(running float64) float64 { return running / r.Typical() }
