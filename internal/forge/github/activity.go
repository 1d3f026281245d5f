package github

import (
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// A reading turns one repository's answer into an Activity.
type reading struct {
	*repository
	roster   *forge.Roster
	activity health.Activity
}

// activity is what an answer says about a repository, read at a time.
func (r *repository) activity(asked health.Repository, since, at time.Time, rules forge.Rules) health.Activity {
	d := reading{repository: r, roster: forge.NewRoster(rules, asked.Host)}
	a := &d.activity
	a.Repository, a.ReadAt, a.Since, a.CreatedAt, a.Empty = asked, at, since, r.CreatedAt, r.IsEmpty
	if !strings.EqualFold(r.NameWithOwner, asked.Path) {
		a.RenamedTo = health.Repository{Host: asked.Host, Path: r.NameWithOwner}
	}
	d.roster.Mailmap(forge.ParseMailmap(r.texts()[".mailmap"]))
	a.Advisories = []health.Advisory{}
	d.commits()
	d.tags()
	d.releases()
	a.Issues, a.IssuesSince = d.items(r.Issues)
	a.Changes, a.ChangesSince = d.items(r.PullRequests)
	a.OpenIssues, a.OpenChanges = r.OpenIssues.number(), r.OpenChanges.number()
	d.status()
	d.funding()
	d.security()
	d.checks()
	d.describe()
	d.gaps()
	d.roster.Settle(a)
	forge.Elsewhere(a, r.texts())
	return *a
}

// steady is how many of a page's last commits are looked at for its end.
const steady = 10

// commits are the history's pages. Where the history goes on before them,
// Since says from when they are complete. The server gives the newest first,
// but a clock can be wrong: so it is the newest of the last few that counts.
func (d *reading) commits() {
	a := &d.activity
	a.Commits = []health.Commit{}
	h := d.history()
	if h == nil {
		return
	}
	for _, c := range h.Nodes {
		if c != nil {
			a.Commits = append(a.Commits, d.commit(c))
		}
	}
	if head := d.DefaultBranchRef.Target; len(a.Commits) == 0 && !head.CommittedDate.IsZero() {
		// Nothing in the window: the head is still the last sign of life.
		a.Commits = append(a.Commits, d.commit(&head.commit))
		return
	}
	if h.PageInfo.HasNextPage {
		for _, c := range a.Commits[max(0, len(a.Commits)-steady):] {
			if c.At.After(a.Since) {
				a.Since = c.At
			}
		}
	}
	slices.SortStableFunc(a.Commits, func(x, y health.Commit) int { return y.At.Compare(x.At) })
}

func (d *reading) commit(c *commit) health.Commit {
	out := health.Commit{At: c.CommittedDate.UTC(), By: -1, Merge: isMerge(c.Message)}
	if c.Author != nil {
		out.By = d.roster.Author(c.Author.Name, c.Author.Email)
		if c.Author.User != nil {
			d.roster.Owns(d.account(c.Author.User, ""), out.By)
		}
		if subject, _, _ := strings.Cut(c.Message, "\n"); !out.Merge {
			d.roster.Wrote(out.By, subject)
		}
	}
	for _, with := range forge.CoAuthors(c.Message) {
		out.With = append(out.With, d.roster.Author(with[0], with[1]))
	}
	return out
}

// isMerge tells a merge by the message that git or GitHub writes for one.
func isMerge(message string) bool {
	rest, ok := strings.CutPrefix(message, "Merge ")
	if !ok {
		return false
	}
	for _, what := range []string{"pull request #", "branch ", "branches ", "remote-tracking branch", "tag ", "commit "} {
		if strings.HasPrefix(rest, what) {
			return true
		}
	}
	return false
}

func (d *reading) tags() {
	a := &d.activity
	a.Tags = []health.Tag{}
	if d.Tags == nil {
		return
	}
	for _, t := range d.Tags.Nodes {
		if t != nil {
			a.Tags = append(a.Tags, health.Tag{Name: t.Name, At: t.Target.date()})
		}
	}
	slices.SortStableFunc(a.Tags, func(x, y health.Tag) int { return y.At.Compare(x.At) })
}

// date is that of the tag object, or else of the commit.
func (t *tagTarget) date() time.Time {
	switch {
	case t == nil:
		return time.Time{}
	case t.Tagger != nil && !t.Tagger.Date.IsZero():
		return t.Tagger.Date.UTC()
	case t.Target != nil:
		return t.Target.CommittedDate.UTC()
	}
	return t.CommittedDate.UTC()
}

func (d *reading) releases() {
	a := &d.activity
	a.Releases = []health.Release{}
	if d.Releases == nil {
		return
	}
	for _, r := range d.Releases.Nodes {
		if r == nil || r.IsDraft {
			continue
		}
		at := r.PublishedAt
		if at.IsZero() {
			at = r.CreatedAt
		}
		a.Releases = append(a.Releases, health.Release{
			Version: r.TagName, At: at.UTC(), Prerelease: r.IsPrerelease, By: d.account(r.Author, ""),
		})
	}
	slices.SortStableFunc(a.Releases, func(x, y health.Release) int { return y.At.Compare(x.At) })
}

// items are a page of issues or change requests, and from when it is complete:
// from the oldest on the page where there are more, else from the beginning.
func (d *reading) items(l *list[item]) ([]health.Item, time.Time) {
	items := []health.Item{}
	if l == nil {
		return items, time.Time{}
	}
	since := d.CreatedAt.UTC()
	if l.PageInfo.HasNextPage {
		since = d.activity.ReadAt
	}
	for _, i := range l.Nodes {
		if i == nil {
			continue
		}
		items = append(items, d.item(i))
		if i.CreatedAt.Before(since) {
			since = i.CreatedAt.UTC()
		}
	}
	return items, since
}

func (d *reading) item(i *item) health.Item {
	out := health.Item{
		Number: i.Number, Opened: i.CreatedAt.UTC(), By: d.account(i.Author, i.AuthorAssociation),
		Closed: i.ClosedAt.UTC(), Merged: i.Merged,
	}
	if out.Closed.IsZero() && i.Merged {
		out.Closed = i.MergedAt.UTC()
	}
	merged := false
	if t := i.TimelineItems; t != nil {
		for _, act := range t.Nodes {
			if act == nil || kinds[act.Type] == "" {
				continue
			}
			e := health.Event{At: act.CreatedAt.UTC(), By: d.account(act.Actor, ""), Kind: kinds[act.Type]}
			if act.Author != nil {
				e.By = d.account(act.Author, act.AuthorAssociation)
			}
			merged = merged || e.Kind == health.EventMerge
			out.Events = append(out.Events, e)
		}
		if n := len(out.Events); t.PageInfo.HasNextPage && n > 0 {
			out.EventsUntil = out.Events[n-1].At
		} else if t.PageInfo.HasNextPage {
			out.EventsUntil = out.Opened
		}
	}
	if i.Merged && !merged { // who merged is told even where the events end before
		out.Events = append(out.Events, health.Event{At: i.MergedAt.UTC(), By: d.account(i.MergedBy, ""), Kind: health.EventMerge})
	}
	slices.SortStableFunc(out.Events, func(x, y health.Event) int { return x.At.Compare(y.At) })
	return out
}

var kinds = map[string]health.EventKind{
	"IssueComment":      health.EventComment,
	"PullRequestReview": health.EventReview,
	"LabeledEvent":      health.EventLabel,
	"ClosedEvent":       health.EventClose,
	"ReopenedEvent":     health.EventReopen,
	"MergedEvent":       health.EventMerge,
}

// account notes an actor with the role that an item or a comment shows. It is
// -1 for a deleted account.
func (d *reading) account(a *actor, association string) int {
	if a == nil {
		return -1
	}
	return d.roster.Account(forge.Account{
		Login: a.Login, Bot: a.Type == "Bot",
		Maintainer: association == "OWNER" || association == "MEMBER" || association == "COLLABORATOR",
	})
}

func (c *count) number() *int {
	if c == nil {
		return nil
	}
	return &c.TotalCount
}
