// Package metric turns what is known about a dependency into measurements: each
// a number with its n, interval, window and evidence, or the reason for none.
//
// A metric is one value in [All], with its documentation, unit, window, weight
// and knots in the literal, so the catalogue, the manual and the tests can't
// drift from what is computed. Metrics are pure: no I/O, no clock. What a number
// means for the verdict as a whole is the score's business.
package metric

import (
	"fmt"
	"math"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A Metric is one question asked of the evidence, and how its answer is read.
type Metric struct {
	ID        string
	Dimension string
	Name      string
	Question  string // what a person wants to know
	// Definition says exactly what is counted, of whom, and what is left out.
	Definition string
	Unit       string
	Window     string // "365d"; "" where it is the present state
	Source     string // URL of the definition or of the evidence for it
	Weight     float64
	// Knots turn the value into a reading from 0 to 100.
	Knots Knots
	// Overdue, where set, are the knots of a second value; the reading is the
	// mean of the two.
	Overdue Knots
	// Needs are the parts of a repository's activity without which there is no
	// value; a gap in one of them is the reason for that.
	Needs []health.Part

	measure func(v view) found
}

// A Dimension is one side of a project's health. Its weight is the sum of its
// metrics' weights.
type Dimension struct {
	ID       string
	Name     string
	Question string
}

// Dimensions lists the six sides, in the order of reports.
var Dimensions = []Dimension{
	{"activity", "Activity", "Does somebody still work on it, as far as there is something to do?"},
	{"release", "Release and delivery", "Does the work reach its users?"},
	{"responsiveness", "Responsiveness", "Does somebody answer?"},
	{"diversity", "Diversity and resilience", "Does it survive when one person or one employer leaves?"},
	{"support", "Long-term support", "Has somebody promised to go on, and the means to?"},
	{"governance", "Governance and openness", "Can others take part, and take over?"},
}

// Weight is the dimension's share of 100.
func (d Dimension) Weight() float64 {
	sum := 0.0
	for _, m := range All {
		if m.Dimension == d.ID {
			sum += m.Weight
		}
	}
	return sum
}

// All lists the metrics in the order of reports. A new one is one value in a
// file of this package and one line here.
var All = []Metric{
	activeMonths, lastMaintainerAct, regularity, newContributors,
	releaseRecency, unreleasedWork, advisoryFixTime,
	responseWithin30Days, timeToFirstResponse, changeRequestsResolved, issueClosureRatio, unansweredShare,
	peopleExpectedToStay, contributorAbsenceFactor, effectiveOrganisations, peopleAbleToRelease,
	stewardship, supportWindow, funding, securityResponse,
	licence, governanceDocuments, reviewShare, continuousIntegration, outsideAcceptance,
}

// found is what a metric's measure returns: a value, or why there is none.
type found struct {
	missing string

	value     float64
	n         int
	low, high float64 // 80% interval of the value, where ranged
	ranged    bool
	// second is the value that the Overdue knots read.
	second float64
	// atLeast bounds the reading from below.
	atLeast float64
	// reliability is from 0 to 1: how far so much evidence can carry a verdict.
	// Where waiting counts people who waited and served those who got what they
	// waited for, it is lowered further by these (see answered).
	reliability     float64
	served, waiting int
	says            string
	evidence        []health.Evidence
}

// absent is the answer of a metric that has none.
func absent(why string, args ...any) found { return found{missing: fmt.Sprintf(why, args...)} }

// Measure asks every metric about a subject as it was known at a time: one
// measurement each, in the order of All.
func Measure(s health.Subject, at time.Time) []health.Measurement {
	v := newView(s.AsOf(at), at)
	out := make([]health.Measurement, len(All))
	for i, m := range All {
		out[i] = m.of(v)
	}
	return out
}

// of asks one metric.
func (m Metric) of(v view) health.Measurement {
	out := health.Measurement{Metric: m.ID, Dimension: m.Dimension, Weight: m.Weight, Evidence: []health.Evidence{}}
	f := m.found(v)
	if f.missing != "" {
		out.Missing = f.missing
		return out
	}
	out.Value, out.Unit, out.N, out.Window, out.Says = &f.value, m.Unit, f.n, m.Window, f.says
	out.Reading = m.reading(f, f.value)
	out.Reliability = min(max(f.reliability, 0), 1)
	if f.waiting > 0 {
		out.Reliability *= answered(f.served, f.waiting, out.Reading)
	}
	out.ReadingRange = [2]float64{out.Reading, out.Reading}
	if f.ranged {
		out.Interval = &[2]float64{f.low, f.high}
		a, b := m.reading(f, f.low), m.reading(f, f.high)
		out.ReadingRange = [2]float64{min(a, b, out.Reading), max(a, b, out.Reading)}
	}
	out.Evidence = append(out.Evidence, f.evidence...)
	return out
}

// found is the metric's answer once the gaps have been asked about.
func (m Metric) found(v view) found {
	if len(m.Needs) > 0 && v.Activity == nil {
		return absent("%s", v.noActivity())
	}
	for _, part := range m.Needs {
		if why := v.Activity.Gaps.Why(part); why != "" {
			return absent("%s", why)
		}
	}
	f := m.measure(v)
	if math.IsNaN(f.value) || math.IsInf(f.value, 0) {
		return absent("the evidence gives no number")
	}
	return f
}

func (m Metric) reading(f found, value float64) float64 {
	r := m.Knots.At(value)
	if len(m.Overdue) > 0 {
		r = (r + m.Overdue.At(f.second)) / 2
	}
	return max(r, f.atLeast)
}

// answered is the reliability of an estimate from people who waited, of whom
// some were served. A good reading counts by those who were, a bad one by all
// who waited: so one who waits in vain never makes good news more believable.
func answered(served, waiting int, reading float64) float64 {
	n := float64(served)
	if reading <= 25 {
		n = float64(waiting)
	}
	return n / (n + 5)
}

// Knots are the corners of a piecewise linear function, by rising X; it is flat
// outside them.
type Knots []Knot

// A Knot says that the value X reads as Y.
type Knot struct{ X, Y float64 }

// At is the reading of a value; 0 without knots.
func (k Knots) At(x float64) float64 {
	for i, knot := range k {
		if x > knot.X {
			continue
		}
		if i == 0 {
			return knot.Y
		}
		from := k[i-1]
		return from.Y + (knot.Y-from.Y)*(x-from.X)/(knot.X-from.X)
	}
	if len(k) == 0 {
		return 0
	}
	return k[len(k)-1].Y
}

// asPoints reads a value that is on the scale of readings already.
var asPoints = Knots{{0, 0}, {100, 100}}
