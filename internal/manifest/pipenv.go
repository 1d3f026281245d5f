package manifest

import (
	"maps"
	"slices"
	"strings"

	"deps.dev/util/pypi"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var pipfileLock = Format{
	Name:      "Pipfile.lock",
	Ecosystem: ecosystemPython,
	Says:      "Pipenv lockfile",
	Files:     []string{"Pipfile.lock"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Lines: true},
	Read:      readPipfileLock,
}

var pipfile = Format{
	Name:      "Pipfile",
	Ecosystem: ecosystemPython,
	Says:      "Pipenv manifest; versions only where they are exact",
	Files:     []string{"Pipfile"},
	Ranges:    true,
	Tells:     Tells{Direct: true, Scope: true, Lines: true},
	Read:      readPipfile,
}

// readPipfileLock reads the sections of packages: default, develop, and those
// a project makes. The lock doesn't say who needs whom.
func readPipfileLock(f *File) (Reading, error) {
	var meta struct {
		Meta *struct {
			Sources []struct{ Name, URL string }
		} `json:"_meta"`
	}
	if err := decodeJSON(f, &meta); err != nil {
		return Reading{}, err
	}
	if meta.Meta == nil {
		return Reading{}, f.wrong(0, "no _meta: not a Pipenv lockfile")
	}
	var sections map[string]map[string]any
	if err := decodeJSON(f, &sections); err != nil {
		return Reading{}, err
	}
	registries := map[string]string{}
	for _, s := range meta.Meta.Sources {
		registries[s.Name] = s.URL
	}
	lines := map[string]int{}
	eachJSON(f.Data, func(keys []string, line int) bool {
		lines[strings.Join(keys, "\x00")] = line
		return len(keys) == 1 && keys[0] != "_meta"
	})
	var r Reading
	var g pythonGraph
	for _, section := range slices.Sorted(maps.Keys(sections)) {
		if section == "_meta" {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(sections[section])) {
			table, ok := sections[section][name].(map[string]any)
			req := requirement{name: pypi.CanonPackageName(name)}
			req.fill(table)
			if !ok || req.local || req.name == "" {
				continue
			}
			d := pythonPackage(req.name, req.version)
			index, _ := table["index"].(string)
			d.Source, d.Registry, d.Scope = req.source, registries[index], pipenvScope(section)
			d.Locations = []health.Location{{Path: f.Path, Line: lines[section+"\x00"+name]}}
			g.put(d)
		}
	}
	g.askFrom(f, &r, "Pipfile", parsePipfile)
	r.Dependencies = g.dependencies(r.Project)
	return r, nil
}

func pipenvScope(section string) health.Scope {
	if section == "default" || section == "packages" {
		return health.ScopeRuntime
	}
	return groupOf(section)
}

func readPipfile(f *File) (Reading, error) {
	m, err := parsePipfile(f)
	if err != nil {
		return Reading{}, err
	}
	return pythonAsks(f, m), nil
}

// parsePipfile reads the sections that hold packages: all but a few.
func parsePipfile(f *File) (pythonManifest, error) {
	var sections map[string]any
	if err := decodeTOML(f, &sections); err != nil {
		return pythonManifest{}, err
	}
	p := pyprojectAsks{file: f, lines: tomlLines(f.Data, func(keys []string) bool { return len(keys) <= 2 })}
	for _, section := range slices.Sorted(maps.Keys(sections)) {
		table, ok := sections[section].(map[string]any)
		if ok && !slices.Contains([]string{"source", "requires", "scripts", "pipenv", "pipfile"}, section) {
			p.table(section, table, pipenvScope(section))
		}
	}
	return p.pythonManifest, p.err
}
