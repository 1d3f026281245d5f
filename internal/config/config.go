// Package config reads mainstay.yaml: forges, policy and overrides of the
// score, all in one file. It knows the form of the file and where each line of
// it stands, and nothing of what the values are good for: package policy makes
// rules of the policy section, the command makes forges and score overrides of
// the others. A key that the types here don't name is an error anywhere, by
// one mechanism, with file, line and the nearest key that exists.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Name is the name of the configuration file.
const Name = "mainstay.yaml"

// maxFile bounds a configuration file, in bytes.
const maxFile = 1 << 20

// A File is one configuration file.
type File struct {
	Forges []Forge `yaml:"forges,omitempty"`
	Policy Policy  `yaml:"policy,omitempty"`
	Score  Score   `yaml:"score,omitempty"`

	// Places tells where each value was written.
	Places Places `yaml:"-"`
}

// A Forge describes a host that serves repositories.
type Forge struct {
	Host string `yaml:"host"` // name, with a port where it isn't the usual one
	Kind string `yaml:"kind"`
	// API is the address of its API, "" for the usual one of its kind.
	API      string `yaml:"api,omitempty"`
	TokenEnv string `yaml:"token_env,omitempty"` // the environment variable with the token
	CAFile   string `yaml:"ca_file,omitempty"`   // beside the configuration file
}

// A Policy is what the user asks of dependencies.
type Policy struct {
	FailOn    string   `yaml:"fail_on,omitempty"`    // a grade, as --fail-on
	FailUnder *float64 `yaml:"fail_under,omitempty"` // a score, as --fail-under
	Dev       bool     `yaml:"dev,omitempty"`        // judge development dependencies too
	// Rules replace the default ones; nil leaves those in force.
	Rules   []Rule   `yaml:"rules,omitempty"`
	Waivers []Waiver `yaml:"waivers,omitempty"`
}

// A Rule is a named condition that no dependency may meet.
type Rule struct {
	ID       string    `yaml:"id"`
	Severity string    `yaml:"severity,omitempty"` // fail or warn; "" is fail
	Help     string    `yaml:"help,omitempty"`     // what to do where it is broken
	For      Selection `yaml:"for,omitempty"`
	When     Condition `yaml:"when"`
}

// A Selection says which dependencies a rule looks at. What is left out doesn't
// narrow it, but for Scopes: without them a rule looks at what ships.
type Selection struct {
	Direct     *bool    `yaml:"direct,omitempty"`
	Ecosystems []string `yaml:"ecosystems,omitempty,flow"`
	Scopes     []string `yaml:"scopes,omitempty,flow"`
	Purls      []string `yaml:"purls,omitempty"`  // patterns, * stands for anything
	Except     []string `yaml:"except,omitempty"` // patterns
	// MaxDepth is the greatest distance from the project; a direct dependency
	// has 1, one whose path isn't known counts as 2.
	MaxDepth *int `yaml:"max_depth,omitempty"`
}

// A Condition is met where everything that it names is. What isn't known about
// a dependency meets nothing.
type Condition struct {
	Grade        string          `yaml:"grade,omitempty"`      // this one or worse; U only itself
	Confidence   string          `yaml:"confidence,omitempty"` // at least
	ScoreBelow   *float64        `yaml:"score_below,omitempty"`
	Ceilings     []string        `yaml:"ceilings,omitempty,flow"` // any of them
	Metric       *MetricBound    `yaml:"metric,omitempty"`
	Dimension    *DimensionBound `yaml:"dimension,omitempty"`
	NewestOlder  Span            `yaml:"newest_release_older_than,omitempty"`
	OnePublisher bool            `yaml:"single_publisher,omitempty"`
	Licences     *List           `yaml:"licences,omitempty"`
	Jurisdiction *List           `yaml:"jurisdictions,omitempty"`
	SupportEnds  Span            `yaml:"support_ends_within,omitempty"`
	Libyears     *float64        `yaml:"libyears_behind_above,omitempty"`
	FallenBy     *float64        `yaml:"fallen_by,omitempty"` // points since the baseline
}

// A MetricBound is a bound on a metric's value that n observations or more
// carry.
type MetricBound struct {
	ID    string   `yaml:"id"`
	Above *float64 `yaml:"above,omitempty"`
	Below *float64 `yaml:"below,omitempty"`
	MinN  int      `yaml:"min_n,omitempty"`
}

// A DimensionBound is a bound on the score of one of the six dimensions.
type DimensionBound struct {
	ID          string   `yaml:"id"`
	Below       *float64 `yaml:"below"`
	MinCoverage float64  `yaml:"min_coverage,omitempty"` // 0 to 1
}

// A List allows what it names and nothing else, or denies it.
type List struct {
	Allow []string `yaml:"allow,omitempty,flow"`
	Deny  []string `yaml:"deny,omitempty,flow"`
	// Unknown tells that what isn't known meets the condition too.
	Unknown bool `yaml:"unknown,omitempty"`
}

// A Waiver accepts a broken rule until a date.
type Waiver struct {
	Purl   string `yaml:"purl"` // a pattern, without a version for every version
	Rule   string `yaml:"rule"`
	Reason string `yaml:"reason"`
	Until  Date   `yaml:"until"`
}

// A Score overrides figures of the score.
type Score struct {
	// Weights are those of metrics, by id; zero leaves a metric out.
	Weights map[string]float64 `yaml:"weights,omitempty"`
	// Grades are the least scores of the grades A to D.
	Grades map[string]float64 `yaml:"grades,omitempty"`
}

// Read reads a configuration file. Errors: the file's own, and [Errors] for
// what is wrong in it.
func Read(name string) (File, error) {
	f, err := os.Open(name)
	if err != nil {
		return File{}, fmt.Errorf("reading the configuration: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		return File{}, fmt.Errorf("reading the configuration: %s isn't a regular file", name)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return File{}, fmt.Errorf("reading the configuration: %w", err)
	}
	return Parse(name, data)
}

// Parse reads the text of a configuration file; name is for messages. An empty
// text is an empty configuration.
func Parse(name string, data []byte) (File, error) {
	file := File{Places: Places{file: name, lines: map[string]int{}}}
	d := decoder{places: file.Places}
	if len(data) > maxFile {
		return file, fmt.Errorf("reading %s: larger than %d kB", name, maxFile>>10)
	}
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return file, nil
		}
		return file, d.syntax(err)
	}
	var second yaml.Node
	if err := dec.Decode(&second); err == nil {
		d.fail(second.Line, "a second document: the configuration is one")
	} else if !errors.Is(err, io.EOF) {
		return file, d.syntax(err)
	}
	d.decode(doc.Content[0], &file)
	if len(d.errs) == 0 {
		d.forges(file.Forges)
		d.score(file.Score)
	}
	if len(d.errs) > 0 {
		return file, d.errs
	}
	return file, nil
}

// Find looks for the configuration in dir and above it, up to the root of the
// version control that dir is in; outside of one, only in dir. The answer is
// "" where there is none.
func Find(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("looking for %s: %w", Name, err)
	}
	nearest := ""
	for at := dir; ; at = filepath.Dir(at) {
		name := filepath.Join(at, Name)
		if _, err := os.Stat(name); err == nil {
			if nearest == "" {
				nearest = name
			}
			if at == dir {
				return nearest, nil
			}
		} else if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
			return "", fmt.Errorf("looking for %s: %w", Name, err)
		}
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return nearest, nil
		}
		if at == filepath.Dir(at) {
			return "", nil
		}
	}
}
