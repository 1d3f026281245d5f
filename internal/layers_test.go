package internal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/mainstay-dev/mainstay/internal/"

// layers says who may import whom. It reads like the design: nouns and pure
// statistics at the bottom, stages that know the nouns and never one another,
// audit that joins them, cli that builds what talks to the network.
var layers = map[string]string{
	"health":   "",
	"estimate": "",
	"quote":    "",
	"fetch":    "quote",
	"fact":     "health",

	"manifest": "health",
	"registry": "health fetch quote",
	"forge":    "health fact quote",
	"metric":   "health estimate",
	"score":    "health estimate",
	"config":   "health",
	"policy":   "health config",
	"report":   "health quote",

	"audit":    "health fact forge registry metric score",
	"backtest": "health estimate metric score",

	"cli": "health quote fact fetch manifest registry forge metric score config policy report audit backtest",
}

// TestLayers compares the imports of every package with the table. A folder
// below a package belongs to it and may import it, unless it has a line of its
// own.
func TestLayers(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "testdata" || path != "." && nested(path) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		layer, allowed := rule(filepath.ToSlash(filepath.Dir(path)))
		if layer == "" {
			t.Errorf("%s: its package isn't in the table of layers", path)
			return nil
		}
		seen[layer] = true
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, ok := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module)
			if !ok {
				continue
			}
			to, _ := rule(imported)
			if to != layer && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s: %s may import only %q", path, imported, layer, allowed)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for layer := range layers {
		if !seen[layer] {
			t.Errorf("the table names %s, and there is no such package", layer)
		}
	}
}

// rule finds the line of the table for a package: its own, or its parent's.
func rule(dir string) (layer string, allowed []string) {
	for ; dir != "." && dir != ""; dir = filepath.ToSlash(filepath.Dir(dir)) {
		if may, ok := layers[dir]; ok {
			return dir, strings.Fields(may)
		}
	}
	return "", nil
}

// nested reports whether a folder is a module of its own, for tools and tests.
func nested(dir string) bool {
	matches, _ := filepath.Glob(filepath.Join(dir, "go.mod"))
	return len(matches) > 0
}
