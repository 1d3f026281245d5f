package manifest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"deps.dev/util/pypi"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var pyproject = Format{
	Name:      "pyproject.toml",
	Ecosystem: ecosystemPython,
	Says:      "Python project, PEP 621 and Poetry, with dependency groups; versions only where they are exact",
	Files:     []string{"pyproject.toml"},
	Ranges:    true,
	Tells:     Tells{Direct: true, Scope: true, Lines: true},
	Read:      readPyproject,
}

// A pyprojectFile has the tables that name dependencies. Build requirements are
// left out: no lock knows them.
type pyprojectFile struct {
	Project struct {
		Name         string
		Dynamic      []string
		Dependencies []string
		Optional     map[string][]string `toml:"optional-dependencies"`
	}
	Groups map[string][]any `toml:"dependency-groups"` // strings; tables include other groups
	Tool   struct {
		Poetry struct {
			Name         string
			Dependencies map[string]any
			Dev          map[string]any `toml:"dev-dependencies"`
			Group        map[string]struct {
				Dependencies map[string]any
			}
		}
		PDM struct {
			Dev map[string][]string `toml:"dev-dependencies"`
		}
		UV struct {
			Dev []string `toml:"dev-dependencies"`
		}
	}
}

func readPyproject(f *File) (Reading, error) {
	m, err := parsePyproject(f)
	if err != nil {
		return Reading{}, err
	}
	r := pythonAsks(f, m)
	if m.dynamic > 0 {
		r.Notes = append(r.Notes, Note{
			Location: health.Location{Path: f.Path, Line: m.dynamic},
			Text:     "the dependencies are dynamic: code that isn't run here decides about them",
		})
	}
	return r, nil
}

// pythonAsks makes dependencies of what a manifest alone asks for.
func pythonAsks(f *File, m pythonManifest) Reading {
	r := Reading{Project: cmp.Or(m.name, folder(f.Path))}
	for _, a := range m.asks {
		if a.local || a.name == "" {
			continue
		}
		d := pythonPackage(a.name, a.version)
		d.Source, d.Direct, d.Scope = a.source, true, a.scope
		d.Locations = []health.Location{{Path: f.Path, Line: a.line}}
		d.Paths = [][]string{{r.Project, d.Label()}}
		r.add(d)
	}
	return r
}

func parsePyproject(f *File) (pythonManifest, error) {
	var file pyprojectFile
	if err := decodeTOML(f, &file); err != nil {
		return pythonManifest{}, err
	}
	p := pyprojectAsks{file: f, lines: tomlLines(f.Data, func(keys []string) bool {
		return keys[0] == "project" || keys[0] == "dependency-groups" || keys[0] == "tool"
	})}
	p.name = pypi.CanonPackageName(cmp.Or(file.Project.Name, file.Tool.Poetry.Name))
	if slices.Contains(file.Project.Dynamic, "dependencies") && file.Tool.Poetry.Dependencies == nil {
		p.dynamic = p.lines["project.dynamic"]
	}
	p.list("project.dependencies", file.Project.Dependencies, health.ScopeRuntime)
	for _, extra := range slices.Sorted(maps.Keys(file.Project.Optional)) {
		p.list("project.optional-dependencies."+extra, file.Project.Optional[extra], health.ScopeOptional)
	}
	for _, group := range slices.Sorted(maps.Keys(file.Groups)) {
		p.list("dependency-groups."+group, stringsIn(file.Groups[group]), groupOf(group))
	}
	poetry := file.Tool.Poetry
	p.table("tool.poetry.dependencies", poetry.Dependencies, health.ScopeRuntime)
	p.table("tool.poetry.dev-dependencies", poetry.Dev, health.ScopeDevelopment)
	for _, group := range slices.Sorted(maps.Keys(poetry.Group)) {
		p.table("tool.poetry.group."+group+".dependencies", poetry.Group[group].Dependencies, groupOf(group))
	}
	for _, group := range slices.Sorted(maps.Keys(file.Tool.PDM.Dev)) {
		p.list("tool.pdm.dev-dependencies."+group, file.Tool.PDM.Dev[group], groupOf(group))
	}
	p.list("tool.uv.dev-dependencies", file.Tool.UV.Dev, health.ScopeDevelopment)
	return p.pythonManifest, p.err
}

// stringsIn keeps the place of the strings of a list, with "" for the rest.
func stringsIn(list []any) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i], _ = v.(string)
	}
	return out
}

type pyprojectAsks struct {
	pythonManifest
	file  *File
	lines map[string]int
	err   error // the first
}

// list takes requirements as PEP 508 has them.
func (p *pyprojectAsks) list(key string, requirements []string, scope health.Scope) {
	for i, text := range requirements {
		text, _ = strings.CutPrefix(text, "-e ") // PDM
		if text == "" {
			continue
		}
		line := p.lines[key+"."+strconv.Itoa(i)]
		req, err := parseRequirement(text)
		if err != nil {
			p.err = cmp.Or(p.err, p.file.wrong(line, "%w", err))
			continue
		}
		p.add(req, scope, line)
	}
}

// table takes requirements as Poetry and Pipenv have them: by name, a
// constraint or a table; a list of tables where it depends on the platform.
func (p *pyprojectAsks) table(key string, entries map[string]any, scope health.Scope) {
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if name == "python" {
			continue
		}
		line := p.lines[key+"."+name]
		variants, ok := entries[name].([]any)
		if !ok {
			variants = []any{entries[name]}
		}
		for _, v := range variants {
			req := requirement{name: pypi.CanonPackageName(name)}
			s := scope
			switch v := v.(type) {
			case string:
				req.version = poetryPin(v)
			case map[string]any:
				req.fill(v)
				if v["optional"] == true && scope == health.ScopeRuntime {
					s = health.ScopeOptional
				}
			}
			p.add(req, s, line)
		}
	}
}

func (p *pyprojectAsks) add(req requirement, scope health.Scope, line int) {
	if req.name != p.name || req.name == "" { // an extra of the project's own
		p.asks = append(p.asks, pythonAsk{requirement: req, scope: scope, line: line})
	}
}

// fill reads a table of Poetry, Pipenv or their locks.
func (r *requirement) fill(table map[string]any) {
	text := func(key string) string { s, _ := table[key].(string); return s }
	r.version = poetryPin(text("version"))
	r.source = cmp.Or(text("git"), text("url"))
	r.local = text("path") != "" || text("file") != "" && !urlScheme.MatchString(text("file"))
	if !r.local && r.source == "" {
		r.source = text("file")
	}
}

// poetryPin returns the version of an exact constraint: "1.2.3" and "==1.2.3".
func poetryPin(constraint string) string {
	constraint = strings.TrimSpace(constraint)
	if constraint != "" && constraint[0] >= '0' && constraint[0] <= '9' && !strings.ContainsAny(constraint, "*,| ") {
		return constraint
	}
	return pinnedVersion(constraint)
}
