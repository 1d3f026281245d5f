package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// mostChanges bounds what a person is asked to do at once.
const mostChanges = 10

// weak are the dependencies that somebody should act on and that the same
// direct dependencies bring in.
type weak struct {
	owners []string // sorted labels; all of them must change for these to go
	purls  []string
	risk   float64 // the sum of their distances to a perfect score
}

// changes suggests what to do to direct dependencies so that the most risk
// goes with the fewest changes. A transitive dependency goes when every direct
// one that is known to bring it in is replaced, so the choice is among sets of
// direct dependencies: each time the set that clears the most risk for each
// dependency it adds, until nothing weak is left. That is the greedy answer to
// a weighted set cover, close to the smallest and not always it.
func changes(fs []health.Finding) []health.Change {
	left := weakOnes(fs)
	chosen := map[string]bool{}
	out := []health.Change{}
	for len(left) > 0 && len(out) < mostChanges {
		best := health.Change{}
		bestRatio := 0.0
		for _, candidate := range left {
			c, added := clears(candidate.owners, chosen, left)
			if ratio := c.Risk / float64(added); better(ratio, bestRatio, c, best) {
				best, bestRatio = c, ratio
			}
		}
		for _, d := range best.Direct {
			chosen[d] = true
		}
		left = slices.DeleteFunc(left, func(w weak) bool { return !stays(w, chosen, nil) })
		out = append(out, best)
	}
	return out
}

// better prefers more risk a change, then more in all, then the earlier names,
// so that equal input has one answer.
func better(ratio, bestRatio float64, c, best health.Change) bool {
	return cmp.Or(cmp.Compare(ratio, bestRatio), cmp.Compare(c.Risk, best.Risk), -slices.Compare(c.Direct, best.Direct)) > 0
}

// clears is the change of replacing owners in addition to the chosen ones, and
// how many dependencies it adds to those.
func clears(owners []string, chosen map[string]bool, left []weak) (health.Change, int) {
	var c health.Change
	for _, o := range owners {
		if !chosen[o] {
			c.Direct = append(c.Direct, o)
		}
	}
	for _, w := range left {
		if !stays(w, chosen, owners) {
			c.Clears = append(c.Clears, w.purls...)
			c.Risk += w.risk
		}
	}
	return c, max(1, len(c.Direct))
}

// stays reports whether something still brings w in once the chosen ones and
// owners are replaced.
func stays(w weak, chosen map[string]bool, owners []string) bool {
	return slices.ContainsFunc(w.owners, func(o string) bool { return !chosen[o] && !slices.Contains(owners, o) })
}

// weakOnes are the dependencies that break a rule that fails, and those that
// ship and have grade D or E or a terminal ceiling; not those that are waived.
// One whose direct dependency isn't known is left out: there is nothing to
// suggest.
func weakOnes(fs []health.Finding) []weak {
	var out []weak
	at := map[string]int{}
	for _, f := range fs {
		poor := f.Grade == health.GradeD || f.Grade == health.GradeE || slices.ContainsFunc(f.Ceilings, health.Ceiling.Terminal)
		owners := ownersOf(f.Dependency)
		acts := f.Fails() || poor && f.Scope.Ships()
		if !acts || len(f.Waived) > 0 || len(owners) == 0 {
			continue
		}
		key := strings.Join(owners, "\x00")
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, weak{owners: owners})
		}
		risk := 50.0 // grade U breaks a rule: as far from good as from bad
		if s := f.Score.Score; s != nil {
			risk = 100 - *s
		}
		out[i].purls = append(out[i].purls, cmp.Or(f.Purl, f.Name))
		out[i].risk += risk
	}
	return out
}

// ownersOf labels the direct dependencies that bring a dependency in, as far as
// its paths tell; a direct one brings in itself.
func ownersOf(d health.Dependency) []string {
	out := d.Through()
	if d.Direct {
		out = append(out, d.Label())
	}
	slices.Sort(out)
	return slices.Compact(out)
}
