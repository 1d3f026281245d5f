package manifest

import (
	"cmp"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var bunLock = Format{
	Name:      "bun.lock",
	Ecosystem: ecosystemNPM,
	Says:      "Bun's text lockfile, with workspaces (the older bun.lockb is binary and not read)",
	Files:     []string{"bun.lock"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readBunLock,
}

// readBunLock reads JSON with trailing commas. A package's key is the way to it
// ("a/b" is the b that a gets); its value is a list that begins with
// "name@version" and has an object with what it needs.
func readBunLock(f *File) (Reading, error) {
	strict := *f
	strict.Data = relaxed(f.Data)
	var lock struct {
		Version    *int                         `json:"lockfileVersion"`
		Workspaces map[string]nodeManifest      `json:"workspaces"`
		Packages   map[string][]json.RawMessage `json:"packages"`
	}
	if err := decodeJSON(&strict, &lock); err != nil {
		return Reading{}, err
	}
	if lock.Version == nil {
		return Reading{}, f.wrong(0, "no lockfileVersion: not a Bun lockfile")
	}
	lines := map[string]int{}
	eachJSON(strict.Data, func(keys []string, line int) bool {
		if len(keys) == 2 {
			lines[keys[1]] = line
		}
		return len(keys) == 1 && keys[0] == "packages"
	})
	var r Reading
	var g graph
	needs := map[string]nodeManifest{}
	for _, key := range slices.Sorted(maps.Keys(lock.Packages)) {
		d, m, ok := bunPackage(lock.Packages[key])
		if ok {
			d.Locations = []health.Location{{Path: f.Path, Line: lines[key]}}
			g.add(key, d)
			needs[key] = m
		}
	}
	for key, m := range needs {
		m.needs(func(name string, scope health.Scope) { g.need(key, bunResolve(&g, key, name), scope) })
	}
	r.Project = cmp.Or(lock.Workspaces[""].Name, folder(f.Path))
	for _, dir := range slices.Sorted(maps.Keys(lock.Workspaces)) {
		member := lock.Workspaces[dir]
		manifest, at := manifestOf(f, cmp.Or(dir, "."), &r)
		name := cmp.Or(member.Name, manifest.Name, path.Base(cmp.Or(dir, r.Project)))
		member.lines = manifest.lines
		for _, a := range member.asks() {
			g.ask(name, bunResolve(&g, member.Name, a.name), a.scope, health.Location{Path: at, Line: a.line})
		}
	}
	r.Dependencies = g.dependencies(r.Project)
	return r, nil
}

// bunResolve finds the package that the one at key gets by a name: its own
// copy, or one further up.
func bunResolve(g *graph, key, name string) string {
	for i := 0; key != "" && i < maxNesting; i++ {
		if own := key + "/" + name; g.has(own) {
			return own
		}
		up := strings.LastIndex(key, "/")
		if up > 0 && strings.HasPrefix(key[strings.LastIndex(key[:up], "/")+1:], "@") {
			up = strings.LastIndex(key[:up], "/") // the scope belongs to the name
		}
		key = key[:max(up, 0)]
	}
	return name
}

// bunPackage reads an entry: ["name@1.2.3", registry, {dependencies}, hash], or
// another second half for git and archives. Members and folders are left out.
func bunPackage(entry []json.RawMessage) (d health.Dependency, m nodeManifest, ok bool) {
	var id string
	if len(entry) == 0 || json.Unmarshal(entry[0], &id) != nil {
		return d, m, false
	}
	name, rng := cutVersion(id)
	spec := parseNodeSpec(name, rng)
	if spec.local || spec.name == "" {
		return d, m, false
	}
	d = nodePackage(spec.name, cmp.Or(spec.version, bunVersion(spec, rng)))
	d.Source = spec.source
	for i, part := range entry[1:] {
		var registry string
		switch {
		case len(part) > 0 && part[0] == '{':
			if json.Unmarshal(part, &m) != nil {
				return d, m, false
			}
		case i == 0 && spec.source == "" && json.Unmarshal(part, &registry) == nil:
			d.Registry = registry
		}
	}
	return d, m, true
}

// bunVersion keeps a version that isn't quite a semantic one.
func bunVersion(spec nodeSpec, rng string) string {
	if spec.source != "" || strings.Contains(rng, ":") {
		return ""
	}
	return rng
}
