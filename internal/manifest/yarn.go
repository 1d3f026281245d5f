package manifest

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var yarnLock = Format{
	Name:      "yarn.lock",
	Ecosystem: ecosystemNPM,
	Says:      "Yarn lockfile, classic and berry (2 and later), with workspaces",
	Files:     []string{"yarn.lock"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readYarnLock,
}

// A yarnEntry is one resolution, with the requests ("name@range") it answers.
type yarnEntry struct {
	requests   []string
	version    string
	resolved   string            // classic: an address
	resolution string            // berry: "name@npm:1.2.3", "name@workspace:folder"
	needs      map[string]string // names to ranges
	optional   map[string]bool   // names in needs that are optional
	line       int
}

func readYarnLock(f *File) (Reading, error) {
	var entries []yarnEntry
	var err error
	if strings.Contains(string(f.Data[:min(len(f.Data), headSize)]), "__metadata:") {
		entries, err = parseYarnBerry(f)
	} else {
		entries, err = parseYarnClassic(f)
	}
	if err != nil {
		return Reading{}, err
	}
	var r Reading
	y := yarnGraph{entries: entries, byRequest: map[string]int{}, newest: map[string]int{}}
	for i, e := range entries {
		for _, q := range e.requests {
			y.byRequest[q] = i
			name, _ := cutVersion(q)
			if best, ok := y.newest[name]; !ok || semver.Compare("v"+entries[best].version, "v"+e.version) < 0 {
				y.newest[name] = i
			}
		}
	}
	members := y.add(f)
	for i, e := range entries {
		for name, spec := range e.needs {
			if to, ok := y.find(name, spec); ok {
				scope := health.ScopeRuntime
				if e.optional[name] {
					scope = health.ScopeOptional
				}
				y.need(y.id(i), y.id(to), scope)
			}
		}
	}
	y.members(f, &r, members)
	r.Dependencies = y.dependencies(r.Project)
	return r, nil
}

// A yarnGraph is the graph of a lock whose packages are found by request.
type yarnGraph struct {
	graph
	entries   []yarnEntry
	byRequest map[string]int
	newest    map[string]int // by name
}

// id names an entry's package, "" for a folder. Two entries may be of the same:
// other ranges, or the package and a patch of it.
func (y *yarnGraph) id(i int) string {
	spec := y.entries[i].spec()
	if spec.local || spec.name == "" {
		return ""
	}
	return label(spec.name, cmp.Or(spec.source, y.entries[i].version))
}

// spec says what an entry resolves to.
func (e yarnEntry) spec() nodeSpec {
	return parseNodeSpec(cutVersion(cmp.Or(e.resolution, e.requests[0])))
}

// add makes packages of the entries and returns the folders of the members.
func (y *yarnGraph) add(f *File) (members []string) {
	for i, e := range y.entries {
		at := health.Location{Path: f.Path, Line: e.line}
		if _, dir, ok := strings.Cut(e.resolution, "@workspace:"); ok {
			members = append(members, dir)
			continue
		}
		spec := e.spec()
		if y.id(i) == "" {
			continue
		}
		d := nodePackage(spec.name, e.version)
		d.Registry, d.Source = tarballOrigin(d.Name, e.resolved)
		if spec.source != "" {
			d.Registry, d.Source = "", spec.source
		}
		d.Locations = []health.Location{at}
		y.graph.add(y.id(i), d)
	}
	return members
}

// find returns the entry that answers a request. Berry writes the protocol
// that manifests leave out.
func (y *yarnGraph) find(name, spec string) (int, bool) {
	for _, q := range []string{name + "@" + spec, name + "@npm:" + spec} {
		if i, ok := y.byRequest[q]; ok {
			return i, true
		}
	}
	// Patches and resolutions answer a request under another range, and a lock
	// may be older than its manifest: then the newest is the best guess.
	i, ok := y.newest[name]
	return i, ok
}

// members enters what the project and the members of its workspace ask for.
// Classic locks don't list members; the project's manifest does.
func (y *yarnGraph) members(f *File, r *Reading, dirs []string) {
	if len(dirs) == 0 {
		dirs = append([]string{"."}, workspaceFolders(f)...)
	}
	for _, dir := range slices.Compact(slices.Sorted(slices.Values(dirs))) {
		manifest, at := manifestOf(f, dir, r)
		name := cmp.Or(manifest.Name, path.Base(dir))
		if dir == "." {
			name = cmp.Or(manifest.Name, folder(f.Path))
			r.Project = name
		}
		for _, a := range manifest.asks() {
			if to, ok := y.find(a.name, a.spec); ok {
				y.ask(name, y.id(to), a.scope, health.Location{Path: at, Line: a.line})
			}
		}
	}
	r.Project = cmp.Or(r.Project, folder(f.Path))
}

// parseYarnBerry reads the YAML of Yarn 2 and later.
func parseYarnBerry(f *File) ([]yarnEntry, error) {
	documents, err := decodeYAML(f)
	if err != nil {
		return nil, err
	}
	var entries []yarnEntry
	for key, value := range yamlFields(documents[0]) {
		if key.Value == "__metadata" {
			continue
		}
		var content struct {
			Version      string
			Resolution   string
			Dependencies map[string]string
			Meta         map[string]struct{ Optional bool } `yaml:"dependenciesMeta"`
		}
		if err := value.Decode(&content); err != nil {
			return nil, yamlError(f, err)
		}
		e := yarnEntry{
			requests: splitRequests(key.Value), version: content.Version, resolution: content.Resolution,
			needs: content.Dependencies, optional: map[string]bool{}, line: key.Line,
		}
		for name, meta := range content.Meta {
			e.optional[name] = meta.Optional
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func splitRequests(key string) []string {
	var out []string
	for q := range strings.SplitSeq(key, ",") {
		out = append(out, strings.Trim(strings.TrimSpace(q), `"`))
	}
	return out
}

// parseYarnClassic reads Yarn 1's own format: blocks of indented lines.
func parseYarnClassic(f *File) ([]yarnEntry, error) {
	var entries []yarnEntry
	section := ""
	for n, l := range lines(f.Data) {
		text := strings.TrimSpace(l)
		indent := len(l) - len(strings.TrimLeft(l, " "))
		switch {
		case text == "" || strings.HasPrefix(text, "#"):
		case len(entries) > maxPackages:
			return nil, f.wrong(n, "more than %d packages", maxPackages)
		case indent == 0:
			if !strings.HasSuffix(text, ":") {
				return nil, f.wrong(n, "%q should end with a colon", clipped(text))
			}
			entries = append(entries, yarnEntry{
				requests: splitRequests(strings.TrimSuffix(text, ":")), line: n,
				needs: map[string]string{}, optional: map[string]bool{},
			})
		case len(entries) == 0:
			return nil, f.wrong(n, "%q belongs to no package", clipped(text))
		default:
			section = entries[len(entries)-1].line1(text, indent, section)
		}
	}
	return entries, nil
}

// line1 takes one indented line, and returns the section that it is in or opens.
func (e *yarnEntry) line1(text string, indent int, section string) string {
	name, value, _ := cutQuoted(text)
	switch {
	case indent > 2 && (section == "dependencies" || section == "optionalDependencies"):
		e.needs[name] = value
		e.optional[name] = section == "optionalDependencies"
		return section
	case indent > 2:
		return section
	case strings.HasSuffix(text, ":"):
		return strings.TrimSuffix(text, ":")
	case name == "version":
		e.version = value
	case name == "resolved":
		e.resolved = value
	}
	return ""
}

// cutQuoted splits `name "value"`, where either may be quoted.
func cutQuoted(text string) (name, value string, ok bool) {
	if strings.HasPrefix(text, `"`) {
		name, value, ok = strings.Cut(text[1:], `"`)
	} else {
		name, value, ok = strings.Cut(text, " ")
	}
	return name, strings.Trim(strings.TrimSpace(value), `"`), ok
}

// clipped shortens text from a file for a message.
func clipped(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
