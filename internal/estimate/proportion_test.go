package estimate

import "testing"

func TestShrunk(t *testing.T) {
	for _, test := range []struct{ x, n, want float64 }{
		{3, 3, .73}, {80, 100, .79}, {0, 3, .40}, {0, 0, .60},
	} {
		if got := Shrunk(test.x, test.n, 6, .6); !near(got, test.want, .005) {
			t.Errorf("Shrunk(%v, %v) = %.3f, want %.2f", test.x, test.n, got, test.want)
		}
	}
}

func TestWilson(t *testing.T) {
	for _, test := range []struct{ x, n, z, low, high float64 }{
		{3, 3, Z80, .65, 1}, // 80% of three in three
		{81, 263, Z95, .2553, .3662},
		{0, 20, Z95, 0, .1611},
		{0, 0, Z95, 0, 1},
	} {
		low, high := Wilson(test.x, test.n, test.z)
		if !near(low, test.low, .005) || !near(high, test.high, .0005) {
			t.Errorf("Wilson(%v, %v) = [%.4f, %.4f], want [%.4f, %.4f]", test.x, test.n, low, high, test.low, test.high)
		}
	}
}
