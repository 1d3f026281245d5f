package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// The elements of JUnit's XML that build servers agree on.
type (
	junitSuites struct {
		XMLName  xml.Name   `xml:"testsuites"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
		Suite    junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Timestamp string      `xml:"timestamp,attr"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Skipped *junitMessage `xml:"skipped"`
		Error   *junitMessage `xml:"error"`
		Failure *junitMessage `xml:"failure"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// junit writes each dependency as a test case: one that breaks the policy
// fails, one that is waived, known or of grade U is skipped. What couldn't be
// read is a case of its own that ends in an error.
func junit(w io.Writer, rep health.Report, _ Options) error {
	suite := junitSuite{Name: "mainstay", Timestamp: rep.AsOf.UTC().Format("2006-01-02T15:04:05")}
	for _, f := range rep.Findings {
		c := junitFinding(f)
		if c.Failure != nil {
			suite.Failures++
		}
		if c.Skipped != nil {
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, c)
	}
	if !rep.Complete {
		var lines []string
		for _, m := range rep.Missing {
			lines = append(lines, missingText(m))
		}
		suite.Errors++
		suite.Cases = append(suite.Cases, junitCase{Name: "the evidence is complete", Class: "mainstay", Error: &junitMessage{
			Message: count(len(rep.Missing), "part", "parts") + " of the evidence couldn't be read", Type: "incomplete", Text: strings.Join(lines, "\n")}})
	}
	suite.Tests = len(suite.Cases)
	all := junitSuites{Name: "mainstay", Tests: suite.Tests, Failures: suite.Failures, Errors: suite.Errors, Suite: suite}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return fmt.Errorf("writing the report as XML: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitFinding(f health.Finding) junitCase {
	c := junitCase{Name: f.Label(), Class: joined(".", "mainstay", f.Ecosystem)}
	var fails, told []string
	var rule string
	for _, v := range f.Violations {
		text := joined(": ", v.Rule, joined(", ", v.Text, v.Known))
		if !v.Fails() {
			told = append(told, text)
			continue
		}
		if rule == "" {
			rule = v.Rule
		}
		fails = append(fails, text)
	}
	for _, v := range f.Waived {
		told = append(told, "waived until "+v.Until+": "+v.Rule+": "+v.Reason)
	}
	c.Out = strings.Join(told, "\n")
	switch {
	case len(fails) > 0:
		detail := joined("\n", strings.Join(fails, "\n"), whereText(f), verdictText(f), whyText(f), prefixed("what to do: ", f.Action))
		c.Failure = &junitMessage{Message: strings.Join(fails, "; "), Type: rule, Text: detail}
	case len(f.Waived) > 0, gateText(f) == "known":
		c.Skipped = &junitMessage{Message: strings.Join(told, "; ")}
	case f.Grade == health.GradeU:
		c.Skipped = &junitMessage{Message: joined(": ", "too little is known for a verdict", f.Why)}
	}
	return c
}

// verdictText is grade, score and confidence in one line.
func verdictText(f health.Finding) string {
	if f.Score.Score == nil {
		return "grade U: too little is known for a verdict"
	}
	return fmt.Sprintf("grade %s, %s of 100, %s confidence", f.Grade, scoreText(f.Score), f.Confidence)
}

// asDate is a date as JSON formats of others want it.
func asDate(t time.Time) string { return t.UTC().Format(time.RFC3339) }
