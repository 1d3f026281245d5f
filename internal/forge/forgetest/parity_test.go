package forgetest

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/metric"
	"github.com/mainstay-dev/mainstay/internal/score"
)

// TestParity reads one history as every forge and as plain git: what is
// measured of activity, releases and diversity has to be the same wherever a
// forge tells what it rests on.
func TestParity(t *testing.T) {
	w, rules := Scenario(), rules(t)
	var all []candidate
	for _, c := range candidates() {
		if !c.tells[forge.FactCommits].None() {
			all = append(all, c)
		}
	}
	read := func(c candidate) []health.Activity {
		r, _ := c.open(t, w, rules)
		return read(t, r, w)
	}
	got := map[string][]health.Activity{}
	for _, c := range all {
		got[c.name] = read(c)
	}
	for i, repo := range w.Repositories {
		if repo.Gone || repo.Private || repo.Empty {
			continue
		}
		want := measured(w.Want(repo, rules))
		var table strings.Builder
		for _, id := range ids(want) {
			fmt.Fprintf(&table, "%-30s %10s", id, want[id])
			for _, c := range all {
				m := measured(got[c.name][i])[id]
				fmt.Fprintf(&table, " %10s", m)
				if m != want[id] && !c.tells[forge.FactIssues].None() {
					t.Errorf("%s on %s: %s is %s, want %s", repo.Name, c.name, id, m, want[id])
				}
			}
			table.WriteByte('\n')
		}
		truth := scored(w.Want(repo, rules))
		fmt.Fprintf(&table, "%-30s %10.2f", "score", truth)
		for _, c := range all {
			points := scored(got[c.name][i])
			fmt.Fprintf(&table, " %10.2f", points)
			if math.Abs(points-truth) > 1 && !c.tells[forge.FactIssues].None() {
				t.Errorf("%s on %s scores %.2f, want %.2f within a point", repo.Name, c.name, points, truth)
			}
		}
		head := fmt.Sprintf("%-30s %10s", repo.Name, "truth")
		for _, c := range all {
			head += fmt.Sprintf(" %10s", c.name)
		}
		t.Logf("\n%s\n%s", head, table.String())
	}
}

// measured are the measurements of activity, releases and diversity, as they
// would be printed: to three decimals, "-" where one is missing.
func measured(a health.Activity) map[string]string {
	out := map[string]string{}
	for _, m := range metric.Measure(health.Subject{Activity: &a}, at) {
		switch m.Dimension {
		case "activity", "release", "diversity":
			out[m.Metric] = "-"
			if m.Value != nil {
				out[m.Metric] = fmt.Sprintf("%.3f", math.Round(*m.Value*1000)/1000)
			}
		}
	}
	return out
}

// scored is the score before ceilings, which a grade of U doesn't hide.
func scored(a health.Activity) float64 {
	s := health.Subject{Activity: &a}
	return score.Default.Of(s, metric.Measure(s, at), at).BeforeCeilings
}

// ids are the metrics of a set of measurements, in the catalogue's order.
func ids(measured map[string]string) []string {
	var out []string
	for _, m := range metric.All {
		if _, ok := measured[m.ID]; ok {
			out = append(out, m.ID)
		}
	}
	return out
}
