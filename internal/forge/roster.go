package forge

import (
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// Rules say which accounts are people, beyond what the accounts show.
type Rules struct {
	Tables *fact.Tables
	// Humans and Bots are logins, names or addresses that the user's
	// configuration settles; they go before everything else.
	Humans, Bots []string
}

// A Roster tells who is who in one repository. Authors and accounts are noted
// while the repository is read, each with a provisional number; Settle then
// decides who is the same and who is no person, and rewrites the numbers.
//
// Commit authors are told apart by name and address alone, since that is all
// that plain git knows: a repository read by git and by an API has the same
// people. Accounts join them, and never make one of two authors.
//
// A Roster is for one goroutine.
type Roster struct {
	rules   Rules
	host    string // of the forge whose accounts these are
	members []member
	authors map[[2]string]int // by name and address, as written
	logins  map[string]int    // by lower-case login
	mailmap Mailmap
}

// A member is an author or an account under its provisional number.
type member struct {
	account bool
	// name and address are an author's, as written, or an account's where the
	// forge shows them.
	name, address string
	login, id     string // of an account
	bot           bool   // the forge says so
	maintainer    bool
	owns          []int // authors that the forge says are this account's
	templates     map[string]int
	messages      int
	program       string // the rule that takes it for a program, known once settled
}

// NewRoster is an empty roster of a repository on host.
func NewRoster(rules Rules, host string) *Roster {
	return &Roster{rules: rules, host: strings.ToLower(host), authors: map[[2]string]int{}, logins: map[string]int{}}
}

// Author notes the author or co-author of a commit, by name and address as the
// commit has them (either can be empty), and returns the provisional number.
func (r *Roster) Author(name, address string) int {
	key := [2]string{strings.TrimSpace(name), strings.ToLower(strings.TrimSpace(address))}
	if i, ok := r.authors[key]; ok {
		return i
	}
	r.members = append(r.members, member{name: key[0], address: key[1]})
	r.authors[key] = len(r.members) - 1
	return len(r.members) - 1
}

// Wrote notes the first line of a message by an author, for the accounts that
// only their uniform messages show to be programs. Merges are not messages.
func (r *Roster) Wrote(author int, subject string) { r.members[author].wrote(subject) }

// An Account is an account of the forge. Only Login is needed.
type Account struct {
	Login string
	ID    string // the forge's number of it
	Name  string // the display name
	Email string // where it is public
	// Bot is the forge's own word that a program uses it.
	Bot bool
	// Maintainer tells that it has a role that may merge, label or release.
	Maintainer bool
}

// Account notes an account and returns its provisional number. It is -1 for
// the zero Account and for those that stand for no one: a deleted account.
func (r *Roster) Account(a Account) int {
	login := strings.ToLower(strings.TrimSpace(a.Login))
	if login == "" {
		return -1
	}
	i, ok := r.logins[login]
	if !ok {
		if bot, ok := r.rules.Tables.Bot(login); ok && bot.Class == fact.ClassNobody {
			return -1
		}
		i = len(r.members)
		r.members = append(r.members, member{account: true, login: login})
		r.logins[login] = i
	}
	m := &r.members[i]
	m.bot = m.bot || a.Bot
	m.maintainer = m.maintainer || a.Maintainer
	for _, f := range []struct {
		to   *string
		from string
	}{{&m.id, a.ID}, {&m.name, strings.TrimSpace(a.Name)}, {&m.address, strings.ToLower(strings.TrimSpace(a.Email))}} {
		if *f.to == "" {
			*f.to = f.from
		}
	}
	return i
}

// Owns notes that the forge ascribes an author's commits to an account. Either
// number can be -1.
func (r *Roster) Owns(account, author int) {
	if account < 0 || author < 0 || slices.Contains(r.members[account].owns, author) {
		return
	}
	r.members[account].owns = append(r.members[account].owns, author)
}

// Mailmap sets the repository's own word on who is who.
func (r *Roster) Mailmap(m Mailmap) { r.mailmap = m }

// Settle writes a.People and replaces every provisional number in the Activity
// by an index of it: in commits, issues, change requests, their events, and
// releases. People stand in the order in which they appear there; maintainers
// who appear nowhere come last. It is called once, when all has been noted.
func (r *Roster) Settle(a *health.Activity) {
	uses := make([]int, len(r.members))
	for _, i := range references(a) {
		if *i >= 0 {
			uses[*i]++
		}
	}
	for i := range r.members {
		r.members[i].program = r.program(r.members[i])
	}
	who := r.identities(uses)
	s := seating{roster: r, members: map[int][]int{}, uses: uses, index: map[int]int{}, organisations: map[string]int{}}
	for i, identity := range who {
		s.members[identity] = append(s.members[identity], i)
	}
	for _, i := range references(a) {
		if *i >= 0 {
			*i = s.seat(who[*i])
		}
	}
	for i, m := range r.members {
		if m.maintainer {
			s.seat(who[i])
		}
	}
	a.People = s.people
	for i := range a.Commits {
		c := &a.Commits[i]
		slices.Sort(c.With)
		c.With = slices.DeleteFunc(slices.Compact(c.With), func(p int) bool { return p == c.By })
	}
	markMaintainers(a)
}

// references are all places in an Activity that hold a person, in the order in
// which people are numbered.
func references(a *health.Activity) []*int {
	var out []*int
	for i := range a.Commits {
		out = append(out, &a.Commits[i].By)
		for j := range a.Commits[i].With {
			out = append(out, &a.Commits[i].With[j])
		}
	}
	for _, items := range [][]health.Item{a.Issues, a.Changes} {
		for i := range items {
			out = append(out, &items[i].By)
			for j := range items[i].Events {
				out = append(out, &items[i].Events[j].By)
			}
		}
	}
	for i := range a.Releases {
		out = append(out, &a.Releases[i].By)
	}
	return out
}

// markMaintainers marks those whose acts need authority: merging, closing or
// labelling what others opened, publishing a release.
func markMaintainers(a *health.Activity) {
	mark := func(person int) {
		if person >= 0 && a.People[person].Bot == "" {
			a.People[person].Maintainer = true
		}
	}
	for _, item := range slices.Concat(a.Issues, a.Changes) {
		for _, e := range item.Events {
			switch e.Kind {
			case health.EventMerge:
				mark(e.By)
			case health.EventClose, health.EventLabel, health.EventReopen:
				if e.By != item.By {
					mark(e.By)
				}
			}
		}
	}
	for _, release := range a.Releases {
		mark(release.By)
	}
}
