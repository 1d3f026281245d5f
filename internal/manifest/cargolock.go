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

var cargoLock = Format{
	Name:      "Cargo.lock",
	Ecosystem: ecosystemRust,
	Says:      "Rust lockfile, versions 1 to 4, with workspaces",
	Files:     []string{"Cargo.lock"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readCargoLock,
}

// A cargoPackage is a crate of a lock; one without a source is the project's.
type cargoPackage struct {
	Name         string
	Version      string
	Source       string
	Dependencies []string
}

func (p cargoPackage) id() string { return p.Name + " " + p.Version }

func (p cargoPackage) dependency(at health.Location) health.Dependency {
	d := rustPackage(p.Name, p.Version)
	switch kind, address, _ := strings.Cut(p.Source, "+"); kind {
	case "registry", "sparse":
		d.Registry = address
	default:
		d.Source = address
	}
	d.Locations = []health.Location{at}
	return d
}

func readCargoLock(f *File) (Reading, error) {
	var lock struct {
		Root    *cargoPackage // before 2018
		Package []cargoPackage
	}
	if err := decodeTOML(f, &lock); err != nil {
		return Reading{}, err
	}
	at := packageLines(f, "package")
	g := cargoGraph{ids: map[string][]string{}}
	var own []cargoPackage
	if lock.Root != nil {
		own = append(own, *lock.Root)
	}
	for i, p := range lock.Package {
		switch {
		case p.Source == "":
			own = append(own, p)
		case p.Name != "":
			g.put(p, at(i))
		}
	}
	for _, p := range lock.Package {
		for _, need := range p.Dependencies {
			g.need(p.id(), g.resolve(need), health.ScopeRuntime)
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
			g.ask(p.Name, g.resolve(need), cmp.Or(c.scope, health.ScopeRuntime), health.Location{Path: members[p.Name].path, Line: c.line})
		}
	}
	r.Dependencies = g.dependencies(r.Project)
	return r, nil
}

// A cargoGraph is a graph whose crates are named as far as that tells them
// apart.
type cargoGraph struct {
	graph
	ids map[string][]string // of a name's versions
}

func (g *cargoGraph) put(p cargoPackage, at health.Location) {
	if !g.has(p.id()) {
		g.ids[p.Name] = append(g.ids[p.Name], p.id())
	}
	g.add(p.id(), p.dependency(at))
}

// resolve finds the crate of "name", "name version" or "name version (source)",
// "" for one that isn't there.
func (g *cargoGraph) resolve(need string) string {
	fields := strings.Fields(need)
	switch {
	case len(fields) > 1:
		return fields[0] + " " + fields[1]
	case len(fields) == 1 && len(g.ids[fields[0]]) == 1:
		return g.ids[fields[0]][0]
	}
	return ""
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
		m, beside, ok := cargoManifestOf(f, dir, r)
		if !ok {
			continue
		}
		var more []string
		if m.Workspace != nil && dir == "." {
			inherited = m.Workspace.Dependencies
			more = m.workspaceFolders(f)
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

// cargoManifestOf reads the manifest in a folder relative to a lock.
func cargoManifestOf(f *File, dir string, r *Reading) (cargoManifest, *File, bool) {
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
		return m, nil, false
	}
	r.Covers = append(r.Covers, beside.Path)
	return m, beside, true
}

// workspaceFolders are the folders, relative to f, of members and of crates
// that the workspace names by path.
func (m cargoManifest) workspaceFolders(f *File) []string {
	var folders []string
	for _, pattern := range m.Workspace.Members {
		for _, found := range f.glob(path.Join(pattern, "Cargo.toml")) {
			folders = append(folders, path.Dir(found))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Workspace.Dependencies)) {
		if c := newCrate(name, m.Workspace.Dependencies[name], health.ScopeRuntime); c.path != "" {
			folders = append(folders, c.path)
		}
	}
	return folders
}
