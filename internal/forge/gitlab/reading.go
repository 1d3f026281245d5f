package gitlab

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// A reading turns one project's answers into an Activity. It is pure.
type reading struct {
	*project
	roster   *forge.Roster
	activity health.Activity
	paths    []string
	texts    map[string]string
}

func (r *reading) read(asked health.Repository, since, at time.Time) health.Activity {
	r.activity = forge.Unread(asked, at, r.gaps...)
	a := &r.activity
	a.Since, a.CreatedAt = since, r.CreatedAt.UTC()
	a.Empty = r.Repository != nil && r.Repository.Empty
	if !strings.EqualFold(r.FullPath, asked.Path) {
		a.RenamedTo = health.Repository{Host: asked.Host, Path: r.FullPath}
	}
	r.readTexts()
	r.roster.Mailmap(forge.ParseMailmap(r.texts[".mailmap"]))
	r.readCommits()
	for _, t := range r.tags {
		a.Tags = append(a.Tags, health.Tag{Name: t.Name, At: t.date()})
	}
	r.readReleases()
	if a.Gaps.Why(health.PartIssues) == "" {
		a.Issues, a.IssuesSince = r.items(r.Issues, "Issue")
		a.OpenIssues = r.OpenIssues
	}
	if a.Gaps.Why(health.PartChanges) == "" {
		a.Changes, a.ChangesSince = r.items(r.MergeRequests, "MergeRequest")
		a.OpenChanges = r.OpenChanges
	}
	r.readState()
	forge.Order(a)
	r.roster.Settle(a)
	forge.Elsewhere(a, r.texts)
	return *a
}

// readTexts takes the files that are there, and the words of those that were
// asked for.
func (r *reading) readTexts() {
	r.texts = map[string]string{}
	if r.Repository == nil {
		return
	}
	for _, l := range []*list[blob]{r.Repository.Texts, r.Repository.Names} {
		if l == nil {
			continue
		}
		for _, b := range l.Nodes {
			if b == nil {
				continue
			}
			r.paths = append(r.paths, b.Path)
			if b.Text != "" {
				r.texts[b.Path] = b.Text
			}
		}
	}
}

// date is that of the tag where it is annotated, else that of its commit.
func (t tag) date() time.Time {
	switch {
	case !t.CreatedAt.IsZero():
		return t.CreatedAt.UTC()
	case t.Commit == nil:
		return time.Time{}
	case !t.Commit.CommittedDate.IsZero():
		return t.Commit.CommittedDate.UTC()
	}
	return t.Commit.CreatedAt.UTC()
}

// steady is how many of a page's last commits are looked at for its end.
const steady = 10

// readCommits takes the window's commits. Where earlier ones were left out,
// Since is the newest of the last few, since a clock can be wrong. Where the
// window has none, the head is still the last sign of life.
func (r *reading) readCommits() {
	a := &r.activity
	for _, c := range r.commits {
		out := health.Commit{At: c.CommittedDate.UTC(), By: r.roster.Author(c.AuthorName, c.AuthorEmail), Merge: len(c.ParentIDs) > 1}
		if subject, _, _ := strings.Cut(c.Message, "\n"); !out.Merge {
			r.roster.Wrote(out.By, subject)
		}
		for _, with := range forge.CoAuthors(c.Message) {
			out.With = append(out.With, r.roster.Author(with[0], with[1]))
		}
		a.Commits = append(a.Commits, out)
	}
	if r.earlier {
		for _, c := range a.Commits[max(0, len(a.Commits)-steady):] {
			if c.At.After(a.Since) {
				a.Since = c.At
			}
		}
	}
	if len(a.Commits) > 0 || r.Repository == nil || r.Repository.Tree == nil || r.Repository.Tree.LastCommit == nil {
		return
	}
	head := r.Repository.Tree.LastCommit
	at := head.CommittedDate
	if at.IsZero() {
		at = head.AuthoredDate
	}
	if !at.IsZero() {
		a.Commits = append(a.Commits, health.Commit{At: at.UTC(), By: r.roster.Author(head.AuthorName, head.AuthorEmail)})
	}
}

// readReleases takes the release entries. GitLab has no mark for a
// pre-release: its version tells.
func (r *reading) readReleases() {
	if r.Releases == nil {
		return
	}
	for _, e := range r.Releases.Nodes {
		if e == nil || e.Upcoming {
			continue
		}
		at := e.ReleasedAt
		if at.IsZero() {
			at = e.CreatedAt
		}
		r.activity.Releases = append(r.activity.Releases, health.Release{
			Version: e.TagName, At: at.UTC(), Prerelease: forge.Prerelease(e.TagName), By: r.account(e.Author, ""),
		})
	}
}

// items are a page of issues or change requests, and from when it is complete:
// from the oldest on the page where there are more, else from the beginning.
func (r *reading) items(l *list[item], kind string) ([]health.Item, time.Time) {
	items := []health.Item{}
	since := r.activity.CreatedAt
	if l.PageInfo.HasNextPage {
		since = r.activity.ReadAt
	}
	for _, i := range l.Nodes {
		if i == nil {
			continue
		}
		items = append(items, r.item(i, kind))
		if i.CreatedAt.Before(since) {
			since = i.CreatedAt.UTC()
		}
	}
	return items, since
}

func (r *reading) item(i *item, kind string) health.Item {
	out := health.Item{
		Number: number(i.IID), Opened: i.CreatedAt.UTC(), By: r.account(i.Author, ""),
		Closed: i.ClosedAt.UTC(), Merged: i.State == "merged",
	}
	if out.Merged && !i.MergedAt.IsZero() {
		out.Closed = i.MergedAt.UTC()
	}
	if i.Notes != nil {
		r.acts(&out, i.Notes)
	}
	switch {
	case out.Merged:
		out.Events = append(out.Events, health.Event{At: out.Closed, By: r.account(i.MergeUser, "Maintainer"), Kind: health.EventMerge})
	case !out.Closed.IsZero():
		out.Events = append(out.Events, health.Event{At: out.Closed, By: r.closer(out, kind), Kind: health.EventClose})
	}
	return out
}

// acts are the notes that somebody wrote, and approvals among the system's.
func (r *reading) acts(out *health.Item, notes *list[note]) {
	var last time.Time
	for _, n := range notes.Nodes {
		if n == nil {
			continue
		}
		last = n.CreatedAt.UTC()
		kind := health.EventComment
		if n.System {
			if !slices.Contains([]string{"approval", "check-circle"}, n.Icon) {
				continue
			}
			kind = health.EventReview
		}
		out.Events = append(out.Events, health.Event{At: last, By: r.account(n.Author, n.Access), Kind: kind})
	}
	if notes.PageInfo.HasNextPage {
		if out.EventsUntil = last; last.IsZero() {
			out.EventsUntil = out.Opened
		}
	}
}

// closer is who closed an item, by the project's feed; -1 where that doesn't
// tell. Of several closings it is the one nearest to the item's own date.
func (r *reading) closer(item health.Item, kind string) int {
	best, by := time.Duration(-1), -1
	for _, c := range r.closings {
		same := c.Type == kind || kind == "Issue" && c.Type == "WorkItem"
		if !same || c.IID != item.Number || c.Author == nil {
			continue
		}
		if d := c.CreatedAt.Sub(item.Closed).Abs(); best < 0 || d < best {
			best = d
			by = r.roster.Account(forge.Account{Login: c.Author.Username, ID: strconv.FormatInt(c.Author.ID, 10), Name: c.Author.Name})
		}
	}
	return by
}

// account notes an account, with the role that a note shows or that the act
// needs. It is -1 for a deleted account.
func (r *reading) account(u *user, access string) int {
	if u == nil {
		return -1
	}
	return r.roster.Account(forge.Account{
		Login: u.Username, ID: u.numeric(), Name: u.Name, Bot: u.Bot,
		Maintainer: access == "Owner" || access == "Maintainer" || access == "Developer",
	})
}
