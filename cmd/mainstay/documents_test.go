package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/mainstay-dev/mainstay/internal/cli"
	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/manifest"
	"github.com/mainstay-dev/mainstay/internal/metric"
	"github.com/mainstay-dev/mainstay/internal/registry"
)

// TestDocuments holds the README and the manual to the code: their tables are
// made of the lists that the program works with, and the README's screen is
// what its command prints. With -update they are written anew.
func TestDocuments(t *testing.T) {
	for _, part := range []struct{ file, from, to, want string }{
		{"../../README.md", "<!-- demo -->\n", "<!-- /demo -->", "```console\n$ go run ./cmd/mainstay " + strings.Join(demo, " ") + "\n" + screen(t) + "```\n"},
		{"../../README.md", "<!-- metrics -->\n", "<!-- /metrics -->", metricsMarkdown()},
		{"doc.go", "\n# Metrics\n", "\n# Formats of files\n", metrics()},
		{"doc.go", "\n# Formats of files\n", "\n# Registries\n", formats()},
		{"doc.go", "\n# Registries\n", "\n# Forges\n", registries()},
		{"doc.go", "\n# Forges\n", "\nWhere", forges()},
		{"doc.go", "\nforge tells more or less than the word says:\n", "\nHow often", reservations()},
		{"doc.go", "\ncached:\n", "*/", requests(t)},
	} {
		text, err := os.ReadFile(part.file)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, found := strings.Cut(string(text), part.from)
		got, after, ended := strings.Cut(rest, part.to)
		if !found || !ended {
			t.Fatalf("%s has no part between %q and %q", part.file, part.from, part.to)
		}
		if got == part.want {
			continue
		}
		if !*update {
			t.Errorf("%s: the part after %q isn't what the code says; run go test ./cmd/mainstay -update", part.file, strings.TrimSpace(part.from))
			continue
		}
		if err := os.WriteFile(part.file, []byte(before+part.from+part.want+part.to+after), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// demo is the README's first command.
var demo = []string{"audit", "--exit-zero", "--bundle", "testdata/demo/evidence.bundle", "testdata/demo"}

// screen is what the README's first command shows on a terminal of 100 columns.
func screen(t *testing.T) string {
	t.Helper()
	var out, errs bytes.Buffer
	t.Chdir("../..")
	defer t.Chdir("cmd/mainstay")
	code := cli.Run(t.Context(), cli.World{
		Args: demo, Dir: ".", Environ: []string{"NO_COLOR=1", "MAINSTAY_CACHE_DIR=" + t.TempDir()},
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: time.Now, Width: 100,
	})
	if code != 0 || errs.Len() > 0 {
		t.Fatalf("the demonstration ends with %d: %s", code, errs.String())
	}
	return out.String()
}

func metricsMarkdown() string {
	var b strings.Builder
	b.WriteString("| dimension | metric | asks | weight |\n|---|---|---|---:|\n")
	for _, m := range metric.All {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %g |\n", m.Dimension, m.ID, m.Question, m.Weight)
	}
	return b.String()
}

// table writes rows as a block of code of the manual.
func table(rows func(w *tabwriter.Writer)) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 4, 2, ' ', 0)
	rows(w)
	_ = w.Flush()
	var out strings.Builder
	out.WriteString("\n")
	for line := range strings.Lines(b.String()) {
		out.WriteString("\t" + strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}

func metrics() string {
	return table(func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "metric\tweight\tunit\twindow\tquestion")
		for _, m := range metric.All {
			fmt.Fprintf(w, "%s\t%g\t%s\t%s\t%s\n", m.ID, m.Weight, m.Unit, m.Window, m.Question)
		}
	})
}

// aboutFormats stands before their table.
const aboutFormats = `
A lockfile speaks for the manifests beside it: the lock gives versions and
paths, the manifest what is direct, what it is for, and the line. Where a
format doesn't tell what is direct, every dependency counts as direct; where it
doesn't tell what for, as runtime. Everything is read as it stands: nothing is
run, resolved or asked of the network, and a range has no version.
`

func formats() string {
	return aboutFormats + table(func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "format\tecosystem\tdirect\tscope\tpaths\tlines\tfiles")
		for _, f := range manifest.All {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, f.Ecosystem,
				yes(f.Tells.Direct), yes(f.Tells.Scope), yes(f.Tells.Paths), yes(f.Tells.Lines), strings.Join(f.Files, " "))
		}
	})
}

func registries() string {
	return table(func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "ecosystem\tregistry\tversions\tdates\twithdrawn\tstatus\trepository\tpublishers\tlicence\trequests a package")
		for _, r := range registry.All {
			g := r.Gives
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Ecosystem, r.Name,
				yes(g.Versions), yes(g.Dates), yes(g.Withdrawn), yes(g.Status), yes(g.Repository), yes(g.Publishers), yes(g.Licence), r.Requests)
		}
	})
}

func forges() string {
	return table(func(w *tabwriter.Writer) {
		kinds := cli.ForgeTells()
		names := slices.Sorted(maps.Keys(kinds))
		fmt.Fprintln(w, "tells\t"+strings.Join(names, "\t"))
		for _, fact := range forge.Facts() {
			fmt.Fprint(w, fact)
			for _, name := range names {
				told := "yes"
				switch {
				case kinds[name][fact].None():
					told = "-"
				case kinds[name][fact] != "yes":
					told = "partly"
				}
				fmt.Fprint(w, "\t"+told)
			}
			fmt.Fprintln(w)
		}
	})
}

// reservations are what "partly" and "-" leave open.
func reservations() string {
	return table(func(w *tabwriter.Writer) {
		kinds := cli.ForgeTells()
		for _, name := range slices.Sorted(maps.Keys(kinds)) {
			if name == "forgejo" { // read like gitea
				continue
			}
			for _, fact := range forge.Facts() {
				if _, why, ok := strings.Cut(string(kinds[name][fact]), "; "); ok {
					fmt.Fprintf(w, "%s\t%s\t%s\n", name, fact, why)
				}
			}
		}
	})
}

// requests are those that the forges' conformance suite has counted.
func requests(t *testing.T) string {
	t.Helper()
	file, err := os.Open("../../internal/forge/forgetest/testdata/requests.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return table(func(w *tabwriter.Writer) {
		for _, row := range rows {
			fmt.Fprintln(w, strings.Join(row, "\t"))
		}
	})
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "-"
}
