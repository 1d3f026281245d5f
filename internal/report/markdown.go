package report

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// maxComment keeps a comment under GitHub's limit of 65,536 characters, with
// room for what a workflow may put around it. It counts bytes, which are never
// fewer.
const maxComment = 65000

// commentMarker lets a workflow find its own comment again, to update it.
const commentMarker = "<!-- mainstay -->"

// markdown writes a comment for a change request: what fails first, all else
// folded away, and an honest cut where it would be too long.
func markdown(w io.Writer, rep health.Report, _ Options) error {
	var b strings.Builder
	b.WriteString(commentMarker + "\n")
	markdownHead(&b, rep)
	tail := markdownTail(rep)
	judged, rest := split(rep.Findings)
	left := 0
	if len(judged) > 0 {
		left += markdownTable(&b, judged, maxComment-len(tail))
	}
	if len(rest) > 0 {
		fmt.Fprintf(&b, "\n<details><summary>%s without a complaint</summary>\n", count(len(rest), "dependency", "dependencies"))
		const end = "\n</details>\n"
		left += markdownTable(&b, rest, maxComment-len(tail)-len(end))
		b.WriteString(end)
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n%s didn't fit into this comment; the other formats list them all.\n", count(left, "dependency", "dependencies"))
	}
	b.WriteString(tail)
	_, err := io.WriteString(w, b.String())
	return err
}

// split parts the findings that the policy has something to say about, those
// that fail first, from the rest.
func split(fs []health.Finding) (judged, rest []health.Finding) {
	for _, want := range []string{"fails", "warns", "known", "waived"} {
		for _, f := range fs {
			if gateText(f) == want {
				judged = append(judged, f)
			}
		}
	}
	return judged, slices.DeleteFunc(slices.Clone(fs), func(f health.Finding) bool { return gateText(f) != "" })
}

func markdownHead(b *strings.Builder, rep health.Report) {
	t := tally(rep)
	title := "The policy holds"
	if t.failing > 0 {
		title = "The policy fails because of " + count(t.failing, "dependency", "dependencies")
	}
	if !rep.Complete {
		title += ", and the audit is incomplete"
	}
	fmt.Fprintf(b, "### %s\n\n%s on %s: %s.", title, count(rep.Summary.Dependencies, "dependency", "dependencies"),
		rep.AsOf.UTC().Format(time.DateOnly), gradeCounts(rep.Summary))
	for _, part := range []struct {
		n    int
		text string
	}{{t.warning, "with a warning"}, {t.known, "known before"}, {t.waived, "waived"}} {
		if part.n > 0 {
			fmt.Fprintf(b, " %d %s.", part.n, part.text)
		}
	}
	b.WriteString("\n")
}

// markdownTable writes rows as long as the whole stays below limit, and
// returns how many findings it left out.
func markdownTable(b *strings.Builder, fs []health.Finding, limit int) int {
	const notice = 120 // room for the sentence about what is left out
	b.WriteString("\n| | grade | dependency | why | what to do |\n|---|---|---|---|---|\n")
	for i, f := range fs {
		row := markdownRow(f)
		if b.Len()+len(row) > limit-notice {
			return len(fs) - i
		}
		b.WriteString(row)
	}
	return 0
}

func markdownRow(f health.Finding) string {
	name := code(f.Label())
	if u := link(f.Repository); u != "" {
		name = "[" + name + "](" + u + ")"
	}
	if where := whereText(f); where != "" {
		name += "<br>" + code(where)
	}
	if through := f.Through(); !f.Direct && len(through) > 0 {
		name += "<br>through " + code(strings.Join(through, ", "))
	}
	var why []string
	for _, v := range f.Violations {
		why = append(why, joined(" ", inert(v.Text), "("+code(v.Rule)+prefixed(", ", inert(v.Known))+")"))
	}
	for _, v := range f.Waived {
		why = append(why, "waived until "+inert(v.Until)+": "+inert(v.Reason)+" ("+code(v.Rule)+")")
	}
	if f.Why != "" && !slices.ContainsFunc(f.Violations, func(v health.Violation) bool { return v.Text == f.Why }) {
		why = append(why, inert(f.Why))
	}
	return fmt.Sprintf("| %s | %s %s | %s | %s | %s |\n", gateText(f), f.Grade, scoreText(f.Score), name, strings.Join(why, "<br>"),
		joined("<br>", inert(f.Action), inert(f.Upgrade)))
}

func markdownTail(rep health.Report) string {
	var b strings.Builder
	section := func(title string, n int, line func(i int) string) {
		if n == 0 {
			return
		}
		b.WriteString("\n" + title + "\n\n")
		for i := range min(n, 2*few) {
			b.WriteString("- " + cut(line(i), 600) + "\n")
		}
		if n > 2*few {
			fmt.Fprintf(&b, "- and %d more\n", n-2*few)
		}
	}
	section("**What to do next**", len(rep.Changes), func(i int) string { return inert(changeText(rep, rep.Changes[i])) })
	section("**What couldn't be read**", len(rep.Missing), func(i int) string { return inert(missingText(rep.Missing[i])) })
	section("**Notes**", len(rep.Notes), func(i int) string { return inert(rep.Notes[i]) })
	return b.String()
}

// inert writes text so that Markdown, HTML and the extras of forges (mentions,
// references to issues, addresses that become links) take none of it for more
// than text. The zero-width spaces are what keeps a mention from ringing.
func inert(s string) string { return inertText.Replace(s) }

var inertText = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "\\", "&#92;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "~", "&#126;",
	"[", "&#91;", "]", "&#93;", "|", "&#124;", "!", "&#33;",
	"@", "@&#8203;", "#", "#&#8203;", "://", ":&#8203;//", "www.", "www&#8203;.",
)

// code writes text as a code span that is safe in a table.
func code(s string) string {
	s = strings.NewReplacer("`", "'", "|", "\\|", "\\", "⧵").Replace(strings.TrimSpace(s))
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// link returns an address that may stand as a link's target, "" for one that
// isn't http or https or has anything unusual in it.
func link(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return ""
	}
	return strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "|", "%7C", "\"", "%22", "'", "%27", " ", "%20", "`", "%60",
		"[", "%5B", "]", "%5D", "\\", "%5C").Replace(u.String())
}

// cut shortens s to about n bytes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
