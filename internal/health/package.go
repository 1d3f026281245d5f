package health

import "time"

// A Package is what a registry knows about a package, all versions together.
type Package struct {
	Ecosystem string    `json:"ecosystem"`
	Name      string    `json:"name"`
	ReadAt    time.Time `json:"readAt"`
	// Stale is the reason for which older evidence than was asked for had to
	// do, "" where it didn't.
	Stale string `json:"stale,omitempty"`
	// URL leads a person to the evidence.
	URL string `json:"url,omitempty"`

	Releases []Release `json:"releases"` // in the ecosystem's version order, oldest first
	// Latest is the newest version the registry recommends: not yanked, not a
	// pre-release unless there is nothing else.
	Latest string `json:"latest,omitempty"`
	// NewerMajor is another package that continues this one at a higher major
	// version (Go's /v3 paths), "" where there is none or it isn't known.
	NewerMajor string `json:"newerMajor,omitempty"`

	// Repository is the address the package declares for its source, as
	// declared; Directory is the package's folder there, "" for the root.
	Repository string `json:"repository,omitempty"`
	Directory  string `json:"directory,omitempty"`
	// RepositoryFrom says who declared it: "module path", "go-import", "Origin", …
	RepositoryFrom string `json:"repositoryFrom,omitempty"`

	// Status is what the package's own registry entry declares about its future.
	Status []Notice `json:"status,omitempty"`
	// Publishers counts the accounts that may publish; nil where the registry
	// doesn't tell.
	Publishers *int `json:"publishers,omitempty"`
	// Licences are SPDX expressions, or the registry's words where they aren't.
	Licences []string `json:"licences,omitempty"`
	// Dependents counts packages that use this one; nil where unknown.
	Dependents *int `json:"dependents,omitempty"`
	// StraightFromSource tells that the ecosystem delivers any commit, so work
	// that isn't released can still be used (Go, Composer branches, Actions).
	StraightFromSource bool `json:"straightFromSource,omitempty"`

	Gaps Gaps `json:"gaps,omitempty"`
}

// A Release is one published version.
type Release struct {
	Version    string    `json:"version"`
	At         time.Time `json:"at,omitzero"` // zero: not known
	Prerelease bool      `json:"prerelease,omitempty"`
	// Yanked tells that the publisher withdrew it; Why is the publisher's word.
	Yanked bool   `json:"yanked,omitempty"`
	Why    string `json:"why,omitempty"`
	// By is the person who published it, in the Activity it belongs to; -1
	// where it isn't known. Registries leave it at -1.
	By int `json:"by"`
}

// A NoticeKind is the kind of a declared status.
type NoticeKind string

// What a project or a registry can declare about the future. The names of the
// terminal ones are the ids of the score's ceilings.
const (
	NoticeMalware    NoticeKind = "malware"               // quarantined or marked as malicious
	NoticeArchived   NoticeKind = "archived"              // made read-only by its owner
	NoticeDeprecated NoticeKind = "deprecated"            // the registry entry says not to use it
	NoticeUnkept     NoticeKind = "declared-unmaintained" // its own words: unmaintained, abandoned, unsupported, retired
	NoticeMoved      NoticeKind = "moved"                 // goes on under another name
	NoticeSeeking    NoticeKind = "seeking-maintainer"
	NoticeEndOfLife  NoticeKind = "end-of-life"       // an end of the whole project has been announced
	NoticeAlive      NoticeKind = "stated-maintained" // its own words: finished, stable, still maintained
	NoticeRetired    NoticeKind = "retired"           // its foundation has retired it
)

// A Notice is a declaration about the future, with the words that make it.
type Notice struct {
	Kind NoticeKind `json:"kind"`
	// Text is the line that says so, cleaned and shortened.
	Text string `json:"text"`
	// Successor is what to use instead, where the words tell: a purl, a module
	// path or a repository address.
	Successor string `json:"successor,omitempty"`
	URL       string `json:"url,omitempty"`
	// At is when it was declared; zero where only the fact is known.
	At time.Time `json:"at,omitzero"`
}
