package gitea

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge/rest"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// askItems reads the newest issues and change requests, the comments on all of
// them with one request a page, and the timelines of those whose other acts
// matter.
func (g *gathering) askItems(ctx context.Context) {
	if g.repo.Mirror {
		why := "it is a mirror: development happens elsewhere"
		g.gap(health.Gap{Part: health.PartIssues, Why: why})
		g.gap(health.Gap{Part: health.PartChanges, Why: why})
		return
	}
	g.askIssues(ctx)
	g.askChanges(ctx)
	g.askComments(ctx)
	g.askTimelines(ctx)
}

func (g *gathering) askIssues(ctx context.Context) {
	if t := g.repo.ExternalTracker; t != nil && t.URL != "" {
		g.gap(health.Gap{Part: health.PartIssues, Why: "issues are tracked elsewhere: " + quote.Brief(t.URL, quote.Sentence)})
		return
	}
	if !has(g.repo.HasIssues) {
		g.gap(health.Gap{Part: health.PartIssues, Why: "issues are switched off"})
		return
	}
	g.issues, g.moreIssues = g.askList(ctx, health.PartIssues, "/issues", url.Values{"state": {"all"}, "type": {"issues"}})
}

func (g *gathering) askChanges(ctx context.Context) {
	if !has(g.repo.HasPulls) {
		g.gap(health.Gap{Part: health.PartChanges, Why: "change requests are switched off"})
		return
	}
	g.changes, g.moreChanges = g.askList(ctx, health.PartChanges, "/pulls", url.Values{"state": {"all"}})
}

func (g *gathering) askList(ctx context.Context, part health.Part, path string, query url.Values) ([]item, bool) {
	list := rest.List{Path: g.path + path, Query: query, SizeName: "limit", Size: page, Pages: 1}
	items, more, err := rest.Pages(ctx, g.api, list, func(i item) int { return i.Number }, nil)
	if err != nil {
		g.missed(part, err)
		return nil, false
	}
	slices.SortStableFunc(items, func(a, b item) int { return b.Created.Compare(a.Created) })
	return items, more
}

// askComments reads the comments on all issues and change requests together,
// from the oldest that has any.
func (g *gathering) askComments(ctx context.Context) {
	var from time.Time
	for _, i := range slices.Concat(g.issues, g.changes) {
		if i.Comments > 0 && (from.IsZero() || i.Created.Before(from)) {
			from = i.Created
		}
	}
	if from.IsZero() {
		return
	}
	list := rest.List{
		Path: g.path + "/issues/comments", Query: url.Values{"since": {from.UTC().Format(time.RFC3339)}},
		SizeName: "limit", Size: page, Pages: commentPages,
	}
	comments, more, err := rest.Pages(ctx, g.api, list, func(c act) int64 { return c.ID }, nil)
	if err != nil {
		g.missed(health.PartEvents, err)
		return
	}
	g.comments = comments
	if more && len(comments) > 0 {
		g.commentsUntil = comments[len(comments)-1].Created
	}
}

// askTimelines reads the timelines of the newest change requests on which
// something was done in the window, then of the issues that were closed in it
// or that a label may have answered. What lies beyond their number is left
// out, and the lists say from when they are complete.
func (g *gathering) askTimelines(ctx context.Context) {
	if len(g.changes) > timelines {
		g.changes, g.moreChanges = g.changes[:timelines], true
	}
	// A server that counts reviews leaves the count out where it is zero.
	counts := slices.ContainsFunc(g.changes, func(i item) bool { return i.Reviews != nil })
	if !g.askActs(ctx, slices.Collect(numbers(g.changes, func(i item) bool {
		return i.State != "open" && !dated(i.Closed).Before(g.since) || i.Reviews != nil && *i.Reviews > 0 || i.State == "open" && !counts
	}))) {
		return
	}
	handled := slices.Collect(numbers(g.issues, func(i item) bool {
		return i.State != "open" && !dated(i.Closed).Before(g.since) || len(i.Labels) > 0
	}))
	if len(handled) > timelines {
		next := handled[timelines]
		handled = handled[:timelines]
		g.issues = g.issues[:slices.IndexFunc(g.issues, func(i item) bool { return i.Number == next })]
		g.moreIssues = true
	}
	g.askActs(ctx, handled)
}

func numbers(items []item, which func(item) bool) func(func(int) bool) {
	return func(yield func(int) bool) {
		for _, i := range items {
			if which(i) && !yield(i.Number) {
				return
			}
		}
	}
}

// askActs reads timelines, a few at a time. It reports false where the server
// has none.
func (g *gathering) askActs(ctx context.Context, numbers []int) bool {
	if len(numbers) == 0 {
		return true
	}
	if err := g.askTimeline(ctx, numbers[0]); err != nil {
		g.missed(health.PartEvents, err)
		return false
	}
	var asks []func(context.Context)
	for _, n := range numbers[1:] {
		asks = append(asks, func(ctx context.Context) {
			if err := g.askTimeline(ctx, n); err != nil {
				g.missed(health.PartEvents, err)
			}
		})
	}
	rest.Together(ctx, asks...)
	return true
}

func (g *gathering) askTimeline(ctx context.Context, n int) error {
	list := rest.List{Path: fmt.Sprintf("%s/issues/%d/timeline", g.path, n), SizeName: "limit", Size: page, Pages: 1}
	acts, more, err := rest.Pages(ctx, g.api, list, func(a act) int64 { return a.ID }, nil)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.acts[n] = acts
	if more && len(acts) > 0 {
		g.actsUntil[n] = acts[len(acts)-1].Created
	}
	return nil
}
