package hub

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// A Character says what kind of life a repository has. Numbers are means; all
// else follows from the repository's name, so equal names give equal lives.
type Character struct {
	Name        string
	Years       int     // of age
	Commits     float64 // a month
	Quiet       int     // months since anything was done
	People      int     // who commit
	Maintainers int     // of them, who answer and merge
	Items       float64 // issues and as many change requests a month
	Answered    float64 // share of them that a maintainer answers
	Bots        float64 // share of commits and change requests made by programs
	Archived    bool
	Readme      string // a line of it
	Told        int    // months of its life that are told; 0 is 26
}

// Characters are the kinds of repositories that a list of dependencies holds.
var Characters = []Character{
	{Name: "lively", Years: 9, Commits: 40, People: 25, Maintainers: 5, Items: 12, Answered: .9, Bots: .2},
	{Name: "steady", Years: 7, Commits: 8, People: 9, Maintainers: 3, Items: 4, Answered: .8, Bots: .1},
	{Name: "one person", Years: 6, Commits: 4, People: 2, Maintainers: 1, Items: 2, Answered: .7},
	{Name: "finished", Years: 10, Commits: .3, Quiet: 5, People: 2, Maintainers: 1, Items: .2, Answered: .9, Readme: "This library is stable and still maintained."},
	{Name: "unanswered", Years: 8, Commits: 2, Quiet: 20, People: 4, Maintainers: 1, Items: 2, Answered: .1},
	{Name: "run by bots", Years: 5, Commits: 10, Quiet: 14, People: 3, Maintainers: 1, Items: 3, Answered: .1, Bots: .95},
	{Name: "archived", Years: 9, Commits: 3, Quiet: 26, People: 5, Maintainers: 2, Items: 1, Answered: .5, Archived: true, Readme: "This project is no longer maintained."},
}

// Plausible is a repository ("owner/name") as it may have been at a time, with
// a character that its name decides.
func Plausible(name string, at time.Time) Object {
	return Live(name, at, Characters[seed(name)%uint64(len(Characters))])
}

// Live is a repository of a given character.
func Live(name string, at time.Time, c Character) Object {
	owner, _, _ := strings.Cut(name, "/")
	l := life{Character: c, rand: rand.New(rand.NewPCG(seed(name), 2)), name: name, owner: owner,
		born: at.AddDate(-c.Years, 0, 0).Truncate(time.Second), end: at.AddDate(0, -c.Quiet, 0).Truncate(time.Second), at: at.Truncate(time.Second)}
	return l.repository()
}

func seed(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.ToLower(name)))
	return h.Sum64()
}

type life struct {
	Character
	rand          *rand.Rand
	name, owner   string
	born, end, at time.Time
	number        int
}

// window is how far back a life is told where nothing else is said, in months.
const window = 26

func (l *life) told() int { return cmp.Or(l.Told, window) }

func (l *life) repository() Object {
	commits := l.commits()
	head := Object{}
	for k, v := range commits[0] {
		head[k] = v
	}
	head["history"] = commits
	head["statusCheckRollup"] = nil
	files := map[string]string{
		"README.md":    "# " + l.name + "\n\n" + l.Readme + "\n\n" + strings.Repeat("It does one thing and does it well.\n", 100),
		"LICENSE":      "MIT",
		"go.mod":       "module github.com/" + l.name,
		"src/main.txt": "",
	}
	funding := []Object{}
	if l.Maintainers > 1 {
		files["CONTRIBUTING.md"], files[".github/CODEOWNERS"], files[".github/workflows/ci.yml"] = "", "", ""
		files[".github/FUNDING.yml"] = "open_collective: " + l.owner + "\n"
		funding = append(funding, Object{"__typename": "FundingLink", "platform": "OPEN_COLLECTIVE", "url": "https://opencollective.com/" + l.owner})
		head["statusCheckRollup"] = Object{"__typename": "StatusCheckRollup", "state": "SUCCESS"}
	}
	archivedAt := any(nil)
	if l.Archived {
		archivedAt = l.end.AddDate(0, 1, 0)
	}
	r := Object{
		"__typename": "Repository", "id": "R_" + l.name, "nameWithOwner": l.name, "createdAt": l.born,
		"isArchived": l.Archived, "archivedAt": archivedAt, "isDisabled": false, "isEmpty": false, "isFork": false,
		"isMirror": false, "mirrorUrl": nil, "hasIssuesEnabled": true,
		"licenseInfo":             Object{"__typename": "License", "spdxId": "MIT"},
		"fundingLinks":            funding,
		"owner":                   l.account(l.owner, "Organization"),
		"isSecurityPolicyEnabled": l.Maintainers > 2, "securityPolicyUrl": "https://github.com/" + l.name + "/security/policy",
		"defaultBranchRef": Object{"__typename": "Ref", "name": "main", "target": head},
		"files":            files,
	}
	r["refs"], r["releases"] = l.versions()
	r["issues"], r["pullRequests"] = l.items("Issue"), l.items("PullRequest")
	return r
}

// account is a user, an organisation or a program.
func (l *life) account(login, typename string) Object {
	return Object{"__typename": typename, "login": login, "sponsors": []Object{}}
}

func (l *life) person(i int) Object {
	return l.account(fmt.Sprintf("%s-dev%d", strings.ToLower(l.owner), i), "User")
}

func (l *life) bot() Object { return l.account("dependabot", "Bot") }

// moment is a time within the months before the end of all activity.
func (l *life) moment(months int) time.Time {
	start := l.end.AddDate(0, -months, 0)
	if start.Before(l.born) {
		start = l.born
	}
	span := max(1, int64(l.end.Sub(start)/time.Second))
	return start.Add(time.Duration(l.rand.Int64N(span)) * time.Second)
}

// someone is a person of the first n, the first ones more often.
func (l *life) someone(n int) int { return int(float64(n) * l.rand.Float64() * l.rand.Float64()) }

func (l *life) commits() []Object {
	n := max(1, int(l.Commits*float64(l.told())))
	var out []Object
	for range n {
		at, who := l.moment(l.told()), l.someone(l.People)
		author := Object{"__typename": "GitActor", "name": fmt.Sprintf("Dev No%d", who), "user": l.person(who), "date": at,
			"email": fmt.Sprintf("dev%d@%s.example", who, strings.ToLower(l.owner))}
		message := l.sentence() + "\n\n" + l.sentence() + ", and " + strings.ToLower(l.sentence()) + ".\n"
		switch {
		case l.rand.Float64() < l.Bots:
			author["name"], author["email"], author["user"] = "dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", nil
			message = "Bump dep from 1.2 to 1.3"
		case l.rand.IntN(4) == 0:
			message = fmt.Sprintf("Merge pull request #%d from someone/fix", l.rand.IntN(500))
		case l.rand.IntN(10) == 0:
			message += "\nCo-authored-by: Dev No0 <dev0@" + strings.ToLower(l.owner) + ".example>\n"
		}
		out = append(out, Object{"__typename": "Commit", "committedDate": at, "message": message, "author": author})
	}
	slices.SortStableFunc(out, func(a, b Object) int { return strings.Compare(stamp(b["committedDate"]), stamp(a["committedDate"])) })
	return out
}

// sentence is the subject of a message, as people word theirs: no two alike.
func (l *life) sentence() string {
	pick := func(words ...string) string { return words[l.rand.IntN(len(words))] }
	return pick("Fix", "Add", "Rework", "Drop", "Explain", "Test", "Speed up", "Move", "Guard") + " " +
		pick("the", "every", "our", "that last", "an empty", "one") + " " +
		pick("parser", "cache", "reader", "header", "timeout", "example", "index", "limit", "writer", "default", "path") +
		pick("", " on Windows", " under load", " for callers", " again", " without a lock", " where nothing is set")
}

func (l *life) versions() (refs, releases []Object) {
	for i := range max(1, int(l.Commits)) * 2 {
		at := l.end.AddDate(0, -i, 0)
		if at.Before(l.born) {
			break
		}
		name := fmt.Sprintf("v1.%d.0", 100-i)
		target := Object{"__typename": "Commit", "committedDate": at}
		if i%2 == 0 {
			target = Object{"__typename": "Tag", "tagger": Object{"__typename": "GitActor", "date": at}, "target": target}
		}
		refs = append(refs, Object{"__typename": "Ref", "prefix": "refs/tags/", "name": name, "target": target})
		releases = append(releases, Object{"__typename": "Release", "tagName": name, "createdAt": at, "publishedAt": at,
			"isPrerelease": false, "isDraft": false, "author": l.person(l.someone(l.Maintainers))})
	}
	return refs, releases
}

func (l *life) items(typename string) []Object {
	out := []Object{}
	for range int(l.Items * window) {
		// People go on opening issues after the maintainers have gone.
		at := l.moment(window).Add(time.Duration(l.rand.Int64N(int64(l.at.Sub(l.end) + time.Second)))).Truncate(time.Second)
		out = append(out, l.item(typename, at))
	}
	return out
}

func (l *life) item(typename string, at time.Time) Object {
	l.number++
	author := l.account(fmt.Sprintf("user%d", l.rand.IntN(5000)), "User")
	if typename == "PullRequest" && l.rand.Float64() < l.Bots {
		author = l.bot()
	}
	item := Object{
		"__typename": typename, "number": l.number, "createdAt": at, "closedAt": nil, "state": "OPEN",
		"author": author, "authorAssociation": "NONE", "merged": false, "mergedAt": nil, "mergedBy": nil,
	}
	var acts []Object
	if l.rand.Float64() < l.Answered {
		when, who := at.Add(time.Duration(l.rand.ExpFloat64()*float64(5*24*time.Hour))).Truncate(time.Second), l.person(l.someone(l.Maintainers))
		for range 1 + l.rand.IntN(8) {
			acts = append(acts, l.comment(typename, when, who, "MEMBER"), l.comment(typename, when.Add(time.Hour), author, "NONE"))
			when = when.Add(2 * time.Hour)
		}
		acts = append(acts, Object{"__typename": "LabeledEvent", "createdAt": when, "actor": who})
		if l.rand.IntN(4) > 0 {
			when = when.Add(24 * time.Hour)
			item["closedAt"], item["state"] = when, "CLOSED"
			if typename == "PullRequest" {
				item["merged"], item["mergedAt"], item["mergedBy"], item["state"] = true, when, who, "MERGED"
				acts = append(acts, Object{"__typename": "MergedEvent", "createdAt": when, "actor": who})
			}
			acts = append(acts, Object{"__typename": "ClosedEvent", "createdAt": when, "actor": who})
		}
	}
	acts = slices.DeleteFunc(acts, func(a Object) bool { return a["createdAt"].(time.Time).After(l.at) })
	if closed, ok := item["closedAt"].(time.Time); ok && closed.After(l.at) {
		item["closedAt"], item["state"], item["merged"], item["mergedAt"], item["mergedBy"] = nil, "OPEN", false, nil, nil
	}
	item["timelineItems"] = acts
	return item
}

func (l *life) comment(typename string, at time.Time, by Object, association string) Object {
	kind := "IssueComment"
	if typename == "PullRequest" && l.rand.IntN(2) == 0 {
		kind = "PullRequestReview"
	}
	return Object{"__typename": kind, "createdAt": at, "author": by, "authorAssociation": association}
}
