// Package report turns a judged [health.Report] into bytes: one file a format,
// all of them in [Formats].
//
// It decides nothing. What fails, what is waived and what to do first stands
// in the report before it comes here, so a saved report renders the same way
// as a fresh one.
//
// Names and descriptions in a report come from strangers. They are cleaned in
// one place, [Format.Write], before any format sees them; a format then only
// escapes what its own syntax would take for markup.
package report

import (
	"io"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// Options say how to render for people. Formats for machines ignore them.
type Options struct {
	// Width is the terminal's width in cells; zero leaves lines unwrapped.
	Width  int
	Colour bool
	// Verbose adds columns, and lists in full what is cut short otherwise.
	Verbose bool
}

// A Format is one way to write a report down.
type Format struct {
	Name  string
	About string // one line for --help and the manual

	render func(w io.Writer, rep health.Report, o Options) error
}

// Formats are all formats, in the order of the manual.
var Formats = []Format{
	{"table", "one line a dependency, weakest first, for people", table},
	{"json", "everything, for programs; `mainstay report` reads it again", writeJSON},
	{"csv", "one row a dependency, one column a metric, for spreadsheets", writeCSV},
	{"markdown", "a comment for a change request, within GitHub's limit", markdown},
	{"html", "a page that stands alone: no scripts, no requests", htmlPage},
	{"sarif", "SARIF 2.1.0 for code scanning", sarif},
	{"junit", "JUnit XML for build servers", junit},
	{"github", "annotations in a GitHub Actions log", github},
	{"gitlab", "a GitLab code quality report", gitlab},
	{"cyclonedx", "a CycloneDX 1.6 SBOM with the verdicts as properties", cyclonedx},
}

// Find returns the format of a name.
func Find(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// Names lists the formats for a message: "table, json, …".
func Names() string {
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

// Write renders a report. Errors are those of w, and a value that the format
// cannot express.
func (f Format) Write(w io.Writer, rep health.Report, o Options) error {
	return f.render(w, cleaned(rep), o)
}
