package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// writeCSV writes one row a dependency and, after the fixed columns, one column
// a metric with its bare value, empty where it is missing.
func writeCSV(w io.Writer, rep health.Report, _ Options) error {
	metrics := metricIDs(rep)
	c := csv.NewWriter(w)
	header := []string{"purl", "ecosystem", "name", "version", "direct", "scope", "location", "through", "repository", "grade", "score", "low", "high",
		"beforeCeilings", "coverage", "confidence", "ceilings", "gate", "rules", "action", "why", "forgeJurisdiction", "registryJurisdiction"}
	if err := c.Write(append(header, metrics...)); err != nil {
		return err
	}
	for _, f := range rep.Findings {
		row := []string{cell(f.Purl), cell(f.Ecosystem), cell(f.Name), cell(f.Version), strconv.FormatBool(f.Direct), cell(string(f.Scope)),
			cell(whereText(f)), cell(strings.Join(f.Through(), " ")), cell(f.Repository), string(f.Grade), bare(f.Score.Score), bare(&f.Interval[0]), bare(&f.Interval[1]),
			bare(&f.BeforeCeilings), bare(&f.Coverage), cell(string(f.Confidence)), cell(ceilingIDs(f)), gateText(f), cell(ruleIDs(f)),
			cell(f.Action), cell(f.Why), cell(f.Jurisdiction), cell(registryJurisdiction(f))}
		values := map[string]*float64{}
		for _, m := range f.Measurements {
			values[m.Metric] = m.Value
		}
		for _, id := range metrics {
			row = append(row, bare(values[id]))
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// metricIDs lists the metrics of a report in the order in which its ledgers
// have them.
func metricIDs(rep health.Report) []string {
	var ids []string
	seen := map[string]bool{}
	for _, f := range rep.Findings {
		for _, m := range f.Measurements {
			if !seen[m.Metric] {
				seen[m.Metric] = true
				ids = append(ids, cell(m.Metric))
			}
		}
	}
	return ids
}

// cell keeps a spreadsheet from taking text for a formula, in the way OWASP
// recommends: with an apostrophe in front.
func cell(s string) string {
	if first := strings.TrimLeft(s, " "); first != "" && strings.IndexByte("=+-@|%", first[0]) >= 0 {
		return "'" + s
	}
	return s
}

func bare(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

func ceilingIDs(f health.Finding) string {
	ids := make([]string, len(f.Ceilings))
	for i, c := range f.Ceilings {
		ids[i] = c.ID
	}
	return strings.Join(ids, " ")
}

func ruleIDs(f health.Finding) string {
	var ids []string
	for _, v := range f.Violations {
		ids = append(ids, v.Rule)
	}
	for _, v := range f.Waived {
		ids = append(ids, v.Rule)
	}
	return strings.Join(ids, " ")
}

func registryJurisdiction(f health.Finding) string {
	if f.Sovereignty == nil || f.Sovereignty.Registry == nil {
		return ""
	}
	return f.Sovereignty.Registry.Jurisdiction
}
