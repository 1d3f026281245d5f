package metric

import (
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestStewardship(t *testing.T) {
	steward := func(kind, tier string, fromMemory bool) health.Steward {
		return health.Steward{Name: "S", Kind: kind, Tier: tier, FromMemory: fromMemory, URL: "https://example.org"}
	}
	paid := func(a *health.Activity) {
		for _, by := range []int{lead, second} {
			a.People[by].Affiliation, a.People[by].Organisation = health.AffiliationEmployed, "S"
			commit(a, by, 10, 50, 90)
		}
	}
	one := 1
	tests := []struct {
		name     string
		stewards []health.Steward
		change   func(a *health.Activity)
		want     float64
		reliable float64
		missing  string
	}{
		{"graduated", []health.Steward{steward("foundation", "graduated", false)}, nil, 100, 1, ""},
		{"the best of two", []health.Steward{steward("foundation", "sandbox", false), steward("foundation", "incubating", false)}, nil, 85, 1, ""},
		{"a fiscal host", []health.Steward{steward("fiscal-host", "member", false)}, nil, 75, 1, ""},
		{"nobody checked the row", []health.Steward{steward("foundation", "top-level", true)}, nil, 100, .5, ""},
		{"a vendor that pays two regulars", []health.Steward{steward("vendor", "hosted", false)}, paid, 70, 1, ""},
		{"a vendor's left-over", []health.Steward{steward("vendor", "hosted", false)}, nil, 45, 1, ""},
		{"paid once, no stewardship", []health.Steward{steward("public-body", "funded", false)}, nil, 0, 0, "no institution is known"},
		{"retired is no support", []health.Steward{steward("foundation", "attic", false)}, nil, 0, 0, "no institution is known"},
		{"sponsors", nil, func(a *health.Activity) { a.Funding = []health.Funding{{Platform: "github", Sponsors: &one}} }, 50, 1, ""},
		{"an organisation", nil, func(a *health.Activity) { a.Owner = health.OwnerOrganisation }, 45, 1, ""},
		{"a person", nil, func(a *health.Activity) { a.Owner = health.OwnerPerson }, 25, 1, ""},
		{"git alone", nil, nil, 0, 0, "no institution is known"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := repository()
			if test.change != nil {
				test.change(a)
			}
			m := ask(t, "stewardship", health.Subject{Activity: a, Stewards: test.stewards})
			check(t, m, test.want, 0, test.missing)
			if m.Reliability != test.reliable {
				t.Errorf("reliability %v, want %v", m.Reliability, test.reliable)
			}
		})
	}
}

func TestSupportWindow(t *testing.T) {
	yes, no := true, false
	for _, test := range []struct {
		name    string
		support *health.Support
		tags    []health.Tag
		files   []string
		reading float64
	}{
		{"two more years", &health.Support{Ends: now.Add(730 * day)}, nil, nil, 100},
		{"a year", &health.Support{Ends: now.Add(365 * day)}, nil, nil, 80},
		{"half a year", &health.Support{Ends: now.Add(183 * day)}, nil, nil, 50},
		{"over", &health.Support{Ends: ago(1)}, nil, nil, 0},
		{"over without a date", &health.Support{Over: &yes}, nil, nil, 0},
		{"supported without a date", &health.Support{Over: &no}, nil, nil, 80},
		{"an older line still gets releases", nil, []health.Tag{{Name: "v1.9.1", At: ago(100)}, {Name: "v2.0.0", At: ago(300)}, {Name: "v1.9.0", At: ago(400)}}, nil, 70},
		{"the older line ended", nil, []health.Tag{{Name: "v2.1.0", At: ago(100)}, {Name: "v2.0.0", At: ago(300)}, {Name: "v1.9.0", At: ago(400)}}, nil, 30},
		{"documents", nil, nil, []string{".github/SECURITY.md"}, 50},
		{"nothing", nil, nil, nil, 30},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := repository()
			a.Tags, a.Files = test.tags, test.files
			m := ask(t, "support-window", health.Subject{Activity: a, Support: test.support})
			if m.Reading < test.reading-.5 || m.Reading > test.reading+.5 {
				t.Errorf("reading %v (%s%s), want %v", m.Reading, m.Says, m.Missing, test.reading)
			}
		})
	}
}

func TestFunding(t *testing.T) {
	with := func(sponsors ...int) func(a *health.Activity) {
		return func(a *health.Activity) {
			for _, n := range sponsors {
				a.Funding = append(a.Funding, health.Funding{Platform: "github", Sponsors: &n})
			}
		}
	}
	run(t, "funding", 0, []probe{
		{"none", func(*health.Activity) {}, 20, ""},
		{"asked for", func(a *health.Activity) { a.Funding = []health.Funding{{Platform: "custom"}} }, 45, ""},
		{"asked for, and nobody gives", with(0), 45, ""},
		{"one sponsor", with(1), 60, ""},
		{"many, over two platforms", with(20, 5), 85, ""},
		{"not read", func(a *health.Activity) { a.Gaps = health.Gaps{{Part: health.PartFunding, Why: "no token"}} }, 0, "no token"},
	})
	s := health.Subject{Activity: repository(), Stewards: []health.Steward{{Name: "Agency", Tier: "funded", Since: ago(400), URL: "https://example.org"}}}
	check(t, ask(t, "funding", s), 100, 0, "")
	s.Stewards[0].Since = ago(4 * year)
	check(t, ask(t, "funding", s), 20, 0, "")
}

func TestSecurityResponse(t *testing.T) {
	run(t, "security-response", 0, []probe{
		{"nothing", func(*health.Activity) {}, 20, ""},
		{"a policy", func(a *health.Activity) { a.Security.Policy = true }, 60, ""},
		{"a policy's file", func(a *health.Activity) { a.Files = []string{"SECURITY.md"} }, 60, ""},
		{"private reporting too", func(a *health.Activity) { a.Security = health.Security{Policy: true, PrivateReporting: true} }, 85, ""},
		{"an advisory that got its fix", func(a *health.Activity) {
			a.Security.Policy = true
			a.Advisories = []health.Advisory{{ID: "A", Published: ago(50), Fixed: ago(40)}}
		}, 85, ""},
		{"one that didn't", func(a *health.Activity) {
			a.Security.Policy = true
			a.Advisories = []health.Advisory{{ID: "A", Published: ago(50)}}
		}, 60, ""},
	})
}
