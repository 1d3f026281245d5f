package github

import "github.com/mainstay-dev/mainstay/internal/health"

// files are what the entries at the head and the words of some of them say.
func (d *reading) files() {
	d.activity.Files = []string{}
	for _, path := range d.paths() {
		if path == ".github/workflows" || path == ".travis.yml" {
			d.activity.CI = health.CheckPresent
		}
	}
}

// paths are the entries of the root and of .github.
func (d *reading) paths() []string {
	var out []string
	for _, dir := range []struct {
		name string
		tree *tree
	}{{"", d.Root}, {".github/", d.DotGithub}} {
		if dir.tree == nil {
			continue
		}
		for _, entry := range dir.tree.Entries {
			out = append(out, dir.name+entry.Name)
		}
	}
	return out
}
