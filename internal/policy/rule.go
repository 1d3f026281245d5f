package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/config"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// The words that rules use; each list from the best to the worst, or from the
// least to the most.
var (
	grades      = []string{"A", "B", "C", "D", "E", "U"}
	confidences = []string{"low", "medium", "high"}
	scopes      = []string{"runtime", "optional", "test", "development"}
	dimensions  = []string{"activity", "release", "responsiveness", "diversity", "support", "governance"}
	ceilings    = []string{"malware", "archived", "deprecated", "declared-unmaintained", "moved", "abandoned", "gone",
		"seeking-maintainer", "end-of-life", "young", "single-releaser", "single-vendor"}
)

// input is what a rule sees of one dependency.
type input struct {
	f      health.Finding
	asOf   time.Time
	before *entry // what the baseline says of it, nil for nothing
}

// A test says in plain words how a dependency meets one part of a condition,
// "" where it doesn't.
type test func(in input) string

// A rule is a compiled config.Rule.
type rule struct {
	health.Rule
	source config.Rule
	selects
	tests []test
}

// broken says how a dependency breaks the rule: it is one that the rule looks
// at, and meets every part of the condition. "" where it doesn't.
func (r rule) broken(in input) string {
	if len(r.tests) == 0 || !r.match(in.f.Dependency) {
		return ""
	}
	parts := make([]string, len(r.tests))
	for i, t := range r.tests {
		if parts[i] = t(in); parts[i] == "" {
			return ""
		}
	}
	return strings.Join(parts, ", ")
}

// A compiler gives rules a meaning and gathers what is wrong with them.
type compiler struct {
	places config.Places
	known  Vocabulary
	dev    bool
	errs   config.Errors
}

func (c *compiler) fail(path, format string, args ...any) {
	c.errs = append(c.errs, c.places.Errorf(path, format, args...))
}

// word complains unless w is one of the words of its kind.
func (c *compiler) word(path, kind, w string, words []string) {
	if !slices.Contains(words, w) {
		c.fail(path, "no such %s: %q: %s", kind, w, config.Suggest(w, words))
	}
}

func (c *compiler) rule(r config.Rule, path, from string) rule {
	switch {
	case r.ID == "":
		c.fail(path, "a rule needs an id")
	case strings.Trim(r.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || len(r.ID) > 64:
		c.fail(path+".id", "%q: an id has small letters, digits and hyphens", r.ID)
	}
	if r.Severity != "" {
		c.word(path+".severity", "severity", r.Severity, []string{"fail", "warn"})
	}
	out := rule{source: r, selects: c.selection(r.For, path+".for"), tests: c.condition(r.When, path+".when")}
	if len(out.tests) == 0 && len(c.errs) == 0 {
		c.fail(path, "rule %s has no condition: say when it is broken", r.ID)
	}
	out.Rule = health.Rule{ID: r.ID, Text: asks(r), Help: r.Help, Warn: r.Severity == "warn", From: from}
	return out
}

func (c *compiler) waiver(w config.Waiver, path string, rules []rule) waiver {
	if w.Purl == "" || w.Rule == "" || strings.TrimSpace(w.Reason) == "" || w.Until.IsZero() {
		c.fail(path, "a waiver needs purl, rule, reason and until")
	}
	ids := make([]string, len(rules))
	for i, r := range rules {
		ids[i] = r.ID
	}
	if w.Rule != "" {
		c.word(path+".rule", "rule", w.Rule, ids)
	}
	return waiver{Waiver: w, pattern: c.pattern(w.Purl, path+".purl"), from: c.places.At(path), used: new(bool)}
}

// asks writes down what a rule asks for: "no direct dependency with grade E or
// worse and at least medium confidence".
func asks(r config.Rule) string {
	subject := "dependency"
	if r.For.Direct != nil {
		subject = map[bool]string{true: "direct dependency", false: "transitive dependency"}[*r.For.Direct]
	}
	if len(r.For.Scopes) > 0 {
		subject = strings.Join(r.For.Scopes, " or ") + " " + subject
	}
	text := "no " + subject
	if len(r.For.Ecosystems) > 0 {
		text += " of " + strings.Join(r.For.Ecosystems, " or ")
	}
	if len(r.For.Purls) > 0 {
		text += " like " + strings.Join(r.For.Purls, " or ")
	}
	if r.For.MaxDepth != nil {
		text += fmt.Sprintf(" at depth %d or less", *r.For.MaxDepth)
	}
	if parts := describe(r.When); len(parts) > 0 {
		text += " with " + strings.Join(parts, " and ")
	}
	if len(r.For.Except) > 0 {
		text += ", except " + strings.Join(r.For.Except, " and ")
	}
	return text
}
