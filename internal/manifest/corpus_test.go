package manifest

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"deps.dev/util/pypi"
	"github.com/google/go-cmp/cmp"
	"github.com/package-url/packageurl-go"
	"golang.org/x/mod/modfile"
)

// shared returns a folder of the shared test data, or skips without it.
func shared(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("MAINSTAY_SHARED")
	if dir == "" {
		dir = "../../../shared"
	}
	dir = filepath.Join(dir, name)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the shared test data isn't here; MAINSTAY_SHARED names its folder")
	}
	return dir
}

// An answer is what an independent reading of a real file gave.
type answer struct {
	Packages []answered
	Direct   *[]string // nil: the files don't say so with certainty
	Facts    struct {
		// What members of a workspace ask for is direct, too.
		Members []struct{ Direct []string } `json:"workspace_members"`
		// The answers may list the packages that a bill is about, too, and name
		// them here.
		Subject   answered
		Describes []string
		Roots     [][]string `json:"root_elements"`
	}
}

// leaveOutSubject drops the packages that a document is about, where there are
// others: the project is no dependency of itself.
func (a *answer) leaveOutSubject() {
	subjects := slices.Concat(append(a.Facts.Roots, a.Facts.Describes)...)
	others := slices.DeleteFunc(slices.Clone(a.Packages), func(p answered) bool {
		return p.ID != "" && slices.Contains(subjects, p.ID) || p == a.Facts.Subject
	})
	if len(others) > 0 {
		a.Packages = others
	}
}

func (a *answer) add(b answer) {
	a.Packages = append(a.Packages, b.Packages...)
	a.Facts = b.Facts
	if b.Direct != nil {
		both := *b.Direct
		for _, m := range b.Facts.Members {
			both = append(both, m.Direct...)
		}
		if a.Direct != nil {
			both = append(both, *a.Direct...)
		}
		a.Direct = &both
	}
}

type answered struct {
	Name, Version string
	Replace       struct{ Name, Version string } // go.mod: what takes its place
	Source        any                            // Gemfile.lock, pubspec.lock: where it comes from
	Group, Purl   string                         // bills of materials
	ID            string                         // SPDX
}

// label is what should be found for an answered package, "" for nothing. The
// answers name the module that is required; what is judged is the module that
// is built, and a folder is nobody else's.
func (p answered) label(kind string) string {
	switch by := p.Replace; {
	case kind == "bundler" && p.Source == "path", kind == "pub" && (p.Source == "path" || p.Source == "sdk"):
		return "" // the project's own, or the toolchain's
	case isBill(kind):
		if url, err := packageurl.FromString(p.Purl); err == nil && p.Version == "" {
			p.Version = url.Version // the file does give one
		}
		return label(billName(p.Purl, p.Group, p.Name), p.Version)
	case by.Name == "":
		return label(comparable(kind, p.Name), p.Version)
	case modfile.IsDirectoryPath(by.Name):
		return ""
	default:
		return label(by.Name, by.Version)
	}
}

func isBill(kind string) bool {
	return strings.HasPrefix(kind, "cyclonedx") || strings.HasPrefix(kind, "spdx")
}

// billName names a package of a bill by its package URL where that is one: the
// answers give name and group apart, this package the ecosystem's full name.
func billName(purl, group, name string) string {
	if p, err := packageurl.FromString(purl); err == nil {
		return packageurl.NewPackageURL(p.Type, p.Namespace, p.Name, "", nil, "").ToString()
	}
	if group != "" {
		return group + "/" + name
	}
	return name
}

// A difference explains an entry on which the answer and this package differ.
type difference struct {
	file   string // in the index; "" for every file of the kind
	kind   string
	answer string // "name@version" that only the answer has
	found  string // "name@version" that only this package finds
	direct string // a name whose directness differs
	reason string
}

// TestCorpus reads every real file that has an answer.
func TestCorpus(t *testing.T) {
	corpus := shared(t, "corpus")
	type entry struct{ Kind, Project, File, Expected string }
	var index []entry
	readJSON(t, filepath.Join(corpus, "index.json"), &index)
	used := map[int]bool{}
	compared := 0
	for _, entry := range index {
		t.Run(entry.File, func(t *testing.T) {
			compared++
			var want answer
			project := entry.Kind + "/" + entry.Project
			for _, e := range index {
				// A go.work has no dependencies of its own, in the answers; here
				// it speaks for its members.
				if e == entry || path.Base(entry.File) == "go.work" && strings.HasPrefix(e.File, project+"/") {
					var one answer
					readJSON(t, filepath.Join(corpus, filepath.FromSlash(e.Expected)), &one)
					want.add(one)
				}
			}
			want.leaveOutSubject()
			found, err := Search(t.Context(), Root{
				Tree:  os.DirFS(filepath.Join(corpus, filepath.FromSlash(project))),
				Start: strings.TrimPrefix(entry.File, project+"/"),
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range found.Missing {
				t.Logf("missing %s: %s", m.Subject, m.Why)
			}
			compare(t, entry.Kind, entry.File, want, found, used)
		})
	}
	if t.Failed() || compared < len(index) {
		return
	}
	for i, d := range differences {
		inIndex := slices.ContainsFunc(index, func(e entry) bool { return e.File == d.file })
		if inIndex && !used[i] {
			t.Errorf("the difference %+v isn't there any more: drop it", d)
		}
	}
}

// TestCorpusWalk looks in every project as a user would: nothing is missing.
func TestCorpusWalk(t *testing.T) {
	projects, err := filepath.Glob(filepath.Join(shared(t, "corpus"), "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range projects {
		found, err := Find(t.Context(), dir)
		if err != nil {
			t.Errorf("%s: %v", dir, err)
		}
		for _, m := range found.Missing {
			t.Errorf("%s: %s: %s", dir, m.Subject, m.Why)
		}
	}
}

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatalf("reading %s: %v", name, err)
	}
}

func compare(t *testing.T, kind, file string, want answer, found Found, used map[int]bool) {
	t.Helper()
	explained := func(match func(difference) bool) bool {
		i := slices.IndexFunc(differences, func(d difference) bool {
			return (d.file == file || d.file == "" && d.kind == kind) && match(d)
		})
		if i >= 0 {
			used[i] = true
		}
		return i >= 0
	}
	var expected, got []string
	for _, p := range want.Packages {
		l := p.label(kind)
		if l != "" && !explained(func(d difference) bool { return d.answer == l }) {
			expected = append(expected, l)
		}
	}
	direct := map[string]bool{}
	for _, d := range found.Dependencies {
		name := comparable(kind, d.Name)
		if isBill(kind) {
			name = billName(d.Purl, "", d.Name)
		}
		declared := name
		if d.Replaces != "" {
			at := strings.LastIndex(d.Replaces, "@")
			declared = d.Replaces[:at]
		}
		direct[declared] = direct[declared] || d.Direct
		l := label(name, d.Version)
		if !explained(func(e difference) bool { return e.found == l }) {
			got = append(got, l)
		}
		if len(d.Locations) == 0 {
			t.Errorf("%s has no location", l)
		}
	}
	slices.Sort(expected)
	slices.Sort(got)
	if diff := cmp.Diff(slices.Compact(expected), slices.Compact(got)); diff != "" {
		t.Errorf("packages, -answer +found:\n%s", diff)
	}
	if want.Direct != nil {
		if kind == "bundler" {
			*want.Direct = append(*want.Direct, gemspecNeeds(t, file)...)
		}
		compareDirect(t, kind, *want.Direct, direct, explained)
	}
}

// gemspecNeeds lists what the gems of the project itself need, in PATH sections
// of a Gemfile.lock. The answers count what the Gemfile names; what the
// project's own gemspec names is as direct.
func gemspecNeeds(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared(t, "corpus"), filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	var needs []string
	for section := range strings.SplitSeq(string(data), "\n\n") {
		if !strings.HasPrefix(section, "PATH\n") {
			continue
		}
		for line := range strings.SplitSeq(section, "\n") {
			if need, ok := strings.CutPrefix(line, "      "); ok {
				needs = append(needs, strings.Fields(need)[0])
			}
		}
	}
	return needs
}

// compareDirect checks the flag of every package that was found.
func compareDirect(t *testing.T, kind string, want []string, got map[string]bool, explained func(func(difference) bool) bool) {
	t.Helper()
	wanted := map[string]bool{}
	for _, name := range want {
		wanted[comparable(kind, name)] = true
	}
	for name, direct := range got {
		if direct != wanted[name] && !explained(func(d difference) bool {
			return d.direct == name || d.found != "" && strings.HasPrefix(d.found, name+"@")
		}) {
			t.Errorf("%s: direct is %t, the answer says %t", name, direct, wanted[name])
		}
	}
}

// comparable folds spellings that mean the same package.
func comparable(kind, name string) string {
	switch kind {
	case "requirements", "pipenv", "poetry", "uv", "pdm", "pylock":
		return pypi.CanonPackageName(name)
	}
	return name
}

// differences are the entries of the answers that this package reads
// otherwise, each with the reason.
var differences = []difference{
	{
		file:   "yarn-v1/yarn/yarn.lock",
		answer: "eslint-plugin-yarn-internal@0.0.0",
		reason: "file:scripts/eslint-rules is a folder of the project itself",
	},
	{
		file:   "npm-workspaces/npm-cli/package-lock.json",
		direct: "@npmcli/arborist",
		reason: "the project asks for the workspace's own; the copy from the registry is what @npmcli/template-oss needs",
	},
}
