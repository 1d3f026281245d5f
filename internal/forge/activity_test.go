package forge

import (
	"slices"
	"testing"
)

func TestCoAuthors(t *testing.T) {
	got := CoAuthors("Fix\n\nco-authored-by: Ann <ann@example.org>\nCo-Authored-By: Bob Builder <b@example.org> \nCo-authored-by: nobody\nReviewed-by: X <x@example.org>\n")
	want := [][2]string{{"Ann", "ann@example.org"}, {"Bob Builder", "b@example.org"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
