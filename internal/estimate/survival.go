package estimate

import (
	"cmp"
	"math"
	"slices"
)

// A Span is a time that ended with the event, or that was still running when it
// was last seen.
type Span struct {
	Length float64
	Event  bool // false: right-censored at Length
}

// A Curve is a Kaplan-Meier estimate of the share that is still waiting after a
// time. Its zero value is the curve of no observations.
//
// Kaplan and Meier 1958. Spans that are still running count as waiting for as
// long as they were seen; leaving them out would make the slow look fast.
type Curve struct {
	steps    []step
	N        int
	Events   int
	FollowUp float64 // the longest span, whether it ended or not
}

// A step is a time at which at least one event fell.
type step struct {
	at       float64
	survival float64
	greens   float64 // Greenwood's sum of d/(n(n-d)) up to here; +Inf once nobody waits
}

// KaplanMeier fits the curve. An event counts before a censoring of the same
// length. Negative lengths count as zero.
func KaplanMeier(spans []Span) Curve {
	sorted := slices.Clone(spans)
	for i := range sorted {
		sorted[i].Length = max(sorted[i].Length, 0)
	}
	slices.SortFunc(sorted, func(a, b Span) int { return cmp.Compare(a.Length, b.Length) })
	c := Curve{N: len(sorted)}
	survival, greens := 1.0, 0.0
	for from := 0; from < len(sorted); {
		at, events, to := sorted[from].Length, 0, from
		for ; to < len(sorted) && sorted[to].Length == at; to++ {
			if sorted[to].Event {
				events++
			}
		}
		if events > 0 {
			waiting, d := float64(len(sorted)-from), float64(events)
			survival *= 1 - d/waiting
			greens += d / (waiting * (waiting - d))
			c.steps = append(c.steps, step{at: at, survival: survival, greens: greens})
		}
		c.Events += events
		c.FollowUp = at
		from = to
	}
	return c
}

// At is the share that is still waiting just after t. Beyond FollowUp it is the
// last value seen, which is then an upper bound.
func (c Curve) At(t float64) float64 { return c.last(t).survival }

func (c Curve) last(t float64) step {
	found := step{survival: 1}
	for _, s := range c.steps {
		if s.at > t {
			break
		}
		found = s
	}
	return found
}

// Interval is the pointwise interval of At(t) at the normal quantile z: the
// variance is Greenwood's, taken on the scale of log(-log S) so that the bounds
// stay between 0 and 1. Where S is 0 or 1 that scale has no value, and Wilson's
// interval for N observations stands in.
func (c Curve) Interval(t, z float64) (low, high float64) {
	s := c.last(t)
	if c.N == 0 {
		return 0, 1
	}
	if s.survival <= 0 || s.survival >= 1 {
		return Wilson(s.survival*float64(c.N), float64(c.N), z)
	}
	width := z * math.Sqrt(s.greens) / math.Abs(math.Log(s.survival))
	return math.Pow(s.survival, math.Exp(width)), math.Pow(s.survival, math.Exp(-width))
}

// Median is the first time at which no more than half are still waiting. It
// isn't reached where more than half were still waiting when last seen.
func (c Curve) Median() (t float64, reached bool) {
	for _, s := range c.steps {
		if s.survival <= 0.5+1e-12 {
			return s.at, true
		}
	}
	return 0, false
}

// MedianInterval holds the times at which a survival of one half can't be ruled
// out at the normal quantile z; high is +Inf where it reaches beyond what was
// seen.
//
// Brookmeyer and Crowley 1982.
func (c Curve) MedianInterval(z float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(1)
	for _, s := range c.steps {
		lower, upper := c.Interval(s.at, z)
		if lower <= 0.5 && math.IsInf(low, 1) {
			low = s.at
		}
		if upper < 0.5 {
			return low, s.at
		}
	}
	if math.IsInf(low, 1) {
		low = c.FollowUp
	}
	return low, high
}
