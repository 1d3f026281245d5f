package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A codeQuality entry is one issue of GitLab's code quality report, a subset of
// Code Climate's.
type codeQuality struct {
	Description string `json:"description"`
	Check       string `json:"check_name"`
	Fingerprint string `json:"fingerprint"`
	Severity    string `json:"severity"` // info, minor, major, critical, blocker
	Location    struct {
		Path  string `json:"path"`
		Lines struct {
			Begin int `json:"begin"`
		} `json:"lines"`
	} `json:"location"`
}

// gitlab writes a code quality report. That format can't say that an audit is
// incomplete, so each missing part becomes an issue of its own.
func gitlab(w io.Writer, rep health.Report, _ Options) error {
	issues := []codeQuality{}
	for _, f := range rep.Findings {
		for _, v := range f.Violations {
			severity := "major"
			switch {
			case v.Known != "":
				severity = "info"
			case v.Warn:
				severity = "minor"
			case len(f.Ceilings) > 0 && f.Ceilings[0].Terminal():
				severity = "critical"
			}
			issues = append(issues, quality(f, v.Rule, severity, joined(", ", v.Text, v.Known)))
		}
		for _, v := range f.Waived {
			issues = append(issues, quality(f, v.Rule, "info", "waived until "+v.Until+": "+v.Reason))
		}
	}
	for _, m := range rep.Missing {
		issue := quality(health.Finding{}, "incomplete", "major", "couldn't be read: "+missingText(m))
		issue.Fingerprint = digest("missing", m.Subject, string(m.Part))
		issues = append(issues, issue)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	if err := enc.Encode(issues); err != nil {
		return fmt.Errorf("writing the code quality report: %w", err)
	}
	return nil
}

func quality(f health.Finding, rule, severity, text string) codeQuality {
	q := codeQuality{Description: joined(": ", f.Label(), text), Check: rule, Fingerprint: fingerprint(f, rule), Severity: severity}
	q.Location.Path, q.Location.Lines.Begin = ".", 1
	if len(f.Locations) > 0 {
		q.Location.Path, q.Location.Lines.Begin = f.Locations[0].Path, max(1, f.Locations[0].Line)
	}
	return q
}
