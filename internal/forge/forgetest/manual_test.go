package forgetest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/sourcehut"
)

var update = flag.Bool("update", false, "write the manual's tables anew")

// TestManual holds the manual's page on forges to the code: what each forge
// tells. The requests are measured when the page is written.
func TestManual(t *testing.T) {
	path := filepath.Join("..", "..", "..", "docs", "forges.md")
	want := capabilities()
	if *update {
		if err := os.WriteFile(path, []byte(want+measure(t)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	table, _, ok := strings.Cut(string(got), "\n## Requests\n")
	if diff := cmp.Diff(want, table+"\n"); diff != "" || !ok {
		t.Errorf("docs/forges.md isn't what the code says (write it with -update): -want +got\n%s", diff)
	}
}

func capabilities() string {
	var b strings.Builder
	b.WriteString("# What forges tell\n\n" +
		"Written by `go test ./internal/forge/forgetest -run Manual -update`, from what each forge's package says of itself; the conformance suite holds it to that.\n" +
		"Gitea and Forgejo are read alike. What a forge doesn't tell is missing from a score, with the reason, or told by plain git.\n" +
		"Gitea's answers are checked against those of a real server (1.26.0); the others' servers are written from their documentation and source.\n\n")
	names, tells := []string{}, []forge.Tells{}
	for _, c := range candidates() {
		names, tells = append(names, c.name), append(tells, c.tells)
	}
	names, tells = append(names, "sourcehut"), append(tells, sourcehut.Tells())
	fmt.Fprintf(&b, "| | %s |\n|---|%s\n", strings.Join(names, " | "), strings.Repeat("---|", len(names)))
	for _, fact := range forge.Facts() {
		fmt.Fprintf(&b, "| %s |", fact)
		for _, told := range tells {
			if told[fact] == "" {
				told[fact] = "no"
			}
			fmt.Fprintf(&b, " %s |", told[fact])
		}
		b.WriteByte('\n')
	}
	return b.String() + "\n"
}

// measure counts the requests that each forge is asked.
func measure(t *testing.T) string {
	var b strings.Builder
	b.WriteString("## Requests\n\n" +
		"Requests a repository, over a quarter each of lively (80 commits, 9 issues, 8 change requests in two years), quiet, dormant and one-person\n" +
		"repositories, with all pages of commits, nothing cached. GitHub and GitLab read many repositories in one request; their number moves a little\n" +
		"with the order in which answers come.\n\n" +
		"| | 20 repositories | 200 repositories |\n|---|---|---|\n")
	for _, c := range candidates() {
		fmt.Fprintf(&b, "| %s |", c.name)
		for _, n := range []int{20, 200} {
			fmt.Fprintf(&b, " %.2f |", float64(requests(t, c, n))/float64(n))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// requests is how many a forge is asked for so many repositories.
func requests(t *testing.T, c candidate, n int) int {
	w := Scenario()
	kinds := w.Repositories[:4]
	w.Repositories = nil
	for i := range n {
		r := kinds[i%len(kinds)]
		r.Name = fmt.Sprintf("%s-%d", r.Name, i)
		w.Repositories = append(w.Repositories, r)
	}
	r, s := c.open(t, w, rules(t))
	for i, a := range read(t, r, w) {
		if a.Gaps.Outage() {
			t.Errorf("%s: %v", w.Repositories[i].Name, a.Gaps)
		}
	}
	return len(s.Requests())
}
