package manifest

import (
	"os"
	"path"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// fuzzFormat feeds a format any content, from the project files of this
// repository on. It may refuse the content; it may not panic, and what it
// yields has to be usable.
func fuzzFormat(f *testing.F, format Format, name string) {
	err := filepath.WalkDir("../../testdata/project", func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !format.matches(filepath.ToSlash(p)) {
			return err
		}
		data, err := os.ReadFile(p)
		f.Add(data)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{name: &fstest.MapFile{Data: data}}
		file, err := open(fsys, name, false)
		if err != nil {
			t.Fatal(err)
		}
		r, err := format.read(file)
		if err != nil {
			return
		}
		usable(t, name, r)
	})
}

// usable checks what every reading has to keep.
func usable(t *testing.T, name string, r Reading) {
	t.Helper()
	for _, d := range r.Dependencies {
		if d.Name == "" || d.Purl != "" && d.Ecosystem == "" {
			t.Errorf("a dependency without a name, or with a package URL of nothing: %+v", d)
		}
		if len(d.Locations) == 0 || !fsValid(d.Locations) {
			t.Errorf("%s: locations %v", d.Name, d.Locations)
		}
		for _, p := range d.Paths {
			if len(p) < 2 || p[len(p)-1] != d.Label() {
				t.Errorf("%s: the path %q doesn't lead from a project to it", d.Name, p)
			}
		}
	}
}

func fsValid(locations []health.Location) bool {
	for _, l := range locations {
		if l.Path != path.Clean(l.Path) || l.Line < 0 {
			return false
		}
	}
	return true
}

func FuzzGoMod(f *testing.F)       { fuzzFormat(f, goMod, "go.mod") }
func FuzzGoWork(f *testing.F)      { fuzzFormat(f, goWork, "go.work") }
func FuzzPackageJSON(f *testing.F) { fuzzFormat(f, packageJSON, "package.json") }
func FuzzPackageLock(f *testing.F) { fuzzFormat(f, packageLock, "package-lock.json") }
func FuzzYarnLock(f *testing.F)    { fuzzFormat(f, yarnLock, "yarn.lock") }
func FuzzPnpmLock(f *testing.F)    { fuzzFormat(f, pnpmLock, "pnpm-lock.yaml") }
func FuzzBunLock(f *testing.F)     { fuzzFormat(f, bunLock, "bun.lock") }

func FuzzRequirements(f *testing.F) { fuzzFormat(f, requirements, "requirements.txt") }
func FuzzPyproject(f *testing.F)    { fuzzFormat(f, pyproject, "pyproject.toml") }
func FuzzPoetryLock(f *testing.F)   { fuzzFormat(f, poetryLock, "poetry.lock") }
func FuzzPDMLock(f *testing.F)      { fuzzFormat(f, pdmLock, "pdm.lock") }
func FuzzUVLock(f *testing.F)       { fuzzFormat(f, uvLock, "uv.lock") }
func FuzzPylock(f *testing.F)       { fuzzFormat(f, pylock, "pylock.toml") }
func FuzzPipfileLock(f *testing.F)  { fuzzFormat(f, pipfileLock, "Pipfile.lock") }
func FuzzPipfile(f *testing.F)      { fuzzFormat(f, pipfile, "Pipfile") }

func FuzzCargoToml(f *testing.F) { fuzzFormat(f, cargoToml, "Cargo.toml") }
func FuzzCargoLock(f *testing.F) { fuzzFormat(f, cargoLock, "Cargo.lock") }

func FuzzPOM(f *testing.F)           { fuzzFormat(f, pomXML, "pom.xml") }
func FuzzGradleLock(f *testing.F)    { fuzzFormat(f, gradleLock, "gradle.lockfile") }
func FuzzGradleCatalog(f *testing.F) { fuzzFormat(f, gradleCatalog, "libs.versions.toml") }

func FuzzGemfileLock(f *testing.F)     { fuzzFormat(f, gemfileLock, "Gemfile.lock") }
func FuzzComposerLock(f *testing.F)    { fuzzFormat(f, composerLock, "composer.lock") }
func FuzzComposerJSON(f *testing.F)    { fuzzFormat(f, composerJSON, "composer.json") }
func FuzzMixLock(f *testing.F)         { fuzzFormat(f, mixLock, "mix.lock") }
func FuzzPubspecLock(f *testing.F)     { fuzzFormat(f, pubspecLock, "pubspec.lock") }
func FuzzPackageResolved(f *testing.F) { fuzzFormat(f, packageResolved, "Package.resolved") }

func FuzzNuGetLock(f *testing.F)       { fuzzFormat(f, nugetLock, "packages.lock.json") }
func FuzzMSBuild(f *testing.F)         { fuzzFormat(f, msbuildProject, "a.csproj") }
func FuzzCentralPackages(f *testing.F) { fuzzFormat(f, centralPackages, "Directory.Packages.props") }

func FuzzWorkflow(f *testing.F) { fuzzFormat(f, workflow, ".github/workflows/ci.yml") }

func FuzzCycloneJSON(f *testing.F) { fuzzFormat(f, cycloneJSON, "bom.json") }
func FuzzCycloneXML(f *testing.F)  { fuzzFormat(f, cycloneXML, "bom.xml") }
func FuzzSPDX(f *testing.F)        { fuzzFormat(f, spdx, "bom.spdx") }
func FuzzPurlList(f *testing.F)    { fuzzFormat(f, purlList, "purls.txt") }
func FuzzGoBinary(f *testing.F)    { fuzzFormat(f, goBinary, "program") }
