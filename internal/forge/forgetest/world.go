// Package forgetest is one small world of repositories, served as every forge
// would serve it, so that all of them can be held to the same answer. Only
// tests import it.
//
// The servers answer from the world alone and refuse what a forge wouldn't
// know. They are written from the forges' documentation and, for Gitea, from a
// real server's recorded answers; what only a real server shows is tested where
// such recordings are.
package forgetest

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// Host is the name under which every forge of the world is known.
const Host = "forge.example.test"

// A World is what there is at a time.
type World struct {
	At, Since    time.Time
	People       []Person
	Repositories []Repository
}

// A Person has an account under Login, and writes commits under Name and Email.
type Person struct {
	ID                 int
	Login, Name, Email string
	Bot                bool
	// Member tells that the account may merge everywhere.
	Member bool
}

// A Repository is one history with its tracker.
type Repository struct {
	Name string
	// Was is the former name that it is asked for by, "" for no other.
	Was     string
	Created time.Time
	// Gone has nothing but the name; Private hides from those without a token.
	Gone, Private, Empty, Archived bool
	ArchivedAt                     time.Time
	IssuesOff, ChangesOff          bool
	Mirror                         string

	Commits  []Commit // oldest first
	Tags     []Tag    // oldest first
	Releases []Release
	Issues   []Item
	Changes  []Item
	Files    map[string]string
	// Passing is the state of the checks at the head.
	Passing bool
}

// A Commit is one of the default branch. A Side commit is on a branch that the
// next Merge brings in.
type Commit struct {
	At          time.Time
	By          string   // login of the author
	With        []string // of the co-authors
	Subject     string
	Side, Merge bool
}

// A Tag names a commit by its place in Commits.
type Tag struct {
	Name   string
	Commit int
}

// A Release is a release entry.
type Release struct {
	Tag        string
	At         time.Time
	By         string
	Prerelease bool
	Draft      bool
}

// An Item is an issue or a change request; its number is its own among both.
type Item struct {
	Number int
	By     string
	Opened time.Time
	Closed time.Time
	Merged bool
	Acts   []Act // oldest first; the closing or merging one is among them
}

// An Act is what somebody did on an item.
type Act struct {
	Kind health.EventKind
	By   string
	At   time.Time
}

// Owner is the group or organisation that all repositories belong to.
const Owner = "acme"

// Address is where a repository is, and Asked where it is asked for.
func (r Repository) Address() health.Repository {
	return health.Repository{Host: Host, Path: Owner + "/" + r.Name}
}

// Asked is the address by which the repository is asked for.
func (r Repository) Asked() health.Repository {
	if r.Was != "" {
		return health.Repository{Host: Host, Path: Owner + "/" + r.Was}
	}
	return r.Address()
}

// SHA is the name of the i-th commit.
func (r Repository) SHA(i int) string {
	sum := sha1.Sum([]byte(fmt.Sprintf("%s %d", r.Name, i)))
	return hex.EncodeToString(sum[:])
}

// Parents are the commits before the i-th: a side commit's is the last of the
// main line, a merge's are that and the side commit before it.
func (r Repository) Parents(i int) []int {
	main, side := -1, -1
	for j := range i {
		if r.Commits[j].Side {
			side = j
		} else {
			main, side = j, -1
		}
	}
	var out []int
	if main >= 0 {
		out = append(out, main)
	}
	if r.Commits[i].Merge && side >= 0 {
		out = append(out, side)
	}
	return out
}

// Message is the i-th commit's message, with its trailers.
func (w World) Message(c Commit) string {
	text := c.Subject + "\n"
	for i, login := range c.With {
		if i == 0 {
			text += "\n"
		}
		p := w.Person(login)
		text += fmt.Sprintf("Co-authored-by: %s <%s>\n", p.Name, p.Email)
	}
	return text
}

// Person is the one with a login.
func (w World) Person(login string) Person {
	for _, p := range w.People {
		if p.Login == login {
			return p
		}
	}
	panic("forgetest: nobody is called " + login)
}

// Find is the repository at a path, by its name or its former one.
func (w World) Find(path string) (Repository, bool) {
	for _, r := range w.Repositories {
		if strings.EqualFold(path, r.Address().Path) || r.Was != "" && strings.EqualFold(path, r.Asked().Path) {
			return r, !r.Gone
		}
	}
	return Repository{}, false
}

// Asked are the addresses of all repositories, as they are asked for.
func (w World) Asked() []health.Repository {
	var out []health.Repository
	for _, r := range w.Repositories {
		out = append(out, r.Asked())
	}
	return out
}

// Open counts the items that are open.
func Open(items []Item) int {
	n := 0
	for _, i := range items {
		if i.Closed.IsZero() {
			n++
		}
	}
	return n
}

// newest is items or the like with the newest first.
func newest[T any](list []T) []T {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}
