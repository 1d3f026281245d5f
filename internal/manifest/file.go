package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxFileSize bounds what is read of one file, in bytes. The largest lockfiles
// in public repositories are around a tenth of it.
const maxFileSize = 64 << 20

// Bounds of what a file may hold, for formats whose short texts become large
// values: real files stay well below.
const (
	maxJSONObjects = 1_000_000
	maxXMLTags     = 2_000_000
	maxYAMLSize    = 16 << 20
	maxTOMLSize    = 16 << 20
	maxTOMLValues  = 1_000_000
	maxTOMLLine    = 1 << 20
	maxTOMLDepth   = 8 // parts of a dotted key
)

// headSize is how much of a file's beginning is looked at to recognise it.
const headSize = 4 << 10

// A File is a file to read, within the tree that holds it.
type File struct {
	// Path leads from the root of the tree to the file, with slashes.
	Path string
	// Data is its content as UTF-8 without a byte order mark, nil for formats
	// that are Large.
	Data []byte
	// At reads the bytes as they are, wherever they are.
	At io.ReaderAt

	tree fs.FS // nil for a file that stands alone
}

// An Error says which file is wrong, and where. Line is 0 where the whole file is.
type Error struct {
	Path string
	Line int
	Err  error
}

func (e *Error) Error() string { return position(e.Path, e.Line) + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

func position(p string, line int) string {
	if line == 0 {
		return p
	}
	return fmt.Sprintf("%s:%d", p, line)
}

// wrong makes an error about a line of f, from a message.
func (f *File) wrong(line int, format string, args ...any) error {
	return &Error{Path: f.Path, Line: line, Err: fmt.Errorf(format, args...)}
}

// Beside reads another file of the tree; its name is relative to the folder of
// f. The error is [fs.ErrNotExist] where there is none, and for a name that
// leads out of the tree.
func (f *File) Beside(name string) (*File, error) {
	if f.tree == nil || path.IsAbs(name) {
		return nil, fs.ErrNotExist
	}
	p := path.Join(path.Dir(f.Path), name)
	if !fs.ValidPath(p) {
		return nil, fs.ErrNotExist
	}
	return open(f.tree, p, false)
}

// glob lists the files that match a pattern, both relative to the folder of f.
// Two stars stand for up to three folders, and what a walk skips isn't listed.
func (f *File) glob(pattern string) []string {
	if f.tree == nil {
		return nil
	}
	patterns := []string{pattern}
	if strings.Contains(pattern, "**") {
		patterns = nil
		for _, deep := range []string{".", "*", "*/*", "*/*/*"} {
			patterns = append(patterns, strings.Replace(pattern, "**", deep, 1))
		}
	}
	dir := path.Dir(f.Path)
	var out []string
	for _, p := range patterns {
		p = path.Join(dir, p)
		if !fs.ValidPath(p) {
			continue
		}
		found, err := fs.Glob(f.tree, p)
		if err != nil {
			continue // not a pattern: it names nothing
		}
		for _, name := range found[:min(len(found), maxFiles)] {
			if !strings.Contains("/"+name, "/node_modules/") {
				out = append(out, relative(dir, name))
			}
		}
	}
	return out
}

// open reads a file of a tree. With large, only At is set.
func open(tree fs.FS, p string, large bool) (*File, error) {
	in, err := tree.Open(p)
	if err != nil {
		return nil, plain(err)
	}
	info, err := in.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist // a folder or device of that name isn't the file meant
	}
	if err != nil {
		in.Close()
		return nil, plain(err)
	}
	if at, ok := in.(io.ReaderAt); ok && large {
		return &File{Path: p, At: at, tree: tree}, nil // the tree's owner closes
	}
	defer in.Close()
	f, err := load(p, in)
	if err != nil {
		return nil, err
	}
	f.tree = tree
	return f, nil
}

// load reads a file from a stream.
func load(p string, in io.Reader) (*File, error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxFileSize+1))
	if err != nil {
		return nil, plain(err)
	}
	if len(raw) > maxFileSize {
		return nil, fmt.Errorf("larger than %d MiB", maxFileSize>>20)
	}
	return &File{Path: p, Data: text(raw), At: bytes.NewReader(raw)}, nil
}

// plain drops the operation and path that the error of a file system repeats:
// who reports it names the file.
func plain(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}

// text returns content as UTF-8 without a byte order mark. Windows tools write
// UTF-16, with a mark.
func text(raw []byte) []byte {
	switch {
	case bytes.HasPrefix(raw, []byte{0xEF, 0xBB, 0xBF}):
		return raw[3:]
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}):
		return fromUTF16(raw[2:], func(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 })
	case bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		return fromUTF16(raw[2:], func(b []byte) uint16 { return uint16(b[1]) | uint16(b[0])<<8 })
	}
	return raw
}

func fromUTF16(raw []byte, unit func([]byte) uint16) []byte {
	out := make([]byte, 0, len(raw)/2)
	for len(raw) >= 2 {
		r := rune(unit(raw))
		raw = raw[2:]
		if utf16.IsSurrogate(r) && len(raw) >= 2 {
			if both := utf16.DecodeRune(r, rune(unit(raw))); both != utf8.RuneError {
				r, raw = both, raw[2:]
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// folder names the folder that holds a file, for projects without a name.
func folder(p string) string {
	if dir := path.Base(path.Dir(p)); dir != "." && dir != "/" {
		return dir
	}
	return "project"
}

// lineAt returns the line, from one, that holds the byte at offset.
func lineAt(data []byte, offset int) int {
	return 1 + bytes.Count(data[:min(max(offset, 0), len(data))], []byte("\n"))
}

// lines yields the lines of a text with their numbers, from one, without ends.
func lines(data []byte) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		n := 0
		for l := range bytes.Lines(data) {
			n++
			l = bytes.TrimSuffix(l, []byte("\n"))
			if !yield(n, string(bytes.TrimSuffix(l, []byte("\r")))) {
				return
			}
		}
	}
}
