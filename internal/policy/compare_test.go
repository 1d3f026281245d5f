package policy

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// bad is a direct dependency that breaks the default rule about the grade.
func bad(name string) health.Finding {
	return health.Finding{
		Dependency: health.Dependency{Purl: "pkg:golang/" + name + "@v1.0.0", Ecosystem: "golang", Name: name, Version: "v1.0.0", Direct: true, Scope: health.ScopeRuntime},
		Score:      health.Score{Score: ptr(30.0), Grade: health.GradeE, Confidence: health.ConfidenceHigh},
	}
}

func reportOf(t *testing.T, fs ...health.Finding) health.Report {
	return health.Report{Schema: health.ReportSchema, AsOf: day(t, "2026-11-21"), Complete: true, Findings: fs}
}

func TestWaivers(t *testing.T) {
	const text = "policy:\n  waivers:\n    - {purl: \"pkg:golang/acme/*\", rule: grade, reason: soon, until: %s}\n"
	for _, c := range []struct{ name, until, dep, violation, waived, note string }{
		{"holds", "2026-11-22", "acme/x", "", "grade: soon until 2026-11-22", ""},
		{"holds on its last day", "2026-11-21", "acme/x", "", "grade: soon until 2026-11-21", ""},
		{"expired", "2026-11-20", "acme/x", "grade E, high confidence (the waiver of mainstay.yaml:3 ended on 2026-11-20: soon)", "", "ended on 2026-11-20"},
		{"about another", "2027-01-31", "other/x", "grade E, high confidence", "", "is unused: remove it"},
	} {
		rep := Check(reportOf(t, bad(c.dep)), policyOf(t, fmt.Sprintf(text, c.until)), Against{})
		f := rep.Findings[0]
		var violation, waived string
		for _, v := range f.Violations {
			violation += v.Text
		}
		for _, w := range f.Waived {
			waived += w.Rule + ": " + w.Reason + " until " + w.Until
		}
		if violation != c.violation || waived != c.waived {
			t.Errorf("%s: violation %q, waived %q", c.name, violation, waived)
		}
		if notes := strings.Join(rep.Notes, "\n"); !strings.Contains(notes, c.note) || (c.note == "") != (notes == "") {
			t.Errorf("%s: notes %q, want %q", c.name, notes, c.note)
		}
	}
}

func TestCheckTwiceIsCheckOnce(t *testing.T) {
	p := policyOf(t, "policy:\n  waivers:\n    - {purl: \"pkg:golang/acme/*\", rule: grade, reason: soon, until: 2027-01-31}\n")
	once := Check(reportOf(t, bad("acme/x"), bad("acme/y")), p, Against{})
	again := once
	again.Notes = nil
	if diff := cmp.Diff(once, Check(again, p, Against{})); diff != "" {
		t.Error(diff)
	}
}

func TestBaselineFailsOnlyOnWorseOrNew(t *testing.T) {
	at := func(edit func(*health.Finding)) health.Finding { f := bad("acme/x"); edit(&f); return f }
	accepted := Check(reportOf(t, at(func(f *health.Finding) {
		f.Score.Score, f.Ceilings = ptr(31.24), []health.Ceiling{{ID: "young", Limit: 70}}
	})), byDefault(t), Against{})
	var file bytes.Buffer
	if _, err := NewBaseline(accepted).WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	baseline, err := ReadBaseline("b.json", &file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		f     health.Finding
		fails bool
	}{
		{"the same", at(func(*health.Finding) {}), false},
		{"a point worse", at(func(f *health.Finding) { f.Score.Score = ptr(30.0) }), false},
		{"upgraded, as bad", at(func(f *health.Finding) { f.Version, f.Purl = "v2.0.0", "pkg:golang/acme/x@v2.0.0" }), false},
		{"a new fact", at(func(f *health.Finding) { f.Ceilings = []health.Ceiling{{ID: "archived", Limit: 10, Reason: "r"}} }), true},
		{"another dependency", bad("acme/y"), true},
	} {
		rep := Check(reportOf(t, c.f), byDefault(t), Against{Baseline: &baseline})
		if got := rep.Findings[0].Fails(); got != c.fails {
			t.Errorf("%s: fails %v, want %v: %+v", c.name, got, c.fails, rep.Findings[0].Violations)
		}
		if len(rep.Findings[0].Violations) == 0 {
			t.Errorf("%s: what is known isn't shown", c.name)
		}
	}

	// From D, which a file's rule accepted, to E.
	p := policyOf(t, "policy: {fail_on: D}")
	d := Check(reportOf(t, at(func(f *health.Finding) { f.Grade, f.Score.Score = health.GradeD, ptr(40.0) })), p, Against{})
	baseline = NewBaseline(d)
	if rep := Check(reportOf(t, bad("acme/x")), p, Against{Baseline: &baseline}); !rep.Findings[0].Fails() {
		t.Error("a worse grade is taken for known")
	}
}

func TestFallenSinceTheBaseline(t *testing.T) {
	p := policyOf(t, "policy:\n  rules:\n    - {id: fallen, when: {fallen_by: 15}}\n")
	before := bad("acme/x")
	before.Grade, before.Score.Score = health.GradeB, ptr(70.0)
	baseline := NewBaseline(Check(reportOf(t, before), p, Against{}))
	for now, want := range map[float64]bool{70: false, 55.1: false, 55: true, 30: true} {
		f := before
		f.Score.Score = ptr(now)
		if got := Check(reportOf(t, f), p, Against{Baseline: &baseline}).Findings[0].Fails(); got != want {
			t.Errorf("from 70 to %v: fails %v, want %v", now, got, want)
		}
	}
	if rep := Check(reportOf(t, before), p, Against{}); !strings.Contains(strings.Join(rep.Notes, ""), "there is none: --baseline names one") {
		t.Errorf("nobody says that the rule has nothing to compare with: %q", rep.Notes)
	}
}

func TestBaselineOfOtherFigures(t *testing.T) {
	rep := reportOf(t, bad("acme/x"))
	rep.Tool.Score = "aaaa"
	baseline := NewBaseline(Check(rep, byDefault(t), Against{}))
	rep.Tool.Score = "bbbb"
	if notes := Check(rep, byDefault(t), Against{Baseline: &baseline}).Notes; !strings.Contains(strings.Join(notes, ""), "aren't comparable") {
		t.Errorf("notes %q", notes)
	}
}

func TestNewFrom(t *testing.T) {
	same, upgraded := bad("acme/x"), bad("acme/y")
	before := []health.Dependency{same.Dependency, upgraded.Dependency}
	upgraded.Version, upgraded.Purl = "v1.1.0", "pkg:golang/acme/y@v1.1.0"
	rep := Check(reportOf(t, same, upgraded, bad("acme/z")), byDefault(t), Against{From: "main", Before: before})
	for i, want := range []bool{false, true, true} {
		if got := rep.Findings[i].Fails(); got != want {
			t.Errorf("%s: fails %v, want %v", rep.Findings[i].Purl, got, want)
		}
	}
	if got := rep.Findings[0].Violations[0].Known; got != "unchanged since main" {
		t.Errorf("known: %q", got)
	}
}

func TestBaselineFile(t *testing.T) {
	var file bytes.Buffer
	rep := reportOf(t, bad("acme/y"), bad("acme/x"))
	rep.Findings = append(rep.Findings, bad("acme/x"))
	rep.Findings[2].Version, rep.Findings[2].Purl, rep.Findings[2].Score.Score = "v2.0.0", "pkg:golang/acme/x@v2.0.0", ptr(12.345)
	if _, err := NewBaseline(Check(rep, byDefault(t), Against{})).WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	want := `{
 "schema": "mainstay/baseline/v1",
 "asOf": "2026-11-21",
 "dependencies": [
  {"purl":"pkg:golang/acme/x","grade":"E","score":12.3,"rules":["grade"]},
  {"purl":"pkg:golang/acme/y","grade":"E","score":30,"rules":["grade"]}
 ]
}
`
	if diff := cmp.Diff(want, file.String()); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct{ name, in, want string }{
		{"truncated", want[:len(want)-8], "b.json:6"},
		{"another version", strings.Replace(want, "/v1", "/v2", 1), "--write-baseline"},
		{"something else", "{}", "its schema is \"\""},
		{"unknown key", strings.Replace(want, `"asOf"`, `"asof2": 1, "asOf"`, 1), `unknown field "asof2"`},
		{"no list", `{"schema": "mainstay/baseline/v1", "asOf": "2026-11-21"}`, `no "dependencies"`},
		{"twice", strings.Replace(want, "acme/y", "acme/x", 1), "stands twice"},
		{"grade", strings.Replace(want, `"E"`, `"F"`, 1), "no such grade"},
		{"date", strings.Replace(want, "2026-11-21", "yesterday", 1), "asOf is no date"},
	} {
		if _, err := ReadBaseline("b.json", strings.NewReader(c.in)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", c.name, err, c.want)
		}
	}
}

func TestChanges(t *testing.T) {
	weak := func(name string, score float64, owners ...string) health.Finding {
		f := bad(name)
		f.Direct, f.Score.Score = len(owners) == 0, &score
		for _, o := range owners {
			f.Paths = append(f.Paths, []string{"app", o, name})
		}
		return f
	}
	waived := weak("w", 0)
	waived.Waived = []health.Waiver{{Rule: "grade"}}
	got := changes([]health.Finding{
		weak("a1", 10, "frame"), weak("a2", 20, "frame"), // frame clears 170
		weak("b", 5),                        // itself clears 95
		weak("c", 15, "frame", "other"),     // 85 more once frame goes, for one more change
		weak("orphan", 0, "nobody"), waived, // 100
		weak("d", 30, "frame", "frame", "frame"),                                              // 70, one owner told thrice
		{Dependency: health.Dependency{Name: "e"}, Score: health.Score{Grade: health.GradeE}}, // no owner known
	})
	var lines []string
	for _, c := range got {
		lines = append(lines, fmt.Sprintf("%v clears %d for %v", c.Direct, len(c.Clears), c.Risk))
	}
	want := []string{"[frame] clears 3 for 240", "[nobody] clears 1 for 100", "[b@v1.0.0] clears 1 for 95", "[other] clears 1 for 85"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

func FuzzReadBaseline(f *testing.F) {
	f.Add(`{"schema":"mainstay/baseline/v1","asOf":"2026-11-21","dependencies":[{"purl":"pkg:golang/acme/x","grade":"E","score":12.3,"rules":["grade"]}]}`)
	f.Fuzz(func(t *testing.T, in string) {
		b, err := ReadBaseline("b.json", strings.NewReader(in))
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if _, err := b.WriteTo(&first); err != nil {
			t.Fatal(err)
		}
		again, err := ReadBaseline("b.json", bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatalf("what was written can't be read: %v\n%s", err, first.String())
		}
		if _, err := again.WriteTo(&second); err != nil || first.String() != second.String() {
			t.Errorf("%v: written twice, it differs:\n%s%s", err, first.String(), second.String())
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	rep := health.Report{Complete: true}
	for i := range 500 {
		f := bad(fmt.Sprintf("acme/%d", i))
		f.Direct = i%10 == 0
		for j := range 3 {
			f.Paths = append(f.Paths, []string{"app", fmt.Sprintf("acme/%d@v1.0.0", (i+j*7)%50*10), f.Label()})
		}
		rep.Findings = append(rep.Findings, f)
	}
	baseline := NewBaseline(rep)
	for b.Loop() {
		Check(rep, byDefault(b), Against{Baseline: &baseline})
	}
}
