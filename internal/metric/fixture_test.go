package metric

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func ago(d float64) time.Time { return now.Add(-time.Duration(d * float64(day))) }

// People of the tests' repositories.
const (
	lead = iota
	second
	program
	user
	asker
)

// repository is one of which everything was read and nothing is there.
func repository() *health.Activity {
	return &health.Activity{
		Repository: health.Repository{Host: "github.com", Path: "example/library"}, ReadAt: now,
		People: []health.Person{{Maintainer: true}, {Maintainer: true}, {Bot: "[bot]"}, {}, {}},
	}
}

// commit adds commits by somebody at these ages in days; ages ascend.
func commit(a *health.Activity, by int, ages ...float64) {
	for _, d := range ages {
		a.Commits = append(a.Commits, health.Commit{At: ago(d), By: by})
	}
}

// opened is an issue from outside, with what happened after.
func opened(age float64, events ...health.Event) health.Item {
	item := health.Item{Opened: ago(age), By: asker, Events: events}
	for _, e := range events {
		if e.Kind == health.EventClose || e.Kind == health.EventMerge {
			item.Closed, item.Merged = e.At, e.Kind == health.EventMerge
		}
	}
	return item
}

// did is what somebody did at an age in days.
func did(by int, kind health.EventKind, age float64) health.Event {
	return health.Event{At: ago(age), By: by, Kind: kind}
}

// ask gives one metric's measurement.
func ask(t *testing.T, id string, s health.Subject) health.Measurement {
	t.Helper()
	for _, m := range Measure(s, now) {
		if m.Metric == id {
			return m
		}
	}
	t.Fatalf("no metric %s", id)
	return health.Measurement{}
}

// A probe is a row of a metric's table: what is known, and the value that it
// gives, or a part of the reason for none.
type probe struct {
	name    string
	change  func(a *health.Activity)
	want    float64
	missing string
}

func run(t *testing.T, id string, within float64, probes []probe) {
	t.Helper()
	for _, p := range probes {
		t.Run(p.name, func(t *testing.T) {
			t.Helper()
			a := repository()
			p.change(a)
			check(t, ask(t, id, health.Subject{Activity: a}), p.want, within, p.missing)
		})
	}
}

func check(t *testing.T, m health.Measurement, want, within float64, missing string) {
	t.Helper()
	switch {
	case missing != "":
		if m.Value != nil || !strings.Contains(m.Missing, missing) {
			t.Errorf("value %v, missing %q, want missing: %q", m.Value, m.Missing, missing)
		}
	case m.Value == nil:
		t.Errorf("missing: %q, want %v", m.Missing, want)
	case math.Abs(*m.Value-want) > within:
		t.Errorf("value %v (%s), want %v", *m.Value, m.Says, want)
	case m.Says == "" || len(m.Evidence) == 0:
		t.Errorf("no words or no evidence: %+v", m)
	}
}
