package policy

import (
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestDefault(t *testing.T) {
	finding := func(edit func(*health.Finding)) health.Finding {
		score := 20.0
		f := health.Finding{
			Dependency: health.Dependency{Direct: true, Scope: health.ScopeRuntime},
			Score:      health.Score{Score: &score, Grade: health.GradeE, Confidence: health.ConfidenceMedium},
		}
		edit(&f)
		return f
	}
	archived := []health.Ceiling{{ID: "single-vendor", Limit: 79}, {ID: "archived", Limit: 10, Reason: "archived on 2025-03-02"}}
	for _, c := range []struct {
		name string
		f    health.Finding
		want string // the rule that is broken
	}{
		{"grade E, medium", finding(func(*health.Finding) {}), "grade"},
		{"grade E, low", finding(func(f *health.Finding) { f.Confidence = health.ConfidenceLow }), ""},
		{"grade E, transitive", finding(func(f *health.Finding) { f.Direct = false }), ""},
		{"grade E, development", finding(func(f *health.Finding) { f.Scope = health.ScopeDevelopment }), ""},
		{"grade D", finding(func(f *health.Finding) { f.Grade = health.GradeD }), ""},
		{"grade U", finding(func(f *health.Finding) { f.Grade, f.Score.Score = health.GradeU, nil }), ""},
		{"archived", finding(func(f *health.Finding) { f.Grade, f.Confidence, f.Ceilings = "E", "low", archived }), "ceiling"},
		{"single vendor", finding(func(f *health.Finding) { f.Grade, f.Ceilings = "B", archived[:1] }), ""},
	} {
		rep := Check(health.Report{Findings: []health.Finding{c.f}}, byDefault(t), Against{})
		got := ""
		for _, v := range rep.Findings[0].Violations {
			got += v.Rule
		}
		if got != c.want {
			t.Errorf("%s: breaks %q, want %q", c.name, got, c.want)
		}
	}
}

// byDefault is the policy without any configuration.
func byDefault(t testing.TB) Policy {
	t.Helper()
	p, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
