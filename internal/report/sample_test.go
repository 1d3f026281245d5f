package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var update = flag.Bool("update", false, "write the golden files anew")

func ptr[T any](v T) *T { return &v }

// sample is a small report in which each thing that a format shows occurs.
func sample() health.Report {
	day := func(s string) time.Time {
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			panic(err)
		}
		return t
	}
	return health.Report{
		Schema: health.ReportSchema, Tool: health.Tool{Name: "mainstay", Version: "1.0.0", Score: "5f1c"},
		AsOf: day("2026-11-21"), Complete: false,
		Summary: health.Summary{Dependencies: 5, Repositories: 5, Requests: 12, Points: 3,
			Grades: map[health.Grade]int{"A": 1, "C": 1, "E": 2, "U": 1}},
		Findings: []health.Finding{
			{
				Dependency: health.Dependency{
					Purl: "pkg:golang/github.com/acme/relic@v0.9.1", Ecosystem: "golang", Name: "github.com/acme/relic", Version: "v0.9.1",
					Direct: true, Scope: health.ScopeRuntime,
					Locations: []health.Location{{Path: "go.mod", Line: 7}, {Path: "tools/go.mod", Line: 5}},
					Paths:     [][]string{{"example.org/app", "github.com/acme/relic"}},
				},
				Repository: "https://github.com/acme/relic",
				Score: health.Score{
					Score: ptr(10.0), BeforeCeilings: 26.16, Interval: [2]float64{8, 10}, Grade: health.GradeE, Coverage: 0.81, Confidence: health.ConfidenceHigh,
					Action:     "migrate or take ownership now",
					Dimensions: []health.DimensionScore{{ID: "activity", Score: 12, Weight: 22, Coverage: 1}, {ID: "diversity", Score: 40, Weight: 20, Coverage: 0.6}},
					Ceilings: []health.Ceiling{{ID: "archived", Limit: 10, Reason: "archived by its owner on 2025-03-02", URL: "https://github.com/acme/relic",
						Successor: "github.com/acme/relic2"}},
					Measurements: []health.Measurement{
						{Metric: "active-months", Dimension: "activity", Value: ptr(0.0), Unit: "months", N: 12, Interval: &[2]float64{0, 1}, Window: "365d",
							Says: "no month of the last 12 saw a human commit", Reading: 0, Reliability: 0.9, Weight: 9, Points: 1.393,
							Evidence: []health.Evidence{{Text: "last human commit", URL: "https://github.com/acme/relic/commits", At: day("2024-01-09")}}},
						{Metric: "contributor-absence-factor", Dimension: "diversity", Value: ptr(1.0), Unit: "people", N: 41, Interval: &[2]float64{1, 2}, Window: "730d",
							Says: "1 person made half of the commits", Reading: 25, Reliability: 0.8, Weight: 4, Points: 6.192, Evidence: []health.Evidence{}},
						{Metric: "time-to-first-response", Dimension: "responsiveness", Missing: "no token for github.com", Weight: 4, Points: 6.192},
						{Metric: "licence", Dimension: "governance", Value: ptr(1.0), Unit: "share", N: 1, Says: "MIT", Reading: 100, Reliability: 1, Weight: 2, Points: 12.384,
							Evidence: []health.Evidence{}},
					},
					Risk: ptr(0.87),
				},
				Why: "archived by its owner on 2025-03-02", Latest: "v0.9.1", LibyearsBehind: ptr(0.0),
				Course: []health.Point{
					{At: day("2024-02-21"), Score: 58}, {At: day("2025-02-21"), Score: 44}, {At: day("2025-11-21"), Score: 10}, {At: day("2026-11-21"), Score: 10}},
				Licences:   []string{"MIT"},
				Violations: []health.Violation{{Rule: "ceiling", Text: "archived by its owner on 2025-03-02"}},
			},
			{
				Dependency: health.Dependency{
					Purl: "pkg:golang/github.com/acme/quiet@v1.2.0", Ecosystem: "golang", Name: "github.com/acme/quiet", Version: "v1.2.0",
					Scope: health.ScopeRuntime, Locations: []health.Location{{Path: "go.mod", Line: 19}},
					Paths: [][]string{{"example.org/app", "github.com/acme/frame", "github.com/acme/quiet"}},
				},
				Repository: "https://github.com/acme/quiet",
				Score: health.Score{Score: ptr(28.4), BeforeCeilings: 28.4, Interval: [2]float64{19, 39}, Grade: health.GradeE, Coverage: 0.62,
					Confidence: health.ConfidenceMedium, Action: "upgrade the parent or remove"},
				Why:    "no sign of a maintainer for 3.1 years while 14 issues wait for an answer",
				Waived: []health.Waiver{{Rule: "grade", Reason: "replaced in the next release", Until: "2027-01-31", Text: "grade E at medium confidence"}},
			},
			{
				Dependency: health.Dependency{
					Purl: "pkg:golang/github.com/acme/frame@v2.0.0", Ecosystem: "golang", Name: "github.com/acme/frame", Version: "v2.0.0",
					Direct: true, Scope: health.ScopeRuntime, Locations: []health.Location{{Path: "go.mod", Line: 8}},
				},
				Repository: "https://codeberg.org/acme/frame",
				Score: health.Score{Score: ptr(57.0), BeforeCeilings: 57, Interval: [2]float64{50, 66}, Grade: health.GradeC, Coverage: 0.7,
					Confidence: health.ConfidenceMedium, Action: "keep, pin, recheck quarterly"},
				Why: "rests on one person", Upgrade: "v2.0.0 is retracted: use v2.0.1",
				Violations: []health.Violation{{Rule: "one-person", Text: "contributor-absence-factor is 1, the rule asks for 2", Warn: true}},
			},
			{
				Dependency: health.Dependency{
					Purl: "pkg:npm/%40acme/well@3.1.4", Ecosystem: "npm", Name: "@acme/well", Version: "3.1.4",
					Direct: true, Scope: health.ScopeDevelopment, Locations: []health.Location{{Path: "web/package-lock.json", Line: 1201}},
				},
				Score: health.Score{Score: ptr(88.8), BeforeCeilings: 88.8, Interval: [2]float64{84, 92}, Grade: health.GradeA, Coverage: 0.95,
					Confidence: health.ConfidenceHigh, Action: "keep"},
				Why: "nine people from four organisations, issues answered in two days",
			},
			{
				Dependency: health.Dependency{
					Purl: "pkg:golang/git.example.org/x/dark@v0.0.0-20200101000000-abcdefabcdef", Ecosystem: "golang", Name: "git.example.org/x/dark",
					Version: "v0.0.0-20200101000000-abcdefabcdef", Direct: true, Scope: health.ScopeRuntime,
				},
				Score: health.Score{Grade: health.GradeU, Interval: [2]float64{25, 75}, BeforeCeilings: 50, Coverage: 0.05,
					Confidence: health.ConfidenceLow, Action: "look at it yourself"},
				Why: "the repository's host didn't answer",
			},
		},
		Missing: []health.Missing{{Subject: "git.example.org/x/dark", Part: health.PartRepository, Why: "connection refused"}},
		Rules: []health.Rule{
			{ID: "grade", Text: "no direct dependency of grade E, with at least medium confidence", Help: "Replace the dependency, or help to keep it."},
			{ID: "ceiling", Text: "no dependency that is archived, deprecated or declared unmaintained", Help: "Move to the successor."},
			{ID: "one-person", Text: "contributor-absence-factor of at least 2", Warn: true, From: "mainstay.yaml:12"},
		},
		Changes: []health.Change{
			{Direct: []string{"github.com/acme/frame@v2.0.0"}, Clears: []string{"pkg:golang/github.com/acme/one@v1", "pkg:golang/github.com/acme/two@v1"}, Risk: 120},
			{Direct: []string{"github.com/acme/relic@v0.9.1"}, Clears: []string{"pkg:golang/github.com/acme/relic@v0.9.1"}, Risk: 90},
		},
		Notes: []string{"the waiver of pkg:golang/github.com/acme/gone is unused (mainstay.yaml:30)"},
	}
}

// hostile is sample with strings that try to be markup, commands, formulas,
// terminal control and more than one line.
const attack = "evil\x1b[31mred\x1b[0m\x1b]0;title\x07\r\n::error file=x::pwned\n| a | `b` <script>alert(1)</script> @everyone " +
	"[x](javascript:alert(1)) %0A::warning:: \u202egnp.exe\u2066 ]]> \"q\" 'q' &amp; \x00\x9b31m <!-- --> ~~~\n```\n# head"

func hostile() health.Report {
	rep := sample()
	f := &rep.Findings[0]
	f.Name, f.Version, f.Why, f.Action, f.Upgrade = attack, "=1+1"+attack, attack, attack, attack
	f.Purl, f.Repository = "pkg:golang/"+attack, "javascript:alert(1)//"+attack
	f.Locations = []health.Location{{Path: "a\nb,title=x::" + attack, Line: 3}}
	f.Paths = [][]string{{"root", attack, attack}}
	f.Violations = []health.Violation{{Rule: "r" + attack, Text: attack}}
	f.Waived = []health.Waiver{{Rule: attack, Reason: attack, Until: attack}}
	f.Ceilings[0].Reason, f.Ceilings[0].URL = attack, "javascript:"+attack
	f.Measurements[0].Says, f.Measurements[0].Evidence[0].URL = attack, "data:text/html,"+attack
	f.Measurements[2].Missing = attack
	rep.Missing[0] = health.Missing{Subject: attack, Part: health.Part(attack), Why: attack}
	rep.Notes = []string{attack}
	rep.Changes[0].Direct = []string{attack}
	rep.Rules[0] = health.Rule{ID: attack, Text: attack, Help: attack, From: attack}
	return rep
}

func render(t *testing.T, format string, rep health.Report, o Options) []byte {
	t.Helper()
	f, ok := Find(format)
	if !ok {
		t.Fatalf("no format %s", format)
	}
	var b bytes.Buffer
	if err := f.Write(&b, rep, o); err != nil {
		t.Fatalf("writing %s: %v", format, err)
	}
	return b.Bytes()
}

// golden compares got with a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
