package bitbucket

import (
	"net/mail"
	"slices"
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
	a.Since, a.CreatedAt, a.Empty = since, r.repo.CreatedOn.UTC(), r.repo.Branch == nil
	if r.repo.FullName != "" && !strings.EqualFold(r.repo.FullName, asked.Path) {
		a.RenamedTo = health.Repository{Host: asked.Host, Path: r.repo.FullName}
	}
	a.Owner = map[string]health.OwnerKind{"team": health.OwnerOrganisation, "user": health.OwnerPerson}[r.repo.Owner.Type]
	r.roster.Mailmap(forge.ParseMailmap(r.texts[".mailmap"]))
	r.readCommits()
	for _, t := range r.tags {
		tag := health.Tag{Name: t.Name, At: t.Date.UTC()}
		if tag.At.IsZero() && t.Target != nil {
			tag.At = t.Target.Date.UTC()
		}
		a.Tags = append(a.Tags, tag)
	}
	r.readChanges()
	r.readFiles()
	forge.Order(a)
	r.roster.Settle(a)
	forge.Elsewhere(a, r.texts)
	return *a
}

// readCommits takes the window's commits, and the newest one however old it is.
func (r *reading) readCommits() {
	a := &r.activity
	if n := len(r.commits); r.earlier && n > 0 {
		for _, c := range r.commits[max(0, n-10):] {
			if c.Date.After(a.Since) {
				a.Since = c.Date.UTC()
			}
		}
	}
	last := -1
	for i, c := range r.commits {
		if last < 0 || c.Date.After(r.commits[last].Date) {
			last = i
		}
	}
	for i, c := range r.commits {
		if i != last && c.Date.Before(a.Since) {
			continue
		}
		a.Commits = append(a.Commits, r.commit(c))
	}
}

func (r *reading) commit(c commit) health.Commit {
	name, address := identity(c.Author.Raw)
	out := health.Commit{At: c.Date.UTC(), By: r.roster.Author(name, address), Merge: len(c.Parents) > 1}
	r.roster.Owns(r.account(c.Author.User), out.By)
	if subject, _, _ := strings.Cut(c.Message, "\n"); !out.Merge {
		r.roster.Wrote(out.By, subject)
	}
	for _, with := range forge.CoAuthors(c.Message) {
		out.With = append(out.With, r.roster.Author(with[0], with[1]))
	}
	return out
}

// identity takes "Name <address>" apart. Git lets either be anything.
func identity(raw string) (name, address string) {
	if a, err := mail.ParseAddress(raw); err == nil {
		return a.Name, a.Address
	}
	name, rest, _ := strings.Cut(raw, "<")
	address, _, _ = strings.Cut(rest, ">")
	return strings.TrimSpace(name), strings.TrimSpace(address)
}

func (r *reading) readChanges() {
	a := &r.activity
	byChange := map[int][]health.Event{}
	for _, act := range r.acts {
		if e, ok := r.event(act); ok {
			byChange[act.Change.ID] = append(byChange[act.Change.ID], e)
		}
	}
	var after time.Time // since when the list has no holes
	a.ChangesSince = a.CreatedAt
	if r.more {
		a.ChangesSince = a.ReadAt
	}
	for _, c := range r.changes {
		item := r.change(c, byChange[c.ID])
		// Acts are the newest first: of a change request opened before the oldest
		// of them the first ones are missing, and of one whose end isn't among
		// them nobody knows when it was. The list is complete after these.
		if c.CreatedOn.Before(r.actsFrom) || c.State != "OPEN" && item.Closed.IsZero() {
			after = latest(after, c.CreatedOn.UTC().Add(time.Second))
			continue
		}
		a.Changes = append(a.Changes, item)
		if c.CreatedOn.Before(a.ChangesSince) {
			a.ChangesSince = c.CreatedOn.UTC()
		}
	}
	a.ChangesSince = latest(a.ChangesSince, after)
	a.Changes = slices.DeleteFunc(a.Changes, func(i health.Item) bool { return i.Opened.Before(after) })
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (r *reading) change(c change, events []health.Event) health.Item {
	out := health.Item{Number: c.ID, Opened: c.CreatedOn.UTC(), By: r.account(c.Author), Merged: c.State == "MERGED", Events: events}
	if c.State == "OPEN" {
		return out
	}
	kind := health.EventClose
	if out.Merged {
		kind = health.EventMerge
	}
	for _, e := range events {
		if e.Kind == kind && e.At.After(out.Closed) {
			out.Closed = e.At
		}
	}
	return out
}

func (r *reading) event(a act) (health.Event, bool) {
	switch {
	case a.Comment != nil:
		return health.Event{At: a.Comment.CreatedOn.UTC(), By: r.account(a.Comment.User), Kind: health.EventComment}, true
	case a.Approval != nil:
		return health.Event{At: a.Approval.Date.UTC(), By: r.account(a.Approval.User), Kind: health.EventReview}, true
	case a.ChangesRequested != nil:
		return health.Event{At: a.ChangesRequested.Date.UTC(), By: r.account(a.ChangesRequested.User), Kind: health.EventReview}, true
	case a.Update != nil && a.Update.State == "MERGED":
		return health.Event{At: a.Update.Date.UTC(), By: r.account(a.Update.Author), Kind: health.EventMerge}, true
	case a.Update != nil && (a.Update.State == "DECLINED" || a.Update.State == "SUPERSEDED"):
		return health.Event{At: a.Update.Date.UTC(), By: r.account(a.Update.Author), Kind: health.EventClose}, true
	}
	return health.Event{}, false
}

func (r *reading) readFiles() {
	a := &r.activity
	if a.Empty || a.Gaps.Why(health.PartFiles) != "" {
		return
	}
	home := a.Home().URL() + "/src/HEAD/"
	a.Funding = nil // no interface tells it, so the files may
	forge.Head{Paths: r.files, Texts: r.texts, Link: func(file string) string { return home + file }}.Describe(a)
}

// account notes an account. Nicknames aren't unique, so the UUID is the login
// where there is one, and the nickname a name to know programs by.
func (r *reading) account(u *account) int {
	if u == nil || u.Nickname == "" && u.UUID == "" {
		return -1
	}
	login := u.Nickname
	if login == "" {
		login = u.UUID
	}
	return r.roster.Account(forge.Account{Login: login, ID: u.UUID, Name: u.Name, Bot: u.Type == "app_user"})
}
