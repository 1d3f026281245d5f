package manifest

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var packageJSON = Format{
	Name:      "package.json",
	Ecosystem: ecosystemNPM,
	Says:      "npm, Yarn, pnpm and Bun manifest; versions only where they are exact",
	Files:     []string{"package.json"},
	Ranges:    true,
	Tells:     Tells{Direct: true, Scope: true, Lines: true},
	Read:      readPackageJSON,
}

// A nodeManifest is a package.json, or what a lock repeats of one.
type nodeManifest struct {
	Name                 string            `json:"name"`
	Version              string            `json:"version"`
	Dependencies         map[string]string `json:"dependencies"`
	DevDependencies      map[string]string `json:"devDependencies"`
	OptionalDependencies map[string]string `json:"optionalDependencies"`
	PeerDependencies     map[string]string `json:"peerDependencies"`
	PeerDependenciesMeta map[string]struct {
		Optional bool `json:"optional"`
	} `json:"peerDependenciesMeta"`
	// Workspaces are the patterns of the folders of members: a list, or an object
	// that holds one.
	Workspaces json.RawMessage `json:"workspaces"`

	lines map[string]map[string]int // by section and name
}

// An ask is one entry of a manifest.
type ask struct {
	name  string // as declared: an alias under its alias
	spec  string
	scope health.Scope
	line  int
}

// parsePackageJSON reads a package.json with its lines.
func parsePackageJSON(f *File) (nodeManifest, error) {
	var m nodeManifest
	if err := decodeJSON(f, &m); err != nil {
		return m, err
	}
	m.lines = map[string]map[string]int{}
	eachJSON(f.Data, func(keys []string, line int) bool {
		if len(keys) == 2 {
			section := m.lines[keys[0]]
			if section == nil {
				section = map[string]int{}
				m.lines[keys[0]] = section
			}
			section[keys[1]] = line
		}
		return len(keys) == 1 && strings.HasSuffix(strings.ToLower(keys[0]), "dependencies")
	})
	return m, nil
}

// asks lists the entries by name, one for each: where several sections name a
// package, the one that npm installs by.
func (m nodeManifest) asks() []ask {
	byName := map[string]ask{}
	for _, section := range []struct {
		name    string
		entries map[string]string
		scope   health.Scope
	}{
		{"peerDependencies", m.PeerDependencies, health.ScopeRuntime},
		{"devDependencies", m.DevDependencies, health.ScopeDevelopment},
		{"dependencies", m.Dependencies, health.ScopeRuntime},
		{"optionalDependencies", m.OptionalDependencies, health.ScopeOptional},
	} {
		for name, spec := range section.entries {
			if _, ok := byName[name]; ok && section.name == "devDependencies" {
				continue // a peer is a need at runtime, also when it is there for tests
			}
			a := ask{name: name, spec: spec, scope: section.scope, line: m.lines[section.name][name]}
			if section.name == "peerDependencies" && m.PeerDependenciesMeta[name].Optional {
				a.scope = health.ScopeOptional
			}
			byName[name] = a
		}
	}
	return sortedBy(byName, func(a ask) string { return a.name })
}

func sortedBy[V any](m map[string]V, key func(V) string) []V {
	out := make([]V, 0, len(m))
	for _, v := range m {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b V) int { return cmp.Compare(key(a), key(b)) })
	return out
}

func readPackageJSON(f *File) (Reading, error) {
	m, err := parsePackageJSON(f)
	if err != nil {
		return Reading{}, err
	}
	r := Reading{Project: cmp.Or(m.Name, folder(f.Path))}
	for _, a := range m.asks() {
		spec := parseNodeSpec(a.name, a.spec)
		if spec.local || spec.name == "" {
			continue
		}
		d := nodePackage(spec.name, spec.version)
		d.Source = spec.source
		d.Direct, d.Scope = true, a.scope
		d.Locations = []health.Location{{Path: f.Path, Line: a.line}}
		d.Paths = [][]string{{r.Project, d.Label()}}
		r.add(d)
	}
	return r, nil
}

func nodePackage(name, version string) health.Dependency {
	return health.Dependency{
		Purl: purl(ecosystemNPM, name, version), Ecosystem: ecosystemNPM, Name: name, Version: version,
	}
}

// A nodeSpec is what the right side of an entry means.
type nodeSpec struct {
	name    string // of the package, where the entry is an alias
	version string // exact, or ""
	source  string // a git or archive address
	local   bool   // a folder, or a workspace member
}

var (
	exactVersion  = regexp.MustCompile(`^[=v\s]*(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)$`)
	ownerSlashRep = regexp.MustCompile(`^[\w.-]+/[\w.-]+(#.*)?$`)
)

// parseNodeSpec reads what npm, Yarn, pnpm and Bun allow after a name.
func parseNodeSpec(name, spec string) nodeSpec {
	spec = strings.TrimSpace(spec)
	scheme, rest, hasScheme := strings.Cut(spec, ":")
	switch {
	case strings.HasPrefix(spec, "."), strings.HasPrefix(spec, "/"), strings.HasPrefix(spec, "~/"):
		return nodeSpec{name: name, local: true}
	case !hasScheme && ownerSlashRep.MatchString(spec), strings.HasPrefix(spec, "git@"):
		return nodeSpec{name: name, source: spec}
	case !hasScheme:
		if m := exactVersion.FindStringSubmatch(spec); m != nil {
			return nodeSpec{name: name, version: m[1]}
		}
		return nodeSpec{name: name}
	}
	switch scheme {
	case "npm":
		real, version := cutVersion(rest)
		if real == "" || exactVersion.MatchString(rest) || strings.ContainsAny(rest[:1], "^~<>=*") {
			real, version = name, rest
		}
		spec := parseNodeSpec(real, version)
		return nodeSpec{name: real, version: spec.version}
	case "patch": // patch:name@npm%3A1.2.3#file
		inner, _, _ := strings.Cut(rest, "#")
		if decoded, err := url.PathUnescape(inner); err == nil {
			real, version := cutVersion(decoded)
			if !strings.HasPrefix(version, "patch:") {
				return parseNodeSpec(cmp.Or(real, name), version)
			}
		}
		return nodeSpec{name: name}
	case "file", "link", "portal", "workspace", "exec":
		return nodeSpec{name: name, local: true}
	case "catalog":
		return nodeSpec{name: name}
	}
	return nodeSpec{name: name, source: spec}
}

// cutVersion splits "@scope/name@version" at the sign that begins the version.
func cutVersion(s string) (name, version string) {
	if s == "" {
		return "", ""
	}
	if i := strings.Index(s[1:], "@"); i >= 0 {
		return s[:i+1], s[i+2:]
	}
	return s, ""
}

// nodeNeeds are the sections of a locked package that lead to others.
func (m nodeManifest) needs(f func(name string, scope health.Scope)) {
	for name := range m.Dependencies {
		if _, optional := m.OptionalDependencies[name]; !optional {
			f(name, health.ScopeRuntime)
		}
	}
	for name := range m.OptionalDependencies {
		f(name, health.ScopeOptional)
	}
	for name := range m.PeerDependencies {
		if !m.PeerDependenciesMeta[name].Optional {
			f(name, health.ScopeRuntime)
		}
	}
}

// tarballOrigin tells where a locked package comes from by its address: a
// registry, or the address itself for code that no registry serves.
func tarballOrigin(name, resolved string) (registry, source string) {
	u, err := url.Parse(resolved)
	switch {
	case resolved == "", err != nil, u.Scheme == "file":
		return "", ""
	case u.Scheme == "http" || u.Scheme == "https":
		if at := strings.Index(u.Path, "/"+name+"/-/"); at >= 0 {
			return u.Scheme + "://" + u.Host + u.Path[:at], ""
		}
		if at := strings.Index(u.EscapedPath(), "/"+strings.ReplaceAll(name, "/", "%2f")+"/-/"); at >= 0 {
			return u.Scheme + "://" + u.Host + u.EscapedPath()[:at], ""
		}
	}
	return "", resolved
}

// manifestOf reads the package.json of a project that a lock in f speaks for:
// dir is relative to f. The lock's reading covers it.
func manifestOf(f *File, dir string, r *Reading) (m nodeManifest, at string) {
	name := path.Join(dir, "package.json")
	beside, err := f.Beside(name)
	if err == nil {
		m, err = parsePackageJSON(beside)
	}
	switch {
	case err == nil:
		r.Covers = append(r.Covers, beside.Path)
		return m, beside.Path
	case !errors.Is(err, fs.ErrNotExist):
		p := path.Join(path.Dir(f.Path), name)
		r.Missing = append(r.Missing, health.Missing{Subject: p, Why: missingWhy(err, p)})
	}
	return nodeManifest{}, ""
}

// workspaceFolders returns the folders, relative to f, of the members that the
// package.json beside it names.
func workspaceFolders(f *File) []string {
	beside, err := f.Beside("package.json")
	if err != nil {
		return nil
	}
	var m nodeManifest
	if json.Unmarshal(beside.Data, &m) != nil {
		return nil // whoever reads it as a manifest says so
	}
	var patterns []string
	if json.Unmarshal(m.Workspaces, &patterns) != nil {
		var object struct{ Packages []string }
		if json.Unmarshal(m.Workspaces, &object) == nil {
			patterns = object.Packages
		}
	}
	var folders []string
	for _, pattern := range patterns {
		for _, found := range f.glob(path.Join(pattern, "package.json")) {
			folders = append(folders, path.Dir(found))
		}
	}
	return folders
}
