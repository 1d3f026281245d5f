package gitea

import (
	"strconv"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// A reading turns one repository's answers into an Activity. It is pure.
type reading struct {
	*answers
	roster   *forge.Roster
	activity health.Activity
}

func (r *reading) read(asked health.Repository, since, at time.Time) health.Activity {
	r.activity = forge.Unread(asked, at, r.gaps...)
	a := &r.activity
	a.Since, a.CreatedAt, a.Empty = since, dated(&r.repo.CreatedAt), r.repo.Empty
	if r.repo.FullName != "" && !strings.EqualFold(r.repo.FullName, asked.Path) {
		a.RenamedTo = health.Repository{Host: asked.Host, Path: r.repo.FullName}
	}
	a.Owner = r.kind
	r.roster.Mailmap(forge.ParseMailmap(r.texts[".mailmap"]))
	r.readCommits()
	for _, t := range r.tags {
		a.Tags = append(a.Tags, health.Tag{Name: t.Name, At: dated(&t.Commit.Created)})
	}
	r.readReleases()
	acts := r.byItem()
	a.Issues, a.IssuesSince = r.items(r.issues, r.moreIssues, acts)
	a.Changes, a.ChangesSince = r.items(r.changes, r.moreChanges, acts)
	if a.Gaps.Why(health.PartIssues) == "" {
		a.OpenIssues = r.repo.OpenIssues
	}
	if a.Gaps.Why(health.PartChanges) == "" {
		a.OpenChanges = r.repo.OpenChanges
	}
	r.readStatus()
	r.readFiles()
	forge.Order(a)
	r.roster.Settle(a)
	forge.Elsewhere(a, r.texts)
	return *a
}

// readCommits takes the window's commits. Where earlier ones were left out,
// Since is the newest date on the last page, since the server's order is that
// of the history's graph and not of its dates.
func (r *reading) readCommits() {
	a := &r.activity
	for _, c := range r.commits {
		a.Commits = append(a.Commits, r.commit(c))
	}
	if r.earlier {
		for _, c := range a.Commits[max(0, len(a.Commits)-page):] {
			if c.At.After(a.Since) {
				a.Since = c.At
			}
		}
	}
	if h := r.head; h != nil && dated(&h.Commit.Timestamp) != (time.Time{}) {
		who := h.Commit.Author
		by := r.roster.Author(who.Name, who.Email)
		r.roster.Owns(r.account(&user{Login: who.Username}), by)
		a.Commits = append(a.Commits, health.Commit{At: dated(&h.Commit.Timestamp), By: by})
	}
}

func (r *reading) commit(c commit) health.Commit {
	out := health.Commit{By: -1, Merge: len(c.Parents) > 1}
	if who := c.Commit.Committer; who != nil {
		out.At = who.Date.UTC()
	}
	if who := c.Commit.Author; who != nil {
		out.By = r.roster.Author(who.Name, who.Email)
		r.roster.Owns(r.account(c.Author), out.By)
		if subject, _, _ := strings.Cut(c.Commit.Message, "\n"); !out.Merge {
			r.roster.Wrote(out.By, subject)
		}
	}
	for _, with := range forge.CoAuthors(c.Commit.Message) {
		out.With = append(out.With, r.roster.Author(with[0], with[1]))
	}
	return out
}

func (r *reading) readReleases() {
	for _, e := range r.releases {
		if e.Draft {
			continue
		}
		at := dated(&e.PublishedAt)
		if at.IsZero() {
			at = dated(&e.CreatedAt)
		}
		r.activity.Releases = append(r.activity.Releases, health.Release{
			Version: e.TagName, At: at, Prerelease: e.Prerelease, By: r.account(e.Author),
		})
	}
}

// byItem sorts all acts by the item that they belong to. A comment that is in
// a timeline too counts once.
func (r *reading) byItem() map[int][]act {
	out := map[int][]act{}
	known := map[int64]bool{}
	for n, acts := range r.acts {
		for _, a := range acts {
			known[a.ID] = true
		}
		out[n] = acts
	}
	for _, c := range r.comments {
		if c.Type = "comment"; !known[c.ID] {
			n := max(number(c.IssueURL), number(c.ChangeURL))
			out[n] = append(out[n], c)
		}
	}
	return out
}

// items are issues or change requests, and from when they are complete: from
// the oldest where there are more, else from the beginning.
func (r *reading) items(list []item, more bool, acts map[int][]act) ([]health.Item, time.Time) {
	items := []health.Item{}
	since := r.activity.CreatedAt
	if more {
		since = r.activity.ReadAt
	}
	for _, i := range list {
		items = append(items, r.item(i, acts[i.Number]))
		if i.Created.Before(since) {
			since = i.Created.UTC()
		}
	}
	return items, since
}

func (r *reading) item(i item, acts []act) health.Item {
	out := health.Item{
		Number: i.Number, Opened: i.Created.UTC(), By: r.account(i.User),
		Closed: dated(i.Closed), Merged: i.Merged,
	}
	if out.Closed.IsZero() && i.Merged {
		out.Closed = dated(i.MergedAt)
	}
	if !r.commentsUntil.IsZero() {
		out.EventsUntil = r.commentsUntil.UTC()
	}
	if _, ok := r.acts[i.Number]; ok {
		out.EventsUntil = time.Time{} // its own timeline tells more than the common list
		if until := r.actsUntil[i.Number]; !until.IsZero() {
			out.EventsUntil = until.UTC()
		}
	}
	if _, ok := r.acts[i.Number]; !ok && !out.Closed.IsZero() {
		out.EventsUntil = out.Opened // nobody asked who closed it: it was before the window
	}
	if !out.EventsUntil.IsZero() && out.EventsUntil.Before(out.Opened) {
		out.EventsUntil = out.Opened
	}
	for _, a := range acts {
		if kind, ok := kinds[a.Type]; ok {
			out.Events = append(out.Events, health.Event{At: a.Created.UTC(), By: r.account(a.User), Kind: kind})
		}
	}
	r.end(&out, i)
	return out
}

var kinds = map[string]health.EventKind{
	"comment":    health.EventComment,
	"review":     health.EventReview,
	"label":      health.EventLabel,
	"close":      health.EventClose,
	"reopen":     health.EventReopen,
	"merge_pull": health.EventMerge,
}

// end makes the last closing or merging act agree with the item itself: the
// timeline knows who did it, and the item when, even where it was imported from
// elsewhere. An end that no timeline was read for is the act of somebody unknown.
func (r *reading) end(out *health.Item, i item) {
	kind, at := health.EventClose, out.Closed
	if out.Merged {
		kind, at = health.EventMerge, out.Closed
		if merged := dated(i.MergedAt); !merged.IsZero() {
			at = merged
		}
	}
	if at.IsZero() {
		return
	}
	last := -1
	for n, e := range out.Events {
		if e.Kind == kind && (last < 0 || !e.At.Before(out.Events[last].At)) {
			last = n
		}
	}
	if last >= 0 {
		out.Events[last].At = at
		return
	}
	out.Events = append(out.Events, health.Event{At: at, By: r.account(i.MergedBy), Kind: kind})
}

// account notes an account. The owner of a repository that belongs to a person
// may do everything; an organisation never acts, so its name marks no one.
func (r *reading) account(u *user) int {
	if u == nil || u.ID < 0 { // Ghost and the like
		return -1
	}
	if strings.EqualFold(u.Login, r.repo.Owner.Login) {
		r.activity.Owner = health.OwnerPerson // an organisation doesn't act
	}
	account := forge.Account{Login: u.Login, Name: u.FullName, Maintainer: strings.EqualFold(u.Login, r.repo.Owner.Login)}
	if u.ID > 0 {
		account.ID = strconv.FormatInt(u.ID, 10)
	}
	return r.roster.Account(account)
}
