package metric

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// The ids people and programs write down, in the order of reports.
var contract = []string{
	"active-months", "last-maintainer-act", "regularity", "new-contributors",
	"release-recency", "unreleased-work", "advisory-fix-time",
	"response-within-30-days", "time-to-first-response", "change-requests-resolved-within-90-days", "issue-closure-ratio", "unanswered-share",
	"people-expected-to-stay", "contributor-absence-factor", "effective-organisations", "people-able-to-release",
	"stewardship", "support-window", "funding", "security-response",
	"licence", "governance-documents", "review-share", "continuous-integration", "outside-acceptance",
}

func TestCatalogue(t *testing.T) {
	var ids []string
	total := 0.0
	for _, m := range All {
		ids = append(ids, m.ID)
		total += m.Weight
		if m.Name == "" || !strings.HasSuffix(m.Question, "?") || !strings.HasSuffix(m.Definition, ".") || m.Unit == "" || !strings.HasPrefix(m.Source, "https://") {
			t.Errorf("%s isn't documented: %+v", m.ID, m)
		}
		if !slices.IsSortedFunc(m.Knots, func(a, b Knot) int { return cmpFloat(a.X, b.X) }) || len(m.Knots) < 2 {
			t.Errorf("%s: knots %v don't rise", m.ID, m.Knots)
		}
	}
	if !slices.Equal(ids, contract) {
		t.Errorf("ids %v, want %v", ids, contract)
	}
	if total != 100 {
		t.Errorf("weights add up to %v, want 100", total)
	}
	sum := 0.0
	for _, d := range Dimensions {
		sum += d.Weight()
	}
	if sum != 100 {
		t.Errorf("dimensions weigh %v, want 100", sum)
	}
}

func cmpFloat(a, b float64) int {
	if a < b {
		return -1
	}
	return 1
}

func TestKnots(t *testing.T) {
	for _, test := range []struct{ x, want float64 }{{-1, 0}, {0, 0}, {.25, 35}, {.375, 47.5}, {1, 90}, {7, 100}} {
		if got := activeMonths.Knots.At(test.x); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("At(%v) = %v, want %v", test.x, got, test.want)
		}
	}
}

// A subject of which nothing is known has a measurement of every metric, each
// missing with a reason.
func TestMeasureNothing(t *testing.T) {
	ms := Measure(health.Subject{ActivityGap: "no repository is declared"}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if len(ms) != len(All) {
		t.Fatalf("%d measurements, want %d", len(ms), len(All))
	}
	for i, m := range ms {
		if m.Metric != contract[i] || m.Missing == "" || m.Value != nil || m.Reliability != 0 || m.Evidence == nil {
			t.Errorf("%+v", m)
		}
	}
}
