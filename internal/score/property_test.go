package score_test

import (
	"math/rand/v2"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// invented is a project made up from a seed: some people who come and go,
// releases, issues and change requests that are answered or not.
func invented(seed uint64) health.Subject {
	random := rand.New(rand.NewPCG(seed, 1))
	s := library()
	for _, by := range []int{lead, second, third, user, bot} {
		if random.IntN(3) == 0 {
			continue
		}
		to := random.ExpFloat64() * 300
		commits(s, by, 3+random.ExpFloat64()*40, to+random.Float64()*1500, to)
	}
	var ages []float64
	for age := random.ExpFloat64() * 200; age < 1800 && len(ages) < 9; age += 10 + random.ExpFloat64()*150 {
		ages = append(ages, age)
	}
	releases(s, ages...)
	answers := random.Float64()
	for range random.IntN(40) {
		opened := random.Float64() * 900
		wait := random.ExpFloat64() * 20
		switch {
		case random.Float64() > answers || wait >= opened:
			issue(s, opened, 0, 0)
		case random.IntN(2) == 0:
			issue(s, opened, wait, 0)
		default:
			issue(s, opened, wait, wait)
		}
	}
	for range random.IntN(15) {
		opened := random.Float64() * 900
		merged := random.ExpFloat64() * 30
		if merged >= opened || random.IntN(3) == 0 {
			merged = 0
		}
		change(s, opened, merged)
	}
	if random.IntN(4) == 0 {
		s = gitAlone(s)
	}
	return s
}

// What makes things worse raises the score of no project.
func TestMonotoneInventions(t *testing.T) {
	for seed := range uint64(80) {
		before := judge(invented(seed), now)
		for name, add := range map[string]func(s health.Subject){
			"an unanswered issue": func(s health.Subject) { issue(s, 120, 0, 0) },
			"a fresh issue":       func(s health.Subject) { issue(s, 3, 0, 0) },
			"an open change":      func(s health.Subject) { change(s, 200, 0) },
			"a program's commit":  func(s health.Subject) { commits(s, bot, 1, 4, 4) },
		} {
			s := invented(seed)
			add(s)
			if after := judge(s, now); number(after) > number(before)+1e-9 {
				t.Errorf("project %d: %s raises the score from %.3f to %.3f", seed, name, number(before), number(after))
				explain(t, before, after)
			}
		}
	}
}

// Nothing but time passes for a year.
func TestSilentInventions(t *testing.T) {
	for seed := range uint64(30) {
		s := invented(seed)
		before := judge(s, now)
		for month := 1; month <= 12; month++ {
			at := now.AddDate(0, month, 0)
			s.Activity.ReadAt, s.Package.ReadAt = at, at
			after := judge(s, at)
			if number(after) > number(before)+1e-9 {
				t.Errorf("project %d: silent month %d raises the score from %.3f to %.3f", seed, month, number(before), number(after))
				explain(t, before, after)
			}
			before = after
		}
	}
}
