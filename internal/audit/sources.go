package audit

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// Sources is a Forge that joins what different sources know about the same
// repository: the host's API where one is configured, plain git for any.
type Sources struct {
	// API returns the forge whose API can be asked about a host, nil for none,
	// with the reason.
	API func(ctx context.Context, host string) (Forge, string)
	// Git reads any host; nil where it may not be used. One that is a Historian
	// is asked for less where the rest is known.
	Git Forge
}

// A Historian is a Forge that can leave out all but commits and tags.
type Historian interface {
	Histories(ctx context.Context, repos []health.Repository, since time.Time, yield func(i int, a health.Activity)) error
}

// Activities asks the API about what only the API knows. It asks git for the
// commits where the API's answer isn't complete from since, and for everything
// where there is no API.
func (s Sources) Activities(ctx context.Context, repos []health.Repository, since time.Time, yield func(int, health.Activity)) error {
	var mu sync.Mutex
	emit := func(i int, a health.Activity) {
		mu.Lock()
		defer mu.Unlock()
		yield(i, a)
	}
	plain := &queue{}            // repositories for git alone
	asked := map[string]*queue{} // for the API, by host
	for i, repo := range repos {
		api, why := s.API(ctx, repo.Host)
		switch {
		case api != nil:
			if asked[repo.Host] == nil {
				asked[repo.Host] = &queue{api: api}
			}
			asked[repo.Host].add(i, repo, health.Activity{})
		case s.Git != nil:
			plain.add(i, repo, health.Activity{Gaps: withoutAPI(why)})
		default:
			emit(i, unread(repo, why, false))
		}
	}

	group, groupCtx := errgroup.WithContext(ctx)
	for _, q := range asked {
		group.Go(func() error {
			return q.api.Activities(groupCtx, q.repos, since, func(i int, a health.Activity) {
				if s.Git == nil || a.Gaps.Gone() || complete(a, since) {
					emit(q.index[i], a)
					return
				}
				group.Go(func() error { // meanwhile the API goes on
					return s.extend(groupCtx, q.repos[i], a, since, func(a health.Activity) { emit(q.index[i], a) })
				})
			})
		})
	}
	if s.Git != nil {
		group.Go(func() error { return s.git(groupCtx, plain, since, emit) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("asking forges: %w", err)
	}
	return nil
}

// extend completes what an API told about a repository with its history. The
// files are read too where the API couldn't, or where a mailmap among them says
// which names are one person's.
func (s Sources) extend(ctx context.Context, repo health.Repository, known health.Activity, since time.Time, emit func(health.Activity)) error {
	ask := s.Git.Activities
	if h, ok := s.Git.(Historian); ok && !known.ReadAt.IsZero() && !lacksFiles(known) && !slices.Contains(known.Files, ".mailmap") {
		ask = h.Histories
	}
	return ask(ctx, []health.Repository{repo}, since, func(_ int, a health.Activity) { emit(join(known, a)) })
}

// lacksFiles reports whether git could tell what the files at the head say.
func lacksFiles(a health.Activity) bool {
	return slices.ContainsFunc([]health.Part{health.PartFiles, health.PartFunding, health.PartSecurity, health.PartChecks},
		func(part health.Part) bool { return a.Gaps.Why(part) != "" })
}

// git reads a queue of repositories and joins each answer with what is known.
func (s Sources) git(ctx context.Context, q *queue, since time.Time, emit func(int, health.Activity)) error {
	if len(q.repos) == 0 {
		return nil
	}
	return s.Git.Activities(ctx, q.repos, since, func(i int, a health.Activity) {
		emit(q.index[i], join(q.known[i], a))
	})
}

// complete reports whether an API's answer leaves git nothing to add.
func complete(a health.Activity, since time.Time) bool {
	if a.Gaps.Why(health.PartCommits) != "" || a.Gaps.Why(health.PartTags) != "" {
		return false
	}
	return !a.Since.After(since)
}

// queue is a list of repositories with their place in the caller's list and
// what is already known of each.
type queue struct {
	api   Forge
	index []int
	repos []health.Repository
	known []health.Activity
}

func (q *queue) add(i int, repo health.Repository, known health.Activity) {
	q.index, q.repos, q.known = append(q.index, i), append(q.repos, repo), append(q.known, known)
}

// withoutAPI says why the parts that only an API tells are missing.
func withoutAPI(why string) health.Gaps {
	var gaps health.Gaps
	for _, part := range []health.Part{
		health.PartIssues, health.PartChanges, health.PartEvents, health.PartReleases, health.PartAdvisories,
	} {
		gaps = append(gaps, health.Gap{Part: part, Why: why})
	}
	return gaps
}
