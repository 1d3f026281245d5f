package report

import (
	"bytes"
	"math"
	"testing"
	"unicode"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func explain(t *testing.T, rep health.Report, i int, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Explain(&b, rep, rep.Findings[i], o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestExplain(t *testing.T) {
	rep := sample()
	golden(t, "explain.golden", explain(t, rep, 0, Options{}))
	golden(t, "explain-80.golden", explain(t, rep, 0, Options{Width: 80}))
	golden(t, "explain-unknown.golden", explain(t, rep, 4, Options{}))
}

func TestExplainTakesNoOrdersFromStrangers(t *testing.T) {
	for _, r := range string(explain(t, hostile(), 0, Options{Width: 80})) {
		if r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf)) {
			t.Errorf("a letter lets %U through", r)
		}
	}
}

// Two metrics of weight 6 and 4: the first reads 80 with full reliability, the
// second is missing. S = (6*80 + 0.5*50*4) / (6 + 0.5*4) = 72.5.
func TestPullsAddUpToTheScore(t *testing.T) {
	ms := []health.Measurement{
		{Metric: "a", Weight: 6, Reliability: 1, Reading: 80, Points: 60},
		{Metric: "b", Weight: 4, Missing: "no token", Points: 12.5},
	}
	sum := 50.0
	for _, p := range pulls(ms) {
		sum += p.by
	}
	if math.Abs(sum-72.5) > 1e-9 {
		t.Errorf("pulls add up to %v, want 72.5", sum)
	}
	if got := pulls(ms)[1].by; math.Abs(got) > 1e-9 {
		t.Errorf("a missing measurement pulls by %v, want 0", got)
	}
	if got := pulls(ms)[0].gain; math.Abs(got-15) > 1e-9 {
		t.Errorf("a perfect reading of a adds %v, want 15 (87.5 in all)", got)
	}
}

func TestSparkline(t *testing.T) {
	got := sparkline([]health.Point{{Score: 0}, {Score: 50}, {Score: 100}, {Score: 12.5}, {Score: -3}, {Score: 140}})
	if want := "▁▅█▂▁█"; got != want {
		t.Errorf("sparkline = %q, want %q", got, want)
	}
}
