package manifest

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var cargoToml = Format{
	Name:      "Cargo.toml",
	Ecosystem: ecosystemRust,
	Says:      "Rust manifest, with what it inherits from its workspace; versions only where they are exact",
	Files:     []string{"Cargo.toml"},
	Ranges:    true,
	Tells:     Tells{Direct: true, Scope: true, Lines: true},
	Read:      readCargoToml,
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
