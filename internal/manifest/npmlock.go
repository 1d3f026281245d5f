package manifest

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var packageLock = Format{
	Name:      "package-lock.json",
	Ecosystem: ecosystemNPM,
	Says:      "npm lockfile, versions 1 to 3, with workspaces; npm-shrinkwrap.json is read in its place",
	Files:     []string{"npm-shrinkwrap.json", "package-lock.json"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readPackageLock,
}

// An npmLock is a package-lock.json. Version 2 has both maps; Packages is the
// one that is complete.
type npmLock struct {
	Name         string                `json:"name"`
	Version      int                   `json:"lockfileVersion"`
	Packages     map[string]npmLocked  `json:"packages"`
	Dependencies map[string]npmNested1 `json:"dependencies"`
}

type npmLocked struct {
	nodeManifest
	Resolved    string `json:"resolved"`
	Link        bool   `json:"link"`
	Dev         bool   `json:"dev"`
	Optional    bool   `json:"optional"`
	DevOptional bool   `json:"devOptional"`
	License     any    `json:"license"` // an expression; an object in old packages
}

// npmNested1 is a package of a version 1 lock, with the packages in its own
// node_modules.
type npmNested1 struct {
	Version      string                `json:"version"`
	Resolved     string                `json:"resolved"`
	Dev          bool                  `json:"dev"`
	Optional     bool                  `json:"optional"`
	Requires     any                   `json:"requires"` // a map; true or false in some
	Dependencies map[string]npmNested1 `json:"dependencies"`
}

func readPackageLock(f *File) (Reading, error) {
	var lock npmLock
	if err := decodeJSON(f, &lock); err != nil {
		return Reading{}, err
	}
	var r Reading
	if path.Base(f.Path) == "npm-shrinkwrap.json" {
		if other, err := f.Beside("package-lock.json"); err == nil {
			r.Covers = append(r.Covers, other.Path) // npm ignores it, too
		}
	}
	switch {
	case lock.Packages != nil:
		lock.read(f, &r)
	case lock.Dependencies != nil || lock.Version > 0:
		lock.read1(f, &r)
	default:
		return Reading{}, f.wrong(0, "neither packages nor dependencies: not an npm lockfile")
	}
	return r, nil
}

// read reads versions 2 and 3: packages by the folder they are installed in.
func (lock npmLock) read(f *File, r *Reading) {
	lines := map[string]int{}
	eachJSON(f.Data, func(keys []string, line int) bool {
		if len(keys) == 2 {
			lines[keys[1]] = line
		}
		return len(keys) == 1 && keys[0] == "packages"
	})
	var g graph
	var members []string
	for _, dir := range slices.Sorted(maps.Keys(lock.Packages)) {
		p := lock.Packages[dir]
		switch {
		case dir == "" || !strings.Contains("/"+dir, "/node_modules/"):
			members = append(members, dir)
		case p.Link:
		default:
			g.add(dir, p.dependency(dir, health.Location{Path: f.Path, Line: lines[dir]}))
		}
	}
	for dir, p := range lock.Packages {
		p.needs(func(name string, scope health.Scope) {
			if to, ok := lock.resolve(dir, name); ok {
				g.need(dir, to, scope)
			}
		})
	}
	r.Project = cmp.Or(lock.Packages[""].Name, lock.Name, folder(f.Path))
	for _, dir := range members {
		lock.ask(f, r, &g, dir)
	}
	r.Dependencies = g.dependencies(r.Project)
}

func (p npmLocked) dependency(dir string, at health.Location) health.Dependency {
	installed := dir[strings.LastIndex("/"+dir, "/node_modules/")+len("node_modules/"):]
	d := nodePackage(cmp.Or(p.Name, installed), p.Version)
	d.Registry, d.Source = tarballOrigin(d.Name, p.Resolved)
	d.Scope = npmScope(p.Dev, p.Optional || p.DevOptional)
	if licence, ok := p.License.(string); ok && !strings.HasPrefix(licence, "SEE LICENSE") {
		d.Licences = []string{licence}
	}
	d.Locations = []health.Location{at}
	return d
}

func npmScope(dev, optional bool) health.Scope {
	switch {
	case dev:
		return health.ScopeDevelopment
	case optional:
		return health.ScopeOptional
	}
	return health.ScopeRuntime
}

// ask enters what the project or the workspace member in dir asks for.
func (lock npmLock) ask(f *File, r *Reading, g *graph, dir string) {
	locked := lock.Packages[dir]
	manifest, at := manifestOf(f, cmp.Or(dir, "."), r)
	name := r.Project
	if dir != "" {
		name = cmp.Or(locked.Name, manifest.Name, path.Base(dir))
	}
	locked.lines = manifest.lines
	for _, a := range locked.asks() {
		if to, ok := lock.resolve(dir, a.name); ok {
			g.ask(name, to, a.scope, health.Location{Path: at, Line: a.line})
		}
	}
}

// resolve finds the folder of the package that one in dir gets by a name, as
// Node does: its own node_modules, then those further up.
func (lock npmLock) resolve(dir, name string) (string, bool) {
	for range maxNesting {
		to := path.Join(dir, "node_modules", name)
		if p, ok := lock.Packages[to]; ok {
			return to, !p.Link
		}
		if dir == "" || dir == "." {
			return "", false
		}
		if i := strings.LastIndex("/"+dir, "/node_modules/"); i >= 0 {
			dir = strings.TrimSuffix(dir[:i], "/")
		} else {
			dir = strings.TrimSuffix(path.Dir(dir), ".")
		}
	}
	return "", false
}

// maxNesting bounds how deep packages may be nested in one another.
const maxNesting = 100

// read1 reads version 1: packages nested as they are installed.
func (lock npmLock) read1(f *File, r *Reading) {
	lines := map[string]int{}
	eachJSON(f.Data, func(keys []string, line int) bool {
		if len(keys)%2 == 1 {
			return keys[len(keys)-1] == "dependencies" && len(keys) < 2*maxNesting
		}
		lines[npmFolder(keys)] = line
		return true
	})
	var g graph
	flat := map[string]npmNested1{}
	lock.flatten("", lock.Dependencies, flat, 0)
	for _, dir := range slices.Sorted(maps.Keys(flat)) {
		p := flat[dir]
		if d, ok := p.dependency(dir, health.Location{Path: f.Path, Line: lines[dir]}); ok {
			g.add(dir, d)
		}
	}
	shape := npmLock{Packages: map[string]npmLocked{}}
	for dir := range flat {
		shape.Packages[dir] = npmLocked{}
	}
	for dir, p := range flat {
		requires, _ := p.Requires.(map[string]any)
		for name := range requires {
			if to, ok := shape.resolve(dir, name); ok {
				g.need(dir, to, health.ScopeRuntime)
			}
		}
	}
	manifest, at := manifestOf(f, ".", r)
	r.Project = cmp.Or(lock.Name, manifest.Name, folder(f.Path))
	for _, a := range manifest.asks() {
		if to, ok := shape.resolve("", a.name); ok {
			g.ask(r.Project, to, a.scope, health.Location{Path: at, Line: a.line})
		}
	}
	r.Dependencies = g.dependencies(r.Project)
}

// npmFolder turns the keys to a version 1 package into the folder it is in.
func npmFolder(keys []string) string {
	var parts []string
	for i := 1; i < len(keys); i += 2 {
		parts = append(parts, "node_modules", keys[i])
	}
	return path.Join(parts...)
}

func (lock npmLock) flatten(dir string, nested map[string]npmNested1, into map[string]npmNested1, depth int) {
	if depth == maxNesting {
		return
	}
	for name, p := range nested {
		in := path.Join(dir, "node_modules", name)
		into[in] = p
		lock.flatten(in, p.Dependencies, into, depth+1)
	}
}

// dependency reads a version 1 package. Its version is an address where the
// code isn't from a registry, and "npm:name@version" for an alias.
func (p npmNested1) dependency(dir string, at health.Location) (health.Dependency, bool) {
	name := dir[strings.LastIndex("/"+dir, "/node_modules/")+len("node_modules/"):]
	spec := nodeSpec{name: name, version: p.Version}
	if strings.Contains(p.Version, ":") || strings.Contains(p.Version, "/") {
		spec = parseNodeSpec(name, p.Version)
	}
	if spec.local || spec.name == "" {
		return health.Dependency{}, false
	}
	d := nodePackage(spec.name, spec.version)
	d.Registry, d.Source = tarballOrigin(d.Name, cmp.Or(spec.source, p.Resolved))
	d.Scope = npmScope(p.Dev, p.Optional)
	d.Locations = []health.Location{at}
	return d, true
}
