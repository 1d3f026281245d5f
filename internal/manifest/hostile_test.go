package manifest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// read reads one file that stands alone, and checks what it yields.
func read(t *testing.T, name, content string) error {
	t.Helper()
	f, err := load(name, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	format, err := recognise(name, f.At)
	if err != nil {
		return err
	}
	r, err := format.read(f)
	if err == nil {
		usable(t, name, r)
	}
	return err
}

// TestTruncated cuts every file of the projects at many places: what is left
// either still says something, or is an error.
func TestTruncated(t *testing.T) {
	projects := os.DirFS("../../testdata/project")
	err := fs.WalkDir(projects, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if _, ok := byName(p); !ok {
			return nil
		}
		data, err := fs.ReadFile(projects, p)
		if err != nil {
			return err
		}
		for i := range 40 {
			_ = read(t, p, string(data[:len(data)*i/40])) // any error will do; it may not panic
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestMalformed gives every format what can't be read, and wants the line.
func TestMalformed(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"go.mod", "module m\n\nrequire x\n", "go.mod:3: usage: require module/path v1.2.3"},
		{"go.work", "use (\n", "go.work:2: syntax error (unterminated block started at go.work:1:1)"},
		{"package.json", "{\n  \"dependencies\": {\n", "package.json:3: unexpected end of JSON input"},
		{"package.json", "{\n  \"dependencies\": [1]\n}", "package.json:2: dependencies is a array, which it can't be here"},
		{"package-lock.json", "{}", "package-lock.json: neither packages nor dependencies: not an npm lockfile"},
		{"yarn.lock", "# yarn lockfile v1\n\n  version \"1\"\n", `yarn.lock:3: "version \"1\"" belongs to no package`},
		{"pnpm-lock.yaml", "packages: {}\n", "pnpm-lock.yaml: no lockfileVersion: not a pnpm lockfile"},
		{"pnpm-lock.yaml", "a: b\n c: d\n", "pnpm-lock.yaml:2: mapping values are not allowed in this context"},
		{"bun.lock", "{\n \"lockfileVersion\": 1,,\n}", "bun.lock:3: invalid character '}' looking for beginning of object key string"},
		{"requirements.txt", "ok==1\n$$$ bad\n", "requirements.txt:2: not a requirement: $$$ bad"},
		{"pyproject.toml", "[project]\nname = \n", "pyproject.toml:2: "},
		{"pyproject.toml", "[project]\ndependencies = [\n  'ok',\n  '$$$',\n]\n", "pyproject.toml:4: not a requirement: $$$"},
		{"Cargo.lock", "[[package]]\nname = 3\n", "Cargo.lock:2: "},
		{"pom.xml", "<project>\n<dependencies>\n</project>", "pom.xml:3: element <dependencies> closed by </project>"},
		{"pom.xml", "<settings/>", "pom.xml:1: expected element type <project> but have <settings>"},
		{"gradle.lockfile", "# fine\nnonsense\n", `gradle.lockfile:2: "nonsense" isn't group:artifact:version=configurations`},
		{"Gemfile.lock", "GEM\n<<<<<<< HEAD\n", "Gemfile.lock:2: an unresolved merge conflict"},
		{"mix.lock", "%{\n  \"a\": {:hex, \n", `mix.lock:3: what stands for "a" can't be read`},
		{"bom.json", `{"foo": 1}`, "bom.json: bomFormat isn't CycloneDX: not a manifest, lockfile or SBOM that mainstay knows"},
		{"a.spdx", "SPDXVersion: SPDX-2.3\nnonsense\n", `a.spdx:2: "nonsense" isn't a tag and a value`},
		{"a.spdx.json", `{"spdxVersion": "SPDX-9.9"}`, `a.spdx.json: spdxVersion "SPDX-9.9" isn't known; 2.x and 3.0 are`},
		{"purls.txt", "pkg:npm/a@1\nnpm/a\n", `purls.txt:2: "npm/a" isn't a package URL; one looks like pkg:npm/left-pad@1.3.0`},
		{"program", "\x7fELF nothing", "program: no build information of Go: "},
	} {
		_, err := Search(t.Context(), Root{Tree: tree(map[string]string{c.name: c.content}), Start: c.name})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// TestBombs gives formats short texts that mean a lot.
func TestBombs(t *testing.T) {
	doubling := func(first, line string) string {
		var b strings.Builder
		b.WriteString(first)
		for i := 1; i < 40; i++ {
			fmt.Fprintf(&b, line, i, i-1)
		}
		return b.String()
	}
	deep := func(open string) string { return strings.Repeat(open, 1_000_000) }
	yamlBomb := doubling("lockfileVersion: '9.0'\na0: &a0 [x, x]\n", "a%[1]d: &a%[1]d [*a%[2]d, *a%[2]d]\n")
	for _, c := range []struct{ name, content string }{
		{"pnpm-lock.yaml", yamlBomb},
		{"pubspec.lock", yamlBomb},
		{".github/workflows/ci.yml", yamlBomb},
		{"yarn.lock", "__metadata:\n  version: 8\n" + yamlBomb},
		{"pom.xml", doubling("<project><properties><a0>xx</a0>", "<a%d>${a%[2]d}${a%[2]d}</a%[1]d>") +
			"</properties><dependencies><dependency><groupId>${a39}</groupId><artifactId>a</artifactId></dependency></dependencies></project>"},
		{"pom.xml", `<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><project><groupId>&b;</groupId></project>`},
		{"a.csproj", doubling("<Project><PropertyGroup><a0>xx</a0>", "<a%d>$(a%[2]d)$(a%[2]d)</a%[1]d>") +
			`</PropertyGroup><ItemGroup><PackageReference Include="p" Version="$(a39)"/></ItemGroup></Project>`},
		{"package.json", deep("[")},
		{"package.json", `{"dependencies":` + deep(`{"a":`)},
		{"package-lock.json", `{"lockfileVersion":1,"dependencies":` + deep(`{"a":{"dependencies":`)},
		{"bun.lock", deep("[")},
		{"Pipfile.lock", deep(`{"a":`)},
		{"bom.json", `{"bomFormat":"CycloneDX","components":` + deep(`[{"components":`)},
		{"bom.xml", `<bom xmlns="http://cyclonedx.org/schema/bom/1.5">` + deep("<components><component>")},
		{"a.spdx.json", deep(`{"@graph":[`)},
		{"pyproject.toml", "a = " + deep("[")},
		{"Cargo.toml", "a = " + deep("{a=")},
		{"Cargo.toml", strings.Repeat("a.", 40) + "a = 1"},
		{"uv.lock", deep("a.") + "a = 1"},
		{"pnpm-lock.yaml", deep("- ")},
		{"pnpm-lock.yaml", deep("[")},
		{"mix.lock", `%{"a": ` + deep("{")},
		{"pom.xml", deep("<project>")},
		{"requirements.txt", deep("\\\n")},
		{"requirements.txt", strings.Repeat("a==1\n", 200_000)},
		{"yarn.lock", strings.Repeat("a@^1:\n  version \"1\"\n", 100_000)},
		{"Gemfile.lock", "GEM\n  specs:\n    a (1)\n" + strings.Repeat("      b\n", 200_000)},
		{"purls.txt", strings.Repeat("pkg:npm/a@1\n", 100_000)},
	} {
		_ = read(t, c.name, c.content) // an error, or little; it has to come back
	}
	for _, c := range []struct{ name, content string }{
		{"pnpm-lock.yaml", yamlBomb}, {"pyproject.toml", "a = " + deep("[")}, {"package.json", deep("[")}, {"uv.lock", deep("a.") + "a = 1"},
	} {
		if read(t, c.name, c.content) == nil {
			t.Errorf("%s: a bomb that was taken", c.name)
		}
	}
}

// TestReadersStayInTheTree lets every kind of reference lead out of it.
func TestReadersStayInTheTree(t *testing.T) {
	dir := t.TempDir()
	inside := filepath.Join(dir, "project", "sub")
	if err := os.MkdirAll(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	outside := map[string]string{
		"requirements.txt": "secret==1\n",
		"pom.xml": "<project><groupId>g</groupId><artifactId>parent</artifactId><dependencies><dependency>" +
			"<groupId>g</groupId><artifactId>secret</artifactId></dependency></dependencies></project>",
		"Directory.Build.props": `<Project><ItemGroup><PackageReference Include="secret"/></ItemGroup></Project>`,
		"go.mod":                "module o\nrequire example.org/secret v1.0.0\n",
		"Cargo.toml":            "[workspace.dependencies]\nx = { package = \"secret\", version = \"1\" }\n",
	}
	own := map[string]string{
		"requirements.txt": "-r ../../requirements.txt\n-r " + filepath.ToSlash(filepath.Join(dir, "requirements.txt")) + "\n",
		"pom.xml":          "<project><parent><groupId>g</groupId><artifactId>parent</artifactId><relativePath>../../pom.xml</relativePath></parent><artifactId>a</artifactId></project>",
		"a.csproj":         "<Project/>",
		"go.work":          "go 1.26\nuse ../..\n",
		"Cargo.toml":       "[dependencies]\nx = { workspace = true }\n",
	}
	for name, content := range outside {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range own {
		if err := os.WriteFile(filepath.Join(inside, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "project", ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	found, err := Find(t.Context(), inside)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range found.Dependencies {
		if strings.Contains(d.Name, "secret") {
			t.Errorf("%s was read from outside", d.Name)
		}
	}
	if len(found.Files) < len(own) {
		t.Errorf("read %v, want all of %d files", found.Files, len(own))
	}
}

func TestPathsAreShort(t *testing.T) {
	var b strings.Builder
	b.WriteString("version = 4\n")
	for i := range 200 {
		fmt.Fprintf(&b, "[[package]]\nname = \"p%d\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\ndependencies = [\"p%d\"]\n", i, (i+1)%200)
	}
	b.WriteString("[[package]]\nname = \"own\"\nversion = \"1.0.0\"\ndependencies = [\"p0\", \"p1\", \"p2\", \"p3\", \"p4\"]\n")
	found, err := Search(t.Context(), Root{Tree: tree(map[string]string{"Cargo.lock": b.String()}), Start: "Cargo.lock"})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range found.Dependencies {
		if len(d.Paths) > maxPaths {
			t.Errorf("%s has %d paths", d.Name, len(d.Paths))
		}
		for _, p := range d.Paths {
			if len(p) > maxPathLength {
				t.Errorf("%s has a path of %d", d.Name, len(p))
			}
		}
	}
}

// TestSpellings checks names that lead to the same file.
func TestSpellings(t *testing.T) {
	for p, want := range map[string]string{
		"a/b/requirements.txt":               "requirements.txt",
		"requirements/dev.txt":               "requirements.txt",
		"requirements/constraints.txt":       "constraints.txt",
		"dev-requirements.txt":               "requirements.txt",
		"requirements-dev.in":                "requirements.in",
		"src/App/App.fsproj":                 "*.csproj",
		"x/gradle/libs.versions.toml":        "libs.versions.toml",
		".github/workflows/a.yaml":           "GitHub Actions",
		"sub/.github/workflows/a.yml":        "GitHub Actions",
		"workflows/a.yml":                    "",
		"image.spdx.json":                    "SPDX",
		"app.cdx.json":                       "CycloneDX JSON",
		"sbom.json":                          "CycloneDX JSON",
		"app-sbom-1.2.json":                  "CycloneDX JSON",
		"bom.1.4.xml":                        "CycloneDX XML",
		"release.sbom.spdx.json":             "SPDX",
		"bombs.json":                         "",
		"npm-shrinkwrap.json":                "package-lock.json",
		"packages.App.lock.json":             "packages.lock.json",
		"pylock.dev.toml":                    "pylock.toml",
		"gradle/dependency-locks/a.lockfile": "gradle.lockfile",
		"notes.txt":                          "",
	} {
		format, _ := byName(p)
		if format.Name != want {
			t.Errorf("%s is %q, want %q", p, format.Name, want)
		}
	}
}
