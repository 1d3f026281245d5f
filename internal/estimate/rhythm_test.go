package estimate

import (
	"math"
	"testing"
)

func TestGaps(t *testing.T) {
	tests := []struct {
		name    string
		ended   []float64
		running float64
		typical float64
		within  float64
	}{
		// A running gap of a day says next to nothing, so the mean is that of
		// the definition: (sum of ln g + 3 ln 90) / (n + 3).
		{"the definition", []float64{30, 30, 30}, 1, math.Sqrt(30 * 90), 1},
		{"nothing seen", nil, 1, 90, 1},
		{"a day counts as one", []float64{0, 0, 0}, 1, math.Sqrt(90), 6},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Gaps(test.ended, test.running).Typical(); !near(got, test.typical, test.within) {
				t.Errorf("typical gap %.2f days, want %.2f", got, test.typical)
			}
		})
	}
}

// A longer silence is more overdue, though it also makes the rhythm slower.
func TestOverdueRises(t *testing.T) {
	for _, ended := range [][]float64{nil, {30}, {30, 40, 20, 35, 30}, {400, 500}} {
		last := 0.0
		for running := 1.0; running < 20000; running *= 1.3 {
			q := Gaps(ended, running).Overdue(running)
			if math.IsNaN(q) || q <= last {
				t.Fatalf("gaps %v: overdue %v after %v at %v days", ended, q, last, running)
			}
			last = q
		}
	}
}

func TestRunningGapSlowsTheRhythm(t *testing.T) {
	before, after := Gaps([]float64{30, 30}, 1), Gaps([]float64{30, 30}, 900)
	if after.Typical() <= before.Typical() {
		t.Errorf("typical gap %.1f after 900 silent days, %.1f before", after.Typical(), before.Typical())
	}
}
