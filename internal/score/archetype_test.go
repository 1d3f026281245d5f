package score_test

import (
	"math"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/metric"
	"github.com/mainstay-dev/mainstay/internal/score"
)

var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func ago(days float64) time.Time { return now.Add(-time.Duration(days * 24 * float64(time.Hour))) }

func ptr[T any](v T) *T { return &v }

// judge runs the whole pure line.
func judge(s health.Subject, at time.Time) health.Score {
	s = s.AsOf(at)
	return score.Default.Of(s, metric.Measure(s, at), at)
}

// number is the score before a grade of U hides it.
func number(sc health.Score) float64 {
	limit := 100.0
	if len(sc.Ceilings) > 0 {
		limit = sc.Ceilings[0].Limit
	}
	return min(sc.BeforeCeilings, limit)
}

// The people of every archetype.
const (
	lead, second, third, bot, user, asker = 0, 1, 2, 3, 4, 5
)

// library is a repository of five years with everything read and nothing in it.
func library() health.Subject {
	return health.Subject{
		Dependency: health.Dependency{Purl: "pkg:golang/example.com/library@v1.4.0", Ecosystem: "golang", Name: "example.com/library", Version: "v1.4.0", Direct: true},
		Package: &health.Package{
			Ecosystem: "golang", Name: "example.com/library", ReadAt: now, StraightFromSource: true, Latest: "v1.4.0",
			Gaps: health.Gaps{{Part: health.PartPublishers, Why: "the registry doesn't tell"}},
		},
		Activity: &health.Activity{
			Repository: health.Repository{Host: "github.com", Path: "example/library"}, ReadAt: now, CreatedAt: ago(2000), Owner: health.OwnerPerson,
			People: []health.Person{
				{Maintainer: true}, {Maintainer: true}, {Maintainer: true}, {Bot: "suffix [bot]"}, {}, {},
			},
			Licence: "MIT", Files: []string{"CONTRIBUTING.md", "LICENSE"}, CI: health.CheckPassing,
		},
	}
}

// commits adds one commit by somebody every so many days between two ages.
func commits(s health.Subject, by int, every, from, to float64) {
	a := s.Activity
	for d := to; d <= from; d += every {
		a.Commits = append(a.Commits, health.Commit{At: ago(d), By: by})
	}
	sortCommits(a)
}

func sortCommits(a *health.Activity) {
	for i := range a.Commits { // few enough for insertion
		for k := i; k > 0 && a.Commits[k].At.After(a.Commits[k-1].At); k-- {
			a.Commits[k], a.Commits[k-1] = a.Commits[k-1], a.Commits[k]
		}
	}
}

// releases adds releases made by the lead.
func releases(s health.Subject, ages ...float64) {
	for i, age := range ages {
		version := "v1." + string(rune('0'+len(ages)-1-i)) + ".0"
		s.Activity.Releases = append(s.Activity.Releases, health.Release{Version: version, At: ago(age), By: lead})
		s.Package.Releases = append([]health.Release{{Version: version, At: ago(age), By: -1}}, s.Package.Releases...)
	}
}

// issue adds an issue from outside; answered and closed are days after it was
// opened, 0 for never.
func issue(s health.Subject, opened, answered, closed float64) {
	item := health.Item{Number: len(s.Activity.Issues) + 1, Opened: ago(opened), By: asker}
	if answered > 0 {
		item.Events = append(item.Events, health.Event{At: ago(opened - answered), By: lead, Kind: health.EventComment})
	}
	if closed > 0 {
		item.Closed = ago(opened - closed)
		item.Events = append(item.Events, health.Event{At: item.Closed, By: lead, Kind: health.EventClose})
	}
	s.Activity.Issues = append(s.Activity.Issues, item)
}

// change adds a change request from outside that the second maintainer merged.
func change(s health.Subject, opened, merged float64) {
	item := health.Item{Number: 1000 + len(s.Activity.Changes), Opened: ago(opened), By: user}
	if merged > 0 {
		item.Closed, item.Merged = ago(opened-merged), true
		item.Events = []health.Event{{At: ago(opened - merged), By: second, Kind: health.EventMerge}}
	}
	s.Activity.Changes = append(s.Activity.Changes, item)
}

func active() health.Subject {
	s := library()
	commits(s, lead, 6, 1500, 2)
	commits(s, second, 11, 900, 5)
	commits(s, third, 21, 700, 9)
	commits(s, user, 400, 300, 100)
	releases(s, 20, 80, 140, 200, 260, 330)
	for d := 20.0; d < 360; d += 15 {
		issue(s, d, 1, 8)
		change(s, d+3, 5)
	}
	s.Activity.Owner = health.OwnerOrganisation
	return s
}

// cloudNative is what a graduated project of a foundation looks like.
func cloudNative() health.Subject {
	s := active()
	for by := 6; by < 30; by++ {
		s.Activity.People = append(s.Activity.People, health.Person{
			Maintainer: by%2 == 0, Affiliation: health.AffiliationEmployed, Organisation: "organisation " + string(rune('a'+by%8)),
		})
		commits(s, by, 20+float64(by), 40*float64(by)-200, 3)
		for d := 30.0; d < 700; d += 130 {
			s.Activity.Changes = append(s.Activity.Changes, health.Item{
				Number: 2000 + by, Opened: ago(d + 4), By: by, Closed: ago(d), Merged: true,
				Events: []health.Event{{At: ago(d + 2), By: lead, Kind: health.EventReview}, {At: ago(d), By: second, Kind: health.EventMerge}},
			})
		}
	}
	s.Stewards = []health.Steward{{Name: "CNCF", Kind: "foundation", Tier: "graduated", Since: ago(1000), URL: "https://example.org"}}
	s.Activity.Files = []string{"CONTRIBUTING.md", "GOVERNANCE.md", "MAINTAINERS.md", "SECURITY.md"}
	s.Activity.Security = health.Security{Policy: true, PrivateReporting: true}
	s.Activity.Funding = []health.Funding{{Platform: "github", Sponsors: ptr(30)}}
	s.Support = &health.Support{Product: "library", Cycle: "1", Ends: now.AddDate(3, 0, 0)}
	return s
}

// finished is quiet because it is done: the owner answers within a day.
func finished() health.Subject {
	s := library()
	commits(s, lead, 15, 1900, 600)
	releases(s, 600, 900, 1300)
	issue(s, 400, 1, 2)
	issue(s, 250, 1, 3)
	return s
}

// silent is quiet though people wait.
func silent() health.Subject {
	s := library()
	commits(s, lead, 15, 1900, 600)
	releases(s, 600, 900, 1300)
	for d := 100.0; d < 500; d += 100 {
		issue(s, d, 0, 0)
	}
	return s
}

// holed is silent, with a vulnerability that nobody fixes and no sign of how to
// report one.
func holed() health.Subject {
	s := silent()
	for d := 120.0; d < 600; d += 60 {
		issue(s, d, 0, 0)
	}
	s.Activity.Advisories = []health.Advisory{{ID: "CVE-2025-1", Severity: "high", Published: ago(400)}}
	return s
}

func archived() health.Subject {
	s := silent()
	s.Activity.Notices = []health.Notice{{Kind: health.NoticeArchived, Text: "archived", At: ago(30)}}
	return s
}

func deprecated() health.Subject {
	s := silent()
	s.Package.Status = []health.Notice{{Kind: health.NoticeDeprecated, Text: "use another"}}
	return s
}

// zombie is kept warm by a program alone, and nobody answers.
func zombie() health.Subject {
	s := library()
	commits(s, lead, 15, 1900, 515)
	commits(s, bot, 10, 510, 1)
	releases(s, 515, 900, 1300)
	s.Activity.Releases = append([]health.Release{{Version: "v1.9.0", At: ago(5), By: bot}}, s.Activity.Releases...)
	for d := 100.0; d < 600; d += 60 {
		issue(s, d, 0, 0)
	}
	return s
}

func TestArchetypes(t *testing.T) {
	tests := []struct {
		name    string
		subject health.Subject
		grade   health.Grade
		low     float64
		high    float64
	}{
		{"graduated, many vendors", cloudNative(), health.GradeA, 90, 100},
		{"active, three regulars", active(), health.GradeB, 70, 85},
		{"finished, owner alive", finished(), health.GradeC, 50, 66},
		{"silent, people wait", silent(), health.GradeE, 20, 34},
		{"quiet, unanswered, a grave hole open", holed(), health.GradeE, 10, 30},
		{"only a program works on it", zombie(), health.GradeE, 10, 34},
		{"deprecated", deprecated(), health.GradeE, 10, 10},
		{"archived", archived(), health.GradeE, 10, 10},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sc := judge(test.subject, now)
			if n := number(sc); sc.Grade != test.grade || n < test.low-1e-9 || n > test.high+1e-9 {
				t.Errorf("%.1f %s (coverage %.2f), want %s between %v and %v", n, sc.Grade, sc.Coverage, test.grade, test.low, test.high)
				for _, m := range sc.Measurements {
					t.Logf("%-40s %5.1f e=%.2f points %4.1f/%2.0f %s%s", m.Metric, m.Reading, m.Reliability, m.Points, m.Weight, m.Says, m.Missing)
				}
			}
		})
	}
}

func TestArchetypeOrder(t *testing.T) {
	order := []struct {
		name    string
		subject health.Subject
	}{{"archived", archived()}, {"deprecated", deprecated()}, {"holed", holed()}, {"silent", silent()}, {"finished", finished()}, {"active", active()}, {"graduated", cloudNative()}}
	for i := 1; i < len(order); i++ {
		worse, better := judge(order[i-1].subject, now), judge(order[i].subject, now)
		strict := i > 2
		if w, b := number(worse), number(better); w > b || strict && w >= b {
			t.Errorf("%s scores %.1f, %s %.1f", order[i-1].name, w, order[i].name, b)
		}
	}
	if z, f := number(judge(zombie(), now)), number(judge(finished(), now)); z >= f {
		t.Errorf("a program alone scores %.1f, finished %.1f", z, f)
	}
}

// everyArchetype is what the properties below are checked on, with every part of
// the evidence and with git's alone.
func everyArchetype() map[string]func() health.Subject {
	all := map[string]func() health.Subject{
		"graduated": cloudNative, "active": active, "finished": finished, "silent": silent, "zombie": zombie, "archived": archived,
		"untouched": library,
		"answered": func() health.Subject { // quiet, but a year ago it answered
			s := finished()
			for d := 100.0; d < 330; d += 20 {
				issue(s, d, 2, 5)
			}
			return s
		},
		"slow": func() health.Subject { // active, and deaf
			s := active()
			s.Activity.Issues = nil
			for d := 10.0; d < 700; d += 40 {
				issue(s, d, 0, 0)
			}
			return s
		},
	}
	for name, make := range all {
		all[name+", git alone"] = func() health.Subject { return gitAlone(make()) }
	}
	return all
}

func gitAlone(s health.Subject) health.Subject {
	a := s.Activity
	for _, part := range []health.Part{
		health.PartIssues, health.PartEvents, health.PartReleases, health.PartFiles, health.PartFunding, health.PartSecurity, health.PartChecks, health.PartAdvisories,
	} {
		a.Gaps = append(a.Gaps, health.Gap{Part: part, Why: "no token"})
	}
	a.Issues, a.Changes, a.Releases, a.Owner, a.Files, a.Licence, a.CI, a.Funding = nil, nil, nil, "", nil, "", "", nil
	return s
}

func TestLedgerAddsUp(t *testing.T) {
	for name, subject := range everyArchetype() {
		sc := judge(subject(), now)
		sum := 0.0
		for _, m := range sc.Measurements {
			sum += m.Points
		}
		if math.Abs(sum-sc.BeforeCeilings) > 1e-6 {
			t.Errorf("%s: points add up to %v, the score is %v", name, sum, sc.BeforeCeilings)
		}
		if sc.Interval[0] > number(sc)+1e-9 || sc.Interval[1] < number(sc)-1e-9 {
			t.Errorf("%s: %.1f lies outside its interval %v", name, number(sc), sc.Interval)
		}
	}
}

// What makes things worse never raises the score.
func TestMonotone(t *testing.T) {
	worse := map[string]func(s health.Subject){
		"an unanswered issue": func(s health.Subject) { issue(s, 120, 0, 0) },
		"a fresh one":         func(s health.Subject) { issue(s, 3, 0, 0) },
		"an old one":          func(s health.Subject) { issue(s, 500, 0, 0) },
		"an unmerged change":  func(s health.Subject) { change(s, 200, 0) },
		"a program's commit":  func(s health.Subject) { commits(s, bot, 1, 4, 4) },
		"a program's answer": func(s health.Subject) {
			issue(s, 120, 0, 0)
			last := &s.Activity.Issues[len(s.Activity.Issues)-1]
			last.Closed = ago(60)
			last.Events = []health.Event{{At: ago(60), By: bot, Kind: health.EventClose}}
		},
		"a vulnerability without a fix": func(s health.Subject) {
			s.Activity.Advisories = append(s.Activity.Advisories, health.Advisory{ID: "X", Severity: "high", Published: ago(120)})
		},
	}
	for name, subject := range everyArchetype() {
		before := judge(subject(), now)
		for what, add := range worse {
			s := subject()
			for range 4 {
				add(s)
				after := judge(s, now)
				if number(after) > number(before)+1e-9 {
					t.Errorf("%s: %s raises the score from %.3f to %.3f", name, what, number(before), number(after))
					explain(t, before, after)
				}
			}
		}
	}
}

func explain(t *testing.T, before, after health.Score) {
	t.Helper()
	for i, m := range after.Measurements {
		b := before.Measurements[i]
		if b.Reading != m.Reading || b.Reliability != m.Reliability {
			t.Logf("  %s: %.1f e=%.3f → %.1f e=%.3f", m.Metric, b.Reading, b.Reliability, m.Reading, m.Reliability)
		}
	}
}

// Nothing but time passes: the score never rises.
func TestSilentMonths(t *testing.T) {
	for name, subject := range everyArchetype() {
		s := subject()
		before := judge(s, now)
		for month := 1; month <= 30; month++ {
			at := now.AddDate(0, month, 0)
			s.Activity.ReadAt, s.Package.ReadAt = at, at
			after := judge(s, at)
			if number(after) > number(before)+1e-9 {
				t.Errorf("%s: silent month %d raises the score from %.2f to %.2f", name, month, number(before), number(after))
				explain(t, before, after)
			}
			before = after
		}
	}
}

// Taking evidence away pulls each reading's part to the middle and lowers
// coverage; with none left the score is the middle itself.
func TestMissingEvidence(t *testing.T) {
	for name, subject := range everyArchetype() {
		s := subject()
		full := judge(s, now)
		ms := metric.Measure(s, now)
		for i := range ms {
			fewer := append([]health.Measurement{}, ms...)
			fewer[i] = health.Measurement{Metric: ms[i].Metric, Dimension: ms[i].Dimension, Weight: ms[i].Weight, Missing: "taken away"}
			if sc := score.Default.Of(s, fewer, now); sc.Coverage > full.Coverage {
				t.Errorf("%s without %s: coverage rises from %v to %v", name, ms[i].Metric, full.Coverage, sc.Coverage)
			}
		}
	}
	nothing := judge(health.Subject{}, now)
	if nothing.BeforeCeilings != 50 || nothing.Coverage != 0 || nothing.Grade != health.GradeU || nothing.Score != nil {
		t.Errorf("of nothing: %+v", nothing)
	}
	good, less := judge(cloudNative(), now), judge(gitAlone(cloudNative()), now)
	bad, lessBad := judge(silent(), now), judge(gitAlone(silent()), now)
	if less.BeforeCeilings > good.BeforeCeilings || less.BeforeCeilings < 50 || lessBad.BeforeCeilings < bad.BeforeCeilings || lessBad.BeforeCeilings > 50 {
		t.Errorf("git alone moves good from %.1f to %.1f and bad from %.1f to %.1f, both should go towards 50",
			good.BeforeCeilings, less.BeforeCeilings, bad.BeforeCeilings, lessBad.BeforeCeilings)
	}
}
