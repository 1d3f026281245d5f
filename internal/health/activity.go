package health

import (
	"slices"
	"strings"
	"time"
)

// A Repository is the address of a repository: a host and a path on it, without
// scheme, user, ".git" or trailing slash. It is a value, comparable with ==.
type Repository struct {
	Host string `json:"host"`
	Path string `json:"path"`
}

// String is the form without a scheme: github.com/spf13/cobra.
func (r Repository) String() string { return r.Host + "/" + r.Path }

// URL is where a person finds it; "" for the zero Repository.
func (r Repository) URL() string {
	if r == (Repository{}) {
		return ""
	}
	return "https://" + r.String()
}

// Owner is the first element of the path, and Name the last.
func (r Repository) Owner() string { o, _, _ := strings.Cut(r.Path, "/"); return o }

// Name is the last element of the path.
func (r Repository) Name() string { return r.Path[strings.LastIndex(r.Path, "/")+1:] }

// An Activity is what is known about one repository at ReadAt. Parts that were
// not read are in Gaps; all else is complete from Since to ReadAt.
type Activity struct {
	// Repository is the address as it was asked for, and RenamedTo the one the
	// forge answers under, zero where they are the same.
	Repository Repository `json:"repository"`
	RenamedTo  Repository `json:"renamedTo,omitzero"`
	ReadAt     time.Time  `json:"readAt"`
	// Since is the date from which commits, issues and change requests are
	// complete; zero means from the beginning.
	Since     time.Time `json:"since,omitzero"`
	CreatedAt time.Time `json:"createdAt,omitzero"` // zero: not known
	Empty     bool      `json:"empty,omitempty"`    // a repository without any commit

	// Owner says what kind of account the repository belongs to.
	Owner OwnerKind `json:"owner,omitempty"`

	People  []Person `json:"people"`
	Commits []Commit `json:"commits"` // of the default branch, newest first
	Tags    []Tag    `json:"tags"`    // newest first, undated ones last
	// Releases are the forge's own release entries, newest first.
	Releases []Release `json:"releases"`
	// Issues and Changes are newest first by opening. IssuesSince and
	// ChangesSince say from when each list is complete; zero means Since.
	Issues       []Item    `json:"issues"`
	Changes      []Item    `json:"changes"`
	IssuesSince  time.Time `json:"issuesSince,omitzero"`
	ChangesSince time.Time `json:"changesSince,omitzero"`
	// OpenIssues and OpenChanges count all that are open at ReadAt.
	OpenIssues  *int `json:"openIssues,omitempty"`
	OpenChanges *int `json:"openChanges,omitempty"`
	// ChangesEver counts all change requests that were ever opened.
	ChangesEver *int `json:"changesEver,omitempty"`

	Notices []Notice `json:"notices"` // declared status, from flags and files
	// Mirror is set where development happens elsewhere: the address of that
	// place, or a word for it ("mailing list").
	Mirror string `json:"mirror,omitempty"`

	// Files are the paths of governance documents seen at the head, sorted.
	Files    []string  `json:"files"`
	Licence  string    `json:"licence,omitempty"` // SPDX id, "NOASSERTION" for an unknown text
	Funding  []Funding `json:"funding"`
	Security Security  `json:"security,omitzero"`
	// CI is the state of the checks at the head.
	CI CheckState `json:"ci,omitempty"`
	// Advisories are the known vulnerabilities of what the repository makes.
	Advisories []Advisory `json:"advisories"`

	Gaps Gaps `json:"gaps,omitempty"`
}

// Home is the repository's address now.
func (a Activity) Home() Repository {
	if a.RenamedTo != (Repository{}) {
		return a.RenamedTo
	}
	return a.Repository
}

// An OwnerKind is the kind of account that owns a repository; "" is unknown.
type OwnerKind string

// Kinds of owners.
const (
	OwnerOrganisation OwnerKind = "organisation"
	OwnerPerson       OwnerKind = "person"
)

// A Person is one contributor of one repository, known by its index in People
// alone.
type Person struct {
	// Bot names the rule that took the account for a program, "" for a human.
	Bot string `json:"bot,omitempty"`
	// Maintainer tells that the account acted with authority: merged, closed or
	// labelled what others opened, published a release, or has a role that may.
	Maintainer bool `json:"maintainer,omitempty"`
	// Affiliation is where the person's address belongs.
	Affiliation Affiliation `json:"affiliation"`
	// Organisation is a name from the table of companies or "organisation N";
	// set where Affiliation is employed.
	Organisation string `json:"organisation,omitempty"`
}

// An Affiliation says how much a person's address tells about an employer.
type Affiliation string

// Affiliations. A free-mail address doesn't prove a volunteer.
const (
	AffiliationUnknown  Affiliation = "unknown"  // noreply, free mail, no address
	AffiliationEmployed Affiliation = "employed" // an organisation's domain
)

// A Commit is one commit of the default branch.
type Commit struct {
	At    time.Time `json:"at"`              // committer date, UTC
	By    int       `json:"by"`              // author: index in People
	With  []int     `json:"with,omitempty"`  // co-authors: indexes in People
	Merge bool      `json:"merge,omitempty"` // more than one parent
}

// A Tag is a tag, with the date of the commit or tag object it names.
type Tag struct {
	Name string    `json:"name"`
	At   time.Time `json:"at,omitzero"` // zero: not known
}

// An Item is an issue or a change request.
type Item struct {
	Number int       `json:"number"`
	Opened time.Time `json:"opened"`
	By     int       `json:"by"` // index in People, -1 for a deleted account
	// Closed is zero while it is open.
	Closed time.Time `json:"closed,omitzero"`
	// Merged marks a change request that went in.
	Merged bool `json:"merged,omitempty"`
	// Events are what others and the author did, oldest first. They are
	// complete up to EventsUntil; zero means up to the Activity's ReadAt.
	Events      []Event   `json:"events,omitempty"`
	EventsUntil time.Time `json:"eventsUntil,omitzero"`
}

// An EventKind is the kind of an act on an item.
type EventKind string

// The acts that matter for responsiveness.
const (
	EventComment EventKind = "comment"
	EventReview  EventKind = "review"
	EventLabel   EventKind = "label"
	EventClose   EventKind = "close"
	EventMerge   EventKind = "merge"
	EventReopen  EventKind = "reopen"
)

// An Event is one act on an item.
type Event struct {
	At   time.Time `json:"at"`
	By   int       `json:"by"` // index in People, -1 where the forge doesn't tell
	Kind EventKind `json:"kind"`
}

// Funding is one declared or observed source of money.
type Funding struct {
	Platform string `json:"platform"` // github, open_collective, tidelift, custom, …
	URL      string `json:"url,omitempty"`
	// Sponsors counts active sponsors; nil where the platform doesn't tell.
	Sponsors *int `json:"sponsors,omitempty"`
}

// Security is how a project takes reports of vulnerabilities.
type Security struct {
	Policy           bool   `json:"policy,omitempty"`
	PrivateReporting bool   `json:"privateReporting,omitempty"`
	URL              string `json:"url,omitempty"`
}

// A CheckState is the outcome of the continuous integration at the head.
type CheckState string

// Check states; "" is unknown, and CheckPresent means configured, outcome unknown.
const (
	CheckNone    CheckState = "none"
	CheckPresent CheckState = "present"
	CheckPassing CheckState = "passing"
	CheckFailing CheckState = "failing"
)

// An Advisory is a published vulnerability and when it was fixed.
type Advisory struct {
	ID        string    `json:"id"`
	Severity  string    `json:"severity"` // low, moderate, high, critical
	Published time.Time `json:"published"`
	Fixed     time.Time `json:"fixed,omitzero"` // zero: not fixed
	URL       string    `json:"url,omitempty"`
}

// A Part names a part of the evidence that can be missing on its own.
type Part string

// The parts of an Activity and of a Package, and the manifests they start from.
const (
	PartRepository Part = "repository" // all of it
	PartCommits    Part = "commits"
	PartTags       Part = "tags"
	PartReleases   Part = "releases"
	PartIssues     Part = "issues"
	PartChanges    Part = "change-requests"
	PartEvents     Part = "events" // what happened on issues and change requests
	PartStatus     Part = "status" // archived, moved, disabled
	PartFiles      Part = "files"  // readme, licence and governance documents
	PartFunding    Part = "funding"
	PartSecurity   Part = "security"
	PartChecks     Part = "checks"
	PartAdvisories Part = "advisories"
	PartPublishers Part = "publishers"
	PartPackage    Part = "package"  // all of what a registry knows
	PartSource     Part = "source"   // where a package is developed
	PartManifest   Part = "manifest" // a file that names dependencies
)

// A Gap is a part of the evidence that isn't there, because.
type Gap struct {
	Part Part   `json:"part"`
	Why  string `json:"why"`
	// Outage tells that the part should have been read and couldn't be: the
	// audit is incomplete. Otherwise no configured source offers it.
	Outage bool `json:"outage,omitempty"`
	// Gone tells that the other side answered that there is no such thing.
	Gone bool `json:"gone,omitempty"`
}

// Gaps are the parts that are missing.
type Gaps []Gap

// Why returns the reason for which a part is missing, "" where it is there.
func (g Gaps) Why(part Part) string {
	for _, gap := range g {
		if gap.Part == part || gap.Part == PartRepository {
			return gap.Why
		}
	}
	return ""
}

// Gone reports whether the whole repository is known not to exist.
func (g Gaps) Gone() bool {
	return slices.ContainsFunc(g, func(gap Gap) bool { return gap.Gone && gap.Part == PartRepository })
}

// Outage reports whether any part should have been read and couldn't be.
func (g Gaps) Outage() bool { return slices.ContainsFunc(g, func(gap Gap) bool { return gap.Outage }) }
