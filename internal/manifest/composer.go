package manifest

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var composerLock = Format{
	Name:      "composer.lock",
	Ecosystem: ecosystemPHP,
	Says:      "Composer lockfile",
	Files:     []string{"composer.lock"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readComposerLock,
}

var composerJSON = Format{
	Name:      "composer.json",
	Ecosystem: ecosystemPHP,
	Says:      "Composer manifest; versions only where they are exact",
	Files:     []string{"composer.json"},
	Ranges:    true,
	Tells:     Tells{Direct: true, Scope: true, Lines: true},
	Read:      readComposerJSON,
}

type composerManifest struct {
	Name    string         `json:"name"`
	Require composerNeeds  `json:"require"`
	Dev     composerNeeds  `json:"require-dev"`
	lines   map[string]int // by section and name
	path    string
}

// composerNeeds are names and constraints; an empty list stands for none.
type composerNeeds map[string]string

// UnmarshalJSON takes the empty list that PHP writes for an empty map.
func (n *composerNeeds) UnmarshalJSON(data []byte) error {
	if strings.TrimSpace(string(data)) == "[]" {
		return nil
	}
	return json.Unmarshal(data, (*map[string]string)(n))
}

func parseComposerJSON(f *File) (composerManifest, error) {
	m := composerManifest{lines: map[string]int{}, path: f.Path}
	if err := decodeJSON(f, &m); err != nil {
		return m, err
	}
	eachJSON(f.Data, func(keys []string, line int) bool {
		if len(keys) == 2 {
			m.lines[keys[0]+" "+strings.ToLower(keys[1])] = line
		}
		return len(keys) == 1 && strings.HasPrefix(keys[0], "require")
	})
	return m, nil
}

// asks yields the packages, without PHP itself and its extensions.
func (m composerManifest) asks(yield func(name, constraint string, scope health.Scope, line int)) {
	for _, section := range []struct {
		name  string
		needs composerNeeds
		scope health.Scope
	}{{"require", m.Require, health.ScopeRuntime}, {"require-dev", m.Dev, health.ScopeDevelopment}} {
		for _, name := range slices.Sorted(maps.Keys(section.needs)) {
			if lower := strings.ToLower(name); strings.Contains(lower, "/") {
				yield(lower, section.needs[name], section.scope, m.lines[section.name+" "+lower])
			}
		}
	}
}

func readComposerJSON(f *File) (Reading, error) {
	m, err := parseComposerJSON(f)
	if err != nil {
		return Reading{}, err
	}
	r := Reading{Project: cmp.Or(m.Name, folder(f.Path))}
	m.asks(func(name, constraint string, scope health.Scope, line int) {
		version := ""
		if pin := exactVersion.FindStringSubmatch(constraint); pin != nil {
			version = pin[1]
		}
		d := phpPackage(name, version)
		d.Direct, d.Scope = true, scope
		d.Locations = []health.Location{{Path: f.Path, Line: line}}
		d.Paths = [][]string{{r.Project, label(name, version)}}
		r.add(d)
	})
	return r, nil
}

func phpPackage(name, version string) health.Dependency {
	return health.Dependency{
		Purl: purl(ecosystemPHP, name, version), Ecosystem: ecosystemPHP, Name: name, Version: version,
	}
}

type composerPackage struct {
	Name    string        `json:"name"`
	Version string        `json:"version"`
	Require composerNeeds `json:"require"`
	Source  struct {
		URL string `json:"url"`
	} `json:"source"`
	// Notify is the registry's address for counting downloads; what comes from
	// a repository itself has none.
	Notify string `json:"notification-url"`
	Dist   struct {
		Type string `json:"type"`
	} `json:"dist"`
	License any `json:"license"`
}

func (p composerPackage) dependency(scope health.Scope) health.Dependency {
	d := phpPackage(strings.ToLower(p.Name), p.Version)
	d.Scope, d.Licences = scope, composerLicences(p.License)
	if p.Notify == "" {
		d.Source = p.Source.URL
	} else {
		d.DevelopedAt = p.Source.URL
	}
	return d
}

func readComposerLock(f *File) (Reading, error) {
	var lock struct {
		Hash     string            `json:"content-hash"`
		Packages []composerPackage `json:"packages"`
		Dev      []composerPackage `json:"packages-dev"`
	}
	if err := decodeJSON(f, &lock); err != nil {
		return Reading{}, err
	}
	if lock.Hash == "" && lock.Packages == nil {
		return Reading{}, f.wrong(0, "neither content-hash nor packages: not a Composer lockfile")
	}
	lines := map[string]int{}
	eachJSON(f.Data, func(keys []string, line int) bool {
		lines[strings.Join(keys, " ")] = line
		return len(keys) < 3 && (keys[0] == "packages" || keys[0] == "packages-dev")
	})
	var g graph
	for _, section := range []struct {
		name     string
		packages []composerPackage
		scope    health.Scope
	}{{"packages", lock.Packages, health.ScopeRuntime}, {"packages-dev", lock.Dev, health.ScopeDevelopment}} {
		for i, p := range section.packages {
			if p.Name == "" || p.Dist.Type == "path" {
				continue
			}
			d := p.dependency(section.scope)
			element := section.name + " " + strconv.Itoa(i)
			d.Locations = []health.Location{{Path: f.Path, Line: cmp.Or(lines[element+" name"], lines[element])}}
			if id := d.Name; !g.has(id) {
				g.add(id, d)
			} else {
				g.add(d.Label(), d) // the same for development, at another version
			}
		}
	}
	for _, p := range slices.Concat(lock.Packages, lock.Dev) {
		for name := range p.Require {
			g.need(strings.ToLower(p.Name), strings.ToLower(name), health.ScopeRuntime)
		}
	}
	r := Reading{Project: folder(f.Path)}
	if m, ok := composerManifestOf(f, &r); ok {
		r.Project = cmp.Or(m.Name, r.Project)
		m.asks(func(name, _ string, scope health.Scope, line int) {
			g.ask(r.Project, name, scope, health.Location{Path: m.path, Line: line})
		})
	}
	r.Dependencies = g.dependencies(r.Project)
	return r, nil
}

func composerManifestOf(f *File, r *Reading) (composerManifest, bool) {
	beside, err := f.Beside("composer.json")
	var m composerManifest
	if err == nil {
		m, err = parseComposerJSON(beside)
	}
	switch {
	case err == nil:
		r.Covers = append(r.Covers, beside.Path)
		return m, true
	case !errors.Is(err, fs.ErrNotExist):
		p := path.Join(path.Dir(f.Path), "composer.json")
		r.Missing = append(r.Missing, health.Missing{Subject: p, Why: missingWhy(err, p)})
	}
	return m, false
}

// composerLicences reads one or several: a choice between them.
func composerLicences(license any) []string {
	switch l := license.(type) {
	case string:
		return []string{l}
	case []any:
		if names := stringsIn(l); len(names) > 0 {
			return []string{strings.Join(names, " OR ")}
		}
	}
	return nil
}
