package main

import (
	"math"
	"slices"
	"time"

	"github.com/mainstay-dev/mainstay/internal/estimate"
)

// The features that were tried and not taken. Days are logarithms of one plus
// them, never is ten years, a month is a twelfth of a year.

const (
	never = 3650.0
	month = 365.25 / 12
)

func (p past) ago(t time.Time) float64 { return p.at.Sub(t).Hours() / 24 }

// work calls do with the age in days and the author of each human commit that
// isn't a merge.
func (p past) work(do func(ago float64, by int)) {
	for _, c := range p.activity.Commits {
		if !c.Merge && p.activity.People[c.By].Bot == "" {
			do(p.ago(c.At), c.By)
		}
	}
}

func (p past) lastCommit() float64 {
	last := never
	p.work(func(ago float64, _ int) { last = min(last, ago) })
	return math.Log1p(last)
}

func (p past) lastTag() float64 {
	last := never
	for _, t := range p.activity.Tags {
		last = min(last, p.ago(t.At))
	}
	return math.Log1p(last)
}

func (p past) lastHead() float64 {
	last := never
	for _, head := range p.heads {
		if ago := p.ago(head); ago >= 0 {
			last = min(last, ago)
		}
	}
	return math.Log1p(last)
}

// headless shows what is wrong with lastHead: copies of dead repositories
// without any change request tell the outcome.
func (p past) headless() float64 {
	if len(p.heads) == 0 {
		return 1
	}
	return 0
}

func (p past) notice() float64 { return float64(min(1, len(p.activity.Notices))) }

// active is the set of months with work, 0 the last one.
func (p past) active() map[int]bool {
	months := make(map[int]bool)
	p.work(func(ago float64, _ int) { months[int(ago/month)] = true })
	return months
}

func (p past) months(window int) float64 {
	n := 0
	for m := range p.active() {
		if m < window {
			n++
		}
	}
	return float64(n)
}

// trend is how the work of the last six months compares with that of the
// eighteen before, in doublings; -2 at most where there was none for six months.
func (p past) trend() float64 {
	recent := p.months(6)
	before := p.months(24) - recent
	doublings := math.Log2((recent + 2) / 6 / ((before + 6) / 18))
	if recent == 0 {
		return min(doublings, -2)
	}
	return doublings
}

func (p past) fading(halfLife float64) float64 {
	sum := 0.0
	active := p.active()
	for m := range 60 {
		if active[m] {
			sum += math.Exp2(-float64(m) / halfLife)
		}
	}
	return sum
}

// chances are those of each person of the last 24 months to stay, in ascending order.
func (p past) chances() []float64 {
	months := make(map[int]map[int]bool)
	p.work(func(ago float64, by int) {
		if m := int(ago / month); m < 24 {
			if months[by] == nil {
				months[by] = make(map[int]bool)
			}
			months[by][m] = true
		}
	})
	var out []float64
	for _, active := range months {
		since := 24
		for m := range active {
			since = min(since, m)
		}
		out = append(out, estimate.Stays(len(active), since))
	}
	slices.Sort(out)
	return out
}

func (p past) stay() float64 {
	sum := 0.0
	for _, chance := range p.chances() {
		sum += chance
	}
	return sum
}

func (p past) likeliest() float64 {
	if chances := p.chances(); len(chances) > 0 {
		return slices.Max(chances)
	}
	return 0
}

func (p past) people() float64 { return math.Log1p(float64(len(p.chances()))) }
