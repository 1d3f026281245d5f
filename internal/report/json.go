package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// maxReport bounds a saved report, in bytes. One of 10,000 dependencies with
// all their evidence is about 100 MB.
const maxReport = 256 << 20

// writeJSON writes the findings one by one: encoding the whole report at once
// would hold its text several times.
func writeJSON(w io.Writer, rep health.Report, _ Options) error {
	out := bufio.NewWriter(w)
	findings := rep.Findings
	rep.Findings = []health.Finding{}
	frame, err := indented(rep, "")
	if err != nil {
		return fmt.Errorf("writing the report as JSON: %w", err)
	}
	// A line break never stands inside of a string, so this is the member.
	const none = "\n \"findings\": ["
	before, after, ok := bytes.Cut(frame, []byte(none))
	if !ok {
		return errors.New("writing the report as JSON: it has no findings")
	}
	fmt.Fprintf(out, "%s%s", before, none) // Flush tells its error
	for i, f := range findings {
		text, err := indented(f, "  ")
		if err != nil {
			return fmt.Errorf("writing the finding on %s as JSON: %w", quote.Line(f.Name), err)
		}
		if i > 0 {
			fmt.Fprint(out, ",")
		}
		fmt.Fprintf(out, "\n  %s", text)
	}
	if len(findings) > 0 {
		fmt.Fprint(out, "\n ")
	}
	fmt.Fprintf(out, "%s\n", after)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the report as JSON: %w", err)
	}
	return nil
}

// indented is a value as JSON, one space a level; every line after the first
// begins with the prefix.
func indented(v any, prefix string) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent(prefix, " ")
	err := enc.Encode(v)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

// A SchemaError tells that a file isn't a report of the form this program reads.
type SchemaError struct {
	Schema string // what the file says it is, "" for nothing
}

func (e *SchemaError) Error() string {
	if e.Schema == "" {
		return "not a report: it has no \"schema\""
	}
	return fmt.Sprintf("the file's schema is %q, this program reads %q", e.Schema, health.ReportSchema)
}

// Hint says what to do about it.
func (e *SchemaError) Hint() string {
	if strings.HasPrefix(e.Schema, "mainstay/report/") {
		return "another version of mainstay wrote it: run the audit again, or use that version"
	}
	return "`mainstay audit -f json` writes a report"
}

// ReadJSON reads a report that the json format wrote. Its strings are cleaned
// like those of any report. Errors: a [SchemaError], broken or truncated JSON,
// a verdict that contradicts itself, and more than 256 MB; the caller names the
// file.
func ReadJSON(r io.Reader) (health.Report, error) {
	var rep health.Report
	data, err := io.ReadAll(io.LimitReader(r, maxReport+1))
	if err != nil {
		return rep, err
	}
	if len(data) > maxReport {
		return rep, fmt.Errorf("larger than %d MB", maxReport>>20)
	}
	if err := json.Unmarshal(data, &rep); err != nil || rep.Schema != health.ReportSchema {
		return health.Report{}, refusal(data, err)
	}
	if rep.Findings == nil {
		return rep, errors.New(`not a whole report: it has no "findings"`)
	}
	for _, f := range rep.Findings {
		if err := consistent(f); err != nil {
			return rep, fmt.Errorf("%s: %w", quote.Line(f.Name), err)
		}
	}
	return cleaned(rep), nil
}

// refusal says why data isn't a report: another schema explains more than the
// first field that doesn't fit.
func refusal(data []byte, err error) error {
	var head struct {
		Schema string `json:"schema"`
	}
	if broken := json.Unmarshal(data, &head); broken != nil {
		return at(data, broken)
	}
	if head.Schema != health.ReportSchema {
		return &SchemaError{Schema: head.Schema}
	}
	return at(data, err)
}

// at adds the line to what encoding/json says of broken input.
func at(data []byte, err error) error {
	var offset int64
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset
	} else {
		return err
	}
	return fmt.Errorf("line %d: %w", 1+strings.Count(string(data[:min(int(offset), len(data))]), "\n"), err)
}

// consistent refuses a finding whose verdict an edited file has made
// impossible, since the gate relies on it.
func consistent(f health.Finding) error {
	grades := []health.Grade{health.GradeA, health.GradeB, health.GradeC, health.GradeD, health.GradeE, health.GradeU}
	switch {
	case !slices.Contains(grades, f.Grade):
		return fmt.Errorf("no such grade: %q", quote.Line(string(f.Grade)))
	case f.Score.Score == nil && f.Grade != health.GradeU:
		return fmt.Errorf("grade %s without a score", f.Grade)
	case f.Score.Score != nil && f.Grade == health.GradeU:
		return errors.New("grade U with a score")
	case f.Score.Score != nil && (*f.Score.Score < 0 || *f.Score.Score > 100):
		return fmt.Errorf("a score of %v", *f.Score.Score)
	}
	return nil
}
