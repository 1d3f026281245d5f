package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mainstay-dev/mainstay/internal/metric"
)

func newMetrics(w World) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "metrics [ID…]",
		Short: "Print the catalogue of metrics",
		Long: `Prints every metric: its id, question, definition, unit, window, weight and source.
An ID shows that one alone, with the knots that turn its value into points.`,
		RunE: func(_ *cobra.Command, ids []string) error {
			list, err := chosen(ids)
			if err != nil {
				return err
			}
			switch format {
			case "table":
				return catalogue(w.Stdout, list)
			case "json":
				return catalogueJSON(w.Stdout, list)
			}
			return withHint(fmt.Errorf("there is no format %q", format), "metrics writes table or json")
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "table", "table or json")
	return cmd
}

func chosen(ids []string) ([]metric.Metric, error) {
	if len(ids) == 0 {
		return metric.All, nil
	}
	var list []metric.Metric
	for _, id := range ids {
		found := false
		for _, m := range metric.All {
			if m.ID == id {
				list, found = append(list, m), true
			}
		}
		if !found {
			return nil, withHint(fmt.Errorf("there is no metric %q", id), "'mainstay metrics' lists them")
		}
	}
	return list, nil
}

// catalogue writes the metrics for people, dimension by dimension.
func catalogue(w io.Writer, list []metric.Metric) error {
	var b strings.Builder
	for _, d := range metric.Dimensions {
		first := true
		for _, m := range list {
			if m.Dimension != d.ID {
				continue
			}
			if first {
				fmt.Fprintf(&b, "%s (%g of 100): %s\n\n", strings.ToUpper(d.ID), d.Weight(), d.Question)
				first = false
			}
			fmt.Fprintf(&b, "  %s  (weight %g%s)\n", m.ID, m.Weight, unitAndWindow(m))
			fmt.Fprintf(&b, "    %s\n", m.Question)
			for _, line := range wrapped(m.Definition, 76) {
				fmt.Fprintf(&b, "    %s\n", line)
			}
			fmt.Fprintf(&b, "    knots %s\n", m.Knots)
			fmt.Fprintf(&b, "    %s\n\n", m.Source)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func unitAndWindow(m metric.Metric) string {
	s := ""
	if m.Unit != "" {
		s += ", in " + m.Unit
	}
	if m.Window != "" {
		s += ", window " + m.Window
	}
	return s
}

// wrapped breaks text into lines of at most width characters, at spaces.
func wrapped(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

func catalogueJSON(w io.Writer, list []metric.Metric) error {
	type entry struct {
		ID         string  `json:"id"`
		Dimension  string  `json:"dimension"`
		Name       string  `json:"name"`
		Question   string  `json:"question"`
		Definition string  `json:"definition"`
		Unit       string  `json:"unit"`
		Window     string  `json:"window"`
		Weight     float64 `json:"weight"`
		Source     string  `json:"source"`
	}
	out := []entry{}
	for _, m := range list {
		out = append(out, entry{m.ID, m.Dimension, m.Name, m.Question, m.Definition, m.Unit, m.Window, m.Weight, m.Source})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
