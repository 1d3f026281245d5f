package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mainstay-dev/mainstay/internal/audit"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// evidenceDate is the day on which the evidence of the scripts was read.
var evidenceDate = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// makeEvidence is the command "evidence FILE BUNDLE" of the scripts. It writes
// a bundle for --bundle from a description, one package a line: its ecosystem,
// its name and what it is like. The histories are made up, and the same
// description gives the same bundle:
//
//	golang github.com/acme/lively lively
//	npm    relic                  silent archived=2026-02-01 publishers=1
//	golang github.com/acme/dark   down=timeout
//
// The words are those of traits.
func makeEvidence(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: evidence FILE BUNDLE")
	}
	b := describedBundle{Schema: audit.BundleSchema, AsOf: evidenceDate}
	lines := bufio.NewScanner(strings.NewReader(ts.ReadFile(args[0])))
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) < 3 {
			ts.Fatalf("%s: %q needs an ecosystem, a name and what it is like", args[0], lines.Text())
		}
		d := describe(words[0], words[1])
		for _, word := range words[2:] {
			ts.Check(d.apply(word))
		}
		d.addTo(&b)
	}
	f, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	zip := gzip.NewWriter(f)
	ts.Check(json.NewEncoder(zip).Encode(b))
	ts.Check(zip.Close())
	ts.Check(f.Close())
}

// A describedBundle has the form that audit reads as a bundle.
type describedBundle struct {
	Schema     string             `json:"schema"`
	AsOf       time.Time          `json:"asOf"`
	Packages   []describedPackage `json:"packages"`
	Activities []health.Activity  `json:"activities"`
}

type describedPackage struct {
	Ecosystem string          `json:"ecosystem"`
	Name      string          `json:"name"`
	Package   *health.Package `json:"package,omitempty"`
	Gap       string          `json:"gap,omitempty"`
	Outage    bool            `json:"outage,omitempty"`
}

// A described package and the repository that it is developed in.
type described struct {
	answer   describedPackage
	activity health.Activity
}

func describe(ecosystem, name string) *described {
	path := name[strings.LastIndex(name, "/")+1:]
	d := &described{activity: health.Activity{
		Repository: health.Repository{Host: "github.com", Path: "acme/" + path},
		ReadAt:     evidenceDate, CreatedAt: ago(2000), Owner: health.OwnerOrganisation,
		People:  []health.Person{{Maintainer: true}, {Maintainer: true}, {Maintainer: true}, {}},
		Licence: "MIT", Files: []string{"CONTRIBUTING.md", "LICENSE"}, CI: health.CheckPassing,
	}}
	d.answer = describedPackage{Ecosystem: ecosystem, Name: name, Package: &health.Package{
		Ecosystem: ecosystem, Name: name, ReadAt: evidenceDate, Repository: "https://github.com/acme/" + path,
	}}
	return d
}

func ago(days int) time.Time { return evidenceDate.AddDate(0, 0, -days) }

// words is a value of several words, which stand with _ between them.
func words(value string) string { return strings.ReplaceAll(value, "_", " ") }

// traits are the words of a description; value is what stands behind "=".
var traits = map[string]func(d *described, value string) error{
	// Three people at work, every question answered within days.
	"lively": func(d *described, _ string) error {
		d.commits(0, 1500, 2, 6)
		d.commits(1, 900, 5, 11)
		d.commits(2, 700, 9, 21)
		d.releases(330, 200, 80, 20)
		d.issues(20, 700, 15, 2)
		return nil
	},
	// Nothing for 600 days though people ask.
	"silent": func(d *described, _ string) error {
		d.commits(0, 1900, 600, 15)
		d.releases(1300, 900, 600)
		d.issues(100, 590, 40, -1)
		return nil
	},
	"archived": func(d *described, v string) error { return d.notice(health.NoticeArchived, "archived by its owner", v) },
	"unkept": func(d *described, v string) error {
		return d.notice(health.NoticeUnkept, "this is no longer maintained", v)
	},
	"deprecated": func(d *described, v string) error { return d.status("use something else", v) },
	"publishers": func(d *described, v string) error {
		n, err := strconv.Atoi(v)
		d.answer.Package.Publishers = &n
		return err
	},
	"licence": func(d *described, v string) error {
		d.answer.Package.Licences, d.activity.Licence = []string{v}, v
		return nil
	},
	"host": func(d *described, v string) error {
		d.activity.Repository.Host = v
		d.answer.Package.Repository = d.activity.Repository.URL()
		return nil
	},
	// What the registry's entry says in its own words.
	"says": func(d *described, v string) error { return d.status(words(v), "2026-02-01") },
	"gone": func(d *described, _ string) error {
		d.unread(health.Gap{Part: health.PartRepository, Why: "there is no such repository", Gone: true})
		return nil
	},
	"down": func(d *described, v string) error {
		d.unread(health.Gap{Part: health.PartRepository, Why: words(v), Outage: true})
		return nil
	},
	"registry-down": func(d *described, v string) error {
		d.answer = describedPackage{Ecosystem: d.answer.Ecosystem, Name: d.answer.Name, Gap: words(v), Outage: true}
		return nil
	},
}

func (d *described) apply(word string) error {
	name, value, _ := strings.Cut(word, "=")
	trait, ok := traits[name]
	if !ok {
		return fmt.Errorf("no package is described as %q", word)
	}
	if err := trait(d, value); err != nil {
		return fmt.Errorf("%s: %w", word, err)
	}
	return nil
}

// addTo puts the package into a bundle. Packages of one repository share the
// activity of the first of them.
func (d *described) addTo(b *describedBundle) {
	b.Packages = append(b.Packages, d.answer)
	repository := d.activity.Repository
	if !slices.ContainsFunc(b.Activities, func(a health.Activity) bool { return a.Repository == repository }) {
		b.Activities = append(b.Activities, d.activity)
	}
}

// commits adds one commit by a person every so many days between two ages.
func (d *described) commits(by, from, to, every int) {
	for age := to; age <= from; age += every {
		d.activity.Commits = append(d.activity.Commits, health.Commit{At: ago(age), By: by})
	}
	slices.SortStableFunc(d.activity.Commits, func(a, b health.Commit) int { return b.At.Compare(a.At) })
}

// releases adds v1.0.0, v1.1.0 and so on, oldest first, of these ages.
func (d *described) releases(ages ...int) {
	for i, age := range ages {
		version := fmt.Sprintf("1.%d.0", i)
		if d.answer.Ecosystem == "golang" {
			version = "v" + version
		}
		release := health.Release{Version: version, At: ago(age), By: -1}
		d.answer.Package.Releases = append(d.answer.Package.Releases, release)
		d.answer.Package.Latest = version
		release.By = 0
		d.activity.Releases = slices.Insert(d.activity.Releases, 0, release)
	}
}

// issues adds questions from outside between two ages, each answered and
// closed after so many days; -1 for never.
func (d *described) issues(to, from, every, answered int) {
	for age := to; age <= from; age += every {
		issue := health.Item{Number: len(d.activity.Issues) + 1, Opened: ago(age), By: 3}
		if answered >= 0 {
			issue.Closed = ago(age - answered)
			issue.Events = []health.Event{
				{At: ago(age - answered), By: 1, Kind: health.EventComment}, {At: issue.Closed, By: 1, Kind: health.EventClose},
			}
		}
		d.activity.Issues = append(d.activity.Issues, issue)
	}
}

func (d *described) notice(kind health.NoticeKind, text, date string) error {
	at, err := time.Parse(time.DateOnly, date)
	d.activity.Notices = append(d.activity.Notices, health.Notice{Kind: kind, Text: text, At: at})
	return err
}

func (d *described) status(text, date string) error {
	at, err := time.Parse(time.DateOnly, date)
	d.answer.Package.Status = append(d.answer.Package.Status, health.Notice{Kind: health.NoticeDeprecated, Text: text, At: at})
	return err
}

func (d *described) unread(gap health.Gap) {
	d.activity = health.Activity{Repository: d.activity.Repository, Gaps: health.Gaps{gap}}
}
