package forgetest

import (
	"maps"
	"slices"
	"sort"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// Want is the Activity that a forge which tells everything would give: the
// truth that each forge is compared with, in what it tells.
func (w World) Want(r Repository, rules forge.Rules) health.Activity {
	if r.Gone || r.Private {
		return forge.Unread(r.Asked(), w.At, health.Gap{Part: health.PartRepository, Gone: r.Gone})
	}
	a := forge.Unread(r.Asked(), w.At)
	a.Since, a.CreatedAt, a.Empty, a.Owner = w.Since, r.Created, r.Empty, health.OwnerOrganisation
	if r.Was != "" {
		a.RenamedTo = r.Address()
	}
	roster := forge.NewRoster(rules, Host)
	account := func(login string) int {
		p := w.Person(login)
		return roster.Account(forge.Account{Login: p.Login, Name: p.Name, Bot: p.Bot, Maintainer: p.Member})
	}
	for i, c := range newest(r.Commits) {
		if c.At.Before(w.Since) && (i > 0 || len(a.Commits) > 0) {
			break
		}
		p := w.Person(c.By)
		commit := health.Commit{At: c.At, By: roster.Author(p.Name, p.Email), Merge: c.Merge}
		for _, with := range c.With {
			p := w.Person(with)
			commit.With = append(commit.With, roster.Author(p.Name, p.Email))
		}
		a.Commits = append(a.Commits, commit)
	}
	for _, t := range newest(r.Tags) {
		a.Tags = append(a.Tags, health.Tag{Name: t.Name, At: r.Commits[t.Commit].At})
	}
	for _, e := range newest(r.Releases) {
		a.Releases = append(a.Releases, health.Release{Version: e.Tag, At: e.At, Prerelease: e.Prerelease, By: account(e.By)})
	}
	a.Issues, a.IssuesSince = wantItems(r.Issues, account), r.Created
	a.Changes, a.ChangesSince = wantItems(r.Changes, account), r.Created
	issues, changes := Open(r.Issues), Open(r.Changes)
	a.OpenIssues, a.OpenChanges = &issues, &changes
	if r.IssuesOff {
		a.Gaps = append(a.Gaps, health.Gap{Part: health.PartIssues, Why: "switched off"})
	}
	if r.ChangesOff {
		a.Gaps = append(a.Gaps, health.Gap{Part: health.PartChanges, Why: "switched off"})
	}
	if r.Archived {
		a.Notices = append(a.Notices, health.Notice{Kind: health.NoticeArchived, At: r.ArchivedAt})
	}
	a.Funding = nil
	forge.Head{Paths: slices.Collect(maps.Keys(r.Files)), Texts: r.Files}.Describe(&a)
	if a.CI == health.CheckPresent {
		if a.CI = health.CheckFailing; r.Passing {
			a.CI = health.CheckPassing
		}
	}
	forge.Order(&a)
	roster.Settle(&a)
	return a
}

func wantItems(items []Item, account func(string) int) []health.Item {
	out := []health.Item{}
	for _, i := range items {
		item := health.Item{Number: i.Number, Opened: i.Opened, By: account(i.By), Closed: i.Closed, Merged: i.Merged}
		for _, act := range i.Acts {
			item.Events = append(item.Events, health.Event{At: act.At, By: account(act.By), Kind: act.Kind})
		}
		out = append(out, item)
	}
	return out
}

// Visible takes out of an Activity what a forge doesn't tell, and numbers the
// people that are left anew, so that two Activities can be compared in what
// both of them can know.
func Visible(a health.Activity, tells forge.Tells) health.Activity {
	missing := func(fact forge.Fact, part health.Part) bool { return tells[fact].None() || a.Gaps.Why(part) != "" }
	a.People, a.Releases, a.Notices = slices.Clone(a.People), slices.Clone(a.Releases), slices.Clone(a.Notices)
	if missing(forge.FactCommits, health.PartCommits) {
		a.Commits, a.Empty, a.Since = []health.Commit{}, false, at
		for i := range a.People { // their addresses are in the commits
			a.People[i].Affiliation, a.People[i].Organisation = health.AffiliationUnknown, ""
		}
	}
	if missing(forge.FactTags, health.PartTags) {
		a.Tags = []health.Tag{}
	}
	if tells[forge.FactPrereleases].None() {
		for i := range a.Releases {
			a.Releases[i].Prerelease = false
		}
	}
	if missing(forge.FactReleases, health.PartReleases) {
		a.Releases = []health.Release{}
	}
	if missing(forge.FactIssues, health.PartIssues) {
		a.Issues, a.OpenIssues, a.IssuesSince = []health.Item{}, nil, at
	}
	if missing(forge.FactChanges, health.PartChanges) {
		a.Changes, a.OpenChanges, a.ChangesSince = []health.Item{}, nil, at
	}
	if tells[forge.FactCreated].None() {
		a.CreatedAt = at
		a.IssuesSince, a.ChangesSince = at, at
	}
	if tells[forge.FactOpenCounts].None() {
		a.OpenIssues, a.OpenChanges = nil, nil
	}
	if tells[forge.FactRenames].None() {
		a.RenamedTo = health.Repository{}
	}
	for i := range a.Notices {
		a.Notices[i].Text, a.Notices[i].URL = "", ""
		if tells[forge.FactArchivedDate].None() {
			a.Notices[i].At = at
		}
	}
	if tells[forge.FactArchived].None() {
		a.Notices = []health.Notice{}
	}
	for i := range a.People {
		if a.People[i].Bot != "" {
			a.People[i].Bot = "by whatever rule"
		}
	}
	a.Issues, a.Changes = visibleItems(a.Issues, tells), visibleItems(a.Changes, tells)
	if a.Gaps.Why(health.PartEvents) != "" {
		for _, items := range [][]health.Item{a.Issues, a.Changes} {
			for i := range items {
				items[i].Events, items[i].EventsUntil = nil, time.Time{}
			}
		}
	}
	a.ChangesEver = nil
	if tells[forge.FactOwner].None() {
		a.Owner = ""
	}
	if missing(forge.FactFiles, health.PartFiles) || a.Empty {
		a.Files, a.Licence, a.Funding, a.Security, a.CI = []string{}, "", []health.Funding{}, health.Security{}, ""
	}
	if missing(forge.FactChecks, health.PartChecks) {
		a.CI = ""
	}
	a.Security.URL = "" // the forge's own form of an address
	acts := a.Gaps.Why(health.PartEvents) + a.Gaps.Why(health.PartIssues) + a.Gaps.Why(health.PartChanges) + a.Gaps.Why(health.PartReleases)
	if tells[forge.FactRoles].None() || acts != "" { // acts show who has authority
		for i := range a.People {
			a.People[i].Maintainer = false
		}
	}
	a.Gaps = nil
	renumber(&a)
	return a
}

// acts are the facts that tell each kind of event.
var acts = map[health.EventKind]forge.Fact{
	health.EventComment: forge.FactComments,
	health.EventReview:  forge.FactReviews,
	health.EventLabel:   forge.FactLabels,
	health.EventReopen:  forge.FactReopenings,
	health.EventClose:   forge.FactClosers,
	health.EventMerge:   forge.FactMergers,
}

func visibleItems(items []health.Item, tells forge.Tells) []health.Item {
	out := []health.Item{}
	for _, i := range items {
		var events []health.Event
		for _, e := range i.Events {
			told := tells[acts[e.Kind]]
			switch {
			case e.Kind == health.EventClose && !e.At.Equal(i.Closed) && tells[forge.FactReopenings].None():
				continue // one of those that a reopening undid
			case told.None() && (e.Kind == health.EventClose || e.Kind == health.EventMerge):
				e.By = -1
			case told.None():
				continue
			}
			events = append(events, e)
		}
		i.Events = events
		out = append(out, i)
	}
	return out
}

// renumber numbers people by their first appearance, and leaves out those who
// appear nowhere.
func renumber(a *health.Activity) {
	index := map[int]int{}
	var people []health.Person
	seat := func(i *int) {
		if *i < 0 {
			return
		}
		if _, ok := index[*i]; !ok {
			index[*i] = len(people)
			people = append(people, a.People[*i])
		}
		*i = index[*i]
	}
	a.Commits = slices.Clone(a.Commits)
	for i := range a.Commits {
		c := &a.Commits[i]
		seat(&c.By)
		c.With = slices.Clone(c.With)
		for j := range c.With {
			seat(&c.With[j])
		}
		sort.Ints(c.With)
	}
	for _, items := range [][]health.Item{a.Issues, a.Changes} {
		for i := range items {
			seat(&items[i].By)
			for j := range items[i].Events {
				seat(&items[i].Events[j].By)
			}
		}
	}
	for i := range a.Releases {
		seat(&a.Releases[i].By)
	}
	names := map[string]string{}
	for i := range people {
		if o := people[i].Organisation; len(o) > 13 && o[:13] == "organisation " {
			if names[o] == "" {
				names[o] = "organisation " + string(rune('A'+len(names)))
			}
			people[i].Organisation = names[o]
		}
	}
	if people == nil {
		people = []health.Person{}
	}
	a.People = people
}
