package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestHTMLHasNoMarkupFromStrangers(t *testing.T) {
	page := string(render(t, "html", hostile(), Options{}))
	if i := strings.Index(strings.ToLower(page), "<script"); i >= 0 {
		t.Errorf("a script at %q", page[i:i+40])
	}
	for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(m[1], "https://") {
			t.Errorf("a link to %q", m[1])
		}
	}
	tags := regexp.MustCompile(`<[a-zA-Z/!][^>]*>`)
	clean := map[string]bool{}
	for _, tag := range tags.FindAllString(string(render(t, "html", sample(), Options{})), -1) {
		clean[regexp.MustCompile(`^</?[a-z]*`).FindString(tag)] = true
	}
	for _, tag := range tags.FindAllString(page, -1) {
		if !clean[regexp.MustCompile(`^</?[a-z]*`).FindString(tag)] {
			t.Errorf("a tag that the page doesn't make: %s", tag)
		}
	}
}

func TestMarkdownIsInert(t *testing.T) {
	text := string(render(t, "markdown", hostile(), Options{}))
	rows := 0
	for line := range strings.SplitSeq(text, "\n") {
		bare := regexp.MustCompile("`[^`]*`").ReplaceAllString(line, "")
		for _, bad := range []string{"@everyone", "<script", "](javascript", "](data:", "<!-- -->"} {
			if strings.Contains(bare, bad) {
				t.Errorf("%q is live in %q", bad, line)
			}
		}
		if strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "### The policy") {
			t.Errorf("a heading of strangers: %q", line)
		}
		if strings.HasPrefix(line, "|") {
			rows++
			if got := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); got != 6 {
				t.Errorf("a row of %d bars, want 6: %q", got, line)
			}
		}
	}
	if want := 4 + len(sample().Findings); rows != want {
		t.Errorf("%d rows, want %d", rows, want)
	}
}

func TestMarkdownFitsAComment(t *testing.T) {
	rep := sample()
	for i := range 2000 {
		f := rep.Findings[i%2]
		f.Name, f.Why = fmt.Sprintf("github.com/acme/%d", i), strings.Repeat("long reason @x ", 20)
		rep.Findings = append(rep.Findings, f)
		rep.Missing = append(rep.Missing, health.Missing{Subject: strings.Repeat("s", 300), Why: strings.Repeat("@", 3000)})
	}
	text := string(render(t, "markdown", rep, Options{}))
	if len(text) > maxComment+1000 || len(text) > 65536 {
		t.Errorf("a comment of %d bytes", len(text))
	}
	left := regexp.MustCompile(`(\d+) dependencies didn't fit`).FindStringSubmatch(text)
	if left == nil {
		t.Fatal("the comment doesn't say what it leaves out")
	}
	shown := strings.Count(text, "| fails |") + strings.Count(text, "| waived |") + strings.Count(text, "| warns |") + strings.Count(text, "|  |")
	if got := fmt.Sprint(len(rep.Findings) - shown); got != left[1] {
		t.Errorf("%d rows of %d shown, but %s said to be left out", shown, len(rep.Findings), left[1])
	}
	if strings.Count(text, "<details>") != strings.Count(text, "</details>") {
		t.Error("the cut leaves details open")
	}
}

func TestCSVHasNoFormulas(t *testing.T) {
	rows, err := csv.NewReader(bytes.NewReader(render(t, "csv", hostile(), Options{}))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := 1 + len(sample().Findings); len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
	for _, row := range rows {
		for _, c := range row {
			if c != "" && strings.ContainsAny(c[:1], "=+-@|%") {
				t.Errorf("a formula: %q", c)
			}
		}
	}
	for in, want := range map[string]string{"=1+1": "'=1+1", " =1": "' =1", "@acme/x": "'@acme/x", "pkg:x": "pkg:x", "": "", " ": " ", "a=b": "a=b"} {
		if got := cell(in); got != want {
			t.Errorf("cell(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestGitHubLogHasOnlyOurCommands(t *testing.T) {
	rep := hostile()
	rep.Findings[0].Why = "##[error]x " + attack
	for line := range strings.SplitSeq(string(render(t, "github", rep, Options{})), "\n") {
		if strings.Contains(line, "##[") {
			t.Errorf("a legacy command: %q", line)
		}
		command := regexp.MustCompile(`^::(error|warning|notice) (file=[^,:]+,)?(line=\d+,)?title=[^,:]*::`)
		if strings.HasPrefix(strings.TrimSpace(line), "::") && !command.MatchString(line) {
			t.Errorf("not a command of ours: %q", line)
		}
	}
	if got := property("a:b,c%d\r\n"); got != "a%3Ab%2Cc%25d%0D%0A" {
		t.Errorf("property = %q", got)
	}
}

func TestStructuredFormatsParse(t *testing.T) {
	for _, name := range []string{"json", "sarif", "gitlab", "cyclonedx"} {
		var v any
		if err := json.Unmarshal(render(t, name, hostile(), Options{}), &v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	dec := xml.NewDecoder(bytes.NewReader(render(t, "junit", hostile(), Options{})))
	for {
		_, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("junit: %v", err)
		}
	}
}

func TestSARIFSaysWhenTheAuditIsIncomplete(t *testing.T) {
	for _, complete := range []bool{true, false} {
		rep := sample()
		rep.Complete = complete
		var log sarifLog
		if err := json.Unmarshal(render(t, "sarif", rep, Options{}), &log); err != nil {
			t.Fatal(err)
		}
		if got := log.Runs[0].Invocations[0].Successful; got != complete {
			t.Errorf("executionSuccessful is %v for an audit whose complete is %v", got, complete)
		}
	}
}

func TestFingerprintsSurviveMovesAndUpgrades(t *testing.T) {
	f := sample().Findings[0]
	before := fingerprint(f, "grade")
	f.Version, f.Purl = "v0.9.2", "pkg:golang/github.com/acme/relic@v0.9.2"
	f.Locations = []health.Location{{Path: "go.mod", Line: 70}}
	if fingerprint(f, "grade") != before {
		t.Error("moving the line or upgrading changes the fingerprint")
	}
	if fingerprint(f, "ceiling") == before {
		t.Error("two rules share a fingerprint")
	}
}

func TestHTMLClosesWhatItOpens(t *testing.T) {
	for name, rep := range map[string]health.Report{"sample": sample(), "hostile": hostile(), "empty": {}} {
		page := string(render(t, "html", rep, Options{}))
		var open []string
		for _, tag := range regexp.MustCompile(`<(/?)([a-z0-9]+)[^>]*>`).FindAllStringSubmatch(page, -1) {
			switch {
			case tag[2] == "br" || tag[2] == "meta":
			case tag[1] == "":
				open = append(open, tag[2])
			case len(open) == 0 || open[len(open)-1] != tag[2]:
				t.Fatalf("%s: %s closes within %v", name, tag[0], open)
			default:
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 {
			t.Errorf("%s: %v never closed", name, open)
		}
	}
}
