package manifest

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var workflow = Format{
	Name:      "GitHub Actions",
	Ecosystem: ecosystemActions,
	Says:      "workflows and composite actions: the actions and reusable workflows that they use, and images named as docker://",
	Files: []string{
		".github/workflows/*.yml", ".github/workflows/*.yaml", "action.yml", "action.yaml",
	},
	Tells: Tells{Direct: true, Scope: true, Lines: true},
	Read:  readWorkflow,
}

// readWorkflow reads jobs and their steps, or the steps of an action. What
// builds and tests a project doesn't ship with it: the scope is development.
func readWorkflow(f *File) (Reading, error) {
	documents, err := decodeYAML(f)
	if err != nil {
		return Reading{}, err
	}
	w := workflowReader{file: f, r: Reading{Project: folder(strings.TrimPrefix(f.Path, ".github/"))}}
	for _, document := range documents {
		for _, job := range yamlFields(yamlField(document, "jobs")) {
			w.uses(yamlField(job, "uses"))
			w.steps(yamlField(job, "steps"))
		}
		runs := yamlField(document, "runs")
		w.steps(yamlField(runs, "steps"))
		if image := yamlField(runs, "image"); strings.HasPrefix(yamlText(image), "docker://") {
			w.uses(image)
		}
	}
	return w.r, nil
}

type workflowReader struct {
	file *File
	r    Reading
}

func (w *workflowReader) steps(list *yaml.Node) {
	if list = yamlContent(list); list == nil || list.Kind != yaml.SequenceNode {
		return
	}
	for _, step := range list.Content {
		w.uses(yamlField(step, "uses"))
	}
}

// uses takes owner/name/folder@version, or docker://image:tag. A path is the
// project's own.
func (w *workflowReader) uses(n *yaml.Node) {
	text := strings.TrimSpace(yamlText(n))
	var d health.Dependency
	if image, ok := strings.CutPrefix(text, "docker://"); ok {
		d = dockerImage(image)
	} else {
		what, version, ok := strings.Cut(text, "@")
		parts := strings.SplitN(what, "/", 3)
		if !ok || len(parts) < 2 || parts[0] == "." || parts[0] == ".." || parts[0] == "" || parts[1] == "" {
			return
		}
		name := parts[0] + "/" + parts[1]
		d = health.Dependency{
			Purl: purl(ecosystemActions, name, version), Ecosystem: ecosystemActions, Name: name, Version: version,
		}
	}
	if d.Name == "" {
		return
	}
	d.Direct, d.Scope = true, health.ScopeDevelopment
	d.Locations = []health.Location{{Path: w.file.Path, Line: n.Line}}
	w.r.add(d)
}

// dockerImage reads registry/name:tag@digest; a digest is the exact version.
func dockerImage(image string) health.Dependency {
	name, digest, _ := strings.Cut(image, "@")
	tag := ""
	if i := strings.LastIndex(name, ":"); i > strings.LastIndex(name, "/") {
		name, tag = name[:i], name[i+1:]
	}
	version := tag
	if digest != "" {
		version = digest
	}
	return health.Dependency{
		Purl: purl(ecosystemContainer, name, version), Ecosystem: ecosystemContainer, Name: name, Version: version,
	}
}
