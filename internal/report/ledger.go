package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/tw"
)

// ledger is the whole account: every metric with what it gives to the score,
// and the sum.
func (l *letter) ledger() error {
	if len(l.f.Measurements) == 0 {
		return nil
	}
	l.head("the ledger")
	header := []string{"metric", "value", "n", "interval", "reading", "reliable", "weight", "points"}
	align := []tw.Align{tw.AlignLeft}
	for range header[1:] {
		align = append(align, tw.AlignRight)
	}
	t := tablewriter.NewTable(&l.b, gridOptions(align)...)
	narrow := l.o.Width > 0 && l.o.Width < 100
	t.Header(ledgerRow(header, narrow))
	dimension := ""
	for _, m := range l.f.Measurements {
		if m.Dimension != dimension {
			dimension = m.Dimension
			if err := t.Append(ledgerRow([]string{l.dimensionText(dimension), "", "", "", "", "", "", ""}, narrow)); err != nil {
				return err
			}
		}
		row := []string{"  " + m.Metric, quantity(m.Value, m.Unit), "", rangeText(m), "", "", number2(m.Weight), number2(m.Points)}
		if m.Missing == "" {
			row[2], row[4], row[5] = strconv.Itoa(m.N), fmt.Sprintf("%.0f", m.Reading), fmt.Sprintf("%.0f%%", 100*m.Reliability)
		}
		if err := t.Append(ledgerRow(row, narrow)); err != nil {
			return err
		}
	}
	sum := []string{"sum before ceilings", "", "", "", "", "", "", number2(l.f.BeforeCeilings)}
	if err := t.Append(ledgerRow(sum, narrow)); err != nil {
		return err
	}
	return t.Render()
}

func (l *letter) dimensionText(id string) string {
	for _, d := range l.f.Dimensions {
		if d.ID == id {
			return fmt.Sprintf("%s: %.0f", id, d.Score)
		}
	}
	return id
}

// ledgerRow leaves out what a narrow terminal has no room for: interval,
// reading and reliability.
func ledgerRow(cells []string, narrow bool) []string {
	if !narrow {
		return cells
	}
	return []string{cells[0], cells[1], cells[2], cells[6], cells[7]}
}

func number2(v float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
}
