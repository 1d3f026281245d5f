package policy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// BaselineSchema names the form of a baseline file.
const BaselineSchema = "mainstay/baseline/v1"

// maxBaseline bounds a baseline file, in bytes: 100,000 lines and more.
const maxBaseline = 32 << 20

// A Baseline is what a report said when it was accepted: small, one line a
// dependency, sorted, made to be reviewed in a change request.
type Baseline struct {
	Schema string `json:"schema"`
	AsOf   string `json:"asOf"` // a date
	// Score is the hash of the score's figures; another one means that scores
	// aren't comparable.
	Score        string  `json:"score,omitempty"`
	Dependencies []entry `json:"dependencies"`
}

// An entry is one package, whatever its versions.
type entry struct {
	Purl     string       `json:"purl"` // without version; "ecosystem name" where there is none
	Grade    health.Grade `json:"grade"`
	Score    *float64     `json:"score"` // one decimal
	Ceilings []string     `json:"ceilings,omitempty"`
	Rules    []string     `json:"rules,omitempty"` // broken and not waived
}

// baselineKey names a package in a baseline. It leaves out the version, so an
// upgrade doesn't make an old complaint new.
func baselineKey(d health.Dependency) string {
	if d.Purl == "" {
		return strings.TrimSpace(d.Ecosystem + " " + d.Name)
	}
	return unversioned(d.Purl)
}

// NewBaseline is the baseline that a judged report makes.
func NewBaseline(rep health.Report) Baseline {
	b := Baseline{Schema: BaselineSchema, AsOf: rep.AsOf.UTC().Format(time.DateOnly), Score: rep.Tool.Score, Dependencies: []entry{}}
	at := map[string]int{}
	for _, f := range rep.Findings {
		e := entryOf(f)
		if i, ok := at[e.Purl]; ok {
			b.Dependencies[i] = b.Dependencies[i].worse(e)
			continue
		}
		at[e.Purl] = len(b.Dependencies)
		b.Dependencies = append(b.Dependencies, e)
	}
	slices.SortFunc(b.Dependencies, func(x, y entry) int { return cmp.Compare(x.Purl, y.Purl) })
	return b
}

func entryOf(f health.Finding) entry {
	e := entry{Purl: baselineKey(f.Dependency), Grade: f.Grade}
	if s := f.Score.Score; s != nil {
		rounded := math.Round(*s*10) / 10
		e.Score = &rounded
	}
	for _, c := range f.Ceilings {
		e.Ceilings = append(e.Ceilings, c.ID)
	}
	for _, v := range f.Violations {
		e.Rules = append(e.Rules, v.Rule)
	}
	slices.Sort(e.Ceilings)
	slices.Sort(e.Rules)
	return e
}

// worse joins two versions of one package: what either has to answer for.
func (e entry) worse(other entry) entry {
	if gradeRank(other.Grade) > gradeRank(e.Grade) {
		e.Grade = other.Grade
	}
	if e.Score == nil || other.Score != nil && *other.Score < *e.Score {
		e.Score = other.Score
	}
	e.Ceilings = sortedUnion(e.Ceilings, other.Ceilings)
	e.Rules = sortedUnion(e.Rules, other.Rules)
	return e
}

func sortedUnion(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// gradeRank orders grades from the best to the worst. U stands before A, since
// from unknown to any known grade is news.
func gradeRank(g health.Grade) int {
	if g == health.GradeU {
		return -1
	}
	return slices.Index(grades, string(g))
}

// WriteTo writes the baseline as JSON with one line a dependency.
func (b Baseline) WriteTo(w io.Writer) (int64, error) {
	var out bytes.Buffer
	head, err := json.Marshal(b.AsOf)
	if err != nil {
		return 0, fmt.Errorf("writing the baseline: %w", err)
	}
	fmt.Fprintf(&out, "{\n \"schema\": %q,\n \"asOf\": %s,\n", b.Schema, head)
	if b.Score != "" {
		fmt.Fprintf(&out, " \"score\": %q,\n", b.Score)
	}
	out.WriteString(" \"dependencies\": [")
	for i, e := range b.Dependencies {
		line, err := json.Marshal(e)
		if err != nil {
			return 0, fmt.Errorf("writing the baseline: %w", err)
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n  ")
		out.Write(line)
	}
	out.WriteString("\n ]\n}\n")
	return out.WriteTo(w)
}

// ReadBaseline reads what WriteTo wrote. Errors name the line: broken or
// truncated JSON, another version, a package that stands twice.
func ReadBaseline(name string, r io.Reader) (Baseline, error) {
	var b Baseline
	data, err := io.ReadAll(io.LimitReader(r, maxBaseline+1))
	if err != nil {
		return b, fmt.Errorf("reading the baseline %s: %w", name, err)
	}
	if len(data) > maxBaseline {
		return b, fmt.Errorf("reading the baseline %s: larger than %d MB", name, maxBaseline>>20)
	}
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return b, fmt.Errorf("reading the baseline: %s:%d: %w", name, lineOf(data, err), err)
	}
	if head.Schema != BaselineSchema {
		return b, fmt.Errorf("reading the baseline: %s:1: its schema is %q, this program reads %q: write it again with --write-baseline",
			name, head.Schema, BaselineSchema)
	}
	var form struct {
		Schema       string            `json:"schema"`
		AsOf         string            `json:"asOf"`
		Score        string            `json:"score"`
		Dependencies []json.RawMessage `json:"dependencies"`
	}
	if err := strictly(data, &form); err != nil {
		return b, fmt.Errorf("reading the baseline: %s:%d: %w", name, lineOf(data, err), err)
	}
	if form.Dependencies == nil {
		return b, fmt.Errorf("reading the baseline: %s:1: it has no \"dependencies\"", name)
	}
	if _, err := time.Parse(time.DateOnly, form.AsOf); err != nil {
		return b, fmt.Errorf("reading the baseline: %s:1: asOf is no date: %q", name, form.AsOf)
	}
	b = Baseline{Schema: form.Schema, AsOf: form.AsOf, Score: form.Score, Dependencies: make([]entry, len(form.Dependencies))}
	seen := map[string]bool{}
	at := 0
	for i, text := range form.Dependencies {
		at += bytes.Index(data[at:], text)
		e := &b.Dependencies[i]
		if err := readEntry(text, e, seen); err != nil {
			return b, fmt.Errorf("reading the baseline: %s:%d: %w", name, 1+bytes.Count(data[:at], []byte("\n")), err)
		}
		at += len(text)
	}
	return b, nil
}

// readEntry reads one dependency of a baseline and adds its purl to seen.
func readEntry(text []byte, e *entry, seen map[string]bool) error {
	if err := strictly(text, e); err != nil {
		return err
	}
	switch {
	case e.Purl == "":
		return errors.New("a dependency without purl")
	case seen[e.Purl]:
		return fmt.Errorf("%q stands twice", e.Purl)
	case !slices.Contains(grades, string(e.Grade)):
		return fmt.Errorf("%q: no such grade: %q", e.Purl, e.Grade)
	}
	seen[e.Purl] = true
	return nil
}

// strictly reads JSON that may have no key but those of v.
func strictly(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

func lineOf(data []byte, err error) int {
	offset := 0
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = int(e.Offset)
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = int(e.Offset)
	}
	return 1 + bytes.Count(data[:min(offset, len(data))], []byte("\n"))
}

// A comparison answers whether a violation is new.
type comparison struct {
	against Against
	entries map[string]*entry
	before  map[string]bool // keys of Against.Before
}

func newComparison(a Against) comparison {
	c := comparison{against: a, entries: map[string]*entry{}, before: map[string]bool{}}
	if a.Baseline != nil {
		for i := range a.Baseline.Dependencies {
			e := &a.Baseline.Dependencies[i]
			c.entries[e.Purl] = e
		}
	}
	for _, d := range a.Before {
		c.before[d.Key()] = true
	}
	return c
}

func (c comparison) entry(f health.Finding) *entry { return c.entries[baselineKey(f.Dependency)] }

// known says why a broken rule is no news, "" where it is. A rule about the
// deterioration itself is always news to a baseline.
func (c comparison) known(f health.Finding, r rule) string {
	if c.against.From != "" && c.before[f.Key()] {
		return "unchanged since " + c.against.From
	}
	e := c.entry(f)
	if e == nil || r.source.When.FallenBy != nil || !slices.Contains(e.Rules, r.ID) || gradeRank(f.Grade) > gradeRank(e.Grade) {
		return ""
	}
	for _, ceiling := range f.Ceilings {
		if !slices.Contains(e.Ceilings, ceiling.ID) {
			return ""
		}
	}
	return "in the baseline of " + c.against.Baseline.AsOf
}

// notes say what weakens the comparison.
func (c comparison) notes(rep health.Report, p Policy) []string {
	var out []string
	b := c.against.Baseline
	if b != nil && b.Score != "" && rep.Tool.Score != "" && b.Score != rep.Tool.Score {
		out = append(out, "the baseline was written with other figures of the score: its scores aren't comparable, write it again")
	}
	if b == nil && slices.ContainsFunc(p.rules, func(r rule) bool { return r.source.When.FallenBy != nil }) {
		out = append(out, "a rule compares with a baseline, and there is none: --baseline names one")
	}
	return out
}
