package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"

	"github.com/mainstay-dev/mainstay/internal/manifest"
)

// runJob is the command "job [NAME=VALUE…]" of the scripts. It runs the script
// of the GitLab template's job in the folder that the script is in, with the
// template's own variables and those given, "@FILE" for one that stands in a
// file.
func runJob(ts *testscript.TestScript, neg bool, args []string) {
	var template struct {
		Variables map[string]struct {
			Value string `yaml:"value"`
		} `yaml:"variables"`
		Job struct {
			Script []string `yaml:"script"`
		} `yaml:"mainstay"`
	}
	data, err := os.ReadFile(filepath.Join(ts.Getenv("ROOT"), ".gitlab", "mainstay.gitlab-ci.yml"))
	ts.Check(err)
	ts.Check(yaml.Unmarshal(data, &template))
	var variables []string
	for name, v := range template.Variables {
		variables = append(variables, name+"="+v.Value)
	}
	slices.Sort(variables)
	for _, arg := range args {
		if file, ok := strings.CutPrefix(arg, "@"); ok {
			arg = strings.TrimSpace(ts.ReadFile(file))
		}
		variables = append(variables, arg)
	}
	command := append(variables, "bash", "-c", "set -eo pipefail\n"+strings.Join(template.Job.Script, "\n"))
	if err := ts.Exec("env", command...); (err != nil) != neg {
		ts.Fatalf("the job: error %v", err)
	}
}

// The hook asks only where a file that names dependencies is committed, so it
// has to know every name that such a file goes by.
func TestPreCommitHookKnowsEveryManifest(t *testing.T) {
	name := filepath.Join("..", "..", ".pre-commit-hooks.yaml")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range manifest.All {
		for _, pattern := range f.Files {
			if quoted := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `[^/]*`); !slices.Contains(names, quoted) {
				names = append(names, quoted)
			}
		}
	}
	line := "  files: '^(.*/)?(" + strings.Join(names, "|") + ")$'"
	if *update {
		data = regexp.MustCompile(`(?m)^  files: .*$`).ReplaceAllLiteral(data, []byte(line))
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var hooks []struct {
		Files string `yaml:"files"`
	}
	if err := yaml.Unmarshal(data, &hooks); err != nil || len(hooks) != 1 {
		t.Fatalf("%d hooks, error %v", len(hooks), err)
	}
	if !strings.Contains(string(data), "\n"+line+"\n") {
		t.Errorf("the hook's files aren't those of package manifest: run the test with -update\nwant %s", line)
	}
	files := regexp.MustCompile(hooks[0].Files)
	root := filepath.Join("..", "..")
	err = filepath.WalkDir(filepath.Join(root, "testdata", "project"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if rel = filepath.ToSlash(rel); files.MatchString(rel) != manifest.Named(rel) {
			t.Errorf("%s: the hook takes it: %v, mainstay reads it: %v", rel, files.MatchString(rel), manifest.Named(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// There is no engine here to build the image with; what can be told from its
// text is.
func TestDockerfile(t *testing.T) {
	root := filepath.Join("..", "..")
	data, err := os.ReadFile(filepath.Join(root, ".ci", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`(?m)^#.*\n`).ReplaceAllString(string(data), "")
	text = strings.ReplaceAll(text, "\\\n", " ")
	module, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	language := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(module))[1]
	base, last := "", map[string]string{} // the last stage: its instructions, the last of each kind
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		rest := strings.Join(words[1:], " ")
		switch words[0] {
		case "FROM":
			base, last = words[1], map[string]string{}
			if !regexp.MustCompile(`^(scratch|[a-z]+:\d+\.\d+[a-z0-9.-]*)$`).MatchString(base) {
				t.Errorf("%s isn't pinned to a version", base)
			}
			if strings.HasPrefix(base, "golang:") && !strings.HasPrefix(base, "golang:"+language) {
				t.Errorf("%s, and go.mod asks for Go %s", base, language)
			}
		case "COPY":
			for _, source := range words[1 : len(words)-1] {
				if _, err := os.Stat(filepath.Join(root, source)); words[1][0] != '-' && err != nil {
					t.Errorf("%s: %v", strings.TrimSpace(line), err)
				}
			}
		case "ADD":
			t.Errorf("ADD fetches and unpacks: %s", line)
		case "ENV", "ARG":
			if regexp.MustCompile(`(?i)token|secret|password`).MatchString(rest) {
				t.Errorf("a secret in the image: %s", line)
			}
		}
		last[words[0]] = rest
	}
	var entry []string
	if err := json.Unmarshal([]byte(last["ENTRYPOINT"]), &entry); err != nil || len(entry) != 1 {
		t.Fatalf("ENTRYPOINT %s: %v", last["ENTRYPOINT"], err)
	}
	if !strings.HasSuffix(last["COPY"], " "+entry[0]) {
		t.Errorf("nothing is copied to %s", entry[0])
	}
	if base != "scratch" || last["RUN"] != "" {
		t.Errorf("the image is made of %s, RUN %s", base, last["RUN"])
	}
	if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(last["USER"]) {
		t.Errorf("USER %s: a number that isn't root's, which any host understands", last["USER"])
	}
}
