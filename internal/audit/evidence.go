package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// packageKey is what makes two packages the same: every version of a package
// is one question to its registry.
type packageKey struct{ ecosystem, name string }

func packageOf(dep health.Dependency) packageKey { return packageKey{dep.Ecosystem, dep.Name} }

// A packageAnswer is what a registry said: a package, or the reason for none.
type packageAnswer struct {
	health.Package
	gap    string
	outage bool
}

// packages asks each package's registry once, where the resolver doesn't know it.
func (a Audit) packages(ctx context.Context, deps []health.Dependency) (map[packageKey]packageAnswer, error) {
	out, err := a.resolve(ctx, deps)
	if err != nil {
		return nil, err
	}
	var ask []health.Dependency
	seen := map[packageKey]bool{}
	for key := range out {
		seen[key] = true
	}
	for _, dep := range deps {
		if !seen[packageOf(dep)] {
			seen[packageOf(dep)] = true
			ask = append(ask, dep)
		}
	}
	answers := make([]packageAnswer, len(ask))
	done := a.counter("packages", len(ask))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, a.Jobs))
	for i, dep := range ask {
		group.Go(func() error {
			answers[i] = a.ask(groupCtx, dep)
			done(dep.Name)
			return groupCtx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("asking about packages: %w", err)
	}
	for i, dep := range ask {
		out[packageOf(dep)] = answers[i]
	}
	return out, nil
}

// resolve returns the packages that the resolver knows.
func (a Audit) resolve(ctx context.Context, deps []health.Dependency) (map[packageKey]packageAnswer, error) {
	out := make(map[packageKey]packageAnswer, len(deps))
	if a.Resolver == nil {
		return out, nil
	}
	packages, err := a.Resolver.Packages(ctx, deps)
	if err != nil {
		return nil, fmt.Errorf("resolving packages: %w", err)
	}
	for _, p := range packages {
		out[packageKey{p.Ecosystem, p.Name}] = packageAnswer{Package: p}
	}
	return out, nil
}

func (a Audit) ask(ctx context.Context, dep health.Dependency) packageAnswer {
	registry, ok := a.Registries[dep.Ecosystem]
	if !ok {
		return packageAnswer{gap: fmt.Sprintf("no registry is known for %s packages", cmp.Or(dep.Ecosystem, "unnamed"))}
	}
	pkg, err := registry.Package(ctx, dep)
	var offer NotOffered
	switch {
	case errors.As(err, &offer):
		return packageAnswer{gap: offer.Error()}
	case err != nil:
		return packageAnswer{gap: err.Error(), outage: true}
	}
	return packageAnswer{Package: pkg}
}

// NotOffered is the error of a source that has nothing to say by its nature:
// a reason, and no outage.
type NotOffered string

func (e NotOffered) Error() string { return string(e) }

// A place is where a dependency is developed, or why that isn't known.
type place struct {
	repository health.Repository
	why        string
}

// locate finds each dependency's repository: the address in the manifest wins
// over the one the registry declares, since it is what gets built.
func (a Audit) locate(deps []health.Dependency, packages map[packageKey]packageAnswer) []place {
	out := make([]place, len(deps))
	for i, dep := range deps {
		known := packages[packageOf(dep)]
		declared := cmp.Or(dep.Source, known.Repository, dep.DevelopedAt)
		if declared == "" {
			out[i].why = cmp.Or(known.gap, known.Gaps.Why(health.PartPackage), "the package declares no repository")
			continue
		}
		var err error
		if out[i].repository, err = forge.Parse(declared); err != nil {
			out[i] = place{why: err.Error()}
		}
	}
	return out
}

// activities reads each repository once, however many packages it holds, and
// has every place judged as soon as its repository is known: several at once,
// those of one repository in turn. A place without a repository has nil.
func (a Audit) activities(ctx context.Context, places []place, judge func(i int, activity *health.Activity)) (map[health.Repository]health.Activity, error) {
	rests := map[health.Repository][]int{} // the places in each repository
	for i, p := range places {
		rests[p.repository] = append(rests[p.repository], i)
	}
	for _, i := range rests[health.Repository{}] {
		judge(i, nil)
	}
	delete(rests, health.Repository{})
	repos := slices.SortedFunc(maps.Keys(rests), func(a, b health.Repository) int { return cmp.Compare(a.String(), b.String()) })

	out := make(map[health.Repository]health.Activity, len(repos))
	done := a.counter("repositories", len(repos))
	var judging errgroup.Group
	judging.SetLimit(runtime.GOMAXPROCS(0))
	take := func(repo health.Repository, activity health.Activity) {
		out[repo] = activity
		if !a.KeepEvidence {
			out[repo] = health.Activity{Repository: repo, Gaps: activity.Gaps}
		}
		judging.Go(func() error {
			for _, i := range rests[repo] {
				judge(i, &activity)
			}
			done(repo.String())
			return nil
		})
	}
	err := a.Forge.Activities(ctx, repos, a.Since, func(i int, activity health.Activity) { take(repos[i], activity) })
	for _, repo := range repos {
		if _, ok := out[repo]; !ok && err == nil {
			take(repo, unread(repo, "no answer was given for it", true))
		}
	}
	if err := cmp.Or(judging.Wait(), err); err != nil {
		return nil, fmt.Errorf("reading repositories: %w", err)
	}
	return out, nil
}

// unread is the Activity of a repository of which nothing was read.
func unread(repo health.Repository, why string, outage bool) health.Activity {
	return health.Activity{
		Repository: repo,
		Gaps:       health.Gaps{{Part: health.PartRepository, Why: why, Outage: outage}},
	}
}

// counter returns a function that reports one more step done.
func (a Audit) counter(stage string, all int) func(now string) {
	if a.Progress == nil {
		return func(string) {}
	}
	var mu sync.Mutex
	done := 0
	return func(now string) {
		mu.Lock()
		defer mu.Unlock()
		done++
		a.Progress(Step{Stage: stage, Done: done, All: all, Now: now})
	}
}

// Evidence is everything an audit was told: the same evidence gives the same
// report.
type Evidence struct {
	AsOf       time.Time
	Packages   map[packageKey]packageAnswer
	Activities map[health.Repository]health.Activity
}

// missing lists what should have been read and couldn't be.
func (e Evidence) missing(deps []health.Dependency) []health.Missing {
	out := []health.Missing{}
	add := func(subject string, gaps health.Gaps) {
		for _, gap := range gaps {
			if gap.Outage {
				out = append(out, health.Missing{Subject: subject, Part: gap.Part, Why: gap.Why})
			}
		}
	}
	seen := map[packageKey]bool{}
	for _, dep := range deps {
		key := packageOf(dep)
		if seen[key] {
			continue
		}
		seen[key] = true
		answer := e.Packages[key]
		if answer.outage {
			add(cmp.Or(dep.Purl, dep.Name), health.Gaps{{Part: health.PartPackage, Why: answer.gap, Outage: true}})
		}
		add(cmp.Or(dep.Purl, dep.Name), answer.Gaps)
	}
	for repo, activity := range e.Activities {
		add(repo.String(), activity.Gaps)
	}
	slices.SortFunc(out, func(a, b health.Missing) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Part, b.Part), cmp.Compare(a.Why, b.Why))
	})
	return out
}
