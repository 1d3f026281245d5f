package audit

import (
	"context"
	"math"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A Memory keeps evidence between runs.
type Memory interface {
	Get(kind, key string) (value []byte, kept time.Time, ok bool)
	Put(kind, key string, value []byte, readAt time.Time) error
}

// Remembering is a Forge that keeps every Activity as soon as it is read, so
// that an interrupted audit loses nothing, and answers from what it kept while
// that is fresh, or when the forge can't be read.
type Remembering struct {
	Forge  Forge
	Memory Memory
	// Scope tells apart what different sources would answer about a repository:
	// "api", "git".
	Scope func(repo health.Repository) string
	Now   time.Time
	// MaxAge is how old an answer may be before it is asked for again, and
	// MaxStale how old it may be where asking fails.
	MaxAge, MaxStale time.Duration
	// Offline answers from memory alone, at any age.
	Offline bool
	// Partial keeps only what another source has still to complete; the whole is
	// kept by who asks both.
	Partial bool
	// Used hears of every answer from memory, and whether it was a stale one
	// used because the forge couldn't be read (why). It may be nil.
	Used func(repo health.Repository, readAt time.Time, why string)
}

// memoryKind names the form of what is kept: a new form is a new kind.
const memoryKind = "activity-v2"

// Activities answers from memory what it can and asks the forge for the rest.
func (r Remembering) Activities(ctx context.Context, repos []health.Repository, since time.Time, yield func(int, health.Activity)) error {
	var ask []health.Repository
	var index []int
	for i, fresh := range r.fresh(ctx, repos, since, yield) {
		if !fresh {
			ask, index = append(ask, repos[i]), append(index, i)
		}
	}
	if len(ask) == 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	return r.Forge.Activities(ctx, ask, since, func(i int, activity health.Activity) {
		if why, down := outage(activity); down {
			if kept := r.recall(ask[i], since, r.MaxStale); kept != nil {
				r.used(ask[i], kept.ReadAt, why)
				activity = *kept
			}
		} else if !activity.Gaps.Outage() && (!r.Partial || !complete(activity, since)) {
			r.keep(activity, since)
		}
		yield(index[i], activity)
	})
}

// fresh yields what memory can answer, which it returns by index.
func (r Remembering) fresh(ctx context.Context, repos []health.Repository, since time.Time, yield func(int, health.Activity)) []bool {
	age := r.MaxAge
	if r.Offline {
		age = math.MaxInt64
	}
	var one sync.Mutex
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	out := make([]bool, len(repos))
	for i, repo := range repos {
		group.Go(func() error {
			kept := r.recall(repo, since, age)
			if ctx.Err() != nil || kept == nil && !r.Offline {
				return nil
			}
			one.Lock()
			defer one.Unlock()
			out[i] = true
			if kept == nil {
				yield(i, unread(repo, "working offline, and no evidence about it was kept", true))
				return nil
			}
			r.used(repo, kept.ReadAt, "")
			yield(i, *kept)
			return nil
		})
	}
	_ = group.Wait() // nothing in it fails
	return out
}

// outage returns the reason for which a repository couldn't be read at all.
func outage(a health.Activity) (string, bool) {
	for _, gap := range a.Gaps {
		if gap.Part == health.PartRepository && gap.Outage {
			return gap.Why, true
		}
	}
	return "", false
}

func (r Remembering) used(repo health.Repository, readAt time.Time, why string) {
	if r.Used != nil {
		r.Used(repo, readAt, why)
	}
}

func (r Remembering) key(repo health.Repository, since time.Time) string {
	// The window is part of the key, in years: an answer about five years says
	// nothing about the fifteen before.
	return strings.Join([]string{r.Scope(repo), repo.String(), since.Format("2006")}, " ")
}

// recall returns what was kept at most age ago, nil where there is nothing or it
// can't be read: a broken entry is as good as none.
func (r Remembering) recall(repo health.Repository, since time.Time, age time.Duration) *health.Activity {
	raw, readAt, ok := r.Memory.Get(memoryKind, r.key(repo, since))
	if !ok || r.Now.Sub(readAt) > age {
		return nil
	}
	activity, err := unpacked(raw)
	if err != nil || activity.Repository != repo {
		return nil
	}
	return &activity
}

// keep saves an activity. A cache that can't be written costs time on the next
// run and nothing else, so the error is not the audit's.
func (r Remembering) keep(activity health.Activity, since time.Time) {
	raw, err := packed(activity)
	if err != nil {
		return
	}
	_ = r.Memory.Put(memoryKind, r.key(activity.Repository, since), raw, activity.ReadAt)
}
