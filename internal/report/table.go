package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A column of the table. Its text is found by cell; a terminal narrower than
// from cells goes without it.
type column struct {
	title string
	from  int
	right bool
	cell  func(f health.Finding) string
}

// columns are all but the last one, why, which takes the room that is left.
func columns(rep health.Report, o Options) []column {
	all := []column{
		{"grade", 0, false, func(f health.Finding) string { return string(f.Grade) }},
		{"score", 50, true, func(f health.Finding) string { return scoreText(f.Score) }},
		{"sure", 70, false, func(f health.Finding) string { return string(f.Confidence) }},
	}
	if slices.ContainsFunc(rep.Findings, func(f health.Finding) bool { return gateText(f) != "" }) {
		all = append(all, column{"gate", 60, false, gateText})
	}
	if o.Verbose {
		all = append(all,
			column{"interval", 110, true, intervalText},
			column{"evidence", 110, true, func(f health.Finding) string { return fmt.Sprintf("%.0f%%", 100*f.Coverage) }},
			column{"where", 120, false, whereText},
		)
	}
	all = append(all, column{"dependency", 0, false, func(f health.Finding) string { return f.Label() }})
	return slices.DeleteFunc(all, func(c column) bool { return o.Width > 0 && o.Width < c.from })
}

// table writes one line a dependency and, below, what it comes to.
func table(w io.Writer, rep health.Report, o Options) error {
	var b strings.Builder
	if len(rep.Findings) > 0 {
		if err := grid(&b, rep, o); err != nil {
			return fmt.Errorf("laying out the table: %w", err)
		}
		b.WriteByte('\n')
	}
	summary(&b, rep, o)
	_, err := io.WriteString(w, trimLines(b.String()))
	return err
}

func grid(w io.Writer, rep health.Report, o Options) error {
	cols := columns(rep, o)
	rows := make([][]string, len(rep.Findings))
	for i, f := range rep.Findings {
		for _, c := range cols {
			rows[i] = append(rows[i], c.cell(f))
		}
	}
	room := share(cols, rows, o.Width)
	align := make([]tw.Align, 0, len(cols)+1)
	header := make([]string, 0, len(cols)+1)
	for _, c := range cols {
		header = append(header, c.title)
		align = append(align, map[bool]tw.Align{false: tw.AlignLeft, true: tw.AlignRight}[c.right])
	}
	t := tablewriter.NewTable(w, gridOptions(append(align, tw.AlignLeft))...)
	t.Header(append(header, "why"))
	for i, f := range rep.Findings {
		row := append(rows[i], reasons(whyText(f), room, o))
		row[0] = paint(o, gradeColour(f.Grade), row[0])
		if err := t.Append(row); err != nil {
			return err
		}
	}
	return t.Render()
}

// reasons wraps why, and on a terminal leaves out the last reasons where they
// would take more than three lines; explain has them all.
func reasons(why string, room int, o Options) string {
	out := wrap(why, room)
	for strings.Count(out, "\n") > 2 && !o.Verbose {
		cut := strings.LastIndex(why, "; ")
		if cut < 0 {
			break
		}
		why = why[:cut]
		out = wrap(why+" …", room)
	}
	return out
}

// gridOptions switch off what tablewriter would otherwise do to the text:
// upper-casing headers, drawing lines, wrapping and guessing widths from the
// locale.
func gridOptions(align []tw.Align) []tablewriter.Option {
	plain := tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone}
	padding := tw.CellPadding{Global: tw.Padding{Left: "", Right: "  ", Overwrite: true}}
	return []tablewriter.Option{
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Symbols:  tw.NewSymbols(tw.StyleNone),
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		})),
		tablewriter.WithConfig(tablewriter.Config{
			Header:   tw.CellConfig{Formatting: plain, Padding: padding, Alignment: tw.CellAlignment{PerColumn: align}},
			Row:      tw.CellConfig{Formatting: plain, Padding: padding, Alignment: tw.CellAlignment{PerColumn: align}},
			Behavior: tw.Behavior{TrimSpace: tw.Off},
		}),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithEastAsian(tw.Off),
	}
}

// share divides a terminal between the names, which it wraps in place, and the
// reasons, for which it returns the room; zero means as much as they like.
func share(cols []column, rows [][]string, terminal int) int {
	if terminal == 0 {
		return 0
	}
	name := len(cols) - 1
	left := terminal - widths(cols[:name], rows)
	limit := max(14, left*45/100)
	for i := range rows {
		rows[i][name] = wrap(rows[i][name], limit)
	}
	return max(12, terminal-widths(cols, rows)-2)
}

// widths is the room that the columns take, padding included.
func widths(cols []column, rows [][]string) int {
	sum := 0
	for c := range cols {
		widest := width(cols[c].title)
		for _, row := range rows {
			for line := range strings.SplitSeq(row[c], "\n") {
				widest = max(widest, width(line))
			}
		}
		sum += widest + 2
	}
	return sum
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
