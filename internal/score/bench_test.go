package score_test

import (
	"math/rand/v2"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/metric"
	"github.com/mainstay-dev/mainstay/internal/score"
)

// crowd is a repository with so many people and commits over five years, most
// of them by few.
func crowd(people, commits int) health.Subject {
	s := active()
	a := s.Activity
	for len(a.People) < people {
		a.People = append(a.People, health.Person{})
	}
	random := rand.New(rand.NewPCG(1, 2))
	a.Commits = nil
	for i := range commits {
		by := int(float64(people) * random.Float64() * random.Float64() * random.Float64())
		a.Commits = append(a.Commits, health.Commit{At: ago(float64(i) * 1800 / float64(commits)), By: by})
	}
	return s
}

// What one dependency costs once its evidence is there.
func BenchmarkJudge(b *testing.B) {
	for _, size := range []struct {
		name            string
		people, commits int
	}{{"library", 20, 500}, {"platform", 3000, 60000}} {
		s := crowd(size.people, size.commits)
		ms := metric.Measure(s, now)
		b.Run(size.name+"/measure", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				metric.Measure(s, now)
			}
		})
		b.Run(size.name+"/score", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				score.Default.Of(s, ms, now)
			}
		})
	}
}
