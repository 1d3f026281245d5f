package estimate

import (
	"math"
	"testing"
)

func TestAbsenceFactor(t *testing.T) {
	for _, test := range []struct {
		name          string
		contributions []float64
		want          int
	}{
		{"CHAOSS", []float64{1000, 202, 90, 33, 332, 343, 42, 433}, 2},
		{"an exact half is enough", []float64{5, 3, 2}, 1},
		{"alone", []float64{7}, 1},
		{"nobody", nil, 0},
		{"equal parts", []float64{1, 1, 1, 1, 1}, 3},
	} {
		if got := AbsenceFactor(test.contributions); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

func TestAbsenceRange(t *testing.T) {
	counts := []float64{1000, 433, 343, 332, 202, 90, 42, 33}
	low, high := AbsenceRange(counts, 400, 7)
	if low > 2 || high < 2 || high > 3 {
		t.Errorf("range [%d, %d] of many commits, want one close about 2", low, high)
	}
	if l, h := AbsenceRange(counts, 400, 7); l != low || h != high {
		t.Error("equal seeds gave other ranges")
	}
	many := make([]float64, 2000) // one does half, the rest is spread thin
	for i := range many {
		many[i] = 1
	}
	many[0] = 1500
	if low, high := AbsenceRange(many, 400, 7); low < 10 || high != 41 {
		t.Errorf("range [%d, %d] of a thin crowd, want one that ends beyond 40", low, high)
	}
	if low, high := AbsenceRange([]float64{1, 1, 1}, 400, 7); low != 1 || high != 2 {
		t.Errorf("range [%d, %d] of one commit each, want [1, 2]", low, high)
	}
}

func TestStays(t *testing.T) {
	for _, test := range []struct {
		active, since int
		want          float64
	}{{1, 0, .5}, {9, 0, .9}, {9, 2, .75}, {0, 24, 0}} {
		if got := Stays(test.active, test.since); !near(got, test.want, 1e-12) {
			t.Errorf("Stays(%d, %d) = %v, want %v", test.active, test.since, got, test.want)
		}
	}
}

func TestPoissonBinomial(t *testing.T) {
	got := PoissonBinomial([]float64{.5, .5, .2})
	for k, want := range []float64{.2, .45, .3, .05} {
		if !near(got[k], want, 1e-12) {
			t.Errorf("P(%d) = %v, want %v", k, got[k], want)
		}
	}
	if q := Quantile(got, .9); q != 2 {
		t.Errorf("ninth decile %d, want 2", q)
	}
}

func TestEffectiveNumber(t *testing.T) {
	for _, test := range []struct {
		parts []float64
		want  float64
	}{
		{[]float64{1, 1, 1, 1}, 4},
		{[]float64{10}, 1},
		{nil, 0},
		{[]float64{3, 1, 0}, math.Exp(-.75*math.Log(.75) - .25*math.Log(.25))},
	} {
		if got := EffectiveNumber(test.parts); !near(got, test.want, 1e-12) {
			t.Errorf("EffectiveNumber(%v) = %v, want %v", test.parts, got, test.want)
		}
	}
}
