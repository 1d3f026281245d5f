package backtest

import (
	"slices"
	"time"
)

// A Case is one repository at one as-of date, with what came of it.
type Case struct {
	History *History
	AsOf    time.Time

	// Abandoned: no human, non-merge commit in the second year after AsOf.
	Abandoned bool
	// Silent: abandoned, and no such commit ever after that the data shows.
	Silent bool
	// StableButAlive: no such commit in the year before AsOf, yet one or a
	// release in the two years after. Silence misleads here.
	StableButAlive bool
}

// AsOfDates are the dates at which the data can be judged two years on.
func AsOfDates() []time.Time {
	var dates []time.Time
	for _, year := range []int{2020, 2021, 2022} {
		dates = append(dates, time.Date(year, time.July, 1, 0, 0, 0, 0, time.UTC))
	}
	return dates
}

// Cases are the eligible repositories at each date, by date and index.
//
// Eligible is a sample (an action from 2021 on) or what continues one, with a
// commit in the five years before. A history that ends early because its
// continuation wasn't fetched is left out where the end decides the label.
func Cases(d *Dataset, dates []time.Time) []Case {
	var cases []Case
	for _, at := range dates {
		for _, h := range d.Histories {
			if !h.eligible(at) {
				continue
			}
			c := h.outcome(at)
			censored := c.Abandoned && h.Renamed != "" && h.Snapshot.Before(at.AddDate(2, 0, 0))
			if !censored {
				cases = append(cases, c)
			}
		}
	}
	return cases
}

func (h *History) eligible(at time.Time) bool {
	sampled := h.Role == SampleGo || h.Role == Continuation || h.Role == SampleActions && at.Year() >= 2021
	return sampled && h.Analysis && slices.ContainsFunc(h.Commits, func(c Commit) bool {
		return c.At.After(at.AddDate(-5, 0, 0)) && !c.At.After(at)
	})
}

func (h *History) outcome(at time.Time) Case {
	year := func(n int) time.Time { return at.AddDate(n, 0, 0) }
	forever := time.Unix(1<<40, 0)
	c := Case{History: h, AsOf: at}
	c.Abandoned = !h.worked(year(1), year(2)) && !within(h.Witnessed, year(1), year(2))
	c.Silent = !h.worked(year(1), forever) && !within(h.Witnessed, year(1), forever)
	c.StableButAlive = !h.worked(year(-1), at) &&
		(h.worked(at, year(2)) || h.released(at, year(2)) || within(h.Witnessed, at, year(2)))
	return c
}

// worked reports a human, non-merge commit in (from, to].
func (h *History) worked(from, to time.Time) bool {
	return slices.ContainsFunc(h.Commits, func(c Commit) bool { return c.Work() && c.At.After(from) && !c.At.After(to) })
}

func (h *History) released(from, to time.Time) bool {
	for _, t := range h.Tags {
		if t.At.After(from) && !t.At.After(to) {
			return true
		}
	}
	return false
}

// within reports whether one of the times is in (from, to].
func within(times []time.Time, from, to time.Time) bool {
	return slices.ContainsFunc(times, func(t time.Time) bool { return t.After(from) && !t.After(to) })
}
