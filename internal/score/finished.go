package score

import (
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

const day = 24 * time.Hour

// finishedness is how far a quiet project can be taken for a finished one: 1
// where nothing is owed to anybody, somebody has shown a sign of life within 24
// months and the project has had the time to be done; .6 where only that sign is
// lacking; else 0. Having no known vulnerability is never enough, and where
// nobody knows what is owed the answer is 0.
func finishedness(s health.Subject, ms []health.Measurement, at time.Time) float64 {
	if s.Activity == nil || !nothingOwed(*s.Activity, ms, at) || !canBeDone(s, ms, at) {
		return 0
	}
	if _, ago, ok := find(ms, "last-maintainer-act"); ok && ago <= 730 {
		return 1
	}
	alive := func(n health.Notice) bool {
		return n.Kind == health.NoticeAlive && (n.At.IsZero() || at.Sub(n.At) <= 730*day)
	}
	if slices.ContainsFunc(s.Activity.Notices, alive) {
		return 1
	}
	return .6
}

// nothingOwed reports whether it is known, of at least half of what is open, that
// nobody waits: no one from outside for an answer, no vulnerability for a fix, no
// finished work for a release, and that the checks don't fail.
func nothingOwed(a health.Activity, ms []health.Measurement, at time.Time) bool {
	if m, waiting, ok := find(ms, "unanswered-share"); !ok || waiting > .1 || m.Reliability < .5 {
		return false
	}
	if m, unreleased, ok := find(ms, "unreleased-work"); ok && unreleased > 365 && m.Reading < neutral {
		return false
	}
	return a.CI != health.CheckFailing && !slices.ContainsFunc(a.Advisories, func(adv health.Advisory) bool { return unfixed(adv, at) })
}

// unfixed reports whether an advisory has waited for a fix for more than 90 days.
func unfixed(adv health.Advisory, at time.Time) bool {
	return adv.Fixed.IsZero() && at.Sub(adv.Published) > 90*day
}

// canBeDone reports whether the project has reached 1.0, or is at least three
// years old with at least three releases.
func canBeDone(s health.Subject, ms []health.Measurement, at time.Time) bool {
	if s.Package != nil {
		if slices.ContainsFunc(s.Package.Releases, func(r health.Release) bool { return reachedOne(r.Version) }) {
			return true
		}
	}
	if slices.ContainsFunc(s.Activity.Tags, func(t health.Tag) bool { return reachedOne(t.Name) }) {
		return true
	}
	releases, _, ok := find(ms, "release-recency")
	begun := beginning(s)
	return ok && releases.N >= 3 && !begun.IsZero() && at.Sub(begun) >= 3*365*day
}

// reachedOne reports whether a version or tag is at least 1.0.
func reachedOne(version string) bool {
	if i := strings.LastIndexAny(version, "/@"); i >= 0 {
		version = version[i+1:]
	}
	version = strings.TrimPrefix(version, "v")
	major, _, _ := strings.Cut(version, ".")
	return major != "" && strings.Trim(major, "0123456789") == "" && strings.Trim(major, "0") != ""
}

// beginning is when the project is known to have existed first, zero where the
// evidence doesn't reach back to it.
func beginning(s health.Subject) time.Time {
	begun := time.Time{}
	earlier := func(t time.Time) {
		if !t.IsZero() && (begun.IsZero() || t.Before(begun)) {
			begun = t
		}
	}
	if s.Activity != nil {
		earlier(s.Activity.CreatedAt)
		if n := len(s.Activity.Commits); n > 0 {
			earlier(s.Activity.Commits[n-1].At)
		}
		for _, t := range s.Activity.Tags {
			earlier(t.At)
		}
	}
	if s.Package != nil {
		for _, r := range s.Package.Releases {
			earlier(r.At)
		}
	}
	return begun
}

const (
	// finishedFloor is what activity and releases of a verified finished project
	// read at least; finishedLimit is how high that can lift a score: never to A.
	finishedFloor = 75
	finishedLimit = 79
)

// quiet are the metrics in which a finished project looks like a dead one.
var quiet = []string{
	"active-months", "last-maintainer-act", "regularity", "new-contributors", "release-recency", "unreleased-work",
}

// floored lifts the readings in which a finished project looks like a dead one.
func floored(ms []health.Measurement, finished float64) []health.Measurement {
	if finished == 0 {
		return ms
	}
	before := mean(ms)
	if before >= finishedLimit {
		return ms
	}
	low, high := 0.0, finishedFloor*finished
	out := raised(ms, high)
	if mean(out) <= finishedLimit {
		return out
	}
	for range 50 { // the highest floor that stays within the limit
		if middle := (low + high) / 2; mean(raised(ms, middle)) > finishedLimit {
			high = middle
		} else {
			low = middle
		}
	}
	return raised(ms, low)
}

func raised(ms []health.Measurement, floor float64) []health.Measurement {
	out := slices.Clone(ms)
	for i, m := range out {
		if m.Missing != "" || m.Reading >= floor || !slices.Contains(quiet, m.Metric) {
			continue
		}
		out[i].Reading = floor
		for k := range m.ReadingRange {
			out[i].ReadingRange[k] = max(m.ReadingRange[k], floor)
		}
		out[i].Says += "; nothing is owed, so this counts as finished rather than silent"
	}
	return out
}
