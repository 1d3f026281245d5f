package fact

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A steward is one row, with the length of its pattern: the longer is the
// better informed.
type steward struct {
	health.Steward
	length int
}

func (t *Tables) addSteward(row []string) error {
	pattern := row[0]
	if pattern != strings.ToLower(pattern) {
		return fmt.Errorf("the pattern %q isn't in lower case", pattern)
	}
	since, err := day(row[4])
	if err != nil {
		return err
	}
	t.stewards[pattern] = append(t.stewards[pattern], steward{length: len(pattern), Steward: health.Steward{
		Name: row[1], Kind: row[2], Tier: row[3], Since: since,
		URL: row[5], AsOf: row[6], FromMemory: row[7] == "memory",
	}})
	return nil
}

// Stewards are the institutions that stand behind a repository, by name. For
// one steward the longest pattern that covers the repository wins; different
// stewards add up. None means that no institution is known, not that there is
// none.
func (t *Tables) Stewards(repo health.Repository) []health.Steward {
	best := map[string]steward{}
	for _, pattern := range patterns(strings.ToLower(repo.String())) {
		for _, s := range t.stewards[pattern] {
			if s.length > best[s.Name].length {
				best[s.Name] = s
			}
		}
	}
	out := make([]health.Steward, 0, len(best))
	for _, s := range slices.SortedFunc(maps.Values(best), func(a, b steward) int { return cmp.Compare(a.Name, b.Name) }) {
		out = append(out, s.Steward)
	}
	return out
}

// patterns lists the patterns that cover an address: itself, and every
// directory above it with "/*".
func patterns(address string) []string {
	out := []string{address}
	for {
		i := strings.LastIndexByte(address, '/')
		if i < 0 {
			return out
		}
		address = address[:i]
		out = append(out, address+"/*")
	}
}
