package config

import (
	"fmt"
	"strings"
)

// Suggest ends a message about a word that isn't known: with the one that was
// probably meant, or with all that there are.
func Suggest(word string, known []string) string {
	best, distance := "", min(4, len(word)/3+1)
	for _, k := range known {
		// A word that has nothing in common with another isn't a slip of it.
		if d := edits(strings.ToLower(word), strings.ToLower(k)); d <= distance && d < len(word) {
			if best == "" || d < distance {
				best = k
			}
			distance = d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "there are " + strings.Join(known, ", ")
}

// edits counts the letters to insert, delete, replace or swap with their
// neighbour to get from a to b.
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
