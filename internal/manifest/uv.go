package manifest

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"deps.dev/util/pypi"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var uvLock = Format{
	Name:      "uv.lock",
	Ecosystem: ecosystemPython,
	Says:      "uv lockfile, with workspaces",
	Files:     []string{"uv.lock"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readUVLock,
}

var pylock = Format{
	Name:      "pylock.toml",
	Ecosystem: ecosystemPython,
	Says:      "Python lockfile, PEP 751",
	Files:     []string{"pylock.toml", "pylock.*.toml"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readPylock,
}

// A uvPackage is a package of a uv.lock or a pylock.toml.
type uvPackage struct {
	Name         string
	Version      string
	Source       uvSource
	Dependencies []uvNeed
	Optional     map[string][]uvNeed `toml:"optional-dependencies"`
	Dev          map[string][]uvNeed `toml:"dev-dependencies"`

	// The rest is PEP 751's.
	Marker    string
	Index     string
	Directory map[string]any
	VCS       struct{ URL, Path string }
	Archive   struct{ URL, Path string }
}

type uvNeed struct {
	Name, Version string
	Extra         []string
}

type uvSource struct {
	Registry, Git, URL, Path, Directory, Editable, Virtual string
}

func (s uvSource) local() bool { return s.Path+s.Directory+s.Editable+s.Virtual != "" }

func readUVLock(f *File) (Reading, error) {
	var lock struct {
		Package []uvPackage
	}
	if err := decodeTOML(f, &lock); err != nil {
		return Reading{}, err
	}
	r := Reading{Project: folder(f.Path)}
	var g pythonGraph
	at := packageLines(f, "package")
	for i, p := range lock.Package {
		if p.Source.local() || p.Name == "" {
			continue
		}
		d := pythonPackage(pypi.CanonPackageName(p.Name), p.Version)
		d.Registry, d.Source = p.Source.Registry, cmp.Or(p.Source.Git, p.Source.URL)
		d.Locations = []health.Location{at(i)}
		g.put(d)
	}
	extras := askedExtras(lock.Package)
	for _, p := range lock.Package {
		if p.Source.local() {
			g.member(f, &r, p)
			continue
		}
		from := label(pypi.CanonPackageName(p.Name), p.Version)
		for _, need := range p.Dependencies {
			g.needFrom(from, need, health.ScopeRuntime)
		}
		for _, extra := range slices.Sorted(maps.Keys(p.Optional)) {
			scope := health.ScopeOptional
			if extras[p.Name+" "+extra] {
				scope = health.ScopeRuntime // for whom it was asked for, no choice
			}
			for _, need := range p.Optional[extra] {
				g.needFrom(from, need, scope)
			}
		}
	}
	r.Dependencies = g.dependencies(r.Project)
	return r, nil
}

// askedExtras returns the extras that anything asks for, as "name extra".
func askedExtras(packages []uvPackage) map[string]bool {
	asked := map[string]bool{}
	for _, p := range packages {
		lists := [][]uvNeed{p.Dependencies}
		lists = slices.AppendSeq(lists, maps.Values(p.Optional))
		lists = slices.AppendSeq(lists, maps.Values(p.Dev))
		for _, need := range slices.Concat(lists...) {
			for _, extra := range need.Extra {
				asked[need.Name+" "+extra] = true
			}
		}
	}
	return asked
}

func (g *pythonGraph) needFrom(from string, need uvNeed, scope health.Scope) {
	for _, to := range g.find(pypi.CanonPackageName(need.Name), need.Version) {
		g.need(from, to, scope)
	}
}

// member enters what the project or a member of its workspace asks for, on the
// lines of its pyproject.toml.
func (g *pythonGraph) member(f *File, r *Reading, p uvPackage) {
	dir := cmp.Or(p.Source.Editable, p.Source.Virtual, p.Source.Directory, p.Source.Path)
	if dir == "." {
		r.Project = p.Name
	}
	lines := map[string]health.Location{}
	var own pythonGraph // only for askFrom to read the manifest by
	own.askFrom(f, r, path.Join(dir, "pyproject.toml"), func(m *File) (pythonManifest, error) {
		manifest, err := parsePyproject(m)
		for _, a := range manifest.asks {
			lines[a.name] = health.Location{Path: m.Path, Line: a.line}
		}
		return manifest, err
	})
	ask := func(needs []uvNeed, scope health.Scope) {
		for _, need := range needs {
			name := pypi.CanonPackageName(need.Name)
			for _, id := range g.find(name, need.Version) {
				g.ask(p.Name, id, scope, lines[name])
			}
		}
	}
	ask(p.Dependencies, health.ScopeRuntime)
	for _, extra := range slices.Sorted(maps.Keys(p.Optional)) {
		ask(p.Optional[extra], health.ScopeOptional)
	}
	for _, group := range slices.Sorted(maps.Keys(p.Dev)) {
		ask(p.Dev[group], groupOf(group))
	}
}

func readPylock(f *File) (Reading, error) {
	var lock struct {
		Version  string `toml:"lock-version"`
		Packages []uvPackage
	}
	if err := decodeTOML(f, &lock); err != nil {
		return Reading{}, err
	}
	if lock.Version == "" {
		return Reading{}, f.wrong(0, "no lock-version: not a lockfile as PEP 751 has it")
	}
	var r Reading
	var g pythonGraph
	at := packageLines(f, "packages")
	for i, p := range lock.Packages {
		address := cmp.Or(p.VCS.URL, p.Archive.URL)
		if p.Directory != nil || p.Name == "" || address == "" && p.VCS.Path+p.Archive.Path != "" {
			continue
		}
		d := pythonPackage(pypi.CanonPackageName(p.Name), p.Version)
		d.Registry, d.Source = p.Index, address
		d.Scope = markerScope(p.Marker)
		d.Locations = []health.Location{at(i)}
		g.put(d)
	}
	for _, p := range lock.Packages {
		for _, need := range p.Dependencies {
			g.needFrom(label(pypi.CanonPackageName(p.Name), p.Version), need, health.ScopeRuntime)
		}
	}
	g.askFrom(f, &r, "pyproject.toml", parsePyproject)
	r.Dependencies = g.dependencies(r.Project)
	return r, nil
}

// markerScope reads the markers by which PEP 751 limits a package to extras or
// dependency groups.
func markerScope(marker string) health.Scope {
	switch {
	case strings.Contains(marker, "in dependency_groups"):
		group, _, _ := strings.Cut(marker, " in dependency_groups")
		return groupOf(strings.Trim(group, `"'( `))
	case strings.Contains(marker, "in extras"):
		return health.ScopeOptional
	}
	return health.ScopeRuntime
}
