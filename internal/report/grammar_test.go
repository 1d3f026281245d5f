package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// What Jenkins' junit-10.xsd allows, of the elements that mainstay uses: the
// attributes, with a star for required ones, and the elements inside.
// https://github.com/jenkinsci/xunit-plugin
var junitGrammar = map[string]struct{ attributes, elements string }{
	"testsuites": {"name time tests failures errors", "testsuite"},
	"testsuite":  {"name* tests* failures* errors* group time skipped timestamp hostname id package file log url", "testsuite properties testcase system-out system-err"},
	"testcase":   {"name* time classname group", "skipped error failure system-out system-err"},
	"skipped":    {"type message", ""},
	"error":      {"type message", ""},
	"failure":    {"type message", ""},
	"system-out": {"", ""},
}

func TestJUnitFollowsItsGrammar(t *testing.T) {
	for name, rep := range map[string]health.Report{"sample": sample(), "hostile": hostile(), "empty": {Complete: true}} {
		dec := xml.NewDecoder(bytes.NewReader(render(t, "junit", rep, Options{})))
		inside := []string{""}
		for {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch e := token.(type) {
			case xml.StartElement:
				here, parent := e.Name.Local, inside[len(inside)-1]
				rule, ok := junitGrammar[here]
				if !ok || parent != "" && !slices.Contains(strings.Fields(junitGrammar[parent].elements), here) {
					t.Errorf("%s: %s within %s", name, here, parent)
				}
				var has []string
				for _, a := range e.Attr {
					has = append(has, a.Name.Local)
					if !slices.Contains(strings.Fields(strings.ReplaceAll(rule.attributes, "*", "")), a.Name.Local) {
						t.Errorf("%s: %s has %s", name, here, a.Name.Local)
					}
				}
				for _, want := range strings.Fields(rule.attributes) {
					if id, required := strings.CutSuffix(want, "*"); required && !slices.Contains(has, id) {
						t.Errorf("%s: %s lacks %s", name, here, id)
					}
				}
				inside = append(inside, here)
			case xml.EndElement:
				inside = inside[:len(inside)-1]
			}
		}
	}
}

// What GitLab's documentation asks of a code quality report: these fields, one
// of five severities, a relative path, fingerprints that differ.
// https://docs.gitlab.com/ci/testing/code_quality/
func TestCodeQualityFollowsItsDocumentation(t *testing.T) {
	for name, rep := range map[string]health.Report{"sample": sample(), "hostile": hostile(), "empty": {Complete: true}} {
		var issues []codeQuality
		dec := json.NewDecoder(bytes.NewReader(render(t, "gitlab", rep, Options{})))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&issues); err != nil || issues == nil {
			t.Fatalf("%s: %v, %v", name, issues, err)
		}
		seen := map[string]bool{}
		for _, q := range issues {
			if q.Description == "" || q.Check == "" || q.Fingerprint == "" || seen[q.Fingerprint] || q.Location.Lines.Begin < 1 ||
				q.Location.Path == "" || strings.HasPrefix(q.Location.Path, "/") || strings.HasPrefix(q.Location.Path, "./") ||
				!slices.Contains([]string{"info", "minor", "major", "critical", "blocker"}, q.Severity) {
				t.Errorf("%s: %+v", name, q)
			}
			seen[q.Fingerprint] = true
		}
	}
}
