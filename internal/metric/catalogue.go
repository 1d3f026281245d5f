package metric

import (
	"fmt"
	"strings"
)

// Catalogue is what decides how values are read, in a form to be hashed: two
// reports with equal catalogues were made by equal metrics.
func Catalogue() string {
	var b strings.Builder
	for _, m := range All {
		fmt.Fprintf(&b, "%s %g %s %v %v\n", m.ID, m.Weight, m.Window, m.Knots, m.Overdue)
	}
	return b.String()
}

// String is the knots as "0→0, 1→50, 3→100": values and what they read as.
func (k Knots) String() string {
	parts := make([]string, len(k))
	for i, knot := range k {
		parts[i] = fmt.Sprintf("%g→%g", knot.X, knot.Y)
	}
	return strings.Join(parts, ", ")
}
