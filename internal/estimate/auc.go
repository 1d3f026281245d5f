package estimate

import (
	"cmp"
	"math"
	"slices"
)

// AUC is the chance that a random event has a higher score than a random
// non-event, ties counting half: the area under the receiver operating
// characteristic. It is NaN unless there is at least one of each.
//
// Hanley and McNeil 1982, by the rank sum of Mann and Whitney.
func AUC(score []float64, event []bool) float64 {
	ranks := 0.0
	events := 0
	for i, rank := range MidRanks(score) {
		if event[i] {
			ranks += rank
			events++
		}
	}
	others := len(score) - events
	if events == 0 || others == 0 {
		return math.NaN()
	}
	n := float64(events)
	return (ranks - n*(n+1)/2) / (n * float64(others))
}

// MidRanks gives each value its place in ascending order, from one; equal
// values share the mean of their places.
func MidRanks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	ranks := make([]float64, len(values))
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranks[i] = float64(from+to+1) / 2
		}
		from = to
	}
	return ranks
}

// An Operation is what a threshold on a score gives: everything at or above it
// is flagged.
type Operation struct {
	Threshold  float64
	Precision  float64 // share of the flagged that are events
	Recall     float64 // share of the events that are flagged
	FalseAlarm float64 // share of the non-events that are flagged
}

// Operations are those of all thresholds that differ, highest first. It is
// empty unless there is at least one event and one non-event.
func Operations(score []float64, event []bool) []Operation {
	order := make([]int, len(score))
	events := 0
	for i := range order {
		order[i] = i
		if event[i] {
			events++
		}
	}
	others := len(score) - events
	if events == 0 || others == 0 {
		return nil
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	var out []Operation
	hits, alarms := 0, 0
	for at, i := range order {
		if event[i] {
			hits++
		} else {
			alarms++
		}
		if at+1 < len(order) && score[order[at+1]] == score[i] {
			continue
		}
		out = append(out, Operation{
			Threshold:  score[i],
			Precision:  float64(hits) / float64(at+1),
			Recall:     float64(hits) / float64(events),
			FalseAlarm: float64(alarms) / float64(others),
		})
	}
	return out
}

// PrecisionAtRecall is the precision of the highest threshold that finds at
// least the given share of the events; NaN without events or non-events.
func PrecisionAtRecall(score []float64, event []bool, recall float64) float64 {
	for _, o := range Operations(score, event) {
		if o.Recall >= recall {
			return o.Precision
		}
	}
	return math.NaN()
}

// RecallAtFalseAlarm is the greatest share of the events that can be found
// while at most the given share of the non-events is flagged; NaN without
// events or non-events.
func RecallAtFalseAlarm(score []float64, event []bool, rate float64) float64 {
	operations := Operations(score, event)
	if operations == nil {
		return math.NaN()
	}
	recall := 0.0
	for _, o := range operations {
		if o.FalseAlarm <= rate {
			recall = o.Recall
		}
	}
	return recall
}
