// Package git reads repositories by plain git, with the system's git program:
// any host, no token, no API. It knows commits, tags, how many change requests
// there ever were, and what the files at the head say; issues, reviews and the
// forge's own flags it can't know, and says so.
//
// Of the history only the commits are fetched, and of the files only the few
// that declare something. What was fetched is kept in a directory, brought up
// to date by what is new, and not fetched at all while the remote's head and
// tags are what they were.
//
// Addresses come from outsiders, so git runs with no configuration but what is
// given here, speaks https alone, and may neither ask nor run anything.
package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// Options say how repositories are read. Dir, Rules and Now are needed.
type Options struct {
	// Dir is where repositories are kept; it is created for this user alone.
	Dir   string
	Rules forge.Rules
	Now   func() time.Time
	// Env is the environment, as os.Environ gives it. Only the search path, the
	// proxies and the certificates are taken from it, and what ssh needs where
	// a base uses ssh.
	Env []string
	// Bases are where the repositories of a host are read instead of
	// https://host: a mirror inside of a company, another protocol. A base is an
	// address (https, ssh, file, or http to a loopback address) that the path of
	// the repository is appended to. Hosts without one are read over https, and
	// only where the name is a public one.
	Bases map[string]string

	Jobs int // repositories at once, over all calls; 4 where it is 0
	// MaxBytes bounds what is kept of one repository, 256 MiB where it is 0, and
	// Timeout the time for one, two minutes where it is 0.
	MaxBytes int64
	Timeout  time.Duration
	// MaxAge is how long ago a repository may have been read to be taken as it
	// is, without asking its host. MaxStale is the same for a host that fails.
	MaxAge, MaxStale time.Duration
	// Offline takes everything as it is.
	Offline bool
}

// A Forge reads repositories by git.
type Forge struct {
	o     Options
	git   program
	slots chan struct{} // one for each repository that is being read
}

// New prepares the reading. The error says that there is no usable git, or
// that the options make no sense.
func New(ctx context.Context, o Options) (*Forge, error) {
	if o.Jobs <= 0 {
		o.Jobs = 4
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 256 << 20
	}
	if o.Timeout <= 0 {
		o.Timeout = 2 * time.Minute
	}
	path, err := exec.LookPath("git")
	if err != nil {
		return nil, fmt.Errorf("looking for git: %w", err)
	}
	for host, base := range o.Bases {
		if _, err := protocolOf(base); err != nil {
			return nil, fmt.Errorf("the base of %s: %w", host, err)
		}
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, fmt.Errorf("the directory of the repositories: %w", err)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the directory of the repositories: %w", err)
	}
	home := filepath.Join(o.Dir, "home") // an empty one: no .netrc, no .gitconfig
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, fmt.Errorf("making the directory of the repositories: %w", err)
	}
	f := &Forge{o: o, git: program{path: path, home: home, env: o.Env}, slots: make(chan struct{}, o.Jobs)}
	if err := f.git.fit(ctx); err != nil {
		return nil, err
	}
	return f, nil
}

// Activities reads each repository, with its commits since a date, and yields
// it as soon as it is known, one at a time. What couldn't be read is a gap; the
// error is only that of an ended context.
func (f *Forge) Activities(ctx context.Context, repos []health.Repository, since time.Time, yield func(i int, a health.Activity)) error {
	return f.each(ctx, everything, repos, since, yield)
}

// Histories is Activities for who knows the rest: of each repository it brings
// no more than the commits and the tags, which takes a third of the round trips.
// Without the files there is no mailmap either, so who asks knows of none.
func (f *Forge) Histories(ctx context.Context, repos []health.Repository, since time.Time, yield func(i int, a health.Activity)) error {
	return f.each(ctx, history, repos, since, yield)
}

// An extent is how much of a repository is brought.
type extent int

const (
	everything extent = iota
	history           // commits and tags alone
)

func (f *Forge) each(ctx context.Context, x extent, repos []health.Repository, since time.Time, yield func(i int, a health.Activity)) error {
	var one sync.Mutex
	var group errgroup.Group
	for i, repo := range repos {
		select {
		case f.slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			defer func() { <-f.slots }()
			a := f.activity(ctx, x, repo, since)
			one.Lock()
			defer one.Unlock()
			if ctx.Err() == nil { // otherwise its gaps are those of the end
				yield(i, a)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// activity reads one repository: bring what is kept up to date, then read it.
func (f *Forge) activity(ctx context.Context, x extent, repo health.Repository, since time.Time) health.Activity {
	ctx, cancel := context.WithTimeout(ctx, f.o.Timeout)
	defer cancel()
	e, err := f.open(ctx, repo)
	if err != nil {
		return forge.Unread(repo, f.o.Now(), f.gap(ctx, health.PartRepository, err))
	}
	defer e.close()
	if err := f.refresh(ctx, x, e); err != nil {
		if !e.state.usable() || f.o.Now().Sub(e.state.ReadAt) > f.o.MaxStale || isGone(err) {
			return forge.Unread(repo, f.o.Now(), f.gap(ctx, health.PartRepository, err))
		}
	}
	a, err := f.read(ctx, e, since)
	if err != nil && ctx.Err() == nil && !f.o.Offline {
		// What is kept is damaged: a disk was full, a machine went down.
		if err = e.discard(); err == nil {
			err = f.refresh(ctx, x, e)
		}
		if err == nil {
			a, err = f.read(ctx, e, since)
		}
	}
	if err != nil {
		return forge.Unread(repo, f.o.Now(), f.gap(ctx, health.PartRepository, err))
	}
	return a
}

// refresh brings what is kept of a repository up to date, as far as the
// options ask for it.
func (f *Forge) refresh(ctx context.Context, x extent, e *entry) error {
	if e.state.ReadAt.IsZero() && f.o.Offline {
		return errors.New("working offline, and nothing of it is kept")
	}
	enough := !e.state.ReadAt.IsZero() && (x == history || !e.state.History)
	if f.o.Offline || enough && f.o.Now().Sub(e.state.ReadAt) < f.o.MaxAge {
		switch {
		case e.state.Gone != "":
			return goneError(e.state.Gone)
		case e.state.TooBig > 0:
			return tooBig(e.state.TooBig)
		}
		return nil
	}
	if e.state.TooBig >= f.o.MaxBytes && f.o.Now().Sub(e.state.ReadAt) < retryTooBig {
		return tooBig(e.state.TooBig)
	}
	url, protocol, err := f.address(e.repo)
	if err != nil {
		return err
	}
	if x == history {
		if err := f.updateHistory(ctx, e, url, protocol); err == nil || ctx.Err() != nil || e.state.TooBig > 0 {
			return err
		}
		// What the host lists may tell why.
	}
	return f.update(ctx, e, url, protocol)
}

// gap says why a part is missing, in a person's words.
func (f *Forge) gap(ctx context.Context, part health.Part, err error) health.Gap {
	var refused refusedError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return health.Gap{Part: part, Why: fmt.Sprintf("not read by git within %s", f.o.Timeout), Outage: true}
	case isGone(err):
		return health.Gap{Part: part, Why: err.Error(), Gone: true}
	case errors.As(err, &refused):
		return health.Gap{Part: part, Why: err.Error()}
	}
	return health.Gap{Part: part, Why: err.Error(), Outage: true}
}
