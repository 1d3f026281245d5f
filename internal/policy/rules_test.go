package policy

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/config"
	"github.com/mainstay-dev/mainstay/internal/health"
)

func ptr[T any](v T) *T { return &v }

func day(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

var known = Vocabulary{
	Metrics:    []Metric{{ID: "contributor-absence-factor"}, {ID: "review-share", Min: 0, Max: 1}, {ID: "time-to-first-response"}},
	Ecosystems: []string{"golang", "npm"},
}

func policyOf(t *testing.T, text string) Policy {
	t.Helper()
	file, err := config.Parse(config.Name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Options{File: file, Known: known})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// dependency is one about which everything is known, and a little of it bad.
func dependency(t *testing.T) health.Finding {
	return health.Finding{
		Dependency: health.Dependency{Purl: "pkg:golang/github.com/acme/relic@v1.0.0", Ecosystem: "golang", Name: "github.com/acme/relic", Version: "v1.0.0",
			Scope: health.ScopeRuntime, Paths: [][]string{{"app", "github.com/acme/frame", "github.com/acme/relic"}}},
		Score: health.Score{
			Score: ptr(42.0), Grade: health.GradeD, Confidence: health.ConfidenceMedium, Coverage: 0.6,
			Dimensions:   []health.DimensionScore{{ID: "diversity", Score: 20, Coverage: 0.7}},
			Ceilings:     []health.Ceiling{{ID: "single-vendor", Limit: 79, Reason: "one company commits 95%"}},
			Measurements: []health.Measurement{{Metric: "contributor-absence-factor", Value: ptr(1.0), Unit: "people", N: 41}, {Metric: "review-share", Missing: "no token"}},
		},
		Latest: "v1.4.0", LatestAt: day(t, "2023-01-31"), LibyearsBehind: ptr(1.5), Publishers: ptr(1), Licences: []string{"MIT OR AGPL-3.0-only"},
		Jurisdiction: "US", Support: &health.Support{Product: "relic", Cycle: "1", Ends: day(t, "2027-03-01")},
	}
}

func TestEachKindOfRule(t *testing.T) {
	for _, c := range []struct{ name, rule, want string }{
		{"grade", "when: {grade: D}", "grade D"},
		{"grade, worse", "when: {grade: C}", "grade D"},
		{"grade, better", "when: {grade: E}", ""},
		{"grade U alone", "when: {grade: U}", ""},
		{"confidence reached", "when: {grade: D, confidence: medium}", "grade D, medium confidence"},
		{"confidence not reached", "when: {grade: D, confidence: high}", ""},
		{"score", "when: {score_below: 42.5}", "score 42.0 below 42.5"},
		{"score, at the bound", "when: {score_below: 42}", ""},
		{"ceiling", "when: {ceilings: [gone, single-vendor]}", "one company commits 95%"},
		{"ceiling, another", "when: {ceilings: [gone]}", ""},
		{"metric", "when: {metric: {id: contributor-absence-factor, below: 2}}", "contributor-absence-factor is 1 people (n 41), below 2"},
		{"metric, enough n", "when: {metric: {id: contributor-absence-factor, below: 2, min_n: 41}}", "contributor-absence-factor is 1 people (n 41), below 2"},
		{"metric, too few n", "when: {metric: {id: contributor-absence-factor, below: 2, min_n: 42}}", ""},
		{"metric, above", "when: {metric: {id: contributor-absence-factor, above: 1}}", ""},
		{"metric, missing", "when: {metric: {id: review-share, below: 0.5}}", ""},
		{"dimension", "when: {dimension: {id: diversity, below: 30}}", "diversity 20 below 30"},
		{"dimension, too little known", "when: {dimension: {id: diversity, below: 30, min_coverage: 0.8}}", ""},
		{"dimension, not there", "when: {dimension: {id: support, below: 30}}", ""},
		{"age", "when: {newest_release_older_than: 3y}", "the newest release, v1.4.0, is of 2023-01-31"},
		{"age, younger", "when: {newest_release_older_than: 4y}", ""},
		{"publisher", "when: {single_publisher: true}", "a single account can publish it"},
		{"licence, one to choose", "when: {licences: {deny: [AGPL-3.0-only]}}", ""},
		{"licence, none to choose", "when: {licences: {deny: [\"AGPL-*\", MIT]}}", "licence MIT OR AGPL-3.0-only"},
		{"licence, allowed", "when: {licences: {allow: [mit]}}", ""},
		{"licence, not allowed", "when: {licences: {allow: [Apache-2.0]}}", "licence MIT OR AGPL-3.0-only"},
		{"jurisdiction", "when: {jurisdictions: {allow: [EU, CH]}}", "its forge's operator sits in US"},
		{"jurisdiction, denied", "when: {jurisdictions: {deny: [US]}}", "its forge's operator sits in US"},
		{"jurisdiction, fine", "when: {jurisdictions: {deny: [EU]}}", ""},
		{"support", "when: {support_ends_within: 6m}", "support of relic 1 ends on 2027-03-01"},
		{"support, later", "when: {support_ends_within: 3m}", ""},
		{"libyears", "when: {libyears_behind_above: 1}", "1.5 years behind v1.4.0"},
		{"libyears, fewer", "when: {libyears_behind_above: 1.5}", ""},
		{"fallen without baseline", "when: {fallen_by: 1}", ""},
		{"both parts", "when: {grade: D, single_publisher: true}", "grade D, a single account can publish it"},
		{"one part only", "when: {grade: E, single_publisher: true}", ""},
		{"for transitive", "for: {direct: false}\n      when: {grade: D}", "grade D"},
		{"for direct", "for: {direct: true}\n      when: {grade: D}", ""},
		{"for its ecosystem", "for: {ecosystems: [npm, golang]}\n      when: {grade: D}", "grade D"},
		{"for another", "for: {ecosystems: [npm]}\n      when: {grade: D}", ""},
		{"for its purl", "for: {purls: [\"pkg:golang/github.com/acme/*\"]}\n      when: {grade: D}", "grade D"},
		{"for its version", "for: {purls: [\"pkg:golang/github.com/acme/relic@v1*\"]}\n      when: {grade: D}", "grade D"},
		{"for another purl", "for: {purls: [\"pkg:golang/github.com/acme/rel\"]}\n      when: {grade: D}", ""},
		{"excepted", "for: {except: [\"pkg:golang/*/relic\"]}\n      when: {grade: D}", ""},
		{"near enough", "for: {max_depth: 2}\n      when: {grade: D}", "grade D"},
		{"too deep", "for: {max_depth: 1}\n      when: {grade: D}", ""},
		{"for tests", "for: {scopes: [test]}\n      when: {grade: D}", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := policyOf(t, "policy:\n  rules:\n    - id: x\n      "+c.rule+"\n")
			rep := Check(health.Report{AsOf: day(t, "2026-11-21"), Findings: []health.Finding{dependency(t)}}, p, Against{})
			got := ""
			for _, v := range rep.Findings[0].Violations {
				got += v.Text
			}
			if got != c.want {
				t.Errorf("says %q, want %q", got, c.want)
			}
		})
	}
}

func TestUnknownIsNeverBrokenUnlessAsked(t *testing.T) {
	nothing := health.Finding{Dependency: health.Dependency{Purl: "pkg:npm/x"}, Score: health.Score{Grade: health.GradeU, Confidence: health.ConfidenceLow}}
	for rule, want := range map[string]int{
		"{grade: B}": 0, "{score_below: 100}": 0, "{single_publisher: true}": 0, "{newest_release_older_than: 1d}": 0, "{support_ends_within: 99y}": 0,
		"{licences: {allow: [MIT]}}": 0, "{licences: {allow: [MIT], unknown: true}}": 1,
		"{jurisdictions: {allow: [DE]}}": 0, "{jurisdictions: {allow: [DE], unknown: true}}": 1,
		"{metric: {id: review-share, below: 0.5}}": 0, "{grade: U}": 1,
	} {
		rep := Check(health.Report{Findings: []health.Finding{nothing}}, policyOf(t, "policy:\n  rules:\n    - {id: x, when: "+rule+"}\n"), Against{})
		if got := len(rep.Findings[0].Violations); got != want {
			t.Errorf("%s: %d violations, want %d", rule, got, want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct{ name, rule, want string }{
		{"no id", "{when: {grade: E}}", "a rule needs an id"},
		{"strange id", "{id: \"a b\", when: {grade: E}}", "small letters"},
		{"no condition", "{id: x}", "rule x has no condition"},
		{"severity", "{id: x, severity: warning, when: {grade: E}}", `no such severity: "warning"`},
		{"grade", "{id: x, when: {grade: F}}", `no such grade: "F"`},
		{"every grade", "{id: x, when: {grade: A}}", "says nothing"},
		{"sure of nothing", "{id: x, when: {grade: U, confidence: high}}", "can never match"},
		{"score of nothing", "{id: x, when: {grade: U, score_below: 3}}", "can never match"},
		{"confidence alone", "{id: x, when: {confidence: high}}", "alone is no complaint"},
		{"score", "{id: x, when: {score_below: 101}}", "no bound of 101"},
		{"ceiling", "{id: x, when: {ceilings: [archvied]}}", `did you mean "archived"?`},
		{"metric", "{id: x, when: {metric: {id: review-shares, below: 1}}}", `did you mean "review-share"?`},
		{"share above one", "{id: x, when: {metric: {id: review-share, above: 50}}}", "can never match: review-share is at most 1"},
		{"share below zero", "{id: x, when: {metric: {id: review-share, below: 0}}}", "can never match: review-share is at least 0"},
		{"no bound", "{id: x, when: {metric: {id: review-share}}}", "needs a bound"},
		{"crossed bounds", "{id: x, when: {metric: {id: time-to-first-response, above: 9, below: 3}}}", "nothing is above 9 and below 3"},
		{"dimension", "{id: x, when: {dimension: {id: divers, below: 3}}}", `no such dimension: "divers"`},
		{"dimension without bound", "{id: x, when: {dimension: {id: diversity}}}", "needs a bound"},
		{"coverage", "{id: x, when: {dimension: {id: diversity, below: 3, min_coverage: 50}}}", "between 0 and 1"},
		{"both lists", "{id: x, when: {licences: {allow: [MIT], deny: [ISC]}}}", "one of the two"},
		{"no list", "{id: x, when: {licences: {unknown: true}}}", "one of the two"},
		{"jurisdiction", "{id: x, when: {jurisdictions: {deny: [Germany]}}}", "no jurisdiction"},
		{"fallen", "{id: x, when: {fallen_by: 0}}", "falls by more than 0"},
		{"libyears", "{id: x, when: {libyears_behind_above: -1}}", "less than 0 years"},
		{"ecosystem", "{id: x, for: {ecosystems: [go]}, when: {grade: E}}", `no such ecosystem: "go"`},
		{"scope", "{id: x, for: {scopes: [prod]}, when: {grade: E}}", `no such scope: "prod"`},
		{"no purl", "{id: x, for: {purls: [left-pad]}, when: {grade: E}}", "is no pattern"},
		{"purl elsewhere", "{id: x, for: {ecosystems: [npm], purls: [\"pkg:golang/*\"]}, when: {grade: E}}", "can never match: the rule looks at npm alone"},
		{"looked at and excepted", "{id: x, for: {purls: [\"pkg:npm/x\"], except: [\"pkg:npm/x\"]}, when: {grade: E}}", "looked at and excepted"},
		{"depth zero", "{id: x, for: {max_depth: 0}, when: {grade: E}}", "starts at 1"},
		{"transitive at depth one", "{id: x, for: {direct: false, max_depth: 1}, when: {grade: E}}", "can never match"},
		{"twice", "{id: x, when: {grade: E}}\n    - {id: x, when: {grade: D}}", `a second rule with the id "x"`},
	} {
		file, err := config.Parse(config.Name, []byte("policy:\n  rules:\n    - "+c.rule+"\n"))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		_, err = New(Options{File: file, Known: known})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "mainstay.yaml:") {
			t.Errorf("%s: %v, want %q in it", c.name, err, c.want)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"policy: {rules: []}", "lets everything pass"},
		{"policy: {fail_on: U}", "grade U never fails"},
		{"policy: {fail_under: 0}", "no bound of 0"},
		{"policy: {waivers: [{purl: \"pkg:npm/x\", rule: grade, until: 2027-01-31}]}", "needs purl, rule, reason and until"},
		{"policy: {waivers: [{purl: \"pkg:npm/x\", rule: grad, reason: r, until: 2027-01-31}]}", `did you mean "grade"?`},
	} {
		file, err := config.Parse(config.Name, []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(Options{File: file}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", c.text, err, c.want)
		}
	}
	for _, o := range []Options{{FailOn: "F"}, {FailOn: "U"}, {FailUnder: ptr(101.0)}, {FailUnder: ptr(0.0)}} {
		if _, err := New(o); err == nil || !strings.HasPrefix(err.Error(), "--fail-") {
			t.Errorf("flags %+v: %v", o, err)
		}
	}
}

func TestFlagsWinOverTheFile(t *testing.T) {
	file, err := config.Parse(config.Name, []byte("policy: {fail_on: E, fail_under: 10}"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Options{File: file, FailOn: "C", FailUnder: ptr(60.0)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range p.rules {
		got = append(got, r.From+" "+r.Text)
	}
	want := []string{"--fail-on no direct dependency with grade C or worse",
		"default no direct dependency with the fact malware or archived or deprecated or declared-unmaintained",
		"--fail-under no direct dependency with a score below 60"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDevelopmentIsJudgedOnlyWhenAsked(t *testing.T) {
	f := dependency(t)
	f.Direct, f.Scope, f.Grade, f.Score.Score = true, health.ScopeDevelopment, health.GradeE, ptr(10.0)
	for dev, want := range map[bool]int{false: 0, true: 1} {
		p, err := New(Options{Dev: dev})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(Check(health.Report{Findings: []health.Finding{f}}, p, Against{}).Findings[0].Violations); got != want {
			t.Errorf("dev %v: %d violations, want %d", dev, got, want)
		}
	}
}

func TestStarterSaysTheSameAsNoFile(t *testing.T) {
	p := policyOf(t, Starter)
	var got, want bytes.Buffer
	strip := func(p Policy) Policy {
		for i := range p.rules {
			p.rules[i].From = ""
		}
		return p
	}
	if err := strip(p).Show(&got); err != nil {
		t.Fatal(err)
	}
	if err := strip(byDefault(t)).Show(&want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), got.String()); diff != "" {
		t.Errorf("starter (-default +starter):\n%s", diff)
	}
	if len(byDefault(t).rules) != 2 {
		t.Errorf("the default policy has %d rules", len(byDefault(t).rules))
	}
}

// The starter's examples are comments; they have to work once they are none.
func TestStarterExamplesWork(t *testing.T) {
	var text strings.Builder
	for line := range strings.Lines(Starter) {
		trimmed := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(trimmed)]
		if rest, ok := strings.CutPrefix(trimmed, "# "); ok {
			key, _, _ := strings.Cut(strings.TrimLeft(rest, " -"), ":")
			if strings.Contains(rest, ":") && !strings.Contains(key, " ") || strings.HasPrefix(strings.TrimSpace(rest), "- id") {
				line = indent + rest
			}
		}
		text.WriteString(line)
	}
	p := policyOf(t, strings.Replace(text.String(), "mainstay.yaml: what", "# what", 1))
	if len(p.rules) != 10 || len(p.waivers) != 1 {
		t.Errorf("%d rules and %d waivers of the starter were tried", len(p.rules), len(p.waivers))
	}
}

func TestShowCanBeReadAgain(t *testing.T) {
	text := "policy:\n  fail_under: 30\n  rules:\n    - {id: x, severity: warn, help: \"h: #\", for: {direct: true, max_depth: 1}, when: {metric: {id: review-share, below: 0.5}, newest_release_older_than: 2y}}\n" +
		"  waivers:\n    - {purl: \"pkg:npm/*\", rule: x, reason: r, until: 2027-01-31}\n"
	var shown, again bytes.Buffer
	if err := policyOf(t, text).Show(&shown); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(shown.String(), "# mainstay.yaml:4: no direct dependency") || !strings.Contains(shown.String(), "# mainstay.yaml:2: ") {
		t.Errorf("doesn't say where lines come from:\n%s", shown.String())
	}
	if err := policyOf(t, shown.String()).Show(&again); err != nil {
		t.Fatal(err)
	}
	plain := func(s string) string {
		var out []string
		for line := range strings.Lines(s) {
			if !strings.HasPrefix(strings.TrimSpace(line), "#") {
				out = append(out, line)
			}
		}
		return strings.Join(out, "")
	}
	if diff := cmp.Diff(plain(shown.String()), plain(again.String())); diff != "" {
		t.Error(diff)
	}
}

func TestSatisfiable(t *testing.T) {
	mit := func(id string) bool {
		return id == "MIT" || id == "ISC" || id == "GPL-2.0-only WITH Classpath-exception-2.0"
	}
	for in, want := range map[string]bool{
		"MIT": true, "GPL-3.0-only": false, "MIT OR GPL-3.0-only": true, "MIT AND GPL-3.0-only": false, "MIT and ISC": true,
		"(GPL-3.0-only OR MIT) AND ISC": true, "GPL-3.0-only OR (MIT AND Zlib)": false, "GPL-2.0-only WITH Classpath-exception-2.0": true,
		"": false, "(MIT": false, "MIT OR": false, "The MIT License": false, "((((MIT))))": true,
		strings.Repeat("(", 1000) + "MIT" + strings.Repeat(")", 1000): false,
	} {
		if got := satisfiable(in, mit); got != want {
			t.Errorf("satisfiable(%.40q) = %v, want %v", in, got, want)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"a", "a", true}, {"a", "ab", false}, {"*", "", true}, {"a*", "ab", true}, {"*b", "ab", true}, {"a*c*e", "abcde", true},
		{"a*c*e", "abde", false}, {"ab*ba", "aba", false}, {"a**b", "ab", true}, {"*a*", "xay", true},
	} {
		if got := glob(c.pattern, c.s); got != c.want {
			t.Errorf("glob(%q, %q) = %v", c.pattern, c.s, got)
		}
	}
}
