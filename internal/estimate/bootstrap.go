package estimate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Resamples draws whole clusters with replacement, as many as there are, and
// gives the rows of each draw. The cluster of row i is clusters[i]; equal seeds
// give equal draws. Rows of one cluster are no independent evidence, so they
// come and go together.
func Resamples(clusters []string, draws int, seed uint64) [][]int {
	at := make(map[string]int)
	var members [][]int
	for row, name := range clusters {
		k, ok := at[name]
		if !ok {
			k = len(members)
			at[name] = k
			members = append(members, nil)
		}
		members[k] = append(members[k], row)
	}
	random := rand.New(rand.NewPCG(seed, seed))
	out := make([][]int, draws)
	for d := range out {
		rows := make([]int, 0, len(clusters))
		for range members {
			rows = append(rows, members[random.IntN(len(members))]...)
		}
		out[d] = rows
	}
	return out
}

// Folds deals clusters into k folds at random, so that the rows of one cluster
// share a fold, and gives the fold of each row. Equal seeds give equal folds.
func Folds(clusters []string, k int, seed uint64) []int {
	names := slices.Clone(clusters)
	slices.Sort(names)
	names = slices.Compact(names)
	random := rand.New(rand.NewPCG(seed, seed))
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	fold := make(map[string]int, len(names))
	for i, name := range names {
		fold[name] = i % k
	}
	out := make([]int, len(clusters))
	for i, name := range clusters {
		out[i] = fold[name]
	}
	return out
}

// PercentileInterval is the central share of the values that are numbers, by
// linear interpolation between them: 0.95 for a 95% interval. NaN for none.
func PercentileInterval(values []float64, share float64) (low, high float64) {
	values = slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(values) == 0 {
		return math.NaN(), math.NaN()
	}
	slices.Sort(values)
	at := func(q float64) float64 {
		place := q * float64(len(values)-1)
		below := int(place)
		if below+1 >= len(values) {
			return values[len(values)-1]
		}
		part := place - float64(below)
		return values[below]*(1-part) + values[below+1]*part
	}
	return at((1 - share) / 2), at((1 + share) / 2)
}
