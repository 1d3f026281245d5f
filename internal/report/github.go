package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// github writes annotations as GitHub Actions reads them from a log, and below
// them the summary that the table ends with. For the page of a run, append
// the markdown format to the file in GITHUB_STEP_SUMMARY.
func github(w io.Writer, rep health.Report, o Options) error {
	var b strings.Builder
	for _, f := range rep.Findings {
		for _, v := range f.Violations {
			annotate(&b, level(v), f, v.Rule, joined(" ", v.Text+prefixed(", ", v.Known)+".", sentence(whyText(f), v.Text), prefixed("What to do: ", f.Action)))
		}
		for _, v := range f.Waived {
			annotate(&b, "notice", f, v.Rule, "waived until "+v.Until+": "+v.Reason)
		}
	}
	if !rep.Complete {
		var parts []string
		for _, m := range rep.Missing {
			parts = append(parts, missingText(m))
		}
		fmt.Fprintf(&b, "::error title=%s::%s\n", property("mainstay: the audit is incomplete"), message(strings.Join(parts, "\n")))
	}
	var text strings.Builder
	summary(&text, rep, Options{Verbose: o.Verbose})
	b.WriteString(strings.ReplaceAll(text.String(), "##[", "## ["))
	_, err := io.WriteString(w, b.String())
	return err
}

func level(v health.Violation) string {
	switch {
	case v.Known != "":
		return "notice"
	case v.Warn:
		return "warning"
	}
	return "error"
}

// sentence is s with a full stop, "" where it only repeats what was said.
func sentence(s, said string) string {
	if s == "" || s == said {
		return ""
	}
	return s + "."
}

func annotate(b *strings.Builder, level string, f health.Finding, rule, text string) {
	var at string
	if len(f.Locations) > 0 {
		at = "file=" + property(f.Locations[0].Path) + ","
		if line := f.Locations[0].Line; line > 0 {
			at += "line=" + strconv.Itoa(line) + ","
		}
	}
	fmt.Fprintf(b, "::%s %stitle=%s::%s\n", level, at, property(f.Label()+": "+rule), message(text))
}

// message and property escape what the log's command syntax would end at; the
// legacy form "##[" is looked for anywhere in a line.
func message(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", "##[", "## [").Replace(s)
}

func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(message(s))
}
