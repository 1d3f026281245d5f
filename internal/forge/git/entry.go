package git

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// An entry is what is kept of one repository, locked for this process: the
// commits in one bare repository, the files of the head in another, and the
// state that says what they are worth.
type entry struct {
	repo  health.Repository
	dir   string
	lock  *os.File
	state state
}

// format is raised when entries of an older program can't be used.
const format = 1

// A state is what is known of an entry. It is written after the repositories
// are, so what it says is there.
type state struct {
	Format int       `json:"format"`
	ReadAt time.Time `json:"readAt"`
	// Gone is the reason for which there is no such repository, "" where there is.
	Gone string `json:"gone,omitempty"`
	// TooBig is the limit in bytes that the history went over, 0 where it didn't.
	TooBig    int64             `json:"tooBig,omitempty"`
	Empty     bool              `json:"empty,omitempty"`
	Shape     string            `json:"shape,omitempty"` // of head and tags
	Head      string            `json:"head,omitempty"`
	Changes   *int              `json:"changes,omitempty"`
	RenamedTo health.Repository `json:"renamedTo,omitzero"`
	// History tells that commits and tags are all that was brought.
	History bool `json:"history,omitempty"`
	// NoFiles is the reason for which the files of the head are missing.
	NoFiles string `json:"noFiles,omitempty"`
	// NoFilesOutage tells that another time they may not be.
	NoFilesOutage bool `json:"noFilesOutage,omitempty"`
}

// usable reports whether the entry answers anything.
func (s state) usable() bool { return !s.ReadAt.IsZero() && s.Gone == "" && s.TooBig == 0 }

// retryTooBig is how long a repository that was too big isn't tried again.
const retryTooBig = 30 * 24 * time.Hour

func (e *entry) commits() string { return filepath.Join(e.dir, "commits.git") }
func (e *entry) files() string   { return filepath.Join(e.dir, "files.git") }

var unplain = regexp.MustCompile(`[^A-Za-z0-9.-]+`)

// open locks what is kept of a repository, for as long as it is used: another
// process waits. It creates what isn't there.
func (f *Forge) open(ctx context.Context, repo health.Repository) (*entry, error) {
	key := strings.ToLower(repo.String())
	sum := sha256.Sum256([]byte(key))
	name := strings.Trim(unplain.ReplaceAllString(key, "_"), ".-_")
	e := &entry{repo: repo, dir: filepath.Join(f.o.Dir, name[:min(len(name), 60)]+"-"+hex.EncodeToString(sum[:6]))}
	if err := os.MkdirAll(e.dir, 0o700); err != nil {
		return nil, fmt.Errorf("making room for %s: %w", repo, err)
	}
	var err error
	if e.lock, err = lock(ctx, filepath.Join(e.dir, "lock")); err != nil {
		return nil, fmt.Errorf("waiting for another process that reads %s: %w", repo, err)
	}
	text, err := os.ReadFile(filepath.Join(e.dir, "state.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return e, nil
	}
	// A state that can't be read is no state: all is fetched again.
	if err == nil && (json.Unmarshal(text, &e.state) != nil || e.state.Format != format) {
		e.state = state{}
	}
	return e, nil
}

func (e *entry) close() { e.lock.Close() } // which unlocks it

// discard forgets what is kept.
func (e *entry) discard() error {
	e.state = state{}
	for _, path := range []string{filepath.Join(e.dir, "state.json"), e.commits(), e.files()} {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("discarding what was kept of %s: %w", e.repo, err)
		}
	}
	return nil
}

// save keeps a state, whole or not at all.
func (e *entry) save(s state) error {
	s.Format = format
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	temporary := filepath.Join(e.dir, "state.json.new") // the lock is ours
	if err := os.WriteFile(temporary, text, 0o600); err != nil {
		return fmt.Errorf("keeping what was read of %s: %w", e.repo, err)
	}
	if err := os.Rename(temporary, filepath.Join(e.dir, "state.json")); err != nil {
		return fmt.Errorf("keeping what was read of %s: %w", e.repo, err)
	}
	e.state = s
	return nil
}

// lock takes the lock that a file stands for, waiting for who has it.
func lock(ctx context.Context, path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		ok, err := tryLock(file)
		if ok {
			return file, nil
		}
		if err == nil {
			select {
			case <-ctx.Done():
				err = ctx.Err()
			case <-time.After(wait):
				continue
			}
		}
		file.Close()
		return nil, err
	}
}
