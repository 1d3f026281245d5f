package score

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"

	"github.com/mainstay-dev/mainstay/internal/health"
)

const draws = 500

// interval is the 80% range of the score over draws of what isn't certain: each
// reading within its own range, and what is missing between 25 and 75. That is
// drawn once for all of it: it is usually missing for one reason, and would have
// told one story. The draws follow from the name, so equal evidence gives an equal
// range.
func interval(ms []health.Measurement, limit float64, name string) [2]float64 {
	sum := sha256.Sum256([]byte(name))
	random := rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[:]), draws))
	total := 0.0
	for _, m := range ms {
		total += m.Weight * (m.Reliability + halfMissing*(1-m.Reliability))
	}
	if total == 0 {
		return [2]float64{0, 100}
	}
	scores := make([]float64, draws)
	for i := range scores {
		missing := 25 + 50*random.Float64()
		for j := range ms {
			m := &ms[j] // too large to copy in every draw
			scores[i] += m.Weight * (m.Reliability*drawn(m, random) + halfMissing*(1-m.Reliability)*missing) / total
		}
		scores[i] = min(scores[i], limit)
	}
	slices.Sort(scores)
	return [2]float64{scores[draws/10], scores[draws*9/10-1]}
}

// drawn is a reading from a split normal distribution whose 80% range is the
// measurement's own.
func drawn(m *health.Measurement, random *rand.Rand) float64 {
	z := random.NormFloat64() / 1.2815515655446004
	reach := m.ReadingRange[1] - m.Reading
	if z < 0 {
		reach = m.Reading - m.ReadingRange[0]
	}
	return min(max(m.Reading+z*reach, 0), 100)
}
