package health

import (
	"slices"
	"time"
)

// Evidence is one thing a person can look up.
type Evidence struct {
	Text string    `json:"text"`
	URL  string    `json:"url,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// A Measurement is what one metric says about one subject: a value with its n,
// interval and window, or the reason for none.
type Measurement struct {
	Metric    string `json:"metric"`
	Dimension string `json:"dimension"`
	// Missing is the reason for which there is no value; "" where there is one.
	Missing string `json:"missing,omitempty"`

	Value    *float64    `json:"value,omitempty"`
	Unit     string      `json:"unit,omitempty"`
	N        int         `json:"n,omitempty"`
	Interval *[2]float64 `json:"interval,omitempty"` // 80%, in the value's unit
	Window   string      `json:"window,omitempty"`   // "730d"
	// Says is the value in plain words: "3 people made half of the commits".
	Says string `json:"says,omitempty"`

	// Reading is the value on the scale of the score, 0 to 100, and Reliability
	// how far it can be relied on, 0 to 1; zero where it is missing.
	Reading     float64 `json:"reading"`
	Reliability float64 `json:"reliability"`
	// ReadingRange is Reading over Interval, for the score's own interval.
	ReadingRange [2]float64 `json:"-"`

	Weight float64 `json:"weight"` // share of 100 that the metric has by right
	Points float64 `json:"points"` // what it gives to the score, neutral share included

	Evidence []Evidence `json:"evidence"`
}

// A Ceiling is a hard fact that bounds the score.
type Ceiling struct {
	ID     string  `json:"id"`
	Limit  float64 `json:"limit"`
	Reason string  `json:"reason"`
	URL    string  `json:"url,omitempty"`
	// Successor is what to use instead, where it is known.
	Successor string `json:"successor,omitempty"`
}

// Terminal reports whether the fact alone says that nobody looks after it.
func (c Ceiling) Terminal() bool {
	switch c.ID {
	case "malware", "archived", "deprecated", "declared-unmaintained":
		return true
	}
	return false
}

// A Grade is the verdict in a letter.
type Grade string

// Grades, best first. U is unknown: too little evidence for a verdict.
const (
	GradeA Grade = "A"
	GradeB Grade = "B"
	GradeC Grade = "C"
	GradeD Grade = "D"
	GradeE Grade = "E"
	GradeU Grade = "U"
)

// A Confidence says how much of the score's weight rests on evidence.
type Confidence string

// Confidences.
const (
	ConfidenceHigh   Confidence = "high"
	ConfidenceMedium Confidence = "medium"
	ConfidenceLow    Confidence = "low"
)

// A DimensionScore is one of the six sides of a score.
type DimensionScore struct {
	ID       string  `json:"id"`
	Score    float64 `json:"score"`
	Weight   float64 `json:"weight"`
	Coverage float64 `json:"coverage"`
}

// A Score is the verdict about one subject, with its whole ledger.
type Score struct {
	// Score is nil where the grade is U.
	Score          *float64         `json:"score"`
	BeforeCeilings float64          `json:"beforeCeilings"`
	Interval       [2]float64       `json:"interval"` // 80%
	Grade          Grade            `json:"grade"`
	Coverage       float64          `json:"coverage"`
	Confidence     Confidence       `json:"confidence"`
	Action         string           `json:"action"`
	Dimensions     []DimensionScore `json:"dimensions"`
	Ceilings       []Ceiling        `json:"ceilings"` // lowest first
	Measurements   []Measurement    `json:"measurements"`
	// Finished is how far a quiet project is taken for a finished one, 0 to 1.
	Finished float64 `json:"finished,omitempty"`
	// Risk is the calibrated probability of abandonment within 24 months, nil
	// where the evidence for it is missing.
	Risk *float64 `json:"risk,omitempty"`
}

// A Finding is one dependency with its verdict.
type Finding struct {
	Dependency
	Repository string `json:"repository,omitempty"` // URL
	RenamedTo  string `json:"renamedTo,omitempty"`  // URL
	Score

	// Why is the verdict's reason in one line of plain words.
	Why string `json:"why"`
	// Latest is the newest version, and LibyearsBehind the years between the
	// release of the version in use and of the newest; nil where unknown.
	Latest         string   `json:"latest,omitempty"`
	LibyearsBehind *float64 `json:"libyearsBehind,omitempty"`
	// Upgrade says what to do about the version in use: retracted, end of
	// support; "" for nothing.
	Upgrade string `json:"upgrade,omitempty"`
	// Course is the score at earlier dates, oldest first, from the same evidence.
	Course []Point `json:"course,omitempty"`
	// LatestAt is when the newest version was released; zero where unknown.
	LatestAt time.Time `json:"latestAt,omitzero"`
	// Licences are the SPDX expressions known for the package.
	Licences []string `json:"licences,omitempty"`
	// Publishers counts the accounts that may publish; nil where unknown.
	Publishers *int `json:"publishers,omitempty"`
	// Jurisdiction is where the forge's operator sits, as an ISO 3166 code; ""
	// where the shipped table doesn't know the host.
	Jurisdiction string `json:"jurisdiction,omitempty"`
	// Support is what is known of the release line in use; nil for nothing.
	Support *Support `json:"support,omitempty"`

	// Sovereignty is whom the dependency rests on; nil where nothing is known.
	Sovereignty *Sovereignty `json:"sovereignty,omitempty"`

	Violations []Violation `json:"violations"`
	Waived     []Waiver    `json:"waived"`
}

// A Sovereignty is whom a dependency rests on: who operates its forge and its
// registry, under which law, and how much of the work is one employer's. It is
// an open view beside the score and never a part of it.
type Sovereignty struct {
	Forge    *Operator `json:"forge,omitempty"`    // nil where the host isn't known
	Registry *Operator `json:"registry,omitempty"` // nil where the registry isn't known
	// Organisation is the employer whose people made the largest share of the
	// last 24 months' commits, and Share that share, of all commits by humans;
	// Unknown is the share of those whose employer isn't known. Both are nil
	// where no commits are known, and Organisation is "" where no employer is.
	Organisation string   `json:"organisation,omitempty"`
	Share        *float64 `json:"share,omitempty"`
	Unknown      *float64 `json:"unknown,omitempty"`
	// Mirror is where development happens, where the repository is only a mirror.
	Mirror string `json:"mirror,omitempty"`
}

// An Operator runs a forge or a registry.
type Operator struct {
	Service string `json:"service"` // the host, or the registry's name
	Name    string `json:"name,omitempty"`
	// Jurisdiction is the ISO 3166 code of the operator's seat, and Group "EU",
	// "EEA" or "other"; "" where they aren't known.
	Jurisdiction string `json:"jurisdiction,omitempty"`
	Group        string `json:"group,omitempty"`
	URL          string `json:"url,omitempty"`
	// FromMemory marks a row that nobody has checked against its source.
	FromMemory bool `json:"fromMemory,omitempty"`
}

// A Point is a score at a date.
type Point struct {
	At    time.Time `json:"at"`
	Score float64   `json:"score"`
}

// A Violation is a rule of the policy that a finding breaks.
type Violation struct {
	Rule string `json:"rule"`
	Text string `json:"text"`
	// Warn marks a rule that doesn't fail the audit.
	Warn bool `json:"warn,omitempty"`
	// Known says since when or by what comparison the violation isn't new ("in
	// the baseline of 2026-08-01"); such a one doesn't fail the audit either.
	Known string `json:"known,omitempty"`
}

// Fails reports whether the violation makes the policy fail.
func (v Violation) Fails() bool { return !v.Warn && v.Known == "" }

// Fails reports whether the policy fails because of this finding.
func (f Finding) Fails() bool { return slices.ContainsFunc(f.Violations, Violation.Fails) }

// A Waiver is a violation that somebody accepted, until a date.
type Waiver struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
	Until  string `json:"until"` // a date: 2027-01-31
	// Text is what the waived violation says.
	Text string `json:"text,omitempty"`
}

// A Rule is one rule of the policy that a report was judged by.
type Rule struct {
	ID string `json:"id"`
	// Text is what the rule asks for, and Help what to do where it is broken.
	Text string `json:"text"`
	Help string `json:"help,omitempty"`
	Warn bool   `json:"warn,omitempty"`
	// From is where the rule was written: "mainstay.yaml:12", "--fail-on".
	From string `json:"from,omitempty"`
}

// A Change is a direct dependency to act on, and the weak ones that go with it.
type Change struct {
	// Direct are the names of the direct dependencies to replace or upgrade
	// together; more than one where a weak one comes in through several.
	Direct []string `json:"direct"`
	Clears []string `json:"clears"` // purls of the weak dependencies
	// Risk is the sum of the cleared ones' distance to a score of 100.
	Risk float64 `json:"risk"`
}

// A Missing is a piece of evidence that should have been read and couldn't be.
type Missing struct {
	Subject string `json:"subject"` // a purl, a repository, a file
	Part    Part   `json:"part"`
	Why     string `json:"why"`
}

// ReportSchema names the form of a Report as JSON.
const ReportSchema = "mainstay/report/v1"

// A Report is the result of one audit.
type Report struct {
	Schema   string    `json:"schema"`
	Tool     Tool      `json:"tool"`
	AsOf     time.Time `json:"asOf"`
	Complete bool      `json:"complete"`
	Summary  Summary   `json:"summary"`
	Findings []Finding `json:"findings"` // weakest first, grade U last
	Missing  []Missing `json:"missing"`
	// Rules are the policy, and Changes the smallest set of changes to direct
	// dependencies that was found to clear the most risk, best first.
	Rules   []Rule   `json:"rules"`
	Changes []Change `json:"changes"`
	// Notes are what a reader should know about the whole: stale evidence used,
	// waivers that nobody needs.
	Notes []string `json:"notes"`
}

// A Tool is the program that made a report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Score is the hash of the score's weights, knots and overrides.
	Score string `json:"score,omitempty"`
}

// A Summary counts a report.
type Summary struct {
	Dependencies int           `json:"dependencies"`
	Repositories int           `json:"repositories"`
	Grades       map[Grade]int `json:"grades"`
	Requests     int           `json:"requests"`
	Points       int           `json:"points"`
	Cached       int           `json:"cached"`
}
