package manifest

import (
	"cmp"
	"maps"
	"slices"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// maxPaths bounds the paths that are kept of one dependency, the shortest first.
const maxPaths = 3

// maxLocations bounds the locations of one dependency: far more than the
// modules of a large repository, and few enough for a file that repeats itself.
const maxLocations = 1000

// Found is what a search read: equal dependencies of several files are one, with
// every location.
type Found struct {
	// Dependencies stand in the order of ecosystem, name and version.
	Dependencies []health.Dependency
	// Files were read, in the order of their paths.
	Files []ReadFile
	// Missing are files that should have been read and couldn't be.
	Missing []health.Missing
	Notes   []Note
}

// A ReadFile is a file that was read, or that another one speaks for.
type ReadFile struct {
	Path   string
	Format string // its name
}

// A gathering collects readings on the way to Found.
type gathering struct {
	byKey   map[string]health.Dependency
	own     map[string]bool // ecosystem and name of the project's own packages
	files   map[string]ReadFile
	locks   map[string]bool // paths of files that are locks
	missing []health.Missing
	notes   []Note
}

func (g *gathering) miss(subject, why string) {
	g.missing = append(g.missing, health.Missing{Subject: subject, Part: health.PartManifest, Why: why})
}

// add takes what the file at p says; show turns paths into what people see.
func (g *gathering) add(format Format, r Reading, p string, show func(string) string) {
	if g.byKey == nil {
		g.byKey, g.own = map[string]health.Dependency{}, map[string]bool{}
		g.files, g.locks = map[string]ReadFile{}, map[string]bool{}
	}
	for _, q := range append([]string{p}, r.Covers...) {
		name := format.Name
		if own, ok := byName(q); ok && q != p {
			name = own.Name
		}
		shown := show(q)
		g.files[shown] = ReadFile{Path: shown, Format: name}
	}
	g.locks[show(p)] = format.Lock
	for _, name := range r.Own {
		g.own[format.Ecosystem+" "+name] = true
	}
	for _, m := range r.Missing {
		g.miss(show(m.Subject), m.Why)
	}
	for _, n := range r.Notes {
		n.Path = show(n.Path)
		g.notes = append(g.notes, n)
	}
	for _, d := range r.Dependencies {
		d.Locations = slices.Clone(d.Locations)
		for i, l := range d.Locations {
			d.Locations[i].Path = show(l.Path)
		}
		if known, ok := g.byKey[d.Key()]; ok {
			d = merged(known, d)
		}
		d.Paths = shortest(d.Paths)
		g.byKey[d.Key()] = d
	}
}

// merged joins what two places say about one dependency. One that doesn't tell
// the scope has no say in it.
func merged(a, b health.Dependency) health.Dependency {
	a.Scope = cmp.Or(a.Scope, b.Scope)
	b.Scope = cmp.Or(b.Scope, a.Scope)
	if len(a.Locations) >= maxLocations {
		b.Locations = nil
	}
	return a.Merge(b)
}

// found puts everything in order.
func (g *gathering) found() Found {
	out := Found{Missing: g.missing, Notes: g.notes}
	for _, d := range g.byKey {
		if g.own[d.Ecosystem+" "+d.Name] {
			continue
		}
		slices.SortFunc(d.Locations, g.compareLocations)
		if d.Scope == "" {
			d.Scope = health.ScopeRuntime
		}
		out.Dependencies = append(out.Dependencies, d)
	}
	slices.SortFunc(out.Dependencies, func(a, b health.Dependency) int {
		return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	out.Files = slices.SortedFunc(maps.Values(g.files), func(a, b ReadFile) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortFunc(out.Missing, func(a, b health.Missing) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Why, b.Why))
	})
	slices.SortFunc(out.Notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return out
}

// compareLocations puts manifests, which people edit, before locks.
func (g *gathering) compareLocations(a, b health.Location) int {
	rank := func(l health.Location) int {
		if g.locks[l.Path] {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line))
}

// shortest keeps the few shortest paths, in a fixed order.
func shortest(paths [][]string) [][]string {
	slices.SortFunc(paths, func(a, b []string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b))
	})
	return slices.Clip(paths[:min(len(paths), maxPaths)])
}

// label names a package at a version, for paths and Replaces.
func label(name, version string) string {
	if version == "" {
		return name
	}
	return name + "@" + version
}
