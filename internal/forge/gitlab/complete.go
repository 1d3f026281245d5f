package gitlab

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/rest"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// complete reads what REST alone tells about a project, and yields it.
func (s *session) complete(ctx context.Context, t target, p *project) {
	var mu sync.Mutex
	missed := func(part health.Part, err error) {
		mu.Lock()
		defer mu.Unlock()
		p.gaps = append(p.gaps, rest.Gap(part, err))
	}
	path := "/projects/" + escaped(t.path)
	asks := []func(context.Context){func(ctx context.Context) { s.askClosings(ctx, path, p, missed) }}
	if p.Repository != nil && !p.Repository.Empty {
		asks = append(asks,
			func(ctx context.Context) { s.askCommits(ctx, path, p, missed) },
			func(ctx context.Context) { s.askTags(ctx, path, p, missed) })
	}
	rest.Together(ctx, asks...)
	if ctx.Err() != nil {
		return
	}
	p.lacking(s.Host)
	slices.SortStableFunc(p.gaps, func(a, b health.Gap) int { return cmp.Compare(a.Part, b.Part) })
	r := reading{project: p, roster: forge.NewRoster(s.Rules, t.repo.Host)}
	s.yield(t.index, r.read(t.repo, s.since, s.Now()))
}

func (s *session) askCommits(ctx context.Context, path string, p *project, missed func(health.Part, error)) {
	query := url.Values{}
	if !s.since.IsZero() {
		query.Set("since", s.since.UTC().Format(time.RFC3339))
	}
	list := rest.List{Path: path + "/repository/commits", Query: query, SizeName: "per_page", Size: 100, Pages: 1 + s.CommitPages}
	var err error
	if p.commits, p.earlier, err = rest.Pages(ctx, s.api, list, func(c commit) string { return c.ID }, nil); err != nil {
		missed(health.PartCommits, err)
	}
}

func (s *session) askTags(ctx context.Context, path string, p *project, missed func(health.Part, error)) {
	list := rest.List{
		Path: path + "/repository/tags", Query: url.Values{"order_by": {"updated"}, "sort": {"desc"}},
		SizeName: "per_page", Size: 50, Pages: 1,
	}
	var err error
	if p.tags, _, err = rest.Pages(ctx, s.api, list, func(t tag) string { return t.Name }, nil); err != nil {
		missed(health.PartTags, err)
	}
}

// askClosings reads who closed what from the project's feed, where anything
// was closed that was not merged.
func (s *session) askClosings(ctx context.Context, path string, p *project, missed func(health.Part, error)) {
	var from time.Time
	for _, l := range []*list[item]{p.Issues, p.MergeRequests} {
		if l == nil {
			continue
		}
		for _, i := range l.Nodes {
			if i != nil && !i.ClosedAt.IsZero() && i.MergedAt.IsZero() && (from.IsZero() || i.ClosedAt.Before(from)) {
				from = i.ClosedAt
			}
		}
	}
	if from.IsZero() {
		return
	}
	// The date is a day, and exclusive.
	query := url.Values{"action": {"closed"}, "after": {from.AddDate(0, 0, -2).Format(time.DateOnly)}}
	list := rest.List{Path: path + "/events", Query: query, SizeName: "per_page", Size: 100, Pages: 1}
	closings, _, err := rest.Pages(ctx, s.api, list, func(c closing) int64 { return c.ID }, nil)
	if err != nil && !rest.Absent(err) {
		missed(health.PartEvents, err)
		return
	}
	p.closings = closings
}

// lacking notes the parts that GraphQL left out or that are switched off.
func (p *project) lacking(host string) {
	gap := func(missing bool, part health.Part, why string) {
		if missing && p.gaps.Why(part) == "" {
			p.gaps = append(p.gaps, health.Gap{Part: part, Why: why})
		}
	}
	gap(!on(p.IssuesEnabled), health.PartIssues, "issues are switched off")
	gap(!on(p.ChangesEnabled), health.PartChanges, "change requests are switched off")
	untold := host + " doesn't tell, or not without a token that may see it"
	gap(p.Issues == nil, health.PartIssues, untold)
	gap(p.MergeRequests == nil, health.PartChanges, untold)
	gap(p.Releases == nil, health.PartReleases, untold)
	if p.Repository == nil {
		for _, part := range []health.Part{health.PartCommits, health.PartTags, health.PartFiles} {
			gap(true, part, untold)
		}
		return
	}
	gap(!p.Repository.Empty && p.Repository.Names == nil, health.PartFiles, untold)
}

// escaped is a project's path as one element of an address.
func escaped(path string) string { return url.PathEscape(path) }
