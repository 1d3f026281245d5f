package git

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

const (
	maxPaths = 500_000   // files of a head that are looked at
	maxFiles = 16        // of which are read
	maxText  = 512 << 10 // bytes of one
)

// A listing is the files of a head: their paths and object ids.
type listing struct {
	paths []string
	ids   map[string]string
}

// wanted are the object ids of the files to read.
func (l listing) wanted() []string {
	var out []string
	for _, p := range forge.Wanted(l.paths, maxFiles) {
		if id, ok := l.ids[p]; ok && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// listFiles lists the files of the head, but for those in folders that say
// nothing about how a project is run.
func (f *Forge) listFiles(ctx context.Context, e *entry) (listing, error) {
	l := listing{ids: map[string]string{}}
	_, err := f.git.run(ctx, call{
		dir: e.files(), args: []string{"ls-tree", "-r", "-z", "--full-tree", "refs/heads/head"},
		read: func(r io.Reader) error {
			records := records(r)
			for n := 0; records.Scan(); n++ {
				if n > maxPaths {
					return nil
				}
				about, path, ok := strings.Cut(records.Text(), "\t") // mode, type, id
				words := strings.Fields(about)
				if !ok || len(words) != 3 || words[1] != "blob" || !telling(path) {
					continue
				}
				l.paths = append(l.paths, path)
				if words[0] != "120000" && objectID.MatchString(words[2]) { // a link has no text of its own
					l.ids[path] = words[2]
				}
			}
			return records.Err()
		},
	})
	return l, err
}

// telling reports whether a file can say how a project is run, by its place.
func telling(path string) bool {
	folder, rest, deeper := strings.Cut(path, "/")
	if !deeper || strings.HasPrefix(folder, ".") {
		return true
	}
	folder = strings.ToLower(folder)
	return (folder == "docs" || folder == "doc") && !strings.Contains(rest, "/") || folder == "zuul.d"
}

// records reads what git ends with NUL.
func records(r io.Reader) *bufio.Scanner {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), 4<<20)
	s.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, 0); i >= 0 {
			return i + 1, data[:i], nil
		}
		if atEOF && len(data) > 0 {
			return 0, nil, io.ErrUnexpectedEOF
		}
		return 0, nil, nil
	})
	return s
}

// texts reads the wanted files, by path. Those that aren't there or are too
// long are left out.
func (f *Forge) texts(ctx context.Context, e *entry, l listing) (map[string]string, error) {
	ids := l.wanted()
	byID := map[string]string{}
	if len(ids) == 0 {
		return nil, nil
	}
	_, err := f.git.run(ctx, call{
		dir: e.files(), args: []string{"cat-file", "--batch"}, stdin: strings.Join(ids, "\n") + "\n",
		read: func(r io.Reader) error {
			in := bufio.NewReader(r)
			for range ids {
				header, err := in.ReadString('\n')
				if err != nil {
					return err
				}
				var id, kind string
				var size int64
				if n, _ := fmt.Sscan(header, &id, &kind, &size); n != 3 {
					continue // "… missing"
				}
				var text strings.Builder
				if _, err := io.CopyN(&text, in, min(size, maxText)); err != nil {
					return err
				}
				if _, err := io.CopyN(io.Discard, in, size-int64(text.Len())+1); err != nil {
					return err
				}
				if size <= maxText {
					byID[id] = text.String()
				}
			}
			return nil
		},
	})
	out := map[string]string{}
	for path, id := range l.ids {
		if text, ok := byID[id]; ok {
			out[path] = text
		}
	}
	return out, err
}

// link is a person's address of a file, by the kind of the host's forge; nil
// where it isn't known.
func (f *Forge) link(repo health.Repository) func(string) string {
	known, _ := f.o.Rules.Tables.Forge(repo.Host)
	kind := known.Kind
	if repo.Host == "github.com" {
		kind = "github"
	}
	middle, ok := map[string]string{"github": "/blob/HEAD/", "gitlab": "/-/blob/HEAD/", "forgejo": "/src/HEAD/", "gitea": "/src/HEAD/", "bitbucket": "/src/HEAD/", "sourcehut": "/tree/HEAD/item/"}[kind]
	if !ok {
		return nil
	}
	return func(file string) string { return repo.URL() + middle + file }
}
