// Package backtest judges the score by the past: it reads git histories that go
// on for years after a date, lets the code that an audit runs see them up to
// that date, and compares the verdicts with what came.
//
// Nothing is measured or scored here a second time: like an audit, it joins
// packages metric and score. It fetches nothing.
package backtest
