package metric

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

const (
	day   = 24 * time.Hour
	month = 365.25 / 12 // days
	year  = 365         // days
)

// A view is a subject with what several metrics ask of it, worked out once.
type view struct {
	health.Subject
	// now is the last moment the activity tells about: the audit's date, or the
	// earlier one at which the repository was read.
	now time.Time
	// fresh falls by half for every 180 days between that moment and the audit.
	fresh float64

	history []health.Release // newest first, undated ones last
	// By index of People: the months in which each human wrote, and their commits,
	// merges left out, in the 24 months before the last human commit; none where
	// that is more than 24 months ago. So silence doesn't shift the shares.
	months  []months
	written []float64
	// since is the number of days before now over which commits are complete.
	since float64
	last  time.Time // the last human commit, zero where none is known
	act   act       // the last act of a maintainer of any kind
}

// An act is something that a maintainer did, and the page that shows it.
type act struct {
	at         time.Time
	what, page string
}

func newView(s health.Subject, at time.Time) view {
	v := view{Subject: s, now: at, fresh: 1, history: History(s.Package, s.Activity)}
	a := s.Activity
	if a == nil {
		return v
	}
	if !a.ReadAt.IsZero() && a.ReadAt.Before(at) {
		v.now = a.ReadAt
		v.fresh = math.Exp2(-days(at.Sub(a.ReadAt)) / 180)
	}
	v.since = math.Inf(1)
	if !a.Since.IsZero() && (a.CreatedAt.IsZero() || a.Since.After(a.CreatedAt)) {
		v.since = v.ago(a.Since)
	}
	v.months = make([]months, len(a.People))
	v.written = make([]float64, len(a.People))
	for _, c := range a.Commits {
		if v.human(c.By) && c.At.After(v.last) {
			v.last = c.At
		}
	}
	for _, c := range a.Commits {
		v.credit(c.By, c)
		for _, by := range c.With {
			v.credit(by, c)
		}
	}
	v.act = v.lastAct()
	return v
}

// lastAct is the last thing a human with authority did; its time is zero where
// none is known.
func (v view) lastAct() act {
	last := act{v.last, "commit", "commits"}
	later := func(t time.Time, what, page string) {
		if t.After(last.at) {
			last = act{t, what, page}
		}
	}
	for _, r := range v.history {
		if v.humanRelease(r) {
			later(r.At, "release "+r.Version, "releases")
		}
	}
	for _, list := range []struct {
		items []health.Item
		page  string
	}{{v.Activity.Issues, "issues"}, {v.Activity.Changes, "pulls"}} {
		for _, item := range list.items {
			for _, e := range item.Events {
				if v.maintainer(e.By) {
					later(e.At, string(e.Kind), list.page)
				}
			}
		}
	}
	return last
}

// lately reports whether something happened in a number of days before the last
// act of a maintainer, or since. Windows of what others ask for begin there, so
// that silence alone never empties them: that people stop asking, or that their
// questions grow old, isn't good news. Where no act is known everything counts.
func (v view) lately(t time.Time, window float64) bool {
	return v.act.at.IsZero() || days(v.act.at.Sub(t)) < window
}

// credit counts a commit for one of its authors.
func (v view) credit(by int, c health.Commit) {
	if !v.human(by) {
		return
	}
	v.months[by].add(int(max(v.ago(c.At), 0) / month))
	if !c.Merge && days(v.last.Sub(c.At)) < 2*year && v.ago(v.last) < 2*year {
		v.written[by]++
	}
}

// byHuman reports whether a human wrote a commit or had a part in it.
func (v view) byHuman(c health.Commit) bool {
	return v.human(c.By) || slices.ContainsFunc(c.With, v.human)
}

// ago is how many days before now a moment lies.
func (v view) ago(t time.Time) float64 { return days(v.now.Sub(t)) }

func days(d time.Duration) float64 { return d.Hours() / 24 }

// human reports whether an index names a person who isn't a program.
func (v view) human(by int) bool {
	return by >= 0 && by < len(v.Activity.People) && v.Activity.People[by].Bot == ""
}

// maintainer reports whether an index names a human with authority.
func (v view) maintainer(by int) bool { return v.human(by) && v.Activity.People[by].Maintainer }

// outsider reports whether an index names a human without authority. A deleted
// account counts as one.
func (v view) outsider(by int) bool {
	return by < 0 || v.human(by) && !v.Activity.People[by].Maintainer
}

// noActivity is the reason for which there is no repository to look at.
func (v view) noActivity() string {
	if v.ActivityGap != "" {
		return v.ActivityGap
	}
	return "no repository is known"
}

// page is the address of a page of the repository where its forge is known to
// have one there, else the repository's own.
func (v view) page(path string) string {
	home := v.Activity.Home()
	if home.Host == "github.com" && path != "" {
		return home.URL() + "/" + path
	}
	return home.URL()
}

// evidence is one link to a page of the repository.
func (v view) evidence(text, path string, at time.Time) []health.Evidence {
	return []health.Evidence{{Text: text, URL: v.page(path), At: at}}
}

// months is the set of months in which somebody did something: 0 is the last
// one before now. What lies further back than it can hold counts in the oldest.
type months [6]uint64

func (m *months) add(i int) {
	i = min(i, 64*len(m)-1)
	m[i/64] |= 1 << (i % 64)
}

// within counts the active ones among the last n, which is at most 64.
func (m months) within(n int) int { return bits.OnesCount64(m[0] & (1<<n - 1)) }

// ever counts all active ones.
func (m months) ever() int {
	sum := 0
	for _, word := range m {
		sum += bits.OnesCount64(word)
	}
	return sum
}

// since is how many whole months ago the last active one was; -1 for never.
func (m months) since() int {
	for i, word := range m {
		if word != 0 {
			return 64*i + bits.TrailingZeros64(word)
		}
	}
	return -1
}

func (m *months) join(other months) {
	for i, word := range other {
		m[i] |= word
	}
}

// project is the set of months in which any human was active.
func (v view) project() months {
	var all months
	for _, m := range v.months {
		all.join(m)
	}
	return all
}

// complete is the share of a window of days over which commits are complete.
func (v view) complete(window float64) float64 { return min(v.since/window, 1) }

// tooShort is the reason for which a window can't be filled.
func (v view) tooShort() found {
	return absent("commits were read back to %s only", v.Activity.Since.Format(time.DateOnly))
}

// count is a number with its noun: "1 person", "3 people".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// span is a number of days in words.
func span(d float64) string {
	switch {
	case d < 1.5:
		return "a day"
	case d < 60:
		return fmt.Sprintf("%.0f days", d)
	case d < 2*year:
		return fmt.Sprintf("%.0f months", d/month)
	}
	return fmt.Sprintf("%.1f years", d/365.25)
}
