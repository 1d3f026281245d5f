package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"
)

// An action is what action.yml says, as far as a test needs it.
type action struct {
	Inputs map[string]struct {
		Description string `yaml:"description"`
		Default     string `yaml:"default"`
	} `yaml:"inputs"`
	Outputs map[string]struct {
		Description string `yaml:"description"`
		Value       string `yaml:"value"`
	} `yaml:"outputs"`
	Runs struct {
		Using string `yaml:"using"`
		Steps []step `yaml:"steps"`
	} `yaml:"runs"`
}

type step struct {
	ID       string            `yaml:"id"`
	Name     string            `yaml:"name"`
	If       string            `yaml:"if"`
	Uses     string            `yaml:"uses"`
	Shell    string            `yaml:"shell"`
	Run      string            `yaml:"run"`
	Env      map[string]string `yaml:"env"`
	With     map[string]string `yaml:"with"`
	Continue bool              `yaml:"continue-on-error"`
}

func readAction(root string) (action, error) {
	var a action
	data, err := os.ReadFile(filepath.Join(root, "action.yml"))
	if err != nil {
		return a, err
	}
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	return a, dec.Decode(&a)
}

// expression is a value of a context, the only expressions that the shell steps
// get, through their environment.
var expression = regexp.MustCompile(`\$\{\{ ([a-z][a-z0-9._-]*) \}\}`)

// runStep is the command "step ID [NAME=VALUE…]" of the scripts. It runs one
// shell step of action.yml the way a runner does, with values of the contexts
// github, inputs and runner, "@FILE" for what stands in a file. An input that
// isn't given has its default, and what earlier steps said is kept in the folder
// .outputs.
func runStep(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: step ID [NAME=VALUE…]")
	}
	a, err := readAction(ts.Getenv("ROOT"))
	ts.Check(err)
	i := slices.IndexFunc(a.Runs.Steps, func(s step) bool { return s.ID == args[0] && s.Shell == "bash" })
	if i < 0 {
		ts.Fatalf("action.yml has no shell step %s", args[0])
	}
	work := ts.Getenv("WORK")
	temp := filepath.Join(work, ".temp")
	ts.Check(os.MkdirAll(temp, 0o700))
	given := map[string]string{"runner.temp": temp, "runner.os": "Linux"}
	for name, input := range a.Inputs {
		given["inputs."+name] = input.Default
	}
	for _, arg := range args[1:] {
		name, value, ok := strings.Cut(arg, "=")
		if !ok {
			ts.Fatalf("%q gives no value", arg)
		}
		if file, ok := strings.CutPrefix(value, "@"); ok {
			value = strings.TrimSpace(ts.ReadFile(file))
		}
		given[name] = value
	}
	outputs(ts, given)
	value := func(text string) string {
		for range 2 { // an input's default is an expression itself
			text = expression.ReplaceAllStringFunc(text, func(e string) string { return given[expression.FindStringSubmatch(e)[1]] })
		}
		return text
	}
	output := filepath.Join(work, ".outputs", args[0])
	ts.Check(os.MkdirAll(filepath.Dir(output), 0o700))
	ts.Check(os.WriteFile(output, nil, 0o600))
	script := filepath.Join(temp, args[0]+".sh")
	ts.Check(os.WriteFile(script, []byte(a.Runs.Steps[i].Run), 0o600))
	command := []string{
		"RUNNER_TEMP=" + temp, "RUNNER_OS=Linux", "RUNNER_ARCH=X64",
		"GITHUB_OUTPUT=" + output, "GITHUB_STEP_SUMMARY=" + filepath.Join(work, "summary.md"),
	}
	for name, text := range a.Runs.Steps[i].Env {
		command = append(command, name+"="+value(text))
	}
	slices.Sort(command)
	err = ts.Exec("env", append(command, "bash", "--noprofile", "--norc", "-eo", "pipefail", script)...)
	if failed := err != nil; failed != neg {
		ts.Fatalf("the step %s: error %v", args[0], err)
	}
}

// outputs adds what earlier steps wrote to GITHUB_OUTPUT.
func outputs(ts *testscript.TestScript, given map[string]string) {
	files, err := filepath.Glob(filepath.Join(ts.Getenv("WORK"), ".outputs", "*"))
	ts.Check(err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		ts.Check(err)
		for line := range strings.Lines(string(data)) {
			name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			if !ok {
				ts.Fatalf("%s: %q is no output", file, line)
			}
			given["steps."+filepath.Base(file)+".outputs."+name] = value
		}
	}
}

// What a runner would refuse, and what would let a stranger's words into a
// shell, is looked for in action.yml itself.
func TestAction(t *testing.T) {
	a, err := readAction(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if a.Runs.Using != "composite" || len(a.Runs.Steps) == 0 {
		t.Fatalf("not a composite action: %+v", a.Runs)
	}
	inEnv := regexp.MustCompile(`^[^$]*(\$\{\{ [a-z][a-z0-9._-]* \}\}[^$]*)*$`)
	pinned := regexp.MustCompile(`^[a-z-]+/[a-z/-]+@[0-9a-f]{40}$`)
	var said strings.Builder // all that isn't a script, where inputs and outputs are named
	ids := map[string]bool{}
	for _, s := range a.Runs.Steps {
		if strings.Contains(s.Run, "${{") {
			t.Errorf("%s: an expression in the script: pass it through env", s.Name)
		}
		if (s.Run == "") == (s.Uses == "") || (s.Run != "") != (s.Shell == "bash") {
			t.Errorf("%s: a step either runs in bash or uses an action", s.Name)
		}
		if s.Uses != "" && !pinned.MatchString(s.Uses) {
			t.Errorf("%s: %s isn't pinned to a commit", s.Name, s.Uses)
		}
		for name, text := range s.Env {
			if !inEnv.MatchString(text) {
				t.Errorf("%s: %s is more than values of contexts: %s", s.Name, name, text)
			}
			if !strings.Contains(s.Run, name) && name != "GITHUB_TOKEN" && name != "GH_TOKEN" && name != "MAINSTAY_CACHE_DIR" {
				t.Errorf("%s: nothing uses %s", s.Name, name)
			}
			said.WriteString(text + "\n")
		}
		for _, text := range s.With {
			said.WriteString(text + "\n")
		}
		for _, m := range regexp.MustCompile(`steps\.([a-z]+)\.`).FindAllStringSubmatch(s.If+said.String(), -1) {
			if !ids[m[1]] {
				t.Errorf("%s: no step %s has run before", s.Name, m[1])
			}
		}
		said.WriteString(s.If + "\n")
		ids[s.ID] = true
	}
	for name, input := range a.Inputs {
		if input.Description == "" || !strings.Contains(said.String(), "inputs."+name) {
			t.Errorf("the input %s isn't described or isn't used", name)
		}
	}
	for _, m := range regexp.MustCompile(`inputs\.([a-z-]+)`).FindAllStringSubmatch(said.String(), -1) {
		if _, ok := a.Inputs[m[1]]; !ok {
			t.Errorf("there is no input %s", m[1])
		}
	}
	for name, o := range a.Outputs {
		id := regexp.MustCompile(`^\$\{\{ steps\.([a-z]+)\.outputs\.([a-z-]+) \}\}$`).FindStringSubmatch(o.Value)
		if o.Description == "" || id == nil || !ids[id[1]] {
			t.Errorf("the output %s isn't described or comes from nowhere: %s", name, o.Value)
			continue
		}
		from := a.Runs.Steps[slices.IndexFunc(a.Runs.Steps, func(s step) bool { return s.ID == id[1] })]
		if !strings.Contains(from.Run, `echo "`+id[2]+"=") {
			t.Errorf("the step %s never says %s", id[1], id[2])
		}
	}
	// Only the last step decides, so that what was found is kept, uploaded and
	// told before the job fails.
	last := a.Runs.Steps[len(a.Runs.Steps)-1]
	if last.ID != "verdict" || last.If != "" || last.Continue {
		t.Errorf("the last step is %+v", last)
	}
}
