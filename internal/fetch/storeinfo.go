package fetch

import (
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// KindInfo says what a store holds of one kind.
type KindInfo struct {
	Kind   string    `json:"kind"`
	Values int       `json:"values"`
	Bytes  int64     `json:"bytes"` // on the disk, compressed
	Oldest time.Time `json:"oldest,omitzero"`
	Newest time.Time `json:"newest,omitzero"`
}

// Info says what the store holds, by kind. Values of an older form and what an
// interrupted process left count as the kind "old form" and "unfinished".
func (s *Store) Info() ([]KindInfo, error) {
	kinds := make(map[string]*KindInfo)
	err := s.each(func(e stored) error {
		k := kinds[e.kind]
		if k == nil {
			k = &KindInfo{Kind: e.kind}
			kinds[e.kind] = k
		}
		k.Values++
		k.Bytes += e.bytes
		if k.Oldest.IsZero() || e.at.Before(k.Oldest) {
			k.Oldest = e.at
		}
		if e.at.After(k.Newest) {
			k.Newest = e.at
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking through the cache: %w", err)
	}
	infos := make([]KindInfo, 0, len(kinds))
	for _, k := range kinds {
		infos = append(infos, *k)
	}
	slices.SortFunc(infos, func(a, b KindInfo) int { return cmp.Compare(a.Kind, b.Kind) })
	return infos, nil
}

// Clean removes what was read before the given time, and values of an older
// form, and returns how many files and bytes that was. The zero time removes
// nothing but the latter. Files that the store didn't write stay.
func (s *Store) Clean(before time.Time) (files int, bytes int64, err error) {
	err = s.each(func(e stored) error {
		if e.kind != kindOld && !e.at.Before(before) {
			return nil
		}
		err := os.Remove(e.path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another process was faster
		}
		if err != nil {
			return err
		}
		files++
		bytes += e.bytes
		return nil
	})
	if err != nil {
		return files, bytes, fmt.Errorf("cleaning the cache: %w", err)
	}
	return files, bytes, nil
}

const (
	kindOld        = "old form"
	kindUnfinished = "unfinished"
)

type stored struct {
	path, kind string
	bytes      int64
	at         time.Time
}

// storedName is what the store calls its files, below the store's root:
// schema, kind, two digits, name.
var storedName = regexp.MustCompile(`^(v[0-9]+)/([a-z][a-z0-9-]*)/[0-9a-f]{2}/([0-9a-f]{64}\.gz|tmp-[0-9]+)$`)

// each visits every file that the store wrote, and no other.
func (s *Store) each(visit func(stored) error) error {
	if s == nil {
		return nil
	}
	return filepath.WalkDir(s.root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(s.root, path)
		if err != nil {
			return err
		}
		m := storedName.FindStringSubmatch(filepath.ToSlash(rel))
		if m == nil || !d.Type().IsRegular() {
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		e := stored{path: path, kind: m[2], bytes: info.Size(), at: info.ModTime().UTC()}
		switch {
		case m[1] != storeSchema:
			e.kind = kindOld
		case strings.HasPrefix(m[3], "tmp-"):
			e.kind = kindUnfinished
		default:
			e.at = readTime(path, e.at)
		}
		return visit(e)
	})
}

// readTime is when a value was read from its source, as its file says; the
// file's own date where it doesn't.
func readTime(path string, otherwise time.Time) time.Time {
	f, err := os.Open(path)
	if err != nil {
		return otherwise
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil || z.ModTime.IsZero() {
		return otherwise
	}
	return z.ModTime.UTC()
}
