package manifest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"deps.dev/util/pypi"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var poetryLock = Format{
	Name:      "poetry.lock",
	Ecosystem: ecosystemPython,
	Says:      "Poetry lockfile, versions 1.0 to 2.1",
	Files:     []string{"poetry.lock"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readPoetryLock,
}

var pdmLock = Format{
	Name:      "pdm.lock",
	Ecosystem: ecosystemPython,
	Says:      "PDM lockfile, versions 2 to 4.5",
	Files:     []string{"pdm.lock"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readPDMLock,
}

// A lockedPython is a package of a poetry.lock or a pdm.lock.
type lockedPython struct {
	Name     string
	Version  string
	Optional bool
	Category string   // Poetry before 1.5
	Groups   []string // Poetry 2.1, PDM
	Sections []string // PDM before 4
	// Dependencies is a table by name (Poetry, PDM before 4) or a list of
	// requirements (PDM).
	Dependencies any
	Source       struct{ Type, URL string } // Poetry
	Git          string                     // PDM, with the next two
	URL          string
	Path         string
}

// packageLines returns the lines of the tables [[name]], in their order.
func packageLines(f *File, name string) func(int) health.Location {
	at := tomlLines(f.Data, func(keys []string) bool { return len(keys) == 2 && keys[0] == name })
	return func(i int) health.Location {
		return health.Location{Path: f.Path, Line: at[name+"."+strconv.Itoa(i)]}
	}
}

func readPoetryLock(f *File) (Reading, error) { return readLockedPython(f, lockedPython.poetrySource) }

func readPDMLock(f *File) (Reading, error) { return readLockedPython(f, lockedPython.pdmSource) }

// readLockedPython reads the [[package]] tables that Poetry and PDM share;
// source tells where a package is from that isn't from a registry.
func readLockedPython(f *File, source func(lockedPython) (address string, local bool)) (Reading, error) {
	var lock struct {
		Package []lockedPython
	}
	if err := decodeTOML(f, &lock); err != nil {
		return Reading{}, err
	}
	var r Reading
	var g pythonGraph
	at := packageLines(f, "package")
	ids := make([]string, len(lock.Package))
	for i, p := range lock.Package {
		address, local := source(p)
		if local || p.Name == "" {
			continue
		}
		d := pythonPackage(pypi.CanonPackageName(p.Name), p.Version)
		d.Source, d.Scope, d.Locations = address, p.scope(), []health.Location{at(i)}
		if p.Source.Type == "legacy" { // Poetry's word for a registry of its own
			d.Registry = p.Source.URL
		}
		ids[i] = g.put(d)
	}
	for i, p := range lock.Package {
		p.needs(func(name, version string, scope health.Scope) {
			for _, to := range g.find(pypi.CanonPackageName(name), version) {
				g.need(ids[i], to, scope)
			}
		})
	}
	g.askFrom(f, &r, "pyproject.toml", parsePyproject)
	r.Dependencies = g.dependencies(r.Project)
	return r, nil
}

func (p lockedPython) poetrySource() (address string, local bool) {
	switch p.Source.Type {
	case "git", "url":
		return p.Source.URL, false
	case "directory", "file":
		return "", true
	}
	return "", false
}

func (p lockedPython) pdmSource() (address string, local bool) {
	return cmp.Or(p.Git, p.URL), p.Path != ""
}

// scope is what the lock itself says, for packages that no manifest leads to.
func (p lockedPython) scope() health.Scope {
	groups := append(p.Groups, p.Sections...)
	if p.Category != "" {
		groups = append(groups, p.Category)
	}
	shipped := len(groups) == 0 || slices.ContainsFunc(groups, func(g string) bool {
		return g == "main" || g == "default" || g == ""
	})
	switch {
	case !shipped:
		return groupOf(groups[0])
	case p.Optional:
		return health.ScopeOptional
	}
	return health.ScopeRuntime
}

// needs yields what a package needs. What only an extra brings is there when
// the extra was asked for, so it counts as a need.
func (p lockedPython) needs(yield func(name, version string, scope health.Scope)) {
	switch needs := p.Dependencies.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(needs)) {
			scope := health.ScopeRuntime
			if table, ok := needs[name].(map[string]any); ok && table["optional"] == true {
				scope = health.ScopeOptional
			}
			yield(name, "", scope)
		}
	case []any:
		for _, text := range stringsIn(needs) {
			if req, err := parseRequirement(text); err == nil && text != "" {
				yield(req.name, req.version, health.ScopeRuntime)
			}
		}
	}
}
