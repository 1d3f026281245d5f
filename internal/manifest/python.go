package manifest

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"deps.dev/util/pypi"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A requirement is a package that Python code asks for, PEP 508.
type requirement struct {
	name    string // normalised
	version string // where exactly one is allowed, else ""
	source  string // a git or archive address
	local   bool   // a folder or file
}

var (
	pythonName = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$`)
	pinned     = regexp.MustCompile(`^\(?\s*={2,3}\s*([^\s,;*()]+)\s*\)?$`)
	eggName    = regexp.MustCompile(`[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)`)
	wheelName  = regexp.MustCompile(`^([A-Za-z0-9_.]+)-([^-]+)-.*\.whl$`)
	urlScheme  = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`)
)

// parseRequirement reads "name[extra] >=1; marker", "name @ address", and what
// pip allows in a file beyond that: an address or a path alone.
func parseRequirement(text string) (requirement, error) {
	if name, address, ok := strings.Cut(text, "@"); ok && !strings.ContainsAny(name, ":/<>=!~;") {
		name, _, _ = strings.Cut(name, "[")
		address, _, _ = strings.Cut(strings.TrimSpace(address), " ;")
		r := fromAddress(address)
		r.name = pypi.CanonPackageName(strings.TrimSpace(name))
		if !pythonName.MatchString(r.name) {
			return requirement{}, errors.New("not a requirement: " + clipped(text))
		}
		return r, nil
	}
	bare, _, _ := strings.Cut(text, ";")
	bare, _, _ = strings.Cut(bare, "[")
	bare = strings.TrimSpace(bare)
	if urlScheme.MatchString(strings.ToLower(text)) || strings.ContainsAny(bare, `/\`) || strings.HasPrefix(text, ".") ||
		strings.HasSuffix(bare, ".whl") || strings.HasSuffix(bare, ".tar.gz") || strings.HasSuffix(bare, ".zip") {
		address, _, _ := strings.Cut(text, " ;")
		return fromAddress(address), nil
	}
	parsed, err := pypi.ParseDependency(text)
	if err != nil || !pythonName.MatchString(parsed.Name) {
		return requirement{}, errors.New("not a requirement: " + clipped(text))
	}
	return requirement{name: pypi.CanonPackageName(parsed.Name), version: pinnedVersion(parsed.Constraint)}, nil
}

// pinnedVersion returns the version of an exact constraint, "" for others.
func pinnedVersion(constraint string) string {
	for part := range strings.SplitSeq(constraint, ",") {
		if m := pinned.FindStringSubmatch(strings.TrimSpace(part)); m != nil {
			return m[1]
		}
	}
	return ""
}

// fromAddress reads a requirement that is an address or a path.
func fromAddress(address string) requirement {
	address = strings.TrimSpace(address)
	scheme, _, _ := strings.Cut(address, ":")
	if !urlScheme.MatchString(strings.ToLower(address)) || scheme == "file" || len(scheme) == 1 {
		return requirement{local: true}
	}
	r := requirement{source: address}
	bare, _, _ := strings.Cut(address, "#")
	base := strings.TrimSuffix(path.Base(bare), "/")
	if m := eggName.FindStringSubmatch(address); m != nil {
		r.name = pypi.CanonPackageName(m[1])
	} else if m := wheelName.FindStringSubmatch(base); m != nil {
		r.name, r.version = pypi.CanonPackageName(m[1]), m[2]
	} else {
		base, _, _ = strings.Cut(base, "@")
		r.name = pypi.CanonPackageName(strings.TrimSuffix(base, ".git"))
	}
	return r
}

func pythonPackage(name, version string) health.Dependency {
	return health.Dependency{
		Purl: purl(ecosystemPython, name, version), Ecosystem: ecosystemPython, Name: name, Version: version,
	}
}

// groupScope tells the scope of a dependency group, or of a requirements file,
// by the words that projects use for it.
func groupScope(name string) health.Scope {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' || r == '.' || r == '/' })
	has := func(options ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(options, w) })
	}
	switch {
	case has("test", "tests", "testing"):
		return health.ScopeTest
	case has("dev", "develop", "development", "lint", "linting", "docs", "doc", "documentation", "typing", "mypy", "build", "ci", "tools"):
		return health.ScopeDevelopment
	}
	return health.ScopeRuntime
}

// groupOf is groupScope for groups that never ship.
func groupOf(name string) health.Scope {
	if s := groupScope(name); s == health.ScopeTest {
		return s
	}
	return health.ScopeDevelopment
}

// A pythonGraph is a graph whose packages are found by name; a lock may hold
// several versions of one, for different platforms.
type pythonGraph struct {
	graph
	byName map[string][]string
}

func (g *pythonGraph) put(d health.Dependency) string {
	id := d.Label()
	if !g.has(id) {
		if g.byName == nil {
			g.byName = map[string][]string{}
		}
		g.byName[d.Name] = append(g.byName[d.Name], id)
	}
	g.add(id, d)
	return id
}

// find returns the packages of a name, of one version where that is given. A
// lock has one for each kind of platform; more than a few are no lock's doing.
func (g *pythonGraph) find(name, version string) []string {
	const most = 16
	if id := label(name, version); version != "" && g.has(id) {
		return []string{id}
	}
	return g.byName[name][:min(len(g.byName[name]), most)]
}

// A pythonManifest is what a pyproject.toml or a Pipfile asks for.
type pythonManifest struct {
	name    string
	asks    []pythonAsk
	dynamic int // the line that leaves dependencies to code; 0 for none
}

type pythonAsk struct {
	requirement
	scope health.Scope
	line  int
}

// askFrom enters what the manifest beside a lock asks for, if there is one.
func (g *pythonGraph) askFrom(f *File, r *Reading, name string, parse func(*File) (pythonManifest, error)) {
	beside, err := f.Beside(name)
	var m pythonManifest
	if err == nil {
		m, err = parse(beside)
	}
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			p := path.Join(path.Dir(f.Path), name)
			r.Missing = append(r.Missing, health.Missing{Subject: p, Why: missingWhy(err, p)})
		}
		r.Project = folder(f.Path)
		return
	}
	r.Covers = append(r.Covers, beside.Path)
	r.Project = cmp.Or(m.name, folder(f.Path))
	for _, a := range m.asks {
		for _, id := range g.find(a.name, "") {
			g.ask(r.Project, id, a.scope, health.Location{Path: beside.Path, Line: a.line})
		}
	}
}
