package manifest

import (
	"cmp"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var pnpmLock = Format{
	Name:      "pnpm-lock.yaml",
	Ecosystem: ecosystemNPM,
	Says:      "pnpm lockfile, versions 5 to 9, with workspaces",
	Files:     []string{"pnpm-lock.yaml"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readPnpmLock,
}

// pnpmSections are where an importer or a package names what it needs.
var pnpmSections = []struct {
	name  string
	scope health.Scope
}{
	{"dependencies", health.ScopeRuntime},
	{"optionalDependencies", health.ScopeOptional},
	{"devDependencies", health.ScopeDevelopment},
}

func readPnpmLock(f *File) (Reading, error) {
	documents, err := decodeYAML(f)
	if err != nil {
		return Reading{}, err
	}
	var r Reading
	known := false
	for _, document := range documents {
		if yamlField(document, "lockfileVersion") == nil {
			continue
		}
		known = true
		readPnpmDocument(f, document, &r)
	}
	if !known {
		return Reading{}, f.wrong(0, "no lockfileVersion: not a pnpm lockfile")
	}
	return r, nil
}

// A pnpmGraph is a graph by folded keys.
type pnpmGraph struct {
	graph
	five bool // lockfileVersion 5.x
}

func readPnpmDocument(f *File, document *yaml.Node, r *Reading) {
	g := pnpmGraph{five: strings.HasPrefix(yamlText(yamlField(document, "lockfileVersion")), "5")}
	packages := yamlField(document, "packages")
	for key, value := range yamlFields(packages) {
		if d, ok := g.pkg(key.Value, value); ok {
			d.Locations = []health.Location{{Path: f.Path, Line: key.Line}}
			g.add(g.key(key.Value), d)
		}
	}
	// Version 9 keeps what a package needs apart, once for each set of peers.
	needs := packages
	if snapshots := yamlField(document, "snapshots"); snapshots != nil {
		needs = snapshots
	}
	for key, value := range yamlFields(needs) {
		for _, section := range pnpmSections {
			for name, version := range yamlFields(yamlField(value, section.name)) {
				g.need(g.key(key.Value), g.target(name.Value, yamlText(version)), section.scope)
			}
		}
	}
	importers := yamlField(document, "importers")
	if importers == nil {
		pnpmImporter(f, r, &g, ".", document)
	}
	for dir, importer := range yamlFields(importers) {
		pnpmImporter(f, r, &g, dir.Value, importer)
	}
	r.Dependencies = append(r.Dependencies, g.dependencies(cmp.Or(r.Project, folder(f.Path)))...)
}

// pnpmImporter enters what the project or the workspace member in dir asks for.
func pnpmImporter(f *File, r *Reading, g *pnpmGraph, dir string, importer *yaml.Node) {
	manifest, at := manifestOf(f, dir, r)
	name := cmp.Or(manifest.Name, path.Base(path.Clean(dir)))
	if path.Clean(dir) == "." {
		name = cmp.Or(manifest.Name, folder(f.Path))
		r.Project = name
	}
	for _, section := range pnpmSections {
		for asked, value := range yamlFields(yamlField(importer, section.name)) {
			version := yamlText(value)
			if value.Kind == yaml.MappingNode { // version 6 and later
				version = yamlText(yamlField(value, "version"))
			}
			line := manifest.lines[section.name][asked.Value]
			g.ask(name, g.target(asked.Value, version), section.scope, health.Location{Path: at, Line: line})
		}
	}
}

// target returns the key of the package that a name and what stands after it
// lead to: a version, or a whole key for an alias or an address.
func (g *pnpmGraph) target(name, version string) string {
	candidates := []string{name + "@" + version, version}
	if g.five {
		candidates = []string{"/" + name + "/" + version, version}
	}
	for _, key := range candidates {
		if key = g.key(key); g.has(key) {
			return key
		}
	}
	return ""
}

// key folds a package's key to name@version: without a leading slash, and
// without the peers it was installed with. Version 5 writes
// /name/1.2.3_peer@4.5.6, version 6 /name@1.2.3(peer@4.5.6), version 9 the same
// without the slash. An address stays as it is.
func (g *pnpmGraph) key(key string) string {
	if rest, ok := strings.CutPrefix(key, "/"); ok && g.five {
		name, version, _ := strings.Cut(rest, "/")
		if strings.HasPrefix(rest, "@") {
			var base string
			base, version, _ = strings.Cut(version, "/")
			name += "/" + base
		}
		version, _, _ = strings.Cut(version, "_")
		version, _, _ = strings.Cut(version, "/") // before 5.3 a peer had one
		return name + "@" + version
	}
	key, _, _ = strings.Cut(strings.TrimPrefix(key, "/"), "(")
	return key
}

// pkg reads an entry of packages. Folders are left out.
func (g *pnpmGraph) pkg(key string, value *yaml.Node) (health.Dependency, bool) {
	resolution := yamlField(value, "resolution")
	if yamlText(yamlField(resolution, "directory")) != "" || strings.HasPrefix(key, "file:") || strings.HasPrefix(key, "link:") {
		return health.Dependency{}, false
	}
	// Before version 9, a key that begins with a host has the same after it: a
	// registry of its own, or the place of a repository, whose entry says more.
	host, rest, ok := strings.Cut(key, "/")
	if ok && strings.Contains(host, ".") && !strings.HasPrefix(host, "@") && !strings.Contains(host, ":") {
		key = "/" + rest
	}
	name, version := cutVersion(g.key(key))
	name = cmp.Or(yamlText(yamlField(value, "name")), name)
	version = cmp.Or(yamlText(yamlField(value, "version")), version)
	d := nodePackage(name, version)
	d.Source = cmp.Or(yamlText(yamlField(resolution, "repo")), yamlText(yamlField(resolution, "tarball")))
	d.Scope = npmScope(yamlText(yamlField(value, "dev")) == "true", yamlText(yamlField(value, "optional")) == "true")
	return d, name != "" && d.Version+d.Source != ""
}
