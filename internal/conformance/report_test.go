package conformance

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif" // for the schema in it
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/mainstay-dev/mainstay/internal/config"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/policy"
	"github.com/mainstay-dev/mainstay/internal/report"
)

// sampleReport is the report of which package report keeps a copy in each
// format.
func sampleReport(t *testing.T) health.Report {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "report", "testdata", "json.golden"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rep, err := report.ReadJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// reports are the sample and its extremes: nothing found, nothing known, and
// strings that don't fit.
func reports(t *testing.T) map[string]health.Report {
	hostile := sampleReport(t)
	for i := range hostile.Findings {
		f := &hostile.Findings[i]
		f.Name, f.Why, f.Version = "a\x1b[31m<b>&\"]]>\n{0} [x](y)", "%0A::error::\u202e", "1.0\x00"
		f.Locations = []health.Location{{Path: "dir with space/a:b#c?.mod", Line: 0}}
		f.Repository = "javascript:alert(1)"
	}
	return map[string]health.Report{
		"sample":  sampleReport(t),
		"hostile": hostile,
		"empty":   {Schema: health.ReportSchema, Tool: health.Tool{Name: "mainstay", Version: "0"}, Complete: true},
		"bare": {Schema: health.ReportSchema, Tool: health.Tool{Name: "mainstay"},
			Findings: []health.Finding{{Score: health.Score{Grade: health.GradeU, Confidence: health.ConfidenceLow}}}},
	}
}

func write(t *testing.T, format string, rep health.Report) []byte {
	t.Helper()
	f, ok := report.Find(format)
	if !ok {
		t.Fatalf("no format %s", format)
	}
	var b bytes.Buffer
	if err := f.Write(&b, rep, report.Options{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// schemaFrom compiles a JSON Schema from its text and those it refers to.
func schemaFrom(t *testing.T, id string, texts map[string]string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for name, text := range texts {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(name, doc); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, what string, s *jsonschema.Schema, data []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

func TestReportsFollowTheirSchema(t *testing.T) {
	s := schemaFrom(t, "report.json", map[string]string{"report.json": report.Schema})
	for name, rep := range reports(t) {
		if name == "bare" {
			rep.Findings[0].Measurements = []health.Measurement{{Metric: "licence", Missing: "nobody asked"}}
		}
		validate(t, name, s, write(t, "json", rep))
	}
	var doc map[string]any
	if err := json.Unmarshal(write(t, "json", sampleReport(t)), &doc); err != nil {
		t.Fatal(err)
	}
	doc["findings"].([]any)[0].(map[string]any)["grade"] = "F"
	if s.Validate(doc) == nil {
		t.Error("the schema takes grade F")
	}
}

// The library keeps the published schema as a constant of its own, and its own
// validation first reads a log into its types, which loses what is judged here.
func TestSARIFFollowsItsSchema(t *testing.T) {
	text := constant(t, filepath.Join(moduleDir(t, "github.com/owenrumney/go-sarif/v3"), "pkg/report/v210/sarif"), "schema")
	s := schemaFrom(t, "sarif.json", map[string]string{"sarif.json": text})
	for name, rep := range reports(t) {
		validate(t, name, s, write(t, "sarif", rep))
	}
}

// The published schema comes with the CycloneDX library.
func TestCycloneDXFollowsItsSchema(t *testing.T) {
	dir := moduleDir(t, "github.com/CycloneDX/cyclonedx-go")
	texts := map[string]string{}
	for id, file := range map[string]string{
		"http://cyclonedx.org/schema/bom-1.6.schema.json":  "bom-1.6.schema.json",
		"http://cyclonedx.org/schema/spdx.schema.json":     "spdx.schema.json",
		"http://cyclonedx.org/schema/jsf-0.82.schema.json": "jsf-0.82.schemax.json",
	} {
		data, err := os.ReadFile(filepath.Join(dir, "schema", file))
		if err != nil {
			t.Fatal(err)
		}
		texts[id] = string(data)
	}
	s := schemaFrom(t, "http://cyclonedx.org/schema/bom-1.6.schema.json", texts)
	for name, rep := range reports(t) {
		validate(t, name, s, write(t, "cyclonedx", rep))
	}
}

// What the schema of the configuration takes and what the program takes is
// compared on the starter, on good examples and on bad ones.
func TestConfigurationFollowsItsSchema(t *testing.T) {
	s := schemaFrom(t, "config.json", map[string]string{"config.json": config.Schema})
	both := func(text string) (bySchema, byProgram error) {
		var doc any
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if doc == nil {
			doc = map[string]any{}
		}
		data, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		generic, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		file, err := config.Parse(config.Name, []byte(text))
		if err == nil {
			_, err = policy.New(policy.Options{File: file})
		}
		return s.Validate(generic), err
	}
	rule := func(body string) string { return "policy:\n  rules:\n    - {id: x, " + body + "}\n" }
	for _, text := range []string{policy.Starter, "", "policy:\n", "policy: {fail_on: D, fail_under: 40, dev: true}",
		"forges:\n  - {host: git.example.eu, kind: forgejo, api: \"https://git.example.eu/api/v1\", token_env: EXAMPLE_TOKEN, ca_file: certs/example.pem}",
		"score: {weights: {licence: 0}, grades: {A: 90, D: 20}}",
		rule("severity: warn, help: h, for: {direct: true, ecosystems: [npm], scopes: [test], purls: [\"pkg:npm/*\"], except: [\"pkg:npm/x\"], max_depth: 1}, when: {grade: U}"),
		rule("when: {metric: {id: licence, above: 1, below: 3, min_n: 2}, dimension: {id: support, below: 10, min_coverage: 0.5}, score_below: 3}"),
		rule("when: {newest_release_older_than: 18m, single_publisher: true, licences: {deny: [MIT]}, jurisdictions: {allow: [EU], unknown: true}}"),
		rule("when: {support_ends_within: 6m, libyears_behind_above: 1.5, fallen_by: 10, ceilings: [gone], grade: D, confidence: high}"),
		"policy: {waivers: [{purl: \"pkg:npm/x\", rule: grade, reason: r, until: \"2027-01-31\"}]}",
	} {
		bySchema, byProgram := both(text)
		if bySchema != nil || byProgram != nil {
			t.Errorf("%s\nschema: %v\nprogram: %v", text, bySchema, byProgram)
		}
	}
	for _, text := range []string{"rules: []", "policy: {rules: []}", "policy: {fail_on: F}", "policy: {fail_under: 0}", "policy: {fail_under: 101}",
		rule("when: {}"), rule("for: {direct: true}"), rule("severity: no, when: {grade: E}"), rule("when: {grade: A}"), rule("when: {metric: {id: x}}"),
		rule("when: {dimension: {id: support}}"), rule("when: {licences: {allow: [x], deny: [y]}}"), rule("when: {support_ends_within: soon}"),
		rule("for: {max_depth: 0}, when: {grade: E}"), rule("for: {purls: [x]}, when: {grade: E}"), rule("when: {fallen_by: 0}"), rule("when: {ceilings: [dead]}"),
		"forges: [{host: x.org}]", "forges: [{host: x.org, kind: svn}]", "forges: [{host: x.org, kind: git, token_env: HOME}]",
		"score: {grades: {E: 3}}", "score: {weights: {x: -1}}", "policy: {waivers: [{purl: \"pkg:npm/x\", rule: grade, until: \"2027-01-31\"}]}",
	} {
		bySchema, byProgram := both(text)
		if bySchema == nil || byProgram == nil {
			t.Errorf("taken: %s\nschema: %v\nprogram: %v", text, bySchema, byProgram)
		}
	}
}
