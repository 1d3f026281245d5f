package manifest

import (
	"cmp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var pubspecLock = Format{
	Name:      "pubspec.lock",
	Ecosystem: ecosystemDart,
	Says:      "Dart and Flutter lockfile; packages of the SDK itself are left out",
	Files:     []string{"pubspec.lock"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Lines: true},
	Read:      readPubspecLock,
}

// readPubspecLock reads the packages, which say how they are depended on.
func readPubspecLock(f *File) (Reading, error) {
	documents, err := decodeYAML(f)
	if err != nil {
		return Reading{}, err
	}
	if len(documents) == 0 || yamlField(documents[0], "packages") == nil {
		return Reading{}, f.wrong(0, "no packages: not a Dart lockfile")
	}
	r := Reading{Project: folder(f.Path)}
	asked := pubspecOf(f, &r)
	for key, p := range yamlFields(yamlField(documents[0], "packages")) {
		kind := yamlText(yamlField(p, "source"))
		if kind == "path" || kind == "sdk" || key.Value == "" {
			continue
		}
		description := yamlField(p, "description")
		name := cmp.Or(yamlText(yamlField(description, "name")), key.Value)
		version := yamlText(yamlField(p, "version"))
		d := health.Dependency{
			Purl: purl(ecosystemDart, name, version), Ecosystem: ecosystemDart, Name: name, Version: version,
		}
		if kind == "git" {
			d.Source = yamlText(yamlField(description, "url"))
		} else {
			d.Registry = yamlText(yamlField(description, "url"))
		}
		how := yamlText(yamlField(p, "dependency"))
		d.Direct = strings.HasPrefix(how, "direct")
		d.Scope = health.ScopeRuntime
		if how == "direct dev" {
			d.Scope = health.ScopeDevelopment
		}
		if d.Direct {
			d.Paths = [][]string{{r.Project, label(name, version)}}
			if at, ok := asked[key.Value]; ok {
				d.Locations = append(d.Locations, at)
			}
		}
		d.Locations = append(d.Locations, health.Location{Path: f.Path, Line: key.Line})
		r.add(d)
	}
	return r, nil
}

// pubspecOf returns the lines of the pubspec.yaml beside a lock.
func pubspecOf(f *File, r *Reading) map[string]health.Location {
	at := map[string]health.Location{}
	beside, err := f.Beside("pubspec.yaml")
	if err != nil {
		return at
	}
	var documents []*yaml.Node
	if documents, err = decodeYAML(beside); err != nil || len(documents) == 0 {
		return at
	}
	r.Covers = append(r.Covers, beside.Path)
	r.Project = cmp.Or(yamlText(yamlField(documents[0], "name")), r.Project)
	for _, section := range []string{"dependency_overrides", "dev_dependencies", "dependencies"} {
		for key := range yamlFields(yamlField(documents[0], section)) {
			at[key.Value] = health.Location{Path: beside.Path, Line: key.Line}
		}
	}
	return at
}
