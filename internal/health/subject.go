package health

import "time"

// A Subject is everything known about one dependency: the input of the metrics.
type Subject struct {
	Dependency Dependency
	// Package is nil where no registry was asked or none knows it; then
	// PackageGap says why.
	Package    *Package
	PackageGap string
	// Activity is nil where the repository isn't known; then ActivityGap says why.
	Activity    *Activity
	ActivityGap string

	// Stewards are the institutions that stand behind the repository, and
	// Support is what is known of the release line in use, nil for nothing;
	// both from the shipped tables.
	Stewards []Steward
	Support  *Support
}

// A Steward is an institution that stands behind a repository.
type Steward struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // foundation, fiscal-host, vendor, public-body, community
	Tier string `json:"tier"` // graduated, top-level, incubating, …
	// Since is when the tier began, zero where unknown; it has day precision.
	Since time.Time `json:"since,omitzero"`
	URL   string    `json:"url,omitempty"`
	// AsOf is the date of the source, and FromMemory marks a row that nobody
	// has checked against it: shown as such, and never decisive alone.
	AsOf       string `json:"asOf,omitempty"`
	FromMemory bool   `json:"fromMemory,omitempty"`
}

// Retired reports whether the institution has let go of the project: a warning
// rather than support.
func (s Steward) Retired() bool { return s.Tier == "archived" || s.Tier == "attic" }

// Support is what a table of release lines says of the version in use.
type Support struct {
	Product string `json:"product"`
	Cycle   string `json:"cycle"` // "" where no line of the table covers the version
	// Ends is the end of community support. Supported without a date, and
	// ended without one, are told by Over.
	Ends time.Time `json:"ends,omitzero"`
	Over *bool     `json:"over,omitempty"`
	// PaidUntil is the end of extended, usually paid, support.
	PaidUntil time.Time `json:"paidUntil,omitzero"`
	LongTerm  bool      `json:"longTerm,omitempty"`
	URL       string    `json:"url,omitempty"`
	AsOf      string    `json:"asOf,omitempty"`
}
