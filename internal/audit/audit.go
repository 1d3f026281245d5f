// Package audit is the straight line from what a project uses to what is said
// about it. What talks to the network is handed in, behind the interfaces that
// it declares; what is pure it calls.
//
// It reads no manifest, knows no registry and no forge's API, prints nothing
// and decides no exit code.
package audit

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/metric"
	"github.com/mainstay-dev/mainstay/internal/registry"
	"github.com/mainstay-dev/mainstay/internal/score"
)

// A Registry knows about the packages of one ecosystem. What it couldn't read
// is a Gap of the Package; an error means that there is nothing to show.
type Registry interface {
	Package(ctx context.Context, dep health.Dependency) (health.Package, error)
}

// A Resolver knows packages of several ecosystems and is asked about all
// dependencies at once. It returns those packages that it knows enough about;
// the others are asked for at their registries. The error is only for the end of
// the whole.
type Resolver interface {
	Packages(ctx context.Context, deps []health.Dependency) ([]health.Package, error)
}

// A Forge reads the activity of repositories. It yields each as soon as it is
// known, by its index in repos, one at a time. What couldn't be read is a Gap;
// the error is only for the end of the whole.
type Forge interface {
	Activities(ctx context.Context, repos []health.Repository, since time.Time, yield func(i int, a health.Activity)) error
}

// An Audit is what one audit is made of.
type Audit struct {
	// At is the date of the verdict: nothing later counts.
	At time.Time
	// Since is how far back activity is asked for.
	Since time.Time

	Resolver   Resolver            // asked before the registries; nil asks nobody
	Registries map[string]Registry // by ecosystem
	Forge      Forge
	Tables     *fact.Tables
	Model      score.Model

	// Course adds to each finding how its score went over the last years.
	Course bool
	// Jobs bounds the packages asked about at once.
	Jobs int
	// KeepEvidence has Run return every Activity whole, as a bundle needs it.
	// Otherwise one is let go as soon as what rests on it is judged.
	KeepEvidence bool
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

// Run judges every dependency, each as soon as its repository is read. The
// error is only for the end of the whole audit; a host that fails leaves a gap
// and the rest is judged.
func (a Audit) Run(ctx context.Context, deps []health.Dependency) (health.Report, Evidence, error) {
	packages, err := a.packages(ctx, deps)
	if err != nil {
		return health.Report{}, Evidence{}, err
	}
	places := a.locate(deps, packages)
	findings := make([]health.Finding, len(deps))
	activities, err := a.activities(ctx, places, func(i int, activity *health.Activity) {
		findings[i] = a.judge(deps[i], packages[packageOf(deps[i])], places[i], activity)
	})
	if err != nil {
		return health.Report{}, Evidence{}, err
	}
	slices.SortStableFunc(findings, weakestFirst)

	evidence := Evidence{AsOf: a.At, Packages: packages, Activities: activities}
	report := health.Report{Schema: health.ReportSchema, AsOf: a.At, Findings: findings, Missing: evidence.missing(deps)}
	report.Complete = len(report.Missing) == 0
	report.Summary = summary(report.Findings)
	return report, evidence, nil
}

// judge joins what is known about one dependency and scores it; activity is nil
// where no repository is known.
func (a Audit) judge(dep health.Dependency, known packageAnswer, place place, activity *health.Activity) health.Finding {
	s := health.Subject{Dependency: dep, PackageGap: known.gap, Activity: activity, ActivityGap: place.why}
	if known.gap == "" {
		s.Package = &known.Package
	}
	f := health.Finding{Dependency: dep, Violations: []health.Violation{}, Waived: []health.Waiver{}}
	if activity != nil {
		s.Stewards = a.Tables.Stewards(activity.Home())
		f.Repository = place.repository.URL()
		f.RenamedTo = activity.RenamedTo.URL()
	}
	s.Support = a.Tables.Support(dep.Ecosystem, dep.Name, dep.Version, place.repository)
	s = s.AsOf(a.At)
	f.Score = a.Model.Of(s, metric.Measure(s, a.At), a.At)
	a.annotate(&f, s)
	if a.Course {
		f.Course = score.Course(s, a.At, metric.Measure)
	}
	return f
}

// annotate adds what a reader wants to know beside the score.
func (a Audit) annotate(f *health.Finding, s health.Subject) {
	f.Why = score.Why(f.Score)
	f.LibyearsBehind = metric.LibyearsBehind(s)
	f.Support = s.Support
	f.Sovereignty = a.Tables.Sovereignty(s, a.At)
	if s.Package != nil {
		f.Latest, f.Publishers = s.Package.Latest, s.Package.Publishers
		f.Licences = slices.Concat(f.Licences, s.Package.Licences)
		f.Upgrade = upgrade(s)
		for _, r := range metric.History(s.Package, s.Activity) {
			if r.Version == f.Latest {
				f.LatestAt = r.At
			}
		}
	}
	if s.Activity != nil {
		if l := s.Activity.Licence; l != "" && !slices.Contains(f.Licences, l) {
			f.Licences = append(f.Licences, l)
		}
		if forge, ok := a.Tables.Forge(s.Activity.Home().Host); ok {
			f.Jurisdiction = forge.Operator.Jurisdiction
		}
	}
}

// upgrade says what to do about the version in use, whatever the project's own
// health: it was withdrawn, or its release line has no support any more.
func upgrade(s health.Subject) string {
	for _, r := range s.Package.Releases {
		if r.Version == s.Dependency.Version && r.Yanked {
			return fmt.Sprintf("%s was withdrawn by its publisher%s", r.Version, because(r.Why))
		}
	}
	if s.Support != nil && s.Support.Cycle != "" && s.Support.Over != nil && *s.Support.Over {
		return fmt.Sprintf("release line %s of %s is out of support", s.Support.Cycle, s.Support.Product)
	}
	newer := s.Package.NewerMajor
	if newer == "" && s.Activity != nil {
		newer = registry.NewerMajor(*s.Package, s.Activity.Tags)
	}
	if newer != "" {
		return "goes on as " + newer
	}
	return ""
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
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
