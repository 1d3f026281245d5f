package manifest

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"
)

// TestManual holds the manual's page on formats to the code.
func TestManual(t *testing.T) {
	const page = "../../docs/manifests.md"
	got := manual()
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff.Diff(string(want), got); d != "" {
		t.Errorf("docs/manifests.md isn't what the code says (write it with -update): -page +code\n%s", d)
	}
}

func manual() string {
	var b strings.Builder
	b.WriteString("# What manifests tell\n\n" +
		"Written by `go test ./internal/manifest -run Manual -update`, from what each format says of itself.\n" +
		"A lockfile speaks for the manifests beside it: the lock gives versions and paths, the manifest what is direct, what for, and the line.\n" +
		"Where only the lock is there, what nothing else in it needs counts as direct.\n" +
		"Where a format doesn't tell what is direct, every dependency counts as direct; where it doesn't tell what for, as runtime.\n" +
		"Everything is read as it stands: nothing is run, resolved or asked of the network. A range has no version.\n\n" +
		"| format | ecosystem | files | direct | scope | paths | lines | |\n|---|---|---|---|---|---|---|---|\n")
	for _, f := range All {
		files := "by content"
		if len(f.Files) > 0 {
			files = "`" + strings.Join(f.Files, "` `") + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", strings.ReplaceAll(f.Name, "*", `\*`), cmp.Or(f.Ecosystem, "any"), files,
			yes(f.Tells.Direct), yes(f.Tells.Scope), yes(f.Tells.Paths), yes(f.Tells.Lines), f.Says)
	}
	fmt.Fprintf(&b, "\nA walk leaves out `vendor`, `node_modules`, `bower_components`, `testdata`, hidden folders but `.github`, what Mix unpacks, "+
		"Python environments, build caches, and other repositories within. It doesn't follow links. "+
		"It goes %d folders deep and reads %d files of up to %d MiB with up to %d packages each; what is beyond is reported as missing.\n",
		maxDepth, maxFiles, maxFileSize>>20, maxPackages)
	return b.String()
}

func yes(told bool) string {
	if told {
		return "yes"
	}
	return "no"
}
