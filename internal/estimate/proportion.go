package estimate

import "math"

// Wilson is the score interval of a proportion of x in n at the normal quantile
// z. Of no observations it is everything from 0 to 1.
//
// Wilson 1927.
func Wilson(x, n, z float64) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	p := x / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	reach := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n)) / (1 + z*z/n)
	return max(middle-reach, 0), min(middle+reach, 1)
}

// Shrunk is x in n drawn towards the prior share p0, which weighs as much as m
// observations (empirical Bayes): few observations say little.
func Shrunk(x, n, m, p0 float64) float64 {
	if n+m <= 0 {
		return p0
	}
	return (x + m*p0) / (n + m)
}
