package report

import (
	"fmt"
	"html"
	"io"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// The page is put together by hand: html/template would switch off the
// linker's pruning of methods and cost more than the rest of the program's
// formats together. Every text goes through esc, every address through href,
// and the page's own policy forbids scripts and requests.
const htmlHead = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>mainstay</title>
<style>
:root { color-scheme: light dark; --line: #8884; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.g { display: inline-block; width: 1.6em; text-align: center; border-radius: 3px; color: #fff; background: #666; }
.gA, .gB { background: #1a7f37; } .gC { background: #7d6608; } .gD { background: #b35900; } .gE { background: #b42318; }
details { margin: .2rem 0; } summary { cursor: pointer; } small { opacity: .8; }
code { overflow-wrap: anywhere; }
</style>
</head>
<body>
`

// htmlPage writes a page that stands alone: no scripts, no requests.
func htmlPage(w io.Writer, rep health.Report, _ Options) error {
	var b strings.Builder
	b.WriteString(htmlHead)
	t := tally(rep)
	title := "T" + strings.TrimPrefix(holds(rep), "t")
	if t.failing > 0 {
		title = "The policy fails because of " + count(t.failing, "dependency", "dependencies")
	}
	fmt.Fprintf(&b, "<h1>%s</h1>\n<p>%s in %s on %s: %s.", title, count(rep.Summary.Dependencies, "dependency", "dependencies"),
		count(rep.Summary.Repositories, "repository", "repositories"), rep.AsOf.UTC().Format(time.DateOnly), esc(gradeCounts(rep.Summary)))
	fmt.Fprintf(&b, " %d with a warning, %d known before, %d waived.</p>\n", t.warning, t.known, t.waived)
	if !rep.Complete {
		b.WriteString("<p><strong>The audit is incomplete:</strong> not everything could be read.</p>\n")
	}
	htmlList(&b, "What to do next", rep.Changes, func(c health.Change) string { return changeText(rep, c) })
	htmlList(&b, "What couldn't be read", rep.Missing, missingText)
	htmlList(&b, "Notes", rep.Notes, func(s string) string { return s })
	b.WriteString("<h2>Dependencies, weakest first</h2>\n<table>\n<thead><tr><th>grade</th><th class=\"n\">score</th><th>sure</th><th>policy</th><th>dependency</th><th>why</th></tr></thead>\n<tbody>\n")
	for _, f := range rep.Findings {
		htmlFinding(&b, f)
	}
	b.WriteString("</tbody>\n</table>\n")
	fmt.Fprintf(&b, "<p><small>%s %s</small></p>\n</body>\n</html>\n", esc(rep.Tool.Name), esc(rep.Tool.Version))
	_, err := io.WriteString(w, b.String())
	return err
}

func htmlFinding(b *strings.Builder, f health.Finding) {
	// The grade names a class, so only a known one may.
	class := "g"
	switch f.Grade {
	case health.GradeA, health.GradeB, health.GradeC, health.GradeD, health.GradeE:
		class += " g" + string(f.Grade)
	}
	fmt.Fprintf(b, "<tr><td><span class=\"%s\">%s</span></td><td class=\"n\">%s<br><small>%s</small></td><td>%s</td><td>%s</td>", class, esc(string(f.Grade)),
		esc(scoreText(f.Score)), esc(intervalText(f)), esc(string(f.Confidence)), gateText(f))
	fmt.Fprintf(b, "<td>%s<br><small>%s</small></td><td>%s", href(f.Repository, f.Label()), esc(whereText(f)), esc(whyText(f)))
	for _, text := range []string{prefixed("What to do: ", f.Action)} {
		if text != "" {
			b.WriteString("<br>" + esc(text))
		}
	}
	for _, v := range f.Violations {
		b.WriteString("<br>" + esc(joined(", ", v.Rule+": "+v.Text, v.Known)))
	}
	for _, v := range f.Waived {
		b.WriteString("<br>" + esc("waived until "+v.Until+": "+v.Rule+": "+v.Reason))
	}
	htmlLedger(b, f)
	b.WriteString("</td></tr>\n")
}

func htmlLedger(b *strings.Builder, f health.Finding) {
	if len(f.Measurements) == 0 {
		return
	}
	b.WriteString("<details><summary>ledger</summary>")
	for _, c := range f.Ceilings {
		fmt.Fprintf(b, "<p>at most %.0f: %s %s</p>", c.Limit, href(c.URL, c.Reason), esc(prefixed("instead: ", c.Successor)))
	}
	b.WriteString("<table><thead><tr><th>metric</th><th class=\"n\">value</th><th>basis</th><th class=\"n\">weight</th><th class=\"n\">points</th></tr></thead><tbody>")
	for _, m := range f.Measurements {
		rests := esc(joined(", ", basis(m), prefixed("missing: ", m.Missing)))
		for _, e := range m.Evidence {
			rests += "<br>" + href(e.URL, joined(" ", e.Text, evidenceDate(e)))
		}
		fmt.Fprintf(b, "<tr><td>%s</td><td class=\"n\">%s</td><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>",
			esc(m.Metric), esc(quantity(m.Value, m.Unit)), rests, number2(m.Weight), number2(m.Points))
	}
	b.WriteString("</tbody></table></details>")
}

func htmlList[T any](b *strings.Builder, title string, entries []T, text func(T) string) {
	if len(entries) == 0 {
		return
	}
	fmt.Fprintf(b, "<h2>%s</h2>\n<ul>\n", esc(title))
	for _, e := range entries {
		fmt.Fprintf(b, "<li>%s</li>\n", esc(text(e)))
	}
	b.WriteString("</ul>\n")
}

func evidenceDate(e health.Evidence) string {
	if e.At.IsZero() {
		return ""
	}
	return e.At.UTC().Format(time.DateOnly)
}

// esc writes text for the inside of an element and of a quoted attribute.
func esc(s string) string { return html.EscapeString(s) }

// href is text as a link where the address is one a person can follow safely.
func href(address, text string) string {
	u := link(address)
	if u == "" {
		return esc(text)
	}
	return `<a rel="noreferrer nofollow" href="` + esc(u) + `">` + esc(text) + "</a>"
}
