package fact

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestSovereignty(t *testing.T) {
	tables, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	share := func(v float64) *float64 { return &v }
	people := []health.Person{
		{Affiliation: health.AffiliationEmployed, Organisation: "Acme"}, {Affiliation: health.AffiliationUnknown}, {Bot: "list"},
	}
	commits := func(by ...int) []health.Commit {
		out := []health.Commit{{At: at.AddDate(-3, 0, 0), By: 0}, {At: at, By: 0, Merge: true}} // neither counts
		for _, p := range by {
			out = append(out, health.Commit{At: at.AddDate(0, -1, 0), By: p})
		}
		return out
	}
	activity := func(host string, commits []health.Commit) *health.Activity {
		return &health.Activity{Repository: health.Repository{Host: host, Path: "a/b"}, People: people, Commits: commits}
	}
	for _, test := range []struct {
		name                string
		subject             health.Subject
		forge, registry     string // jurisdictions
		organisation        string
		share, unknown      *float64
		nothing, ownService bool
	}{
		{"a Go module on GitHub", health.Subject{Dependency: health.Dependency{Ecosystem: "golang"}, Activity: activity("github.com", commits(0, 0, 1, 2))},
			"US", "US", "Acme", share(2. / 3), share(1. / 3), false, false},
		{"on Codeberg, by nobody's employees", health.Subject{Dependency: health.Dependency{Ecosystem: "golang"}, Activity: activity("codeberg.org", commits(1))},
			"DE", "US", "", share(0), share(1), false, false},
		{"an own registry and an unknown host", health.Subject{
			Dependency: health.Dependency{Ecosystem: "npm", Registry: "https://npm.example.org/"}, Activity: activity("git.example.org", nil),
		}, "", "", "", nil, nil, false, true},
		{"the usual registry, as lockfiles name it", health.Subject{Dependency: health.Dependency{Ecosystem: "npm", Registry: "https://registry.npmjs.org/x/-/x.tgz"}},
			"", "US", "", nil, nil, false, false},
		{"nothing known", health.Subject{Dependency: health.Dependency{Ecosystem: "unheard-of"}}, "", "", "", nil, nil, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := tables.Sovereignty(test.subject, at)
			if (got == nil) != test.nothing {
				t.Fatalf("%+v", got)
			}
			if got == nil {
				return
			}
			of := func(o *health.Operator) string {
				if o == nil {
					return ""
				}
				return o.Jurisdiction
			}
			if of(got.Forge) != test.forge || of(got.Registry) != test.registry || got.Organisation != test.organisation {
				t.Errorf("forge %+v, registry %+v, organisation %q", got.Forge, got.Registry, got.Organisation)
			}
			if test.ownService && (got.Registry == nil || got.Registry.Service != "npm.example.org") {
				t.Errorf("registry %+v", got.Registry)
			}
			if diff := cmp.Diff([]*float64{test.share, test.unknown}, []*float64{got.Share, got.Unknown}); diff != "" {
				t.Error(diff)
			}
		})
	}
}
