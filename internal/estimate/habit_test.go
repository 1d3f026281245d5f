package estimate

import "testing"

func TestHabit(t *testing.T) {
	h := Habit{Window: 1000, Lasts: 30, HalfLife: 100}
	// By hand: the integral of 2^(-x/100) from 70 to 100.
	one := h.Faded(100) - h.Faded(70)
	var steady []float64
	for ago := 0.0; ago < 1200; ago += 20 {
		steady = append(steady, ago)
	}
	for _, c := range []struct {
		name string
		acts []float64
		seen float64
		want float64
	}{
		{"nothing", nil, 1000, 0},
		{"one act", []float64{100}, 1000, one},
		{"many at once are one", []float64{100, 100, 100}, 1000, one},
		{"two in one stretch", []float64{90, 100}, 1000, h.Faded(100) - h.Faded(60)},
		{"the future is left out", []float64{-5, 100}, 1000, one},
		{"before the window", []float64{1031}, 1000, 0},
		{"partly before the window", []float64{1010}, 1000, h.Faded(1000) - h.Faded(980)},
		{"always", steady, 1000, h.Faded(1000)},
		{"always, as far as seen", steady, 300, h.Faded(1000)},
		{"nothing seen", steady, 0, 0},
	} {
		closeTo(t, c.name, h.AtWork(c.acts, c.seen), c.want, 1e-9)
	}
	closeTo(t, "a half-life back, weight", (h.Faded(100.001)-h.Faded(100))/.001, .5, 1e-5)
}
