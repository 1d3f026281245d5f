package manifest

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var nugetLock = Format{
	Name:      "packages.lock.json",
	Ecosystem: ecosystemNuGet,
	Says:      "NuGet lockfile, for all target frameworks together",
	Files:     []string{"packages.lock.json", "packages.*.lock.json"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readNuGetLock,
}

type nugetLocked struct {
	Type         string            `json:"type"` // Direct, Transitive, CentralTransitive, Project
	Resolved     string            `json:"resolved"`
	Dependencies map[string]string `json:"dependencies"`
}

func readNuGetLock(f *File) (Reading, error) {
	var lock struct {
		Version int                               `json:"version"`
		Targets map[string]map[string]nugetLocked `json:"dependencies"`
	}
	if err := decodeJSON(f, &lock); err != nil {
		return Reading{}, err
	}
	if lock.Version == 0 {
		return Reading{}, f.wrong(0, "no version: not a NuGet lockfile")
	}
	lines := map[string]int{}
	eachJSON(f.Data, func(keys []string, line int) bool {
		lines[strings.Join(keys, "\x00")] = line
		return len(keys) < 3 && keys[0] == "dependencies"
	})
	r := Reading{Project: folder(f.Path)}
	references := nugetProjects(f, &r)
	var g graph
	for _, target := range slices.Sorted(maps.Keys(lock.Targets)) {
		readNuGetTarget(&g, lock.Targets[target], r.Project, references, func(name string) health.Location {
			return health.Location{Path: f.Path, Line: lines["dependencies\x00"+target+"\x00"+name]}
		})
	}
	// Other projects bring packages, too. They needn't be asked for by name:
	// those that no other project refers to are this one's.
	needed := g.needed()
	for id, i := range g.ids {
		if g.nodes[i].own && !needed[i] {
			g.ask(r.Project, id, health.ScopeRuntime, health.Location{})
		}
	}
	r.Dependencies = g.dependencies(r.Project)
	return r, nil
}

// readNuGetTarget enters what is locked for one target framework.
func readNuGetTarget(g *graph, packages map[string]nugetLocked, project string, references map[string]msbuildReference, at func(string) health.Location) {
	ids := map[string]string{} // by the name in lower case; names aren't case-sensitive
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		p := packages[name]
		lower := strings.ToLower(name)
		ids[lower] = lower + " " + p.Resolved
		if p.Type == "Project" {
			g.addOwn(ids[lower], name)
			continue
		}
		d := nugetPackage(name, p.Resolved)
		d.Scope, d.Locations = health.ScopeRuntime, []health.Location{at(name)}
		g.add(ids[lower], d)
	}
	for name, p := range packages {
		id := ids[strings.ToLower(name)]
		for need := range p.Dependencies {
			g.need(id, ids[strings.ToLower(need)], health.ScopeRuntime)
		}
		if p.Type == "Direct" {
			ref := references[strings.ToLower(name)]
			g.ask(project, id, ref.scope(), ref.at)
		}
	}
}

func nugetPackage(name, version string) health.Dependency {
	return health.Dependency{
		Purl: purl(ecosystemNuGet, name, version), Ecosystem: ecosystemNuGet, Name: name, Version: version,
	}
}

// nugetProjects reads the project beside a lock: its references by name in
// lower case.
func nugetProjects(f *File, r *Reading) map[string]msbuildReference {
	out := map[string]msbuildReference{}
	for _, ext := range projectExtensions {
		for _, name := range f.glob("*" + ext) {
			beside, err := f.Beside(name)
			if err != nil {
				continue
			}
			project, err := parseMSBuild(beside)
			if err != nil {
				r.Missing = append(r.Missing, health.Missing{Subject: beside.Path, Why: missingWhy(err, beside.Path)})
				continue
			}
			r.Project = strings.TrimSuffix(path.Base(name), ext)
			r.Covers = append(r.Covers, beside.Path)
			for _, ref := range project.references() {
				out[strings.ToLower(ref.name())] = ref
			}
		}
	}
	return out
}
