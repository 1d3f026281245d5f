package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestFormatsMatchTheirGoldenFiles(t *testing.T) {
	for _, f := range Formats {
		golden(t, f.Name+".golden", render(t, f.Name, sample(), Options{}))
	}
	for _, c := range []struct {
		name string
		o    Options
	}{{"table-80", Options{Width: 80}}, {"table-45", Options{Width: 45}}, {"table-colour", Options{Width: 100, Colour: true}},
		{"table-verbose", Options{Width: 160, Verbose: true}}} {
		golden(t, c.name+".golden", render(t, "table", sample(), c.o))
	}
}

func TestSameReportGivesSameBytes(t *testing.T) {
	for _, f := range Formats {
		first := render(t, f.Name, sample(), Options{})
		for range 5 {
			if !bytes.Equal(first, render(t, f.Name, sample(), Options{})) {
				t.Fatalf("%s differs from run to run", f.Name)
			}
		}
	}
}

func TestNoFormatPassesControlCharactersOn(t *testing.T) {
	for _, f := range Formats {
		for _, o := range []Options{{}, {Width: 60}} {
			for _, r := range string(render(t, f.Name, hostile(), o)) {
				if r != '\n' && r != '\r' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf)) {
					t.Errorf("%s lets %U through", f.Name, r)
				}
			}
		}
	}
}

func TestTableRowsStayRows(t *testing.T) {
	want := bytes.Count(render(t, "table", sample(), Options{}), []byte("\n"))
	rep := hostile()
	rep.Findings[0].Waived = nil
	if got := bytes.Count(render(t, "table", rep, Options{}), []byte("\n")); got != want {
		t.Errorf("hostile strings make %d lines of %d", got, want)
	}
}

func TestNarrowTableFitsItsTerminal(t *testing.T) {
	for _, w := range []int{40, 60, 80, 120, 200} {
		for line := range strings.SplitSeq(string(render(t, "table", sample(), Options{Width: w})), "\n") {
			if width(line) > w && !strings.HasPrefix(line, "`mainstay explain") {
				t.Errorf("a line of %d cells on a terminal of %d: %q", width(line), w, line)
			}
		}
	}
}

func TestJSONReadsBack(t *testing.T) {
	first := render(t, "json", sample(), Options{})
	rep, err := ReadJSON(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(first), string(render(t, "json", rep, Options{}))); diff != "" {
		t.Errorf("written again (-first +second):\n%s", diff)
	}
}

func TestJSONHasNoNullArray(t *testing.T) {
	var rep any
	empty := health.Report{Schema: health.ReportSchema, Findings: []health.Finding{{}}}
	if err := json.Unmarshal(render(t, "json", empty, Options{}), &rep); err != nil {
		t.Fatal(err)
	}
	finding := rep.(map[string]any)["findings"].([]any)[0].(map[string]any)
	for _, key := range []string{"locations", "paths", "dimensions", "ceilings", "measurements", "violations", "waived"} {
		if _, ok := finding[key].([]any); !ok {
			t.Errorf("%s is %v, want an empty array", key, finding[key])
		}
	}
}

func TestReadJSONRefuses(t *testing.T) {
	good := string(render(t, "json", sample(), Options{}))
	for _, c := range []struct{ name, in, want string }{
		{"another version", strings.Replace(good, "report/v1", "report/v2", 1), `the file's schema is "mainstay/report/v2"`},
		{"something else", `{"name": "x"}`, "not a report"},
		{"truncated", good[:len(good)/2], "line "},
		{"trailing data", good + "{}", "line "},
		{"wrong type", strings.Replace(good, `"complete": false`, `"complete": "no"`, 1), "line 9"},
		{"no findings", `{"schema": "mainstay/report/v1"}`, "findings"},
		{"unknown grade", strings.Replace(good, `"grade": "C"`, `"grade": "Z"`, 1), "no such grade"},
		{"score without bounds", strings.Replace(good, `"score": 57`, `"score": 570`, 1), "a score of 570"},
		{"empty", "", "line 1"},
	} {
		if _, err := ReadJSON(strings.NewReader(c.in)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", c.name, err, c.want)
		}
	}
	_, err := ReadJSON(strings.NewReader(`{"schema": "mainstay/report/v2"}`))
	if e, ok := errors.AsType[*SchemaError](err); !ok || !strings.Contains(e.Hint(), "another version") {
		t.Errorf("no hint at another version: %v", err)
	}
}

func TestCleaningLeavesTheReportAlone(t *testing.T) {
	rep, want := hostile(), hostile()
	render(t, "json", rep, Options{})
	if diff := cmp.Diff(want, rep); diff != "" {
		t.Errorf("the caller's report is changed:\n%s", diff)
	}
}

// What ReadJSON takes, every format and the letter can render.
func FuzzReadJSON(f *testing.F) {
	var b bytes.Buffer
	if err := Formats[1].Write(&b, hostile(), Options{}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"schema":"mainstay/report/v1","findings":[{"grade":"E","score":1,"measurements":[{"interval":[1,2]}],"course":[{},{}]}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		rep, err := ReadJSON(bytes.NewReader(in))
		if err != nil {
			return
		}
		for _, format := range Formats {
			if err := format.Write(io.Discard, rep, Options{Width: 33, Verbose: true, Colour: true}); err != nil {
				t.Errorf("%s: %v", format.Name, err)
			}
		}
		for _, finding := range rep.Findings {
			if err := Explain(io.Discard, rep, finding, Options{Width: 50}); err != nil {
				t.Error(err)
			}
		}
	})
}

// brokenWriter takes a few bytes and then fails, like a full disk.
type brokenWriter struct{ left int }

var errFull = errors.New("no space left")

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestFormatsTellThatTheyCouldNotWrite(t *testing.T) {
	for _, f := range Formats {
		for _, left := range []int{0, 10, 200} {
			if err := f.Write(&brokenWriter{left: left}, sample(), Options{}); !errors.Is(err, errFull) {
				t.Errorf("%s with room for %d bytes: %v", f.Name, left, err)
			}
		}
	}
}
