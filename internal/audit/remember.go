package audit

import (
	"context"
	"encoding/json"
	"strings"
	"time"

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
	// Used hears of every answer from memory, and whether it was a stale one
	// used because the forge couldn't be read (why). It may be nil.
	Used func(repo health.Repository, readAt time.Time, why string)
}

// memoryKind names the form of what is kept: a new form is a new kind.
const memoryKind = "activity-v1"

// Activities answers from memory what it can and asks the forge for the rest.
func (r Remembering) Activities(ctx context.Context, repos []health.Repository, since time.Time, yield func(int, health.Activity)) error {
	kept := make([]*health.Activity, len(repos))
	var ask []health.Repository
	var index []int
	for i, repo := range repos {
		kept[i] = r.recall(repo, since)
		age := time.Duration(0)
		if kept[i] != nil {
			age = r.Now.Sub(kept[i].ReadAt)
		}
		switch {
		case kept[i] != nil && (r.Offline || age <= r.MaxAge):
			r.used(repo, kept[i].ReadAt, "")
			yield(i, *kept[i])
		case r.Offline:
			yield(i, unread(repo, "working offline, and no evidence about it was kept", true))
		default:
			ask, index = append(ask, repo), append(index, i)
		}
	}
	if len(ask) == 0 {
		return ctx.Err()
	}
	return r.Forge.Activities(ctx, ask, since, func(i int, activity health.Activity) {
		at := index[i]
		if gap, down := outage(activity); down && kept[at] != nil && r.Now.Sub(kept[at].ReadAt) <= r.MaxStale {
			r.used(ask[i], kept[at].ReadAt, gap)
			activity = *kept[at]
		} else if !activity.Gaps.Outage() {
			r.keep(activity, since)
		}
		yield(at, activity)
	})
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

// recall returns what was kept, nil where there is nothing or it can't be read:
// a broken entry is as good as none.
func (r Remembering) recall(repo health.Repository, since time.Time) *health.Activity {
	raw, _, ok := r.Memory.Get(memoryKind, r.key(repo, since))
	if !ok {
		return nil
	}
	var activity health.Activity
	if err := json.Unmarshal(raw, &activity); err != nil || activity.Repository != repo {
		return nil
	}
	return &activity
}

// keep saves an activity. A cache that can't be written costs time on the next
// run and nothing else, so the error is not the audit's.
func (r Remembering) keep(activity health.Activity, since time.Time) {
	raw, err := json.Marshal(activity)
	if err != nil {
		return
	}
	_ = r.Memory.Put(memoryKind, r.key(activity.Repository, since), raw, activity.ReadAt)
}
