package manifest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// Bounds of a walk. A tree that goes beyond them is read up to there, and what
// is left out is reported as missing.
const (
	maxDepth   = 64        // folders below the start
	maxEntries = 2_000_000 // files and folders looked at
	maxFiles   = 10_000    // manifests read
)

// candidates lists the files below a root that have a format by their name, in
// the order of their paths.
func candidates(ctx context.Context, root Root) (files []string, gaps []health.Missing, err error) {
	w := walker{ctx: ctx, tree: root.Tree}
	err = w.folder(root.Start, 0)
	if errors.Is(err, errEnough) {
		w.miss(root.Start, err.Error())
		err = nil
	}
	return w.files, w.gaps, err
}

// errEnough ends a walk that goes beyond its bounds.
var errEnough = fmt.Errorf("more than %d files and folders, or %d manifests; the rest wasn't read", maxEntries, maxFiles)

type walker struct {
	ctx     context.Context
	tree    fs.FS
	files   []string
	gaps    []health.Missing
	entries int
}

func (w *walker) miss(p, why string) { w.gaps = append(w.gaps, health.Missing{Subject: p, Why: why}) }

// folder looks at what is in a folder.
func (w *walker) folder(dir string, depth int) error {
	if depth > maxDepth {
		w.miss(dir, fmt.Sprintf("deeper than %d folders; not looked at", maxDepth))
		return nil
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	entries, err := fs.ReadDir(w.tree, dir)
	if err != nil {
		w.miss(dir, plain(err).Error())
		return nil
	}
	if depth > 0 && slices.ContainsFunc(entries, marksForeign) {
		return nil
	}
	var made []string
	for _, e := range entries {
		made = append(made, madeBeside[e.Name()]...)
	}
	for _, e := range entries {
		if w.entries++; w.entries > maxEntries {
			return errEnough
		}
		p := path.Join(dir, e.Name())
		switch {
		case e.IsDir() && !skipsName(e.Name()) && !slices.Contains(made, e.Name()):
			err = w.folder(p, depth+1)
		case e.Type().IsRegular(): // a link leads to a file that is found by itself, or out of the tree
			err = w.file(p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) file(p string) error {
	if _, ok := byName(p); !ok {
		return nil
	}
	if len(w.files) == maxFiles {
		return errEnough
	}
	w.files = append(w.files, p)
	return nil
}

// madeBeside names the folders that tools fill beside a manifest, with builds
// or with other people's code.
var madeBeside = map[string][]string{
	"mix.exs":    {"deps", "_build"},
	"pom.xml":    {"target"},
	"Cargo.toml": {"target"},
	"Podfile":    {"Pods"},
	"Cartfile":   {"Carthage"},
}

// skipsName tells by its name whether a folder holds other people's code, test
// data, or what tools keep for themselves.
func skipsName(base string) bool {
	switch base {
	case "vendor", "node_modules", "bower_components", "testdata":
		return true
	case ".github":
		return false
	}
	return strings.HasPrefix(base, ".")
}

// marksForeign tells whether an entry makes its folder another repository or a
// submodule, a Python environment, or a build cache.
func marksForeign(e fs.DirEntry) bool {
	switch e.Name() {
	case ".git", ".hg", ".svn", ".bzr", ".jj", "_FOSSIL_", "pyvenv.cfg", "CACHEDIR.TAG":
		return true
	}
	return false
}
