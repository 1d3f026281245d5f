package conformance_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/mainstay-dev/mainstay/internal/conformance/hub"
	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/github"
	"github.com/mainstay-dev/mainstay/internal/health"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// shared is a file beside the repository, that not every checkout has.
func shared(name string) string {
	root := os.Getenv("MAINSTAY_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	return filepath.Join(root, name)
}

// published reads GitHub's schema once for all tests.
var published = sync.OnceValues(func() (*ast.Schema, error) {
	path := shared("github/schema.graphql.gz")
	if _, err := os.Stat(path); err != nil {
		return nil, nil
	}
	return hub.Schema(path)
})

// schema is GitHub's schema, nil where it isn't at hand.
func schema(t testing.TB) *ast.Schema {
	t.Helper()
	s, err := published()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plausible is a hub on which repositories acme/r0, acme/r1, … exist.
func plausible(t testing.TB) *hub.Hub {
	t.Helper()
	h := hub.New(time.Now, func(what string) { t.Error(what) })
	h.Schema = schema(t)
	h.Invent = func(name string) hub.Object {
		if !strings.HasPrefix(name, "acme/r") {
			return nil
		}
		return hub.Plausible(name, noon)
	}
	return h
}

func names(n int) []health.Repository {
	var out []health.Repository
	for i := range n {
		out = append(out, health.Repository{Host: "github.com", Path: fmt.Sprintf("acme/r%d", i)})
	}
	return out
}

// read asks a client made of o for repositories of the hub.
func read(t testing.TB, h *hub.Hub, o github.Options, repos []health.Repository) []health.Activity {
	t.Helper()
	tables, err := fact.Load()
	if err != nil {
		t.Fatal(err)
	}
	o.Host, o.Rules = "github.com", forge.Rules{Tables: tables}
	if o.API == "" {
		o.API = "https://api.github.com"
	}
	if o.HTTP == nil {
		o.HTTP = h.Client()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	client, err := github.New(o)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]health.Activity, len(repos))
	yielded := make([]int, len(repos))
	if err := client.Activities(t.Context(), repos, noon.AddDate(-2, 0, 0), func(i int, a health.Activity) {
		got[i] = a
		yielded[i]++
	}); err != nil {
		t.Fatal(err)
	}
	for i, n := range yielded {
		if n != 1 {
			t.Errorf("%s was yielded %d times", repos[i], n)
		}
	}
	return got
}

// whole fails the test where an outage is in any Activity.
func whole(t *testing.T, got []health.Activity) {
	t.Helper()
	for _, a := range got {
		if a.Gaps.Outage() || a.CreatedAt.IsZero() {
			t.Errorf("%s has gaps %v", a.Repository, a.Gaps)
		}
	}
}

func TestEveryQueryIsValid(t *testing.T) {
	if schema(t) == nil {
		t.Skip("no schema at hand")
	}
	// A hub that validates hears of the overview, of its further pages of
	// commits, and of an overview with fewer issues.
	h := plausible(t)
	h.Trouble = []hub.Trouble{hub.Times(12, hub.Gateway(http.StatusBadGateway, 0))}
	read(t, h, github.Options{CommitPages: 3}, names(12))
}

func TestPriceIsThatOfTheFormula(t *testing.T) {
	for _, n := range []int{1, 5, 20, 60, 300} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := hub.New(time.Now, func(what string) { t.Error(what) })
				h.Latency = 100 * time.Millisecond
				one := hub.Live("acme/r0", noon, hub.Characters[3])
				for _, repo := range names(n) {
					h.Add(renamed(one, repo.Path))
				}
				var spent int
				whole(t, read(t, h, github.Options{Spent: func(cost, _ int, _ time.Time) { spent += cost }}, names(n)))

				requests, points := github.Price(n)
				stats := h.Stats()
				if stats.Requests != requests || stats.Points != points || spent != points {
					t.Errorf("%d repositories took %d requests and %d points (%d told), Price says %d and %d; sizes %v",
						n, stats.Requests, stats.Points, spent, requests, points, stats.Sizes)
				}
				if stats.MostAtOnce > 4 {
					t.Errorf("%d requests at once", stats.MostAtOnce)
				}
			})
		})
	}
	if requests, points := github.Price(60); requests*100 > 15*70 || points*10 > 15*70 {
		t.Errorf("60 repositories of 70 dependencies take %d requests and %d points", requests, points)
	}
}

// renamed is a repository under another name.
func renamed(r hub.Object, name string) hub.Object {
	out := hub.Object{}
	for k, v := range r {
		out[k] = v
	}
	out["nameWithOwner"], out["id"] = name, "R_"+name
	return out
}

func TestDocumentedPrice(t *testing.T) {
	h := hub.New(time.Now, func(what string) { t.Error(what) })
	var got hub.Price
	h.Trouble = []hub.Trouble{func(w http.ResponseWriter, q hub.Question) bool { got = q.Price; return true }}
	// The first example of GitHub's own page on the price of a query.
	body := `{"query": "query { viewer { login repositories(first: 100) { edges { node { id issues(first: 50) { edges { node { id labels(first: 60) { edges { node { id name } } } } } } } } } } }"}`
	resp, err := h.Client().Post("https://api.github.com/graphql", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got.Units != 5101 || got.Points != 51 {
		t.Errorf("units %d, points %d, want 5101 and 51", got.Units, got.Points)
	}
}

func TestValuesAreTheFixtures(t *testing.T) {
	h := plausible(t)
	one := hub.Live("acme/r0", noon, hub.Characters[1])
	h.Add(one)
	h.Rename("acme/old", "acme/r0")
	got := read(t, h, github.Options{CommitPages: 9}, []health.Repository{{Host: "github.com", Path: "acme/old"}})
	whole(t, got)
	a := got[0]

	if a.Repository.Path != "acme/old" || a.RenamedTo.Path != "acme/r0" {
		t.Errorf("read %v, renamed to %v", a.Repository, a.RenamedTo)
	}
	target := one["defaultBranchRef"].(hub.Object)["target"].(hub.Object)
	in, from := 0, noon.AddDate(-2, 0, 0)
	for _, c := range target["history"].([]hub.Object) {
		if !c["committedDate"].(time.Time).Before(from) {
			in++
		}
	}
	if in <= 100 || len(a.Commits) != in || !a.Since.Equal(from) {
		t.Errorf("%d commits since %v, want %d since %v", len(a.Commits), a.Since, in, from)
	}
	if !slices.IsSortedFunc(a.Commits, func(x, y health.Commit) int { return y.At.Compare(x.At) }) {
		t.Error("commits aren't newest first")
	}
	fixtures := map[int]hub.Object{}
	for _, kind := range []string{"issues", "pullRequests"} {
		for _, item := range one[kind].([]hub.Object) {
			fixtures[item["number"].(int)] = item
		}
	}
	for _, item := range slices.Concat(a.Issues, a.Changes) {
		f := fixtures[item.Number]
		closed, _ := f["closedAt"].(time.Time)
		if !item.Opened.Equal(f["createdAt"].(time.Time)) || !item.Closed.Equal(closed) || item.Merged != f["merged"].(bool) {
			t.Errorf("item %d is %+v", item.Number, item)
		}
		acts := f["timelineItems"].([]hub.Object)
		if want := min(10, len(acts)); len(item.Events) < want || len(item.Events) > want+1 {
			t.Errorf("item %d has %d events of %d", item.Number, len(item.Events), len(acts))
		}
		if cut := len(acts) > 10; cut == item.EventsUntil.IsZero() {
			t.Errorf("item %d has %d acts, and is complete up to %v", item.Number, len(acts), item.EventsUntil)
		}
	}
	if len(a.Issues) != 30 || !a.IssuesSince.Equal(a.Issues[29].Opened) {
		t.Errorf("%d issues since %v", len(a.Issues), a.IssuesSince)
	}
	bots, maintainers := 0, 0
	for _, p := range a.People {
		if p.Bot != "" {
			bots++
		}
		if p.Maintainer {
			maintainers++
		}
	}
	if bots != 1 || maintainers < 2 {
		t.Errorf("%d bots and %d maintainers", bots, maintainers)
	}
}

func TestCommitsBeyondAPage(t *testing.T) {
	h := plausible(t)
	h.Add(hub.Live("acme/r0", noon, hub.Characters[0])) // some thousand commits
	for pages, want := range map[int]int{0: 100, 2: 300} {
		a := read(t, h, github.Options{CommitPages: pages}, names(1))[0]
		if len(a.Commits) != want {
			t.Errorf("%d further pages: %d commits, want %d", pages, len(a.Commits), want)
		}
		oldest := a.Commits[len(a.Commits)-1].At
		if a.Since.Before(oldest) || a.Since.After(oldest.AddDate(0, 1, 0)) {
			t.Errorf("complete since %v, the oldest commit is of %v", a.Since, oldest)
		}
	}
}

func TestEnterpriseServer(t *testing.T) {
	h := plausible(t)
	h.Add(hub.Live("acme/r0", noon, hub.Characters[0]))
	h.Add(hub.Live("acme/r1", noon, hub.Characters[0]))
	want := read(t, h, github.Options{}, names(2))
	h.Trouble = []hub.Trouble{hub.LacksType("Sponsorable")}
	for field, typename := range map[string]string{"archivedAt": "Repository", "fundingLinks": "Repository", "statusCheckRollup": "Commit"} {
		h.Trouble = append(h.Trouble, hub.Lacks(typename, field))
	}
	got := read(t, h, github.Options{API: "https://git.example.org/api/v3"}, names(2))
	whole(t, got)
	for i, a := range got {
		// What the server doesn't tell, the files do.
		if a.CI != health.CheckPresent || len(a.Funding) != 1 || a.Funding[0].URL != want[i].Funding[0].URL {
			t.Errorf("%s: checks %q, funding %v; want funding %v", a.Repository, a.CI, a.Funding, want[i].Funding)
		}
	}
}

func TestThroughFetch(t *testing.T) {
	for name, trouble := range map[string]hub.Trouble{
		"403": hub.SecondaryLimit(http.StatusForbidden, 30),
		"429": hub.SecondaryLimit(http.StatusTooManyRequests, 30),
		"502": hub.Gateway(http.StatusBadGateway, 3),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := plausible(t)
				h.Trouble = []hub.Trouble{hub.Times(2, trouble)}
				waits := 0
				client, err := fetch.New(fetch.Options{
					Now: time.Now, Base: h.Client().Transport, Patience: time.Minute,
					Waiting: func(fetch.Wait) { t.Error("the HTTP client waits where the forge should") },
				})
				if err != nil {
					t.Fatal(err)
				}
				whole(t, read(t, h, github.Options{
					HTTP: client.HTTP(), Patience: time.Minute, Waiting: func(string, time.Time) { waits++ },
				}, names(12)))
				if limited := name != "502"; limited != (waits > 0) {
					t.Errorf("%d waits", waits)
				}
			})
		})
	}
}
