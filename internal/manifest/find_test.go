package manifest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestProjects reads every project under testdata/project and compares what was
// found with the golden file of its name.
func TestProjects(t *testing.T) {
	const projects = "../../testdata/project"
	entries, err := os.ReadDir(projects)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			found, err := Search(t.Context(), Root{Tree: os.DirFS(filepath.Join(projects, e.Name())), Start: "."})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", e.Name()+".golden"), print(found))
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// print writes what was found so that a person can check it line by line.
func print(found Found) string {
	var b strings.Builder
	for _, f := range found.Files {
		fmt.Fprintf(&b, "read %s as %s\n", f.Path, f.Format)
	}
	for _, d := range found.Dependencies {
		how := "transitive"
		if d.Direct {
			how = "direct"
		}
		fmt.Fprintf(&b, "\n%s %s %q, %s, %s\n", d.Ecosystem, d.Name, d.Version, how, d.Scope)
		fmt.Fprintf(&b, "  purl %s\n", d.Purl)
		for _, l := range d.Locations {
			fmt.Fprintf(&b, "  at %s\n", position(l.Path, l.Line))
		}
		for _, p := range d.Paths {
			fmt.Fprintf(&b, "  by %s\n", strings.Join(p, " > "))
		}
		for _, extra := range []struct{ name, value string }{
			{"source", d.Source}, {"developed at", d.DevelopedAt}, {"replaces", d.Replaces}, {"registry", d.Registry}, {"licences", strings.Join(d.Licences, ", ")},
		} {
			if extra.value != "" {
				fmt.Fprintf(&b, "  %s %s\n", extra.name, extra.value)
			}
		}
	}
	b.WriteString("\n")
	for _, m := range found.Missing {
		fmt.Fprintf(&b, "missing %s: %s\n", m.Subject, m.Why)
	}
	for _, n := range found.Notes {
		fmt.Fprintf(&b, "note %s\n", n)
	}
	return b.String()
}

// tree makes a file system of names and contents.
func tree(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return fsys
}

const smallGoMod = "module example.org/app\n\ngo 1.26\n\nrequire github.com/spf13/cobra v1.10.2\n"

func names(found Found) []string {
	var out []string
	for _, d := range found.Dependencies {
		out = append(out, d.Label())
	}
	return out
}

func TestWalkLeavesOutWhatIsNotTheProjects(t *testing.T) {
	mod := func(name string) string { return "module example.org/m\nrequire example.org/" + name + " v1.0.0\n" }
	found, err := Search(t.Context(), Root{Start: ".", Tree: tree(map[string]string{
		"go.mod":                         mod("kept"),
		"sub/deep/go.mod":                mod("also-kept"),
		"vendor/x/go.mod":                mod("vendored"),
		"node_modules/x/go.mod":          mod("installed"),
		"sub/testdata/go.mod":            mod("tested"),
		".cache/go.mod":                  mod("hidden"),
		".github/actions/tool/go.mod":    mod("github"),
		"nested/.git/HEAD":               "ref: refs/heads/main",
		"nested/go.mod":                  mod("nested"),
		"submodule/.git":                 "gitdir: ../.git/modules/submodule",
		"submodule/go.mod":               mod("submodule"),
		"mercurial/.hg/requires":         "",
		"mercurial/go.mod":               mod("mercurial"),
		"env/pyvenv.cfg":                 "home = /usr/bin",
		"env/lib/go.mod":                 mod("environment"),
		"target/CACHEDIR.TAG":            "Signature: 8a477f597d28d172789f06886806bc55",
		"target/package/go.mod":          mod("built"),
		"elixir/mix.exs":                 "",
		"elixir/deps/phoenix/lib/go.mod": mod("unpacked"),
		"deps/go.mod":                    mod("own"),
		"java/pom.xml":                   "<project/>",
		"java/target/go.mod":             mod("built"),
	})})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"example.org/also-kept@v1.0.0", "example.org/github@v1.0.0", "example.org/kept@v1.0.0", "example.org/own@v1.0.0"}
	if diff := cmp.Diff(want, names(found)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestEqualDependenciesOfSeveralFilesAreOne(t *testing.T) {
	found, err := Search(t.Context(), Root{Start: ".", Tree: tree(map[string]string{
		"a/go.mod": "module example.org/a\nrequire example.org/x v1.0.0 // indirect\n",
		"b/go.mod": "module example.org/b\n\nrequire example.org/x v1.0.0\n",
		"c/go.mod": "module example.org/c\nrequire example.org/x v1.1.0\n",
	})})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"example.org/x@v1.0.0", "example.org/x@v1.1.0"}
	if diff := cmp.Diff(want, names(found)); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	x := found.Dependencies[0]
	locations := []health.Location{{Path: "a/go.mod", Line: 2}, {Path: "b/go.mod", Line: 3}}
	if diff := cmp.Diff(locations, x.Locations); diff != "" {
		t.Errorf("locations, -want +got:\n%s", diff)
	}
	if !x.Direct {
		t.Error("one of the files asks for it directly, so it is direct")
	}
}

func TestBrokenFile(t *testing.T) {
	fsys := tree(map[string]string{
		"good/go.mod": smallGoMod,
		"bad/go.mod":  "module example.org/app\n\nrequire github.com/spf13/cobra\n",
	})

	t.Run("found while walking is a gap", func(t *testing.T) {
		found, err := Search(t.Context(), Root{Tree: fsys, Start: ".", Shown: "project"})
		if err != nil {
			t.Fatal(err)
		}
		want := []health.Missing{{
			Subject: "project/bad/go.mod", Part: health.PartManifest,
			Why: "line 3: usage: require module/path v1.2.3",
		}}
		if diff := cmp.Diff(want, found.Missing); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if len(found.Dependencies) != 1 {
			t.Errorf("%d dependencies, the good file has 1", len(found.Dependencies))
		}
	})

	t.Run("named is an error with file and line", func(t *testing.T) {
		_, err := Search(t.Context(), Root{Tree: fsys, Start: "bad/go.mod", Shown: "project/bad/go.mod"})
		const want = "project/bad/go.mod:3: usage: require module/path v1.2.3"
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	})
}

func TestANamedManifestIsReadWithItsLock(t *testing.T) {
	fsys := os.DirFS("../../testdata/project/npm-shrinkwrap")
	found, err := Search(t.Context(), Root{Tree: fsys, Start: "package.json"})
	if err != nil {
		t.Fatal(err)
	}
	if got := names(found); !slices.Contains(got, "async@2.6.4") || slices.Contains(got, "left-over@1.0.0") {
		t.Errorf("got %v, want the versions of the shrinkwrap and nothing of the lock it stands before", got)
	}
}

func TestAnotherFileWithABillsName(t *testing.T) {
	fsys := tree(map[string]string{"bom.json": `{"station": 94768}`, "go.mod": smallGoMod})
	found, err := Search(t.Context(), Root{Tree: fsys, Start: "."})
	if err != nil || len(found.Missing) > 0 || len(found.Files) != 1 {
		t.Errorf("got %v, %v; nothing is missing", found, err)
	}
	if _, err := Search(t.Context(), Root{Tree: fsys, Start: "bom.json"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("named, it should be unknown; got %v", err)
	}
}

func TestABillIsToldByItsContent(t *testing.T) {
	spdx, err := os.ReadFile("../../testdata/project/sbom/trawler.spdx.json")
	if err != nil {
		t.Fatal(err)
	}
	found, err := Search(t.Context(), Root{Tree: tree(map[string]string{"sbom.json": string(spdx)}), Start: "."})
	if err != nil || len(found.Dependencies) != 2 {
		t.Errorf("got %v, %v, want the 2 packages of the SPDX document", found.Dependencies, err)
	}
	stdin, err := Read("-", strings.NewReader(string(spdx)))
	if err != nil || len(stdin.Dependencies) != 2 || stdin.Dependencies[0].Locations[0].Path != "-" {
		t.Errorf("from a stream: %v, %v", stdin.Dependencies, err)
	}
}

func TestUnknownFormat(t *testing.T) {
	_, err := Search(t.Context(), Root{Tree: tree(map[string]string{"notes.txt": "hello"}), Start: "notes.txt"})
	if !errors.Is(err, ErrUnknown) || err.Error() != "notes.txt: not a manifest, lockfile or SBOM that mainstay knows" {
		t.Errorf("got %v", err)
	}
	if known := strings.Join(Known(), ", "); !strings.HasPrefix(known, "go.mod, go.work, package.json, ") {
		t.Errorf("known are %s", known)
	}
}

func TestFindNamesFilesAsTheUserDoes(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write := func(name, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("repo/.git/HEAD", "")
	write("repo/sub/go.mod", smallGoMod)
	write("repo/go.work", "go 1.26\nuse ./sub\n")

	for _, c := range []struct{ arg, want string }{
		{"repo", "repo/sub/go.mod"},
		{"repo/sub", "repo/sub/go.mod"},
		{"./repo/sub/go.mod", "repo/sub/go.mod"},
		{"repo/go.work", "repo/sub/go.mod"},
		{filepath.Join(dir, "repo"), filepath.ToSlash(dir) + "/repo/sub/go.mod"},
	} {
		found, err := Find(t.Context(), c.arg)
		if err != nil {
			t.Errorf("%s: %v", c.arg, err)
			continue
		}
		if got := found.Dependencies[0].Locations[0].Path; got != c.want {
			t.Errorf("%s: location %s, want %s", c.arg, got, c.want)
		}
	}

	t.Chdir("repo/sub")
	found, err := Find(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	if got := found.Dependencies[0].Locations[0].Path; got != "go.mod" {
		t.Errorf("location %s, want go.mod", got)
	}
}

func TestFindOfNothing(t *testing.T) {
	_, err := Find(t.Context(), filepath.Join(t.TempDir(), "none"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want one that says the path isn't there", err)
	}
	found, err := Find(t.Context(), t.TempDir())
	if err != nil || len(found.Dependencies)+len(found.Files)+len(found.Missing) > 0 {
		t.Errorf("an empty folder gave %v, %v", found, err)
	}
}

func TestLinksAreNotFollowedOutOfTheTree(t *testing.T) {
	outside, inside := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "go.mod"), []byte(smallGoMod), 0o644); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"file": "go.mod", "folder": ""} {
		dir := filepath.Join(inside, link)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(outside, target), filepath.Join(dir, "go.mod")); err != nil {
			t.Skip("no links here: ", err)
		}
	}
	if err := os.WriteFile(filepath.Join(inside, "go.work"), []byte("go 1.26\nuse ./file\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	found, err := Find(t.Context(), inside)
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Dependencies) > 0 {
		t.Errorf("read %v from outside", names(found))
	}
	if len(found.Missing) != 1 || !strings.HasSuffix(found.Missing[0].Subject, "file/go.mod") {
		t.Errorf("the workspace's member should be missing, got %v", found.Missing)
	}
}

func TestOversizedFile(t *testing.T) {
	fsys := tree(map[string]string{"go.mod": smallGoMod + strings.Repeat("// padding\n", maxFileSize/10)})
	_, err := Search(t.Context(), Root{Tree: fsys, Start: "go.mod"})
	if err == nil || err.Error() != "go.mod: larger than 64 MiB" {
		t.Errorf("got %v", err)
	}
}

func TestWindowsEncodings(t *testing.T) {
	for name, raw := range map[string][]byte{
		"UTF-8 with mark": append([]byte{0xEF, 0xBB, 0xBF}, "aé😀"...),
		"UTF-16 LE":       {0xFF, 0xFE, 'a', 0, 0xE9, 0, 0x3D, 0xD8, 0x00, 0xDE},
		"UTF-16 BE":       {0xFE, 0xFF, 0, 'a', 0, 0xE9, 0xD8, 0x3D, 0xDE, 0x00},
	} {
		if got := string(text(raw)); got != "aé😀" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestFormatsAreDescribed(t *testing.T) {
	for _, f := range All {
		if f.Name == "" || f.Says == "" || f.Read == nil || (len(f.Files) == 0 && f.Sniff == nil) {
			t.Errorf("%+v lacks something that the manual or a walk needs", f.Name)
		}
		for _, pattern := range f.Files {
			if _, err := path.Match(pattern, ""); err != nil {
				t.Errorf("%s: %s: %v", f.Name, pattern, err)
			}
		}
	}
}
