package estimate

import (
	"math"
	"math/rand/v2"
	"testing"
)

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

// Kaplan and Meier's own example: eight items, four lost from sight.
func paper() []Span {
	return []Span{
		{0.8, true}, {1.0, false}, {2.7, false}, {3.1, true},
		{5.4, true}, {7.0, false}, {9.2, true}, {12.1, false},
	}
}

func TestKaplanMeier(t *testing.T) {
	never := []Span{{10, false}, {20, false}}
	tests := []struct {
		name  string
		spans []Span
		t     float64
		want  float64
	}{
		{"paper, before any event", paper(), 0.5, 1},
		{"paper, first death", paper(), 0.8, 0.875},
		{"paper, second death", paper(), 3.1, 0.7},
		{"paper, third death", paper(), 5.4, 0.525},
		{"paper, last death", paper(), 9.2, 0.2625},
		{"paper, beyond the end", paper(), 100, 0.2625},
		{"nothing", nil, 10, 1},
		{"nobody ended", never, 30, 1},
		{"all ended at once", []Span{{5, true}, {5, true}}, 5, 0},
		{"an event precedes a censoring of the same length", []Span{{5, false}, {5, true}}, 5, 0.5},
		{"a negative length is zero", []Span{{-3, true}, {4, false}}, 0, 0.5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := KaplanMeier(test.spans).At(test.t); !near(got, test.want, 1e-12) {
				t.Errorf("At(%v) = %v, want %v", test.t, got, test.want)
			}
		})
	}
}

func TestCurveMedian(t *testing.T) {
	if m, ok := KaplanMeier(paper()).Median(); !ok || m != 9.2 {
		t.Errorf("median of the paper's example = %v, %v, want 9.2", m, ok)
	}
	if m, ok := KaplanMeier([]Span{{3, true}, {10, false}, {20, false}}).Median(); ok {
		t.Errorf("median = %v, want not reached", m)
	}
	low, high := KaplanMeier(paper()).MedianInterval(Z80)
	if low > 9.2 || low < 0.8 || !math.IsInf(high, 1) {
		t.Errorf("interval [%v, %v], want one that holds 9.2 and has no upper end", low, high)
	}
}

// The interval of the freireich 6-MP arm at 10 weeks: S = .7529, Greenwood's
// deviation .0963, log-log 95% interval .5032 to .8894.
func TestCurveInterval(t *testing.T) {
	c := KaplanMeier([]Span{
		{6, true}, {6, true}, {6, true}, {7, true}, {10, true}, {13, true}, {16, true}, {22, true}, {23, true},
		{6, false}, {9, false}, {10, false}, {11, false}, {17, false}, {19, false}, {20, false}, {25, false},
		{32, false}, {32, false}, {34, false}, {35, false},
	})
	low, high := c.Interval(10, Z95)
	if !near(c.At(10), .7529, 5e-5) || !near(low, .5032, 5e-4) || !near(high, .8894, 5e-4) {
		t.Errorf("S(10) = %.4f [%.4f, %.4f], want .7529 [.5032, .8894]", c.At(10), low, high)
	}
	if m, ok := c.Median(); !ok || m != 23 {
		t.Errorf("median %v, want 23", m)
	}
	if low, _ := c.MedianInterval(Z95); low != 13 {
		t.Errorf("lower end of the median's interval %v, want 13", low)
	}
}

// Leaving out what nobody answered makes a project that answers 30% look quick;
// the curve finds both the share and that the median is never reached.
func TestKaplanMeierOfTheUnanswered(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var spans []Span
	for range 4000 {
		seen := 365 * random.Float64()
		answer := math.Exp(math.Log(5) + 1.5*random.NormFloat64())
		if random.Float64() > 0.3 || answer > seen {
			spans = append(spans, Span{seen, false})
			continue
		}
		spans = append(spans, Span{answer, true})
	}
	c := KaplanMeier(spans)
	if answered := 1 - c.At(30); !near(answered, .27, .02) {
		t.Errorf("answered within 30 days = %.3f, want .27", answered)
	}
	if m, ok := c.Median(); ok {
		t.Errorf("median = %v, want not reached", m)
	}
}
