package forgetest

import (
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

var update = flag.Bool("update", false, "count the requests of the manual's table anew")

// TestRequests holds the manual's table of requests to what the forges are
// asked. With -update it is counted anew.
func TestRequests(t *testing.T) {
	path := filepath.Join("testdata", "requests.csv")
	if *update {
		count(t, path)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := candidates()
	if len(rows) != 1+len(all) {
		t.Fatalf("%s has %d rows for %d forges", path, len(rows)-1, len(all))
	}
	for i, c := range all {
		row := rows[1+i]
		told, err := strconv.ParseFloat(row[1], 64)
		if err != nil || row[0] != c.name {
			t.Fatalf("%s: %q stands where %s should", path, row, c.name)
		}
		// Answers that arrive in another order are joined to other requests.
		const few = 20
		if asked := float64(requests(t, c, few)) / few; asked < told/1.25 || asked > told*1.25 {
			t.Errorf("%s is asked %.2f times a repository, and the manual says %.2f (count anew with -update)", c.name, asked, told)
		}
	}
}

// count writes how often each forge is asked about one of 20 and of 200
// repositories.
func count(t *testing.T, path string) {
	t.Helper()
	rows := [][]string{{"forge", "20 repositories", "200 repositories"}}
	for _, c := range candidates() {
		row := []string{c.name}
		for _, n := range []int{20, 200} {
			row = append(row, fmt.Sprintf("%.2f", float64(requests(t, c, n))/float64(n)))
		}
		rows = append(rows, row)
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := csv.NewWriter(file).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// requests is how many a forge is asked for so many repositories: a quarter
// each lively, quiet, dormant and one person's.
func requests(t *testing.T, c candidate, n int) int {
	t.Helper()
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
