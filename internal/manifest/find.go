package manifest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A Root is where to look: a folder that is walked, or one file.
type Root struct {
	// Tree holds the folder or file. Readers follow includes, parents and
	// workspaces within it, and never out of it.
	Tree fs.FS
	// Start is the folder or file in Tree, "." for all of it.
	Start string
	// Shown is what Start is called in locations and errors, "" for its own name.
	Shown string
}

// Find looks in folders and files of this machine. A folder is walked; what is
// wrong with a file in it is a gap and the walk goes on. A file that was named
// has to be readable: what is wrong with it is the error.
//
// The tree that readers may look into is that of the version control that holds
// the path, or else the folder itself.
func Find(ctx context.Context, paths ...string) (Found, error) {
	roots := make([]Root, 0, len(paths))
	for _, p := range paths {
		top, start, err := enclosing(p)
		if err != nil {
			return Found{}, err
		}
		tree, err := os.OpenRoot(top)
		if err != nil {
			return Found{}, &Error{Path: p, Err: plain(err)}
		}
		defer tree.Close()
		roots = append(roots, Root{Tree: tree.FS(), Start: start, Shown: filepath.ToSlash(filepath.Clean(p))})
	}
	return Search(ctx, roots...)
}

// enclosing returns the folder that readers may look into for a path, and the
// path within it.
func enclosing(p string) (top, start string, err error) {
	full, err := filepath.Abs(p)
	if err == nil {
		full, err = filepath.EvalSymlinks(full)
	}
	var info fs.FileInfo
	if err == nil {
		info, err = os.Stat(full)
	}
	if err != nil {
		return "", "", &Error{Path: p, Err: plain(err)}
	}
	top = full
	if !info.IsDir() {
		top = filepath.Dir(full)
	}
	for dir := top; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			top = dir
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	start, err = filepath.Rel(top, full)
	if err != nil {
		return "", "", &Error{Path: p, Err: err}
	}
	return top, filepath.ToSlash(start), nil
}

// Search is Find for trees that needn't be on this machine's disk.
func Search(ctx context.Context, roots ...Root) (Found, error) {
	var all gathering
	for _, root := range roots {
		info, err := fs.Stat(root.Tree, root.Start)
		if err != nil {
			return Found{}, &Error{Path: root.show(root.Start, false), Err: plain(err)}
		}
		if info.IsDir() {
			err = all.walk(ctx, root)
		} else {
			err = all.named(root)
		}
		if err != nil {
			return Found{}, err
		}
	}
	return all.found(), nil
}

// Read reads one file from a stream, without others beside it. Its format shows
// from the name, or from the content where the name tells nothing ("-").
func Read(name string, in io.Reader) (Found, error) {
	f, err := load(name, in)
	if err != nil {
		return Found{}, &Error{Path: name, Err: err}
	}
	format, err := recognise(name, f.At)
	if err != nil {
		return Found{}, &Error{Path: name, Err: err}
	}
	var all gathering
	reading, err := format.read(f)
	if err != nil {
		return Found{}, inFile(name, err)
	}
	all.add(format, reading, name, func(p string) string { return p })
	return all.found(), nil
}

// ErrUnknown is the error about a named file whose format isn't one of [All],
// by its name and its content.
var ErrUnknown = errors.New("not a manifest, lockfile or SBOM that mainstay knows")

// recognise tells the format by name, then by content.
func recognise(name string, at io.ReaderAt) (Format, error) {
	if format, ok := byName(name); ok {
		return format, nil
	}
	head := make([]byte, headSize)
	n, err := at.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Format{}, plain(err)
	}
	if format, ok := byContent(text(head[:n])); ok {
		return format, nil
	}
	return Format{}, ErrUnknown
}

// named reads the one file that a root starts at.
func (g *gathering) named(root Root) error {
	show := func(p string) string { return root.show(p, false) }
	f, err := open(root.Tree, root.Start, true)
	if err != nil {
		return &Error{Path: show(root.Start), Err: err}
	}
	if c, ok := f.At.(io.Closer); ok {
		defer c.Close()
	}
	format, err := recognise(root.Start, f.At)
	if err == nil && !format.Large && f.Data == nil {
		f, err = open(root.Tree, root.Start, false)
	}
	if err != nil {
		return &Error{Path: show(root.Start), Err: err}
	}
	if format.Ranges && g.locked(root, show) {
		return nil
	}
	reading, err := format.read(f)
	if err != nil {
		return shownError(inFile(f.Path, err), show)
	}
	g.add(format, reading, f.Path, show)
	return nil
}

// locked reads the locks beside a named manifest that speak for it, and reports
// whether there are any. One that can't be read is a gap: it wasn't named.
func (g *gathering) locked(root Root, show func(string) string) bool {
	entries, err := fs.ReadDir(root.Tree, path.Dir(root.Start))
	if err != nil {
		return false
	}
	found := false
	covered := map[string]bool{}
	for _, e := range entries {
		p := path.Join(path.Dir(root.Start), e.Name())
		format, ok := byName(p)
		if !ok || !format.Lock || covered[p] || !e.Type().IsRegular() {
			continue
		}
		reading, err := readIn(root.Tree, p, format)
		if err != nil {
			g.miss(show(p), missingWhy(err, p))
			continue
		}
		for _, other := range reading.Covers {
			covered[other] = true
		}
		if slices.Contains(reading.Covers, root.Start) {
			g.add(format, reading, p, show)
			found = true
		}
	}
	return found
}

// walk reads every manifest below the folder that a root starts at, locks
// before the manifests that they speak for.
func (g *gathering) walk(ctx context.Context, root Root) error {
	show := func(p string) string { return root.show(p, true) }
	files, gaps, err := candidates(ctx, root)
	if err != nil {
		return err
	}
	for _, gap := range gaps {
		g.miss(show(gap.Subject), gap.Why)
	}
	covered := map[string]bool{}
	for turn := range 3 {
		for _, p := range files {
			format, ok := byName(p)
			if !ok || format.turn() != turn || covered[p] {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			reading, err := readIn(root.Tree, p, format)
			if errors.Is(err, ErrUnknown) {
				continue // it only has the name of a bill of materials
			}
			if err != nil {
				g.miss(show(p), missingWhy(err, p))
				continue
			}
			for _, other := range reading.Covers {
				covered[other] = true
			}
			g.add(format, reading, p, show)
		}
	}
	return nil
}

func readIn(tree fs.FS, p string, format Format) (Reading, error) {
	f, err := open(tree, p, format.Large)
	if err != nil {
		return Reading{}, err
	}
	if c, ok := f.At.(io.Closer); ok {
		defer c.Close()
	}
	return format.read(f)
}

// missingWhy words an error about the file at p for a gap that names p already.
func missingWhy(err error, p string) string {
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return err.Error()
	case e.Path != p:
		return e.Error()
	case e.Line == 0:
		return e.Err.Error()
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Err)
}

// inFile names the file in an error that doesn't.
func inFile(p string, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Path: p, Err: err}
}

func shownError(err error, show func(string) string) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return &Error{Path: show(e.Path), Line: e.Line, Err: e.Err}
	}
	return err
}

// show returns what a path of the tree is called for people.
func (r Root) show(p string, walked bool) string {
	base, shown := r.Start, r.Shown
	if shown == "" {
		shown = r.Start
	}
	if !walked {
		base, shown = path.Dir(base), path.Dir(shown)
	}
	return path.Join(shown, relative(base, p))
}

// relative returns the path that leads from a folder to p, both within a tree.
func relative(base, p string) string {
	if base == "." {
		return p
	}
	from, to := strings.Split(base, "/"), strings.Split(p, "/")
	for len(from) > 0 && len(to) > 0 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	return strings.Repeat("../", len(from)) + strings.Join(to, "/")
}
