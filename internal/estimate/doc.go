// Package estimate is the statistics that measurements and their evaluation
// rest on: survival with right censoring, proportions and gaps from small
// samples, how many people are likely to stay, and what tells a good forecast
// from a bad one.
//
// Everything here is a pure function of numbers. Nothing knows of repositories,
// dates or grades; units are the caller's, days by custom. What is random takes
// a seed, so equal input gives equal output.
package estimate

// Z80 and Z95 are the standard normal quantiles of two-sided 80% and 95%
// intervals.
const (
	Z80 = 1.2815515655446004
	Z95 = 1.959963984540054
)
