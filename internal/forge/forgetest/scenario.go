package forgetest

import (
	"fmt"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// The world's clock.
var (
	at    = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	since = at.AddDate(-2, 0, 0)
)

func ago(days int) time.Time { return at.AddDate(0, 0, -days) }

// Scenario is the world that every forge is held to.
func Scenario() World {
	return World{
		At: at, Since: since,
		People: []Person{
			{ID: 11, Login: "ada", Name: "Ada Lovelace", Email: "ada@engines-society.org", Member: true},
			{ID: 12, Login: "grace", Name: "Grace Hopper", Email: "grace@redhat.com", Member: true},
			{ID: 13, Login: "edsger", Name: "Edsger Dijkstra", Email: "edsger.d@gmail.com"},
			{ID: 14, Login: "barbara", Name: "Barbara Liskov", Email: "barbara@engines-society.org"},
			{ID: 15, Login: "newcomer", Name: "Noor Comer", Email: "noor@posteo.de"},
			{ID: 16, Login: "renovate-bot", Name: "Renovate Bot", Email: "bot@renovateapp.com", Bot: true},
		},
		Repositories: []Repository{
			lively(), quiet(), dormant(), alone(),
			{Name: "empty", Created: ago(30), Empty: true},
			{Name: "gone", Gone: true},
			{Name: "secret", Private: true, Created: ago(900)},
			trackerless(), renamed(),
		},
	}
}

// first is the commit that a repository was created with.
func first(by string, days int) []Commit {
	return []Commit{{At: ago(days), By: by, Subject: "Begin"}}
}

// subject is what a person would write of the i-th change: not twice the same.
func subject(i int) string {
	verbs := []string{"Explain", "Tidy", "Measure", "Guard", "Shorten", "Speed up", "Split", "Test"}
	things := []string{"the gears", "how wheels turn", "carry propagation", "the punched cards", "error paths"}
	return verbs[i%len(verbs)] + " " + things[i%len(things)]
}

// lively has two maintainers, helpers and a program; it answers, reviews and
// releases.
func lively() Repository {
	r := Repository{Name: "lively", Created: ago(1500), Commits: first("ada", 1500), Passing: true, Files: map[string]string{
		"README.md": "# lively\n\nA library.\n", "LICENSE": mit, "CONTRIBUTING.md": "# Contributing\n\nSend change requests.\n",
		"SECURITY.md": "# Security\n\nWrite to security@engines-society.org.\n", ".gitlab-ci.yml": "test: {}\n",
		".github/workflows/test.yml": "on: push\n", "bitbucket-pipelines.yml": "pipelines: {}\n",
	}}
	authors := []string{"ada", "ada", "grace", "ada", "edsger", "ada", "grace", "barbara"}
	for i := range 80 {
		day := 720 - 9*i
		c := Commit{At: ago(day), By: authors[i%len(authors)], Subject: subject(i)}
		switch i % 10 {
		case 3:
			c.By, c.Subject = "renovate-bot", fmt.Sprintf("Update dependency gears to v%d", i)
		case 5:
			c.With = []string{"grace"}
		case 7:
			c.Side, c.By = true, "edsger"
		case 8:
			c.Merge, c.By, c.Subject = true, "ada", "Merge branch 'part'"
		}
		r.Commits = append(r.Commits, c)
		if i%12 == 11 {
			n := len(r.Tags)
			tag := fmt.Sprintf("v1.%d.0", n)
			if n == 3 {
				tag = "v1.3.0-rc.1"
			}
			r.Tags = append(r.Tags, Tag{Name: tag, Commit: len(r.Commits) - 1})
			r.Releases = append(r.Releases, Release{Tag: tag, At: c.At.Add(time.Hour), By: "ada", Prerelease: n == 3})
		}
	}
	number := 0
	openers := []string{"newcomer", "edsger", "newcomer"}
	for i := range 9 {
		number++
		opened := ago(400 - 40*i)
		item := Item{Number: number, By: openers[i%3], Opened: opened}
		if i%4 != 3 {
			answer := "ada"
			if i%2 == 1 {
				answer = "grace"
			}
			item.Acts = append(item.Acts, Act{health.EventComment, answer, opened.Add(30 * time.Hour)},
				Act{health.EventComment, item.By, opened.Add(50 * time.Hour)})
			item.Closed = opened.AddDate(0, 0, 6)
			item.Acts = append(item.Acts, Act{health.EventClose, answer, item.Closed})
		}
		if i == 7 {
			item.Acts = append(item.Acts, Act{health.EventLabel, "grace", opened.Add(10 * time.Hour)})
		}
		if i == 4 {
			item.Acts = append(item.Acts[:2:2], Act{health.EventClose, "ada", opened.AddDate(0, 0, 3)},
				Act{health.EventReopen, "ada", opened.AddDate(0, 0, 4)}, Act{health.EventClose, "ada", item.Closed})
		}
		r.Issues = append(r.Issues, item)
	}
	for i := range 8 {
		number++
		opened := ago(380 - 45*i)
		item := Item{Number: number, By: []string{"edsger", "barbara", "renovate-bot", "newcomer"}[i%4], Opened: opened}
		switch i {
		case 7:
		case 6:
			item.Closed = opened.AddDate(0, 0, 20)
			item.Acts = []Act{{health.EventComment, "grace", opened.AddDate(0, 0, 2)}, {health.EventClose, "grace", item.Closed}}
		default:
			item.Closed, item.Merged = opened.AddDate(0, 0, 3), true
			item.Acts = []Act{{health.EventReview, "grace", opened.AddDate(0, 0, 1)}, {health.EventMerge, "ada", item.Closed}}
		}
		r.Changes = append(r.Changes, item)
	}
	return r
}

// quiet had its last commit fourteen months ago and answers nobody.
func quiet() Repository {
	r := Repository{Name: "quiet", Created: ago(1400), Commits: first("barbara", 1400), Files: map[string]string{"README.md": "# quiet\n", "LICENSE": mit}}
	for i := range 12 {
		r.Commits = append(r.Commits, Commit{At: ago(760 - 30*i), By: "barbara", Subject: subject(i)})
	}
	r.Tags = []Tag{{Name: "v0.1.0", Commit: 3}, {Name: "v0.2.0", Commit: 12}}
	r.Releases = []Release{{Tag: "v0.2.0", At: r.Commits[12].At.Add(time.Hour), By: "barbara"}}
	for i := range 5 {
		item := Item{Number: i + 1, By: "newcomer", Opened: ago(300 - 40*i)}
		if i == 1 {
			item.Acts = []Act{{health.EventComment, "edsger", item.Opened.AddDate(0, 0, 9)}}
		}
		r.Issues = append(r.Issues, item)
	}
	r.Changes = []Item{{Number: 6, By: "edsger", Opened: ago(200)}}
	return r
}

// dormant was archived before the window; its last commit is all there is.
func dormant() Repository {
	r := Repository{Name: "dormant", Created: ago(2500), Commits: first("grace", 2500), Archived: true, ArchivedAt: ago(800), Files: map[string]string{"README.md": "# dormant\n"}}
	for i := range 5 {
		r.Commits = append(r.Commits, Commit{At: ago(1500 - 100*i), By: "grace", Subject: subject(i)})
	}
	r.Tags = []Tag{{Name: "v1.0.0", Commit: 5}}
	return r
}

// alone is one person's.
func alone() Repository {
	r := Repository{Name: "alone", Created: ago(1000), Commits: first("ada", 1000), Files: map[string]string{"README.md": "# alone\n", "LICENSE": mit}}
	for i := range 40 {
		r.Commits = append(r.Commits, Commit{At: ago(700 - 17*i), By: "ada", Subject: subject(i)})
		if i%10 == 9 {
			r.Tags = append(r.Tags, Tag{Name: fmt.Sprintf("v0.%d.0", i/10), Commit: len(r.Commits) - 1})
		}
	}
	return r
}

// trackerless takes neither issues nor change requests.
func trackerless() Repository {
	r := alone()
	r.Name, r.IssuesOff, r.ChangesOff = "trackerless", true, true
	return r
}

// renamed is asked for by the name it had before.
func renamed() Repository {
	r := alone()
	r.Name, r.Was = "renamed", "former"
	r.Issues = []Item{{Number: 1, By: "newcomer", Opened: ago(20)}}
	return r
}

const mit = `MIT License

Copyright (c) 2020 The engines society

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`
