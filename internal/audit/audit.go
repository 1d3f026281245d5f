// Package audit is the straight line from what a project uses to what is said
// about it. It declares the interfaces it needs of registries and forges, asks
// them, and hands what they tell to pure functions.
//
// It reads no manifest, knows no forge and no registry by name, prints nothing
// and decides no exit code.
package audit

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A Registry knows about the packages of one ecosystem. What it couldn't read
// is a Gap of the Package; an error means that there is nothing to show.
type Registry interface {
	Package(ctx context.Context, dep health.Dependency) (health.Package, error)
}

// A Forge reads the activity of repositories. It yields each as soon as it is
// known, by its index in repos, one at a time. What couldn't be read is a Gap;
// the error is only for the end of the whole.
type Forge interface {
	Activities(ctx context.Context, repos []health.Repository, since time.Time, yield func(i int, a health.Activity)) error
}

// A Backer knows which institutions and which support stand behind something.
type Backer interface {
	Stewards(repo health.Repository) []health.Steward
	Support(ecosystem, name, version string, repo health.Repository) *health.Support
}

// A Judge turns what is known about a dependency into a score.
type Judge func(s health.Subject, at time.Time) health.Score

// An Audit is what one audit is made of.
type Audit struct {
	// At is the date of the verdict: nothing later counts.
	At time.Time
	// Since is how far back activity is asked for.
	Since time.Time

	Registries map[string]Registry // by ecosystem
	Forge      Forge
	Backer     Backer
	Judge      Judge
	// Locate finds the repository in an address that a package declares.
	Locate func(declared string) (health.Repository, error)
	// Annotate adds to a finding what isn't part of its score: the versions it
	// is behind, the words for the table.
	Annotate func(f *health.Finding, s health.Subject, at time.Time)

	// Jobs bounds the packages asked about at once.
	Jobs int
	// Progress hears of every step; it may be nil.
	Progress func(Step)
}

// A Step is one thing done: what was asked about, how many of how many.
type Step struct {
	Stage string // "packages", "repositories"
	Done  int
	All   int
	Now   string // what has just been answered
}

// Run judges every dependency. The error is only for the end of the whole
// audit; a host that fails leaves a gap and the rest is judged.
func (a Audit) Run(ctx context.Context, deps []health.Dependency) (health.Report, Evidence, error) {
	packages, err := a.packages(ctx, deps)
	if err != nil {
		return health.Report{}, Evidence{}, err
	}
	places := a.locate(deps, packages)
	activities, err := a.activities(ctx, places)
	if err != nil {
		return health.Report{}, Evidence{}, err
	}

	evidence := Evidence{AsOf: a.At, Packages: packages, Activities: activities}
	report := health.Report{Schema: health.ReportSchema, AsOf: a.At, Missing: evidence.missing(deps)}
	for _, dep := range deps {
		report.Findings = append(report.Findings, a.judge(dep, packages[packageOf(dep)], places[dep.Key()], activities))
	}
	slices.SortStableFunc(report.Findings, weakestFirst)
	report.Complete = len(report.Missing) == 0
	report.Summary = summary(report.Findings)
	return report, evidence, nil
}

// judge joins what is known about one dependency and has it scored.
func (a Audit) judge(dep health.Dependency, known packageAnswer, place place, activities map[health.Repository]health.Activity) health.Finding {
	s := health.Subject{Dependency: dep, PackageGap: known.gap, ActivityGap: place.why}
	if known.gap == "" {
		s.Package = &known.Package
	}
	f := health.Finding{Dependency: dep, Violations: []health.Violation{}, Waived: []health.Waiver{}}
	if place.repository != (health.Repository{}) {
		activity := activities[place.repository]
		s.Activity = &activity
		s.Stewards = a.Backer.Stewards(activity.Home())
		f.Repository = place.repository.URL()
		f.RenamedTo = activity.RenamedTo.URL()
	}
	s.Support = a.Backer.Support(dep.Ecosystem, dep.Name, dep.Version, place.repository)
	s = s.AsOf(a.At)
	f.Score = a.Judge(s, a.At)
	a.Annotate(&f, s, a.At)
	return f
}

// weakestFirst orders findings for people: the lowest score first, what has no
// score last, direct ones before others, then by name.
func weakestFirst(a, b health.Finding) int {
	score := func(f health.Finding) float64 {
		if f.Score.Score == nil {
			return math.Inf(1)
		}
		return *f.Score.Score
	}
	direct := func(f health.Finding) int {
		if f.Direct {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(score(a), score(b)),
		cmp.Compare(direct(a), direct(b)),
		cmp.Compare(a.Ecosystem, b.Ecosystem),
		cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.Version, b.Version),
	)
}

func summary(findings []health.Finding) health.Summary {
	s := health.Summary{Dependencies: len(findings), Grades: map[health.Grade]int{}}
	for _, g := range []health.Grade{health.GradeA, health.GradeB, health.GradeC, health.GradeD, health.GradeE, health.GradeU} {
		s.Grades[g] = 0
	}
	repositories := map[string]bool{}
	for _, f := range findings {
		s.Grades[f.Grade]++
		if f.Repository != "" {
			repositories[f.Repository] = true
		}
	}
	s.Repositories = len(repositories)
	return s
}
