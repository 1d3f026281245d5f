package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// moved is how many measurements the letter dwells on before the ledger.
const moved = 3

// Explain writes one finding of a report the way a good doctor writes a
// letter: the verdict, what it rests on, what isn't known and how it could be,
// what would change it, and then every figure. Errors are those of w.
func Explain(w io.Writer, rep health.Report, f health.Finding, o Options) error {
	rep.Findings = []health.Finding{f}
	rep = cleaned(rep)
	l := letter{f: rep.Findings[0], o: o}
	l.verdict(rep.AsOf)
	l.policy()
	l.movers()
	l.missing()
	l.better()
	if err := l.ledger(); err != nil {
		return fmt.Errorf("laying out the ledger: %w", err)
	}
	_, err := io.WriteString(w, trimLines(l.b.String()))
	return err
}

type letter struct {
	b strings.Builder
	f health.Finding
	o Options
}

// line writes a line, wrapped with what follows the first indented further.
func (l *letter) line(indent int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	l.b.WriteString(strings.Repeat(" ", indent) + wrapIndented(text, l.o.Width, indent+2) + "\n")
}

func (l *letter) head(title string) { l.b.WriteString("\n" + title + "\n") }

func (l *letter) verdict(asOf time.Time) {
	f := l.f
	l.line(0, "%s on %s", f.Label(), asOf.UTC().Format(time.DateOnly))
	l.b.WriteByte('\n')
	if f.Score.Score == nil {
		l.line(2, "%s: too little is known for a verdict, %.0f%% of the evidence", paint(l.o, grey, "grade U"), 100*f.Coverage)
	} else {
		l.line(2, "%s, %s of 100, most likely between %.0f and %.0f; %s confidence, %.0f%% of the evidence is there",
			paint(l.o, gradeColour(f.Grade), "grade "+string(f.Grade)), scoreText(f.Score), f.Interval[0], f.Interval[1], f.Confidence, 100*f.Coverage)
	}
	for _, text := range []string{f.Why, f.Upgrade} {
		if text != "" {
			l.line(2, "%s", text)
		}
	}
	if f.Finished > 0 {
		l.line(2, "quiet, and by %.0f%% taken for finished rather than abandoned: that lifts activity and release", 100*f.Finished)
	}
	if f.Risk != nil {
		l.line(2, "risk: of the projects of the back-test with such a rhythm of commits, about %.0f%% were abandoned within 24 months", 100**f.Risk)
	}
	if f.Action != "" {
		l.line(2, "what to do: %s", f.Action)
	}
	l.b.WriteByte('\n')
	for _, fact := range l.facts() {
		fmt.Fprintf(&l.b, "  %-11s %s\n", fact[0], wrapIndented(fact[1], l.o.Width, 14))
	}
}

// facts are the lines under the verdict that have something to say.
func (l *letter) facts() [][2]string {
	f := l.f
	kind := "transitive"
	if f.Direct {
		kind = "direct"
	}
	var places []string
	for _, p := range f.Locations {
		places = append(places, place(p))
	}
	all := [][2]string{
		{"used in", joined(", ", strings.Join(places, ", "), kind, string(f.Scope))},
	}
	for i, p := range f.Paths {
		if len(p) < 3 || (i > 2 && !l.o.Verbose) {
			continue
		}
		all = append(all, [2]string{"through", strings.Join(p, " → ")})
	}
	all = append(all, [2]string{"repository", joined(", now ", f.Repository, f.RenamedTo)})
	if f.Latest != "" {
		newest := f.Latest
		if !f.LatestAt.IsZero() {
			newest += " of " + f.LatestAt.UTC().Format(time.DateOnly)
		}
		if f.LibyearsBehind != nil && *f.LibyearsBehind >= 0.05 {
			newest += fmt.Sprintf(", %.1f years ahead of the one in use", *f.LibyearsBehind)
		}
		all = append(all, [2]string{"newest", newest})
	}
	all = append(all, [2]string{"licence", strings.Join(f.Licences, ", ")})
	if len(f.Course) > 1 {
		first, last := f.Course[0], f.Course[len(f.Course)-1]
		all = append(all, [2]string{"course", fmt.Sprintf("%s  from %.0f in %s to %.0f in %s", sparkline(f.Course),
			first.Score, first.At.UTC().Format("2006-01"), last.Score, last.At.UTC().Format("2006-01"))})
	}
	all = append(all, sovereignty(f.Sovereignty)...)
	for _, c := range f.Ceilings {
		text := joined(". ", c.Reason, prefixed("instead: ", c.Successor), c.URL)
		all = append(all, [2]string{"ceiling", fmt.Sprintf("%s, at most %.0f: %s", c.ID, c.Limit, text)})
	}
	return slices.DeleteFunc(all, func(fact [2]string) bool { return fact[1] == "" })
}

// sovereignty says whom the dependency rests on. It is no part of the score.
func sovereignty(s *health.Sovereignty) [][2]string {
	if s == nil {
		return nil
	}
	operator := func(o *health.Operator) string {
		if o == nil {
			return ""
		}
		text := joined(", ", o.Service, prefixed("run by ", o.Name), o.Jurisdiction)
		if o.FromMemory {
			text += " (unchecked)"
		}
		return text
	}
	facts := [][2]string{{"forge", operator(s.Forge)}, {"registry", operator(s.Registry)}, {"mirror of", s.Mirror}}
	if s.Share != nil && s.Organisation != "" {
		text := fmt.Sprintf("%s wrote %.0f%% of the commits of 24 months", s.Organisation, 100**s.Share)
		if s.Unknown != nil && *s.Unknown > 0 {
			text += fmt.Sprintf("; of %.0f%% the employer isn't known", 100**s.Unknown)
		}
		facts = append(facts, [2]string{"employer", text})
	}
	return facts
}

func (l *letter) policy() {
	if len(l.f.Violations)+len(l.f.Waived) == 0 {
		return
	}
	l.head("what the policy says")
	for _, v := range l.f.Violations {
		word := paint(l.o, red, "fails")
		switch {
		case v.Known != "":
			word = "known, " + v.Known
		case v.Warn:
			word = paint(l.o, yellow, "warns")
		}
		l.line(2, "%s: %s (rule %s)", word, v.Text, v.Rule)
	}
	for _, v := range l.f.Waived {
		l.line(2, "waived until %s: %s (rule %s)", v.Until, joined(": ", v.Text, v.Reason), v.Rule)
	}
}

// A pull is how far a measurement moves the score from the neutral 50.
type pull struct {
	m    health.Measurement
	by   float64 // points
	gain float64 // points that a perfect reading would add
}

// pulls tells what each measurement does to the score. Since missing evidence
// counts as a neutral 50 at half weight, the pulls add up to the score before
// ceilings minus 50.
func pulls(ms []health.Measurement) []pull {
	var whole float64
	for _, m := range ms {
		whole += m.Weight * (1 + m.Reliability) / 2
	}
	out := make([]pull, 0, len(ms))
	for _, m := range ms {
		if whole == 0 {
			break
		}
		out = append(out, pull{
			m:    m,
			by:   m.Points - 50*m.Weight*(1+m.Reliability)/2/whole,
			gain: m.Weight * m.Reliability * (100 - m.Reading) / whole,
		})
	}
	return out
}

func (l *letter) movers() {
	all := slices.DeleteFunc(pulls(l.f.Measurements), func(p pull) bool { return p.m.Missing != "" || math.Abs(p.by) < 0.05 })
	slices.SortStableFunc(all, func(a, b pull) int { return cmp.Compare(math.Abs(b.by), math.Abs(a.by)) })
	if len(all) == 0 {
		return
	}
	l.head("what moved the score most, from a neutral 50")
	for _, p := range all[:min(moved, len(all))] {
		l.line(2, "%+.1f  %s", p.by, cmp.Or(p.m.Says, p.m.Metric))
		l.line(8, "%s", joined(", ", p.m.Metric+" "+quantity(p.m.Value, p.m.Unit), basis(p.m)))
		if i := slices.IndexFunc(p.m.Evidence, func(e health.Evidence) bool { return e.URL != "" }); i >= 0 {
			l.line(8, "%s", joined(" ", p.m.Evidence[i].Text, p.m.Evidence[i].URL))
		}
	}
}

// missing groups what isn't known by the reason, since one token or one
// command often supplies many figures.
func (l *letter) missing() {
	var reasons []string
	metrics, weight := map[string][]string{}, map[string]float64{}
	for _, m := range l.f.Measurements {
		if m.Missing == "" {
			continue
		}
		if metrics[m.Missing] == nil {
			reasons = append(reasons, m.Missing)
		}
		metrics[m.Missing] = append(metrics[m.Missing], m.Metric)
		weight[m.Missing] += m.Weight
	}
	if len(reasons) == 0 {
		return
	}
	slices.SortStableFunc(reasons, func(a, b string) int { return cmp.Compare(weight[b], weight[a]) })
	l.head("what isn't known, because")
	for _, r := range reasons {
		l.line(2, "%s: %s (%.0f%% of the weight)", r, strings.Join(metrics[r], ", "), weight[r])
		if supply := supply(r); supply != "" {
			l.line(6, "%s", supply)
		}
	}
}

// supply says what would fill a gap, as far as its reason tells; "" where the
// reason says it itself or nothing would.
func supply(reason string) string {
	if _, host, ok := strings.Cut(reason, "no token for "); ok {
		host, _, _ = strings.Cut(host, " ")
		variables := map[string]string{"github.com": "GITHUB_TOKEN or GH_TOKEN", "gitlab.com": "GITLAB_TOKEN",
			"codeberg.org": "FORGEJO_TOKEN", "bitbucket.org": "BITBUCKET_TOKEN"}
		return "set " + cmp.Or(variables[host], "the variable that token_env names for the host in mainstay.yaml")
	}
	for _, c := range []struct{ word, what string }{
		{"offline", "run it without --offline"},
		{"slow down", "run it again later: what was read is kept"},
		{"points", "run it again later, or with more --max-points: what was read is kept"},
		{"timeout", "run it again: what was read is kept"},
		{"refused", "run it again when the host answers: what was read is kept"},
	} {
		if strings.Contains(reason, c.word) {
			return c.what
		}
	}
	return ""
}

func (l *letter) better() {
	all := slices.DeleteFunc(pulls(l.f.Measurements), func(p pull) bool { return p.m.Missing != "" || p.gain < 0.5 })
	slices.SortStableFunc(all, func(a, b pull) int { return cmp.Compare(b.gain, a.gain) })
	binding := slices.IndexFunc(l.f.Ceilings, func(c health.Ceiling) bool { return c.Limit < l.f.BeforeCeilings })
	if binding < 0 && len(all) == 0 {
		return
	}
	l.head("what would raise it")
	if binding >= 0 {
		c := l.f.Ceilings[binding]
		l.line(2, "first of all that the fact %q goes, which holds it at %.0f", c.ID, c.Limit)
	}
	for _, p := range all[:min(moved, len(all))] {
		l.line(2, "up to %+.1f by %s", p.gain, p.m.Metric)
	}
}

// quantity is a value with its unit, "–" for none.
func quantity(v *float64, unit string) string {
	if v == nil {
		return "–"
	}
	return number(*v, unit) + strings.TrimRight(" "+unitText(unit), " ")
}

func number(v float64, unit string) string {
	switch {
	case unit == "share":
		return strconv.FormatFloat(100*v, 'f', 0, 64) + "%"
	case math.Abs(v) >= 10 || v == math.Trunc(v):
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

func unitText(unit string) string {
	if unit == "share" {
		return ""
	}
	return unit
}

// basis is what a value rests on: n, window and interval.
func basis(m health.Measurement) string {
	var parts []string
	if m.N > 0 {
		parts = append(parts, "n "+strconv.Itoa(m.N))
	}
	if m.Window != "" {
		parts = append(parts, "over "+m.Window)
	}
	if m.Interval != nil {
		parts = append(parts, fmt.Sprintf("80%% interval %s", rangeText(m)))
	}
	return strings.Join(parts, ", ")
}

func rangeText(m health.Measurement) string {
	if m.Interval == nil {
		return ""
	}
	return number(m.Interval[0], m.Unit) + "–" + number(m.Interval[1], m.Unit)
}

// joined joins what isn't empty.
func joined(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// sparkline draws scores from 0 to 100 as one character each.
func sparkline(course []health.Point) string {
	bars := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, p := range course {
		i := int(p.Score / 100 * float64(len(bars)))
		b.WriteRune(bars[min(max(i, 0), len(bars)-1)])
	}
	return b.String()
}
