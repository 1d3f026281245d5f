package manifest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// graphOf makes a graph of lines "a > b optional": a project's name on the left
// is in capitals.
func graphOf(lines string) *graph {
	var g graph
	scopes := map[string]health.Scope{
		"": health.ScopeRuntime, "optional": health.ScopeOptional, "test": health.ScopeTest, "dev": health.ScopeDevelopment,
	}
	type link struct{ from, to, scope string }
	var links []link
	for l := range strings.Lines(lines) {
		var k link
		if _, err := fmt.Sscanf(l, "%s > %s %s", &k.from, &k.to, &k.scope); k.to == "" {
			panic(err)
		}
		links = append(links, k)
		for _, name := range []string{k.from, k.to} {
			if name != strings.ToUpper(name) {
				g.add(name, health.Dependency{Name: name, Version: "1"})
			}
		}
	}
	for _, k := range links {
		if k.from == strings.ToUpper(k.from) {
			g.ask(k.from, k.to, scopes[k.scope], health.Location{})
		} else {
			g.need(k.from, k.to, scopes[k.scope])
		}
	}
	return &g
}

func TestGraph(t *testing.T) {
	for _, c := range []struct{ name, lines, want string }{
		{
			"a transitive dependency has a path over the direct one",
			"APP > web\nweb > log\n",
			`web direct runtime: APP web@1
			 log runtime: APP web@1 log@1`,
		},
		{
			"each direct dependency that brings it gives its shortest path, up to three",
			"APP > a\nAPP > b\nAPP > c\nAPP > d\na > x\na > m\nm > x\nb > x\nc > x\nd > x\n",
			`a direct runtime: APP a@1
			 b direct runtime: APP b@1
			 c direct runtime: APP c@1
			 d direct runtime: APP d@1
			 x runtime: APP a@1 x@1, APP b@1 x@1, APP c@1 x@1
			 m runtime: APP a@1 m@1`,
		},
		{
			"the scope that ships furthest wins",
			"APP > tests dev\nAPP > web\ntests > log\nweb > log\ntests > mock\n",
			`tests direct development: APP tests@1
			 web direct runtime: APP web@1
			 log runtime: APP tests@1 log@1, APP web@1 log@1
			 mock development: APP tests@1 mock@1`,
		},
		{
			"a way ships as far as its weakest part",
			"APP > web\nweb > native optional\nnative > lib\nAPP > tests test\ntests > native\n",
			`web direct runtime: APP web@1
			 native optional: APP tests@1 native@1, APP web@1 native@1
			 lib optional: APP tests@1 native@1 lib@1, APP web@1 native@1 lib@1
			 tests direct test: APP tests@1`,
		},
		{
			"members of a workspace are roots of their own",
			"APP > web\nLIB > web\n",
			`web direct runtime: APP web@1, LIB web@1`,
		},
		{
			"circles end",
			"APP > a\na > b\nb > a\n",
			`a direct runtime: APP a@1
			 b runtime: APP a@1 b@1`,
		},
		{
			"without a project, what nothing else needs is direct",
			"a > b\n",
			`a direct runtime: PROJECT a@1
			 b runtime: PROJECT a@1 b@1`,
		},
	} {
		var got []string
		for _, d := range graphOf(c.lines).dependencies("PROJECT") {
			direct := ""
			if d.Direct {
				direct = "direct "
			}
			var paths []string
			for _, p := range d.Paths {
				paths = append(paths, strings.Join(p, " "))
			}
			got = append(got, fmt.Sprintf("%s %s%s: %s", d.Name, direct, d.Scope, strings.Join(paths, ", ")))
		}
		want := strings.ReplaceAll(c.want, "\t", "")
		want = strings.ReplaceAll(want, "\n ", "\n")
		if diff := cmp.Diff(strings.Split(want, "\n"), got); diff != "" {
			t.Errorf("%s, -want +got:\n%s", c.name, diff)
		}
	}
}
