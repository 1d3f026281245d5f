package forge

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/health"
)

func rules(t testing.TB) Rules {
	t.Helper()
	tables, err := fact.Load()
	if err != nil {
		t.Fatal(err)
	}
	return Rules{Tables: tables}
}

// settle makes an Activity of one commit by each author and settles it.
func settle(r *Roster, authors ...int) health.Activity {
	var a health.Activity
	for _, by := range authors {
		a.Commits = append(a.Commits, health.Commit{By: by})
	}
	r.Settle(&a)
	return a
}

func by(a health.Activity) []int {
	var out []int
	for _, c := range a.Commits {
		out = append(out, c.By)
	}
	return out
}

func TestSamePerson(t *testing.T) {
	for _, test := range []struct {
		name    string
		authors [][2]string
		mailmap string
		want    []int
	}{
		{"equal address", [][2]string{{"jane", "jane@acme.org"}, {"Jane Doe", "JANE@acme.org"}}, "", []int{0, 0}},
		{"equal full name", [][2]string{{"Jane Doe", "jane@acme.org"}, {"jane  doe", "jd@home.net"}}, "", []int{0, 0}},
		{"a name without a space ties nothing", [][2]string{{"jane", "jane@acme.org"}, {"jane", "jane@home.net"}}, "", []int{0, 1}},
		{"a stand-in name ties nothing", [][2]string{{"Your Name", "a@acme.org"}, {"Your Name", "b@home.net"}}, "", []int{0, 1}},
		{"stand-in address, old and new form", [][2]string{{"jane", "jane@users.noreply.github.com"}, {"jd", "123+Jane@users.noreply.github.com"}}, "", []int{0, 0}},
		{"stand-in address after a change of login", [][2]string{{"a", "123+jane@users.noreply.github.com"}, {"b", "123+janet@users.noreply.github.com"}}, "", []int{0, 0}},
		{"equal logins on two forges", [][2]string{{"a", "jane@users.noreply.github.com"}, {"b", "jane@noreply.codeberg.org"}}, "", []int{0, 1}},
		{"a shared address ties nothing", [][2]string{{"jane", "noreply@acme.org"}, {"joe", "noreply@acme.org"}}, "", []int{0, 1}},
		{"a placeholder ties nothing", [][2]string{{"jane", "you@example.com"}, {"joe", "you@example.com"}}, "", []int{0, 1}},
		{"over a third", [][2]string{{"Jane Doe", "a@acme.org"}, {"jd", "b@home.net"}, {"Jane Doe", "b@home.net"}}, "", []int{0, 0, 0}},
		{"mailmap by address", [][2]string{{"jane", "a@acme.org"}, {"jd", "b@home.net"}}, "Jane Doe <a@acme.org> <B@home.net>\n", []int{0, 0}},
		{"mailmap by name and address", [][2]string{{"jane", "root@home.net"}, {"joe", "root@home.net"}, {"x", "jane@acme.org"}},
			"Jane Doe <jane@acme.org> jane <root@home.net>\n", []int{0, 1, 0}},
		{"people and programs stay apart", [][2]string{{"Jane Doe", "ci@acme.org"}, {"acme-bot", "ci@acme.org"}}, "", []int{0, 1}},
		{"nothing known", [][2]string{{"", ""}, {"", ""}, {"jane", ""}}, "", []int{0, 0, 1}},
	} {
		r := NewRoster(rules(t), "github.com")
		r.Mailmap(ParseMailmap(test.mailmap))
		var authors []int
		for _, a := range test.authors {
			authors = append(authors, r.Author(a[0], a[1]))
		}
		if d := cmp.Diff(test.want, by(settle(r, authors...))); d != "" {
			t.Errorf("%s: %s", test.name, d)
		}
	}
}

func TestPrograms(t *testing.T) {
	for _, test := range []struct{ name, address, want string }{
		{"dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", "forge"},
		{"Acme Updater [bot]", "", "forge"},
		{"x", "123+acme[bot]@users.noreply.github.com", "forge"},
		{"renovate-bot", "renovate@acme.org", "list"},
		{"Renovate Bot", "bot@renovateapp.com", "list"},
		{"Kubernetes Prow Robot", "k8s.ci.robot@gmail.com", "list"},
		{"Acme Release Bot", "x@acme.org", "pattern"},
		{"GitHub Action", "x@acme.org", "pattern"},
		{"acme", "acme-bot@acme.org", "pattern"},
		{"Claude", "noreply@anthropic.com", "agent"},
		{"copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com", "agent"},
		{"GitHub", "noreply@github.com", "nobody"},
		// People.
		{"Jane Abbott", "jane@acme.org", ""}, {"Talbot", "talbot@acme.org", ""}, {"robotnik", "robotnik@acme.org", ""},
		{"Peter Bot", "peter.bot@acme.nl", ""}, {"Claude Monet", "claude@acme.fr", ""}, {"claude", "claude@acme.fr", ""},
		{"Robot Jones", "rj@acme.org", ""}, {"", "", ""},
	} {
		r := NewRoster(rules(t), "github.com")
		a := settle(r, r.Author(test.name, test.address))
		if got := a.People[0].Bot; got != test.want {
			t.Errorf("%s <%s>: %q, want %q", test.name, test.address, got, test.want)
		}
	}
}

func TestConfiguredPrograms(t *testing.T) {
	rules := rules(t)
	rules.Humans, rules.Bots = []string{"Renovate-Bot", "peter-bot@acme.nl"}, []string{"Nightly", "importer@acme.org"}
	r := NewRoster(rules, "github.com")
	a := settle(r, r.Author("renovate-bot", ""), r.Author("P", "peter-bot@acme.nl"), r.Author("nightly", ""), r.Author("I", "importer@acme.org"))
	var got []string
	for _, p := range a.People {
		got = append(got, p.Bot)
	}
	if d := cmp.Diff([]string{"", "", "configured", "configured"}, got); d != "" {
		t.Error(d)
	}
}

func TestUniformMessagesAreAProgram(t *testing.T) {
	for _, test := range []struct {
		name  string
		says  func(i int) string
		times int
		want  string
	}{
		{"bumps", func(i int) string { return fmt.Sprintf("Bump acme/x from 1.%d to 1.%d", i, i+1) }, 10, "behaviour"},
		{"too few", func(i int) string { return fmt.Sprintf("Bump acme/x from 1.%d to 1.%d", i, i+1) }, 9, ""},
		{"releases by hand", func(i int) string { return fmt.Sprintf("Prepare release v1.%d", i) }, 30, ""},
		{"short words", func(int) string { return "fix" }, 30, ""},
		{"the same words", func(int) string { return "update the docs" }, 30, ""},
		{"a person", func(i int) string { return fmt.Sprintf("%c: fix the case of #%d", 'a'+i, i) }, 20, ""},
	} {
		r := NewRoster(rules(t), "github.com")
		author := r.Author("jane", "jane@acme.org")
		for i := range test.times {
			r.Wrote(author, test.says(i))
		}
		if got := settle(r, author).People[0].Bot; got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestAccountsJoinAuthors(t *testing.T) {
	r := NewRoster(rules(t), "github.com")
	hidden := r.Author("jd", "123+janedoe@users.noreply.github.com")
	work := r.Author("Jane Doe", "jane@acme.org")
	joe := r.Author("Joe Roe", "joe@acme.org")
	ann := r.Author("Ann Poe", "ann@home.net")
	a := health.Activity{
		Commits: []health.Commit{{By: hidden}, {By: work}, {By: joe}, {By: ann}},
		Issues: []health.Item{
			{By: r.Account(Account{Login: "JaneDoe"})},                               // by the stand-in's login
			{By: r.Account(Account{Login: "roe", Name: "Joe Roe"})},                  // by the full name
			{By: r.Account(Account{Login: "other", Name: "Joe Roe"})},                // a namesake
			{By: r.Account(Account{Login: "poe"})},                                   // by the forge's word
			{By: r.Account(Account{Login: "ghost"})},                                 // no one
			{By: r.Account(Account{Login: "dependabot", Bot: true})},                 // a program
			{By: r.Account(Account{Login: "quiet", Maintainer: true, ID: "9"})},      // new
			{By: r.Account(Account{Login: "mail", Email: "ANN@home.net", ID: "77"})}, // by the address
		},
	}
	r.Owns(r.Account(Account{Login: "poe"}), ann)
	r.Owns(r.Account(Account{Login: "JaneDoe"}), work) // makes no one of two authors
	r.Owns(-1, ann)
	silent := r.Account(Account{Login: "silent", Maintainer: true})
	if silent < 0 {
		t.Fatal("no number")
	}
	r.Account(Account{Login: "nobody-asked"})
	r.Settle(&a)
	if d := cmp.Diff([]int{0, 1, 2, 3}, by(a)); d != "" {
		t.Error(d)
	}
	var got []int
	for _, i := range a.Issues {
		got = append(got, i.By)
	}
	if d := cmp.Diff([]int{0, 2, 4, 3, -1, 5, 6, 3}, got); d != "" {
		t.Error(d)
	}
	if len(a.People) != 8 || a.People[5].Bot != "forge" || !a.People[6].Maintainer || !a.People[7].Maintainer {
		t.Errorf("%+v", a.People)
	}
}

func TestAuthority(t *testing.T) {
	r := NewRoster(rules(t), "github.com")
	user, keeper, merger, releaser := r.Account(Account{Login: "user"}), r.Account(Account{Login: "keeper"}), r.Account(Account{Login: "merger"}), r.Account(Account{Login: "releaser"})
	stale := r.Account(Account{Login: "stale", Bot: true})
	a := health.Activity{
		Issues: []health.Item{{By: user, Events: []health.Event{
			{By: user, Kind: health.EventLabel}, {By: keeper, Kind: health.EventLabel}, {By: user, Kind: health.EventClose}, {By: stale, Kind: health.EventClose}, {By: -1, Kind: health.EventClose}}}},
		Changes:  []health.Item{{By: merger, Events: []health.Event{{By: merger, Kind: health.EventMerge}}}},
		Releases: []health.Release{{By: releaser}, {By: -1}},
	}
	r.Settle(&a)
	var got []bool
	for _, p := range a.People {
		got = append(got, p.Maintainer)
	}
	if d := cmp.Diff([]bool{false, true, false, true, true}, got); d != "" { // user, keeper, stale, merger, releaser
		t.Error(d)
	}
}

func TestAffiliation(t *testing.T) {
	r := NewRoster(rules(t), "github.com")
	a := settle(r,
		r.Author("A B", "ab@linux.intel.com"),
		r.Author("C D", "cd@git.acme.co.uk"),
		r.Author("E F", "ef@acme.co.uk"),
		r.Author("G H", "gh@gmail.com"),
		r.Author("Jane Doe", "me@janedoe.org"),
		r.Author("K L", "1+kl@users.noreply.github.com"),
		r.Author("M N", "mn@apache.org"),
		r.Author("O P", "op@other.example.net"),
		r.Author("Q R", "qr@zulu.io"), r.Author("Q R", "qr@redhat.com"),
		r.Author("acme-bot", "x@acme.co.uk"),
	)
	var got []string
	for _, p := range a.People {
		if (p.Organisation != "") != (p.Affiliation == health.AffiliationEmployed) {
			t.Errorf("%+v", p)
		}
		got = append(got, p.Organisation)
	}
	if d := cmp.Diff([]string{"Intel", "organisation 1", "organisation 1", "", "", "", "", "organisation 2", "Red Hat (IBM)", ""}, got); d != "" {
		t.Error(d)
	}
}

func TestSettleRewritesEveryNumber(t *testing.T) {
	r := NewRoster(rules(t), "github.com")
	r.Author("never", "never@acme.org") // seen, but not in the window
	one, again, two := r.Author("A B", "a@acme.org"), r.Author("A B", "b@acme.org"), r.Author("C D", "c@acme.org")
	a := health.Activity{Commits: []health.Commit{
		{At: time.Unix(9, 0), By: two, With: []int{again, two, one}},
		{At: time.Unix(8, 0), By: again, With: []int{one}},
	}}
	r.Settle(&a)
	want := []health.Commit{{At: time.Unix(9, 0), By: 0, With: []int{1}}, {At: time.Unix(8, 0), By: 1, With: []int{}}}
	if d := cmp.Diff(want, a.Commits); d != "" {
		t.Error(d)
	}
	if len(a.People) != 2 {
		t.Errorf("%+v", a.People)
	}
}
