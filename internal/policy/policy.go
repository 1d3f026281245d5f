// Package policy judges a report by the user's rules. It is pure: the same
// report, rules and baseline give the same judgement, as of the report's own
// date, with no clock, file or network.
//
// It doesn't know how a configuration file looks, nor what a metric means; the
// rules name metrics, and the findings carry their values.
package policy

import (
	"fmt"
	"slices"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A Rule is one named condition that no dependency may meet.
type Rule struct {
	ID   string
	Text string // what it asks for
	Help string // what to do where it is broken
	Warn bool   // a broken rule is told, and fails nothing
	From string // where it was written

	// For says which findings the rule looks at, and Breaks what about one of
	// them breaks the rule, in plain words, "" for nothing.
	For    func(f health.Finding) bool
	Breaks func(f health.Finding) string
}

// A Policy is a list of rules, in the order in which they are told.
type Policy struct {
	Rules []Rule
}

// Default is the policy of a project without a policy file: a direct
// dependency that ships must not have grade E with at least medium
// confidence, nor a hard fact against it that alone says nobody looks after
// it. Grade U never fails.
func Default() Policy {
	return Policy{Rules: []Rule{
		{
			ID:   "grade",
			Text: "no direct dependency of grade E, where that is known with at least medium confidence",
			Help: "Replace the dependency, or help to look after it.",
			From: "default",
			For:  directAndShipped,
			Breaks: func(f health.Finding) string {
				if f.Grade == health.GradeE && f.Confidence != health.ConfidenceLow {
					return fmt.Sprintf("grade E at %s confidence", f.Confidence)
				}
				return ""
			},
		},
		{
			ID:   "ceiling",
			Text: "no direct dependency that is malware, archived, deprecated or declared unmaintained",
			Help: "Move to the successor where there is one, or replace the dependency.",
			From: "default",
			For:  directAndShipped,
			Breaks: func(f health.Finding) string {
				i := slices.IndexFunc(f.Ceilings, health.Ceiling.Terminal)
				if i < 0 {
					return ""
				}
				return f.Ceilings[i].Reason
			},
		},
	}}
}

func directAndShipped(f health.Finding) bool { return f.Direct && f.Scope.Ships() }

// Check returns the report with the policy's judgement in it: the violations
// of every finding, and the rules that it was judged by.
func Check(rep health.Report, p Policy) health.Report {
	rep.Findings = slices.Clone(rep.Findings)
	rep.Rules = make([]health.Rule, len(p.Rules))
	for i, r := range p.Rules {
		rep.Rules[i] = health.Rule{ID: r.ID, Text: r.Text, Help: r.Help, Warn: r.Warn, From: r.From}
	}
	for i := range rep.Findings {
		f := &rep.Findings[i]
		f.Violations, f.Waived = []health.Violation{}, []health.Waiver{}
		for _, r := range p.Rules {
			if !r.For(*f) {
				continue
			}
			if why := r.Breaks(*f); why != "" {
				f.Violations = append(f.Violations, health.Violation{Rule: r.ID, Text: why, Warn: r.Warn})
			}
		}
	}
	return rep
}
