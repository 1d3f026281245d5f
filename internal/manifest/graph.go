package manifest

import (
	"cmp"
	"slices"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// maxPathLength bounds a path in packages, the project included. Real ones are
// rarely longer than twelve.
const maxPathLength = 32

// A graph is what a lockfile tells about who needs whom. From it follow what is
// direct, the scopes and the paths.
type graph struct {
	nodes    []node
	ids      map[string]int // as the lockfile's own keys
	projects []project
	roots    map[string]int // projects by name
}

type node struct {
	dep   health.Dependency
	needs []edge
	own   bool // the project's: on the way to dependencies, but none itself
}

// A project is the root of paths: the project itself or a workspace member.
type project struct {
	name string
	asks []edge
}

type edge struct {
	to    int
	scope health.Scope
}

// add makes a node of a package. A second one under the same id is the same;
// those far beyond the bound are dropped, since the whole will be refused.
func (g *graph) add(id string, d health.Dependency) {
	if g.ids == nil {
		g.ids = map[string]int{}
	}
	if at, ok := g.ids[id]; ok {
		g.nodes[at].dep = merged(g.nodes[at].dep, d)
		return
	}
	if len(g.nodes) > maxPackages {
		return
	}
	g.ids[id] = len(g.nodes)
	g.nodes = append(g.nodes, node{dep: d})
}

// addOwn makes a node of a part of the project itself.
func (g *graph) addOwn(id, name string) {
	if !g.has(id) {
		g.add(id, health.Dependency{Name: name})
		if at, ok := g.ids[id]; ok {
			g.nodes[at].own = true
		}
	}
}

// askOrphans makes a project ask for what nothing needs and nobody asks for:
// where a list of packages comes with relations that don't cover it.
func (g *graph) askOrphans(name string) {
	needed := g.needed()
	for _, p := range g.projects {
		for _, e := range p.asks {
			needed[e.to] = true
		}
	}
	for id, i := range g.ids {
		if !needed[i] {
			g.ask(name, id, cmp.Or(g.nodes[i].dep.Scope, health.ScopeRuntime), health.Location{})
		}
	}
}

// needed tells of every node whether another one needs it.
func (g *graph) needed() []bool {
	needed := make([]bool, len(g.nodes))
	for _, n := range g.nodes {
		for _, e := range n.needs {
			needed[e.to] = true
		}
	}
	return needed
}

// has tells whether there is a package under an id.
func (g *graph) has(id string) bool { _, ok := g.ids[id]; return ok }

// need says that one package needs another. Both have to be there; a package
// that isn't (another platform's, the project's own) has no edge.
func (g *graph) need(from, to string, scope health.Scope) {
	a, okA := g.ids[from]
	b, okB := g.ids[to]
	if okA && okB && a != b {
		g.nodes[a].needs = append(g.nodes[a].needs, edge{b, scope})
	}
}

// ask says that a project asks for a package itself, at a place in its manifest
// where that is known (a line isn't 0). It reports whether the package is there.
func (g *graph) ask(name, id string, scope health.Scope, at health.Location) bool {
	to, ok := g.ids[id]
	if !ok {
		return false
	}
	i, ok := g.roots[name]
	if !ok {
		if g.roots == nil {
			g.roots = map[string]int{}
		}
		i = len(g.projects)
		g.roots[name] = i
		g.projects = append(g.projects, project{name: name})
	}
	g.projects[i].asks = append(g.projects[i].asks, edge{to, scope})
	if at.Line > 0 {
		g.nodes[to].dep = merged(g.nodes[to].dep, health.Dependency{Locations: []health.Location{at}})
	}
	return true
}

// dependencies returns the packages with what follows from the graph. Where no
// project is known to ask for anything, what nothing else needs is direct.
func (g *graph) dependencies(fallback string) []health.Dependency {
	if len(g.projects) == 0 {
		g.assume(fallback)
	}
	keys := make([]string, len(g.nodes))
	for i, n := range g.nodes {
		keys[i] = n.dep.Key()
	}
	byKey := func(a, b edge) int { return cmp.Compare(keys[a.to], keys[b.to]) }
	for _, p := range g.projects {
		slices.SortFunc(p.asks, byKey)
		for _, e := range p.asks {
			g.nodes[e.to].dep.Direct = true
		}
	}
	for _, n := range g.nodes {
		slices.SortFunc(n.needs, byKey)
	}
	g.scopes()
	g.paths()
	out := make([]health.Dependency, 0, len(g.nodes))
	for _, n := range g.nodes {
		if !n.own {
			out = append(out, n.dep)
		}
	}
	return out
}

// assume makes a project that asks for every package that nothing else needs.
func (g *graph) assume(name string) {
	needed := g.needed()
	p := project{name: name}
	for i, n := range g.nodes {
		if !needed[i] {
			p.asks = append(p.asks, edge{i, n.dep.Scope})
		}
	}
	g.projects = append(g.projects, p)
}

// scopes gives every package that a project reaches the scope that ships
// furthest, of all the ways to reach it; a way is worth its weakest edge.
func (g *graph) scopes() {
	settled := make([]bool, len(g.nodes))
	for _, scope := range []health.Scope{health.ScopeRuntime, health.ScopeOptional, health.ScopeTest, health.ScopeDevelopment} {
		var queue []int
		reach := func(edges []edge) {
			for _, e := range edges {
				if !settled[e.to] && !weaker(e.scope, scope) {
					settled[e.to] = true
					g.nodes[e.to].dep.Scope = scope
					queue = append(queue, e.to)
				}
			}
		}
		for _, p := range g.projects {
			reach(p.asks)
		}
		for i, n := range g.nodes {
			if settled[i] {
				reach(n.needs)
			}
		}
		for len(queue) > 0 {
			next := queue[0]
			queue = queue[1:]
			reach(g.nodes[next].needs)
		}
	}
}

// weaker tells whether a ships less far than b.
func weaker(a, b health.Scope) bool {
	rank := func(s health.Scope) int {
		return slices.Index([]health.Scope{health.ScopeRuntime, health.ScopeOptional, health.ScopeTest, health.ScopeDevelopment}, s)
	}
	return rank(a) > rank(b)
}

// A step is one package on a path, with the step before it (-1 for none) and
// the direct dependency of a project that the path began with.
type step struct {
	node, before, length int
	project, origin      int
}

// paths gives every package its shortest paths, one for each direct dependency
// that brings it, up to maxPaths: breadth first, all origins at once.
func (g *graph) paths() {
	var steps []step
	kept := make([][]int, len(g.nodes)) // steps that end at the node
	reach := func(s step) {
		if len(kept[s.node]) == maxPaths || s.length > maxPathLength {
			return
		}
		for _, k := range kept[s.node] {
			if steps[k].project == s.project && steps[k].origin == s.origin {
				return
			}
		}
		kept[s.node] = append(kept[s.node], len(steps))
		steps = append(steps, s)
	}
	for p, project := range g.projects {
		for _, e := range project.asks {
			reach(step{node: e.to, before: -1, length: 2, project: p, origin: e.to})
		}
	}
	for i := 0; i < len(steps); i++ {
		for _, e := range g.nodes[steps[i].node].needs {
			reach(step{node: e.to, before: i, length: steps[i].length + 1, project: steps[i].project, origin: steps[i].origin})
		}
	}
	labels := make([]string, len(g.nodes))
	for i, n := range g.nodes {
		labels[i] = n.dep.Label()
	}
	for i := range g.nodes {
		for _, last := range kept[i] {
			path := make([]string, steps[last].length)
			for k, at := last, len(path)-1; k >= 0; k, at = steps[k].before, at-1 {
				path[at] = labels[steps[k].node]
			}
			path[0] = g.projects[steps[last].project].name
			g.nodes[i].dep.Paths = append(g.nodes[i].dep.Paths, path)
		}
	}
}
