package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// few is how many entries of a list a summary shows unless it is verbose.
const few = 5

// summary is the end of the table: what it comes to, what to do next, and what
// the reader doesn't see.
func summary(b *strings.Builder, rep health.Report, o Options) {
	b.WriteString(wrapIndented(fmt.Sprintf("%s in %s on %s: %s",
		count(rep.Summary.Dependencies, "dependency", "dependencies"),
		count(rep.Summary.Repositories, "repository", "repositories"),
		rep.AsOf.UTC().Format(time.DateOnly), gradeCounts(rep.Summary)), o.Width, 2) + "\n")
	verdict(b, rep, o)
	if len(rep.Changes) > 0 {
		b.WriteString("\nwhat to do next\n")
		list(b, rep.Changes, o, func(c health.Change) string { return changeText(rep, c) })
	}
	if !rep.Complete {
		fmt.Fprintf(b, "\n%s, couldn't be read: %s\n", paint(o, yellow, "incomplete"), count(len(rep.Missing), "part", "parts"))
		list(b, rep.Missing, o, missingText)
	}
	for _, n := range rep.Notes {
		fmt.Fprintf(b, "\nnote: %s\n", wrapIndented(n, o.Width, 6))
	}
	if len(rep.Findings) > 0 {
		fmt.Fprintf(b, "\n`mainstay explain %s` shows what a verdict rests on\n", rep.Findings[0].Name)
	}
}

// gradeCounts is "9 A, 21 B, 2 unknown".
func gradeCounts(s health.Summary) string {
	var parts []string
	for _, g := range []health.Grade{health.GradeA, health.GradeB, health.GradeC, health.GradeD, health.GradeE} {
		if n := s.Grades[g]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, g))
		}
	}
	if n := s.Grades[health.GradeU]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d unknown", n))
	}
	if len(parts) == 0 {
		return "no grades"
	}
	return strings.Join(parts, ", ")
}

// holds says that no rule is broken, and that this isn't the whole truth where
// something couldn't be read: an outage must not look like a clean bill.
func holds(rep health.Report) string {
	if !rep.Complete {
		return "the policy holds for what could be read; the audit is incomplete"
	}
	return "the policy holds"
}

// verdict says whether the policy holds, and which rules are broken where.
func verdict(b *strings.Builder, rep health.Report, o Options) {
	t := tally(rep)
	line := holds(rep)
	if t.failing > 0 {
		line = "the policy fails because of " + count(t.failing, "dependency", "dependencies")
	}
	for _, part := range []struct {
		n    int
		text string
	}{{t.warning, "with a warning"}, {t.known, "known before"}, {t.waived, "waived"}} {
		if part.n > 0 {
			line += fmt.Sprintf(", %d %s", part.n, part.text)
		}
	}
	line = wrapIndented(line, o.Width, 2)
	if rep.Complete {
		line = strings.Replace(line, "the policy holds", paint(o, green, "the policy holds"), 1)
	}
	line = strings.Replace(line, "the policy fails", paint(o, red, "the policy fails"), 1)
	b.WriteString(line + "\n")
	var failing []string
	for _, f := range rep.Findings {
		for _, v := range f.Violations {
			if v.Fails() {
				failing = append(failing, strings.TrimSpace(whereText(f)+" ")+": "+f.Label()+": "+v.Text)
			}
		}
	}
	list(b, failing, o, func(s string) string { return strings.TrimPrefix(s, ": ") })
}

// A tallied report counts findings by what the policy makes of them; a finding
// counts once in each column that applies.
type tallied struct{ failing, warning, known, waived int }

func tally(rep health.Report) tallied {
	var t tallied
	for _, f := range rep.Findings {
		var warns, known bool
		for _, v := range f.Violations {
			warns = warns || (v.Warn && v.Known == "")
			known = known || v.Known != ""
		}
		for _, c := range []struct {
			is bool
			n  *int
		}{{f.Fails(), &t.failing}, {warns, &t.warning}, {known, &t.known}, {len(f.Waived) > 0, &t.waived}} {
			if c.is {
				*c.n++
			}
		}
	}
	return t
}

// changeText says what to do to direct dependencies: what their own verdict
// asks for, or to move off what they bring in.
func changeText(rep health.Report, c health.Change) string {
	does := "upgrade or replace"
	if len(c.Direct) == 1 {
		i := slices.IndexFunc(rep.Findings, func(f health.Finding) bool { return f.Direct && f.Label() == c.Direct[0] })
		if i >= 0 && rep.Findings[i].Action != "" && slices.Contains(c.Clears, rep.Findings[i].Purl) {
			does = rep.Findings[i].Action
		}
	}
	text := strings.Join(c.Direct, " and ") + ": " + does
	if brought := len(c.Clears); brought > 1 || len(c.Direct) > 1 {
		text += fmt.Sprintf(" (clears %s)", count(brought, "weak dependency", "weak dependencies"))
	}
	return text
}

func missingText(m health.Missing) string {
	return fmt.Sprintf("%s: %s: %s", m.Subject, m.Part, m.Why)
}

// list writes entries with a dash each, only a few unless the options say
// otherwise, and then says how many are left out.
func list[T any](b *strings.Builder, entries []T, o Options, text func(T) string) {
	shown := entries
	if !o.Verbose && len(entries) > few+1 {
		shown = entries[:few]
	}
	for _, e := range shown {
		fmt.Fprintf(b, "  - %s\n", wrapIndented(text(e), o.Width, 4))
	}
	if left := len(entries) - len(shown); left > 0 {
		fmt.Fprintf(b, "  and %d more (-v lists them all)\n", left)
	}
}

func wrapIndented(s string, limit, indent int) string {
	if limit > 0 {
		limit = max(20, limit-indent)
	}
	return strings.ReplaceAll(wrap(s, limit), "\n", "\n"+strings.Repeat(" ", indent))
}
