package manifest

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var cargoToml = Format{
	Name:      "Cargo.toml",
	Ecosystem: ecosystemRust,
	Says:      "Rust manifest, with what it inherits from its workspace; versions only where they are exact",
	Files:     []string{"Cargo.toml"},
	Tells:     Tells{Direct: true, Scope: true, Lines: true},
	Read:      readCargoToml,
}

var cargoLock = Format{
	Name:      "Cargo.lock",
	Ecosystem: ecosystemRust,
	Says:      "Rust lockfile, versions 1 to 4, with workspaces",
	Files:     []string{"Cargo.lock"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readCargoLock,
}

// A cargoTables is where a manifest, or one of its targets, names crates.
type cargoTables struct {
	Dependencies map[string]any
	Dev          map[string]any `toml:"dev-dependencies"`
	Build        map[string]any `toml:"build-dependencies"`
}

type cargoManifest struct {
	Package struct{ Name string }
	cargoTables
	Target    map[string]cargoTables
	Workspace *struct {
		Members      []string
		Exclude      []string
		Dependencies map[string]any
	}
}

// A crate is one entry of a manifest.
type crate struct {
	name    string // the package's own, whatever the manifest calls it
	version string // exact, or ""
	source  string
	path    string // of a crate of the same project
	inherit bool   // the workspace says the rest
	scope   health.Scope
	line    int
}

func parseCargoToml(f *File) (cargoManifest, error) {
	var m cargoManifest
	err := decodeTOML(f, &m)
	return m, err
}

// crates lists the entries. Build dependencies count as runtime: whoever builds
// the crate runs them.
func (m cargoManifest) crates(f *File, inherited map[string]any) []crate {
	at := tomlLines(f.Data, func([]string) bool { return true })
	var out []crate
	take := func(prefix string, tables cargoTables) {
		for _, section := range []struct {
			name    string
			entries map[string]any
			scope   health.Scope
		}{
			{"dependencies", tables.Dependencies, health.ScopeRuntime},
			{"build-dependencies", tables.Build, health.ScopeRuntime},
			{"dev-dependencies", tables.Dev, health.ScopeDevelopment},
		} {
			for _, name := range slices.Sorted(maps.Keys(section.entries)) {
				c := newCrate(name, section.entries[name], section.scope)
				if c.inherit {
					from := newCrate(name, inherited[name], section.scope)
					from.scope = c.scope
					c = from
				}
				key := prefix + section.name + "." + name
				c.line = cmp.Or(at[key], at[key+".version"], at[key+".workspace"], at[key+".path"], at[key+".git"])
				out = append(out, c)
			}
		}
	}
	take("", m.cargoTables)
	for _, target := range slices.Sorted(maps.Keys(m.Target)) {
		take("target."+target+".", m.Target[target])
	}
	return out
}

func newCrate(name string, spec any, scope health.Scope) crate {
	c := crate{name: name, scope: scope}
	table, ok := spec.(map[string]any)
	if !ok {
		text, _ := spec.(string)
		c.version = cargoPin(text)
		return c
	}
	text := func(key string) string { s, _ := table[key].(string); return s }
	c.name = cmp.Or(text("package"), name)
	c.version, c.source, c.path = cargoPin(text("version")), text("git"), text("path")
	c.inherit = table["workspace"] == true
	if table["optional"] == true && scope == health.ScopeRuntime {
		c.scope = health.ScopeOptional
	}
	return c
}

// cargoPin returns the version of "=1.2.3"; a bare "1.2.3" is a range.
func cargoPin(requirement string) string {
	version, ok := strings.CutPrefix(strings.TrimSpace(requirement), "=")
	if version = strings.TrimSpace(version); ok && !strings.ContainsAny(version, ",*") && strings.Count(version, ".") >= 2 {
		return version
	}
	return ""
}

func rustPackage(name, version string) health.Dependency {
	return health.Dependency{
		Purl: purl(ecosystemRust, name, version), Ecosystem: ecosystemRust, Name: name, Version: version,
	}
}

func readCargoToml(f *File) (Reading, error) {
	m, err := parseCargoToml(f)
	if err != nil {
		return Reading{}, err
	}
	r := Reading{Project: cmp.Or(m.Package.Name, folder(f.Path))}
	for _, c := range m.crates(f, inheritedCrates(f, m)) {
		if c.path != "" || c.name == "" {
			continue
		}
		d := rustPackage(c.name, c.version)
		d.Source, d.Direct, d.Scope = c.source, true, c.scope
		d.Locations = []health.Location{{Path: f.Path, Line: c.line}}
		d.Paths = [][]string{{r.Project, d.Label()}}
		r.add(d)
	}
	return r, nil
}

// inheritedCrates finds the workspace that a manifest belongs to: its own, or
// that of a folder further up.
func inheritedCrates(f *File, m cargoManifest) map[string]any {
	const levels = 8
	for up, i := "", 0; i < levels; up, i = "../"+up, i+1 {
		if m.Workspace != nil {
			return m.Workspace.Dependencies
		}
		above, err := f.Beside("../" + up + "Cargo.toml")
		if err != nil {
			continue
		}
		if parsed, err := parseCargoToml(above); err == nil {
			m = parsed
		}
	}
	return nil
}

// A cargoPackage is a crate of a lock; one without a source is the project's.
type cargoPackage struct {
	Name         string
	Version      string
	Source       string
	Dependencies []string
}

func (p cargoPackage) id() string { return p.Name + " " + p.Version }

func readCargoLock(f *File) (Reading, error) {
	var lock struct {
		Root    *cargoPackage // before 2018
		Package []cargoPackage
	}
	if err := decodeTOML(f, &lock); err != nil {
		return Reading{}, err
	}
	at := packageLines(f, "package")
	var g graph
	var own []cargoPackage
	if lock.Root != nil {
		own = append(own, *lock.Root)
	}
	versions := map[string][]string{} // ids by name
	for i, p := range lock.Package {
		if p.Name == "" {
			continue
		}
		if p.Source == "" {
			own = append(own, p)
			continue
		}
		d := rustPackage(p.Name, p.Version)
		switch kind, address, _ := strings.Cut(p.Source, "+"); kind {
		case "registry", "sparse":
			d.Registry = address
		default:
			d.Source = address
		}
		d.Locations = []health.Location{at(i)}
		if !g.has(p.id()) {
			versions[p.Name] = append(versions[p.Name], p.id())
		}
		g.add(p.id(), d)
	}
	// A need is "name", "name version" or "name version (source)", as far as
	// that is needed to tell crates apart.
	resolve := func(need string) string {
		fields := strings.Fields(need)
		switch {
		case len(fields) > 1:
			return fields[0] + " " + fields[1]
		case len(fields) == 1 && len(versions[fields[0]]) == 1:
			return versions[fields[0]][0]
		}
		return ""
	}
	for _, p := range lock.Package {
		for _, need := range p.Dependencies {
			g.need(p.id(), resolve(need), health.ScopeRuntime)
		}
	}
	r := Reading{Project: folder(f.Path)}
	members := cargoMembers(f, &r)
	for i, p := range own {
		if i == 0 || members[p.Name].root {
			r.Project = p.Name
		}
		for _, need := range p.Dependencies {
			name, _, _ := strings.Cut(need, " ")
			c := members[p.Name].crates[name]
			g.ask(p.Name, resolve(need), cmp.Or(c.scope, health.ScopeRuntime), health.Location{Path: members[p.Name].path, Line: c.line})
		}
	}
	r.Dependencies = g.dependencies(r.Project)
	return r, nil
}

// A cargoMember is a crate of the project, with what its manifest asks for.
type cargoMember struct {
	path   string
	root   bool
	crates map[string]crate // of several entries for one, the one that ships furthest
}

// cargoMembers reads the manifests that a lock speaks for: the one beside it,
// the members of its workspace, and crates that either names by path.
func cargoMembers(f *File, r *Reading) map[string]cargoMember {
	const most = 1000
	out := map[string]cargoMember{}
	var inherited map[string]any
	seen := map[string]bool{".": true}
	for queue := []string{"."}; len(queue) > 0 && len(seen) <= most; queue = queue[1:] {
		dir := queue[0]
		name := path.Join(dir, "Cargo.toml")
		beside, err := f.Beside(name)
		var m cargoManifest
		if err == nil {
			m, err = parseCargoToml(beside)
		}
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				p := path.Join(path.Dir(f.Path), name)
				r.Missing = append(r.Missing, health.Missing{Subject: p, Why: missingWhy(err, p)})
			}
			continue
		}
		r.Covers = append(r.Covers, beside.Path)
		var more []string
		if m.Workspace != nil && dir == "." {
			inherited = m.Workspace.Dependencies
			for _, pattern := range m.Workspace.Members {
				for _, found := range f.glob(path.Join(pattern, "Cargo.toml")) {
					more = append(more, path.Dir(found))
				}
			}
			for _, name := range slices.Sorted(maps.Keys(inherited)) {
				if c := newCrate(name, inherited[name], health.ScopeRuntime); c.path != "" {
					more = append(more, c.path)
				}
			}
		}
		member := cargoMember{path: beside.Path, root: dir == ".", crates: map[string]crate{}}
		for _, c := range m.crates(beside, inherited) {
			if known, ok := member.crates[c.name]; !ok || weaker(known.scope, c.scope) {
				member.crates[c.name] = c
			}
			if c.path != "" {
				more = append(more, path.Join(dir, c.path))
			}
		}
		if m.Package.Name != "" {
			out[m.Package.Name] = member
		}
		for _, next := range more {
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	return out
}
