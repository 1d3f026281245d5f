package score

import (
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// Course is the score at quarterly dates over the last three years, oldest
// first, from the same evidence as it was known then. Dates at which too little
// is known for a grade are left out.
func Course(s health.Subject, at time.Time, measure func(health.Subject, time.Time) []health.Measurement) []health.Point {
	var out []health.Point
	for quarter := 12; quarter >= 0; quarter-- {
		then := at.AddDate(0, -3*quarter, 0)
		if sc := Default.Of(s, measure(s, then), then); sc.Score != nil {
			out = append(out, health.Point{At: then, Score: *sc.Score})
		}
	}
	return out
}
