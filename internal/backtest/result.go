package backtest

import (
	"encoding/json"
	"io"
	"math"
	"strconv"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// Schema names the form of a Result as JSON.
const Schema = "mainstay/backtest/v1"

// A Result is the figures of one run.
type Result struct {
	Schema string `json:"schema"`
	// Data says what was judged, and Note how: with the shipped model, or with
	// models that had not seen the case.
	Data Data   `json:"data"`
	Note string `json:"note"`
	// Predictors has one entry for each id and as-of date and one pooled.
	Predictors  []Performance `json:"predictors"`
	Differences []Difference  `json:"differences"` // pooled
	Grades      []GradeCount  `json:"grades"`      // pooled, best first
	// StableButAlive counts those that were silent for a year and then went on.
	StableButAlive Stable `json:"stableButAlive"`
	// Hard has the pooled figures for the hard label: silent to the end.
	Hard        []Performance `json:"hard"`
	Reliability []Reliability `json:"reliability"` // pooled
}

// Data identifies a dataset.
type Data struct {
	Hash         string `json:"hash"`
	Repositories int    `json:"repositories"` // with at least one case
	Families     int    `json:"families"`     // of those
	// CrossValidated tells that the risk model was fitted on this very data,
	// and so was fitted anew for each case without the case's group.
	CrossValidated bool `json:"crossValidated"`
}

// A Figure is a number that JSON shows as null where it isn't one.
type Figure float64

// MarshalJSON rounds to a millionth, so that the last bits of a machine's
// arithmetic don't show.
func (f Figure) MarshalJSON() ([]byte, error) {
	v := float64(f)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	v = math.Round(v*1e6) / 1e6
	if v == 0 {
		v = 0 // no negative zero
	}
	return strconv.AppendFloat(nil, v, 'f', -1, 64), nil
}

// An Estimate is a figure with its 95% interval, by bootstrap over families.
type Estimate struct {
	Value Figure `json:"value"`
	Low   Figure `json:"low"`
	High  Figure `json:"high"`
}

// A Performance is what one predictor reaches on the cases of one as-of date.
type Performance struct {
	ID                  string   `json:"id"`
	AsOf                string   `json:"asOf"`
	N                   int      `json:"n"`
	Events              int      `json:"events"`
	AUC                 Estimate `json:"auc"`
	Brier               Figure   `json:"brier"`
	Slope               Figure   `json:"slope"`
	RecallAtFalseAlarm5 Figure   `json:"recallAtFalseAlarm5"`
	PrecisionAtRecall50 Figure   `json:"precisionAtRecall50"`
	PrecisionAtRecall80 Figure   `json:"precisionAtRecall80"`
}

// A Difference is how much the AUC of one predictor is above another's.
type Difference struct {
	ID     string   `json:"id"`
	Versus string   `json:"versus"`
	AUC    Estimate `json:"auc"`
}

// A GradeCount is how many cases had a grade and how many of them were abandoned.
type GradeCount struct {
	Grade  health.Grade `json:"grade"`
	N      int          `json:"n"`
	Events int          `json:"events"`
}

// Stable counts the false alarms among the stable but alive.
type Stable struct {
	N       int `json:"n"`
	GradedE int `json:"gradedE"`
}

// A Reliability is a predictor's table of what it expected and what came.
type Reliability struct {
	ID   string           `json:"id"`
	Bins []ReliabilityBin `json:"bins"`
}

// A ReliabilityBin is one row of it: cases with a probability from Low to High.
type ReliabilityBin struct {
	Low      Figure `json:"low"`
	High     Figure `json:"high"`
	Expected Figure `json:"expected"`
	Observed Figure `json:"observed"`
	N        int    `json:"n"`
	Events   int    `json:"events"`
}

// WriteJSON writes the result as indented JSON.
func (r Result) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
