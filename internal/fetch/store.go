package fetch

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

// storeSchema is the directory of the current form of what is stored. A new
// form gets a new one; the old is left for Clean.
const storeSchema = "v1"

// maxStored bounds one stored value, in bytes before compression, so that a
// damaged or planted file can't fill the memory.
const maxStored = 64 << 20

// A Store keeps evidence between audits: one compressed file a value, readable
// by its user alone, written beside and renamed into place, so that several
// processes can share it and a reader sees a whole value or none. It never
// holds a credential. Its methods may be called from several goroutines.
//
// What can't be read back (cut short, damaged, another form) counts as absent:
// the evidence is then read anew.
type Store struct {
	root string
	// Of *gzip.Writer and *gzip.Reader: a new one costs more than a small value.
	packer, unpacker sync.Pool
	tagged           sync.Once
}

// kindPattern is what a kind of values may be called: it becomes a directory.
var kindPattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

// OpenStore returns the store in dir, which it creates where it is missing.
func OpenStore(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("opening the cache: %w", err)
	}
	return &Store{root: dir}, nil
}

// Dir is where the store is.
func (s *Store) Dir() string { return s.root }

// Get returns the value of a kind stored under key and when it was read from
// its source, to the second. A nil store holds nothing.
func (s *Store) Get(kind, key string) (value []byte, readAt time.Time, ok bool) {
	if s == nil {
		return nil, time.Time{}, false
	}
	value, readAt, err := s.read(s.path(kind, key))
	return value, readAt, err == nil
}

var errDamaged = errors.New("damaged")

func (s *Store) read(path string) (value []byte, readAt time.Time, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer f.Close()
	z, ok := s.unpacker.Get().(*gzip.Reader)
	if ok {
		err = z.Reset(f)
	} else {
		z, err = gzip.NewReader(f)
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	defer s.unpacker.Put(z)
	value, err = io.ReadAll(io.LimitReader(z, maxStored+1))
	if err == nil && (len(value) > maxStored || z.ModTime.IsZero()) {
		err = errDamaged
	}
	return value, z.ModTime.UTC(), err
}

// Put stores value under key, as read from its source at readAt, in place of
// what was there. A nil store takes it and forgets it.
func (s *Store) Put(kind, key string, value []byte, readAt time.Time) error {
	if s == nil {
		return nil
	}
	if !kindPattern.MatchString(kind) {
		return fmt.Errorf("storing %s: not the name of a kind", kind)
	}
	if len(value) > maxStored {
		return fmt.Errorf("storing %s: %d bytes are more than %d", kind, len(value), maxStored)
	}
	if err := s.write(s.path(kind, key), value, readAt); err != nil {
		return fmt.Errorf("storing %s: %w", kind, err)
	}
	return nil
}

func (s *Store) path(kind, key string) string {
	sum := sha256.Sum256([]byte(key))
	name := hex.EncodeToString(sum[:])
	return filepath.Join(s.root, storeSchema, kind, name[:2], name+".gz")
}

func (s *Store) write(path string, value []byte, readAt time.Time) error {
	var packed bytes.Buffer
	z, ok := s.packer.Get().(*gzip.Writer)
	if ok {
		z.Reset(&packed)
	} else {
		var err error
		if z, err = gzip.NewWriterLevel(&packed, gzip.BestSpeed); err != nil {
			return err
		}
	}
	defer s.packer.Put(z)
	z.ModTime = readAt
	if _, err := z.Write(value); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var err error
	if s.tagged.Do(func() { err = s.tag() }); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "tmp-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(packed.Bytes())
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// cacheTag is what tells backup programs that a directory can be left out,
// https://bford.info/cachedir/.
const cacheTag = "Signature: 8a477f597d28d172789f06886806bc55\n# Evidence that mainstay can read again.\n"

func (s *Store) tag() error {
	f, err := os.OpenFile(filepath.Join(s.root, storeSchema, "CACHEDIR.TAG"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(cacheTag)
	return errors.Join(err, f.Close())
}
