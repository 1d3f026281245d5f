// Package policy judges a report by the user's rules. It is pure: the same
// report, rules and baseline give the same judgement, as of the report's own
// date, with no clock, file or network.
//
// Rules come from the policy section of package config, already read and with
// the lines they stand on; this package gives them a meaning, and refuses
// those that can't have one: a bound no value can reach, a rule that can never
// match. The default policy and the flags are rules of the same kind.
package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/config"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// A Policy is what a report is judged by. The zero Policy has no rules; use
// [New].
type Policy struct {
	rules   []rule
	waivers []waiver
}

// Options are what a policy is made of.
type Options struct {
	// File is the configuration; the zero File leaves the default rules.
	File config.File
	// FailOn, FailUnder and Dev are the flags of those names; they win over the
	// file's keys of the same names.
	FailOn    string
	FailUnder *float64
	Dev       bool
	// Known are the words that rules may use, for finding those that can never
	// match. Without metrics or ecosystems those aren't checked.
	Known Vocabulary
}

// A Vocabulary is what the other stages can name.
type Vocabulary struct {
	Metrics    []Metric
	Ecosystems []string
}

// A Metric is the id of a metric and the range of its values.
type Metric struct {
	ID       string
	Min, Max float64 // both zero where nothing bounds it
}

// DefaultRules is the policy of a project without one: a direct dependency that
// ships must not have grade E with at least medium confidence, nor a hard fact
// against it that alone says nobody looks after it. Grade U never fails.
func DefaultRules() []config.Rule {
	direct := true
	return []config.Rule{
		{
			ID: "grade", For: config.Selection{Direct: &direct},
			When: config.Condition{Grade: "E", Confidence: "medium"},
			Help: "Replace the dependency, or help to look after it.",
		},
		{
			ID: "ceiling", For: config.Selection{Direct: &direct},
			When: config.Condition{Ceilings: []string{"malware", "archived", "deprecated", "declared-unmaintained"}},
			Help: "Move to the successor where there is one, or replace the dependency.",
		},
	}
}

// New makes a policy. The error is a [config.Errors] with all that is wrong.
func New(o Options) (Policy, error) {
	c := compiler{places: o.File.Places, known: o.Known, dev: o.Dev || o.File.Policy.Dev}
	var p Policy
	section := o.File.Policy
	switch {
	case section.Rules == nil:
		for _, r := range DefaultRules() {
			p.rules = append(p.rules, c.rule(r, "", "default"))
		}
	case len(section.Rules) == 0:
		c.fail("policy.rules", "a policy without rules lets everything pass: leave the key out for the default rules")
	default:
		for i, r := range section.Rules {
			path := fmt.Sprintf("policy.rules[%d]", i)
			p.rules = append(p.rules, c.rule(r, path, c.places.At(path)))
		}
	}
	p.rules = c.threshold(p.rules, "grade", o.FailOn, section.FailOn)
	p.rules = c.under(p.rules, o.FailUnder, section.FailUnder)
	ids := map[string]bool{}
	for i, r := range p.rules {
		if ids[r.ID] {
			c.fail(fmt.Sprintf("policy.rules[%d].id", i), "a second rule with the id %q", r.ID)
		}
		ids[r.ID] = true
	}
	for i, w := range section.Waivers {
		p.waivers = append(p.waivers, c.waiver(w, fmt.Sprintf("policy.waivers[%d]", i), p.rules))
	}
	if len(c.errs) > 0 {
		slices.SortStableFunc(c.errs, func(a, b *config.Error) int { return cmp.Compare(a.Line, b.Line) })
		return Policy{}, c.errs
	}
	return p, nil
}

// threshold puts the rule of --fail-on, or of fail_on, in the place of the rule
// about the grade. Asked for in words, a grade counts at any confidence.
func (c *compiler) threshold(rules []rule, id, flag, key string) []rule {
	grade, path, from := strings.ToUpper(flag), "", "--fail-on"
	if grade == "" {
		grade, path, from = key, "policy.fail_on", c.places.At("policy.fail_on")
	}
	if grade == "" {
		return rules
	}
	if flag != "" && !slices.Contains(grades[:5], grade) {
		c.errs = append(c.errs, &config.Error{Text: fmt.Sprintf("--fail-on: no such grade: %q: %s", flag, config.Suggest(flag, grades[:5]))})
		return rules
	}
	if key != "" && flag == "" && key == "U" {
		c.fail(path, "grade U never fails: write a rule to be warned of it")
		return rules
	}
	r := DefaultRules()[0]
	r.When = config.Condition{Grade: grade}
	made := c.rule(r, path, from)
	if i := slices.IndexFunc(rules, func(r rule) bool { return r.ID == id }); i >= 0 {
		rules[i] = made
		return rules
	}
	return append(rules, made)
}

// under adds the rule of --fail-under, or of fail_under.
func (c *compiler) under(rules []rule, flag, key *float64) []rule {
	bound, path, from := flag, "", "--fail-under"
	if bound == nil {
		bound, path, from = key, "policy.fail_under", c.places.At("policy.fail_under")
	}
	if bound == nil {
		return rules
	}
	if flag != nil && (*flag <= 0 || *flag > 100) {
		c.errs = append(c.errs, &config.Error{Text: fmt.Sprintf("--fail-under: a score is between 0 and 100, not %v", *flag)})
		return rules
	}
	r := DefaultRules()[0]
	r.ID, r.When = "score", config.Condition{ScoreBelow: bound}
	return append(rules, c.rule(r, path, from))
}

// Against is what makes a violation old news.
type Against struct {
	// Baseline is a judgement that was accepted; nil for none.
	Baseline *Baseline
	// Before are the dependencies at the revision From; what was there already
	// at the same version isn't new. Only where From isn't "".
	From   string
	Before []health.Dependency
}

// Check returns the report with the policy's judgement in it: the violations
// and waivers of every finding, the rules, what to change, and notes about
// waivers that no longer do what they were written for.
func Check(rep health.Report, p Policy, against Against) health.Report {
	rep.Findings = slices.Clone(rep.Findings)
	rep.Notes = slices.Clone(rep.Notes)
	rep.Rules = make([]health.Rule, len(p.rules))
	for i, r := range p.rules {
		rep.Rules[i] = r.Rule
	}
	old := newComparison(against)
	waivers := slices.Clone(p.waivers)
	for i := range rep.Findings {
		f := &rep.Findings[i]
		f.Violations, f.Waived = []health.Violation{}, []health.Waiver{}
		in := input{f: *f, asOf: rep.AsOf, before: old.entry(*f)}
		for _, r := range p.rules {
			why := r.broken(in)
			if why == "" {
				continue
			}
			v := health.Violation{Rule: r.ID, Text: why, Warn: r.Warn, Known: old.known(*f, r)}
			waiveOrKeep(f, v, waivers, rep.AsOf)
		}
		slices.SortStableFunc(f.Violations, func(a, b health.Violation) int { return cmp.Compare(rank(a), rank(b)) })
	}
	rep.Changes = changes(rep.Findings)
	rep.Notes = append(rep.Notes, old.notes(rep, p)...)
	for _, w := range waivers {
		if note := w.note(rep.AsOf); note != "" {
			rep.Notes = append(rep.Notes, note)
		}
	}
	return rep
}

func rank(v health.Violation) int {
	switch {
	case v.Fails():
		return 0
	case v.Known == "":
		return 1
	}
	return 2
}

// A waiver is one of the file's, with whether it did anything.
type waiver struct {
	config.Waiver
	pattern pattern
	from    string
	used    *bool
}

// covers reports whether the waiver is about a rule and a dependency.
func (w waiver) covers(f health.Finding, rule string) bool {
	return w.Rule == rule && w.pattern.matches(f.Dependency)
}

// expired reports whether the waiver's last day, in UTC, is over.
func (w waiver) expired(asOf time.Time) bool { return !asOf.Before(w.Until.AddDate(0, 0, 1)) }

// waiveOrKeep moves a violation to the waived ones if a waiver that still holds
// covers it. An expired one leaves it, and is named in it.
func waiveOrKeep(f *health.Finding, v health.Violation, waivers []waiver, asOf time.Time) {
	for _, w := range waivers {
		if !w.covers(*f, v.Rule) {
			continue
		}
		*w.used = true
		if !w.expired(asOf) {
			f.Waived = append(f.Waived, health.Waiver{Rule: v.Rule, Reason: w.Reason, Until: w.Until.String(), Text: v.Text})
			return
		}
		v.Text += fmt.Sprintf(" (the waiver of %s ended on %s: %s)", w.from, w.Until, w.Reason)
		v.Known = ""
	}
	f.Violations = append(f.Violations, v)
}

// note says what is wrong with a waiver, "" for nothing.
func (w waiver) note(asOf time.Time) string {
	switch {
	case !*w.used:
		return fmt.Sprintf("the waiver of rule %s for %s (%s) is unused: remove it", w.Rule, w.Purl, w.from)
	case w.expired(asOf):
		return fmt.Sprintf("the waiver of rule %s for %s (%s) ended on %s", w.Rule, w.Purl, w.from, w.Until)
	}
	return ""
}
