package score

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// action is what to do, in a few words: milder for what came along with
// something else than for what the project chose.
func action(s health.Score, d health.Dependency) string {
	for _, c := range s.Ceilings {
		if c.Successor != "" && (c.Terminal() || c.ID == "moved") {
			return "move to " + c.Successor
		}
	}
	type words struct{ direct, transitive string }
	w := map[health.Grade]words{
		health.GradeA: {"keep", "keep"},
		health.GradeB: {"keep, look again in a year", "keep"},
		health.GradeC: {"keep and pin, look again each quarter", "keep and pin"},
		health.GradeD: {"plan a replacement, no new uses", "replace when touched"},
		health.GradeE: {"migrate, or take it over now", "remove, or upgrade what brings it in"},
		health.GradeU: {"have a human look", "have a human look when there is time"},
	}[s.Grade]
	if d.Direct {
		return w.direct
	}
	return w.transitive
}

// Why is the verdict's reason in one line: the hard fact that bounds it, else
// the one or two measurements that moved it most in its direction.
func Why(s health.Score) string {
	if len(s.Ceilings) > 0 && s.Ceilings[0].Limit < s.BeforeCeilings {
		return s.Ceilings[0].Reason
	}
	if s.Grade == health.GradeU {
		return "too little is known: " + mostMissing(s.Measurements)
	}
	moved := Moved(s)
	if s.BeforeCeilings < 65 {
		moved = slices.DeleteFunc(moved, func(m health.Measurement) bool { return m.Reading > neutral })
	} else {
		moved = slices.DeleteFunc(moved, func(m health.Measurement) bool { return m.Reading < neutral })
	}
	var says []string
	for _, m := range moved[:min(2, len(moved))] {
		says = append(says, m.Says)
	}
	if len(says) == 0 {
		return "nothing stands out"
	}
	return strings.Join(says, "; ")
}

// Moved are the measurements with a value, those first that took the score
// furthest from where it would be without them.
func Moved(s health.Score) []health.Measurement {
	out := slices.DeleteFunc(slices.Clone(s.Measurements), func(m health.Measurement) bool { return m.Missing != "" })
	pull := func(m health.Measurement) float64 {
		p := m.Weight * m.Reliability * (m.Reading - neutral)
		return max(p, -p)
	}
	slices.SortStableFunc(out, func(a, b health.Measurement) int { return cmp.Compare(pull(b), pull(a)) })
	return out
}

// mostMissing is the reason for which the most weight is missing.
func mostMissing(ms []health.Measurement) string {
	weight := make(map[string]float64)
	best := ""
	for _, m := range ms {
		if m.Missing == "" {
			continue
		}
		weight[m.Missing] += m.Weight
		if weight[m.Missing] > weight[best] {
			best = m.Missing
		}
	}
	return cmp.Or(best, "no evidence")
}
