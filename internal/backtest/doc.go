// Package backtest judges a score by the past: it reads git histories that go on
// for years after a date, lets the same code that an audit runs see them up to
// that date, and compares the verdicts with what came.
//
// It doesn't measure, score or fetch anything itself; the verdict's code is
// handed to it.
package backtest
