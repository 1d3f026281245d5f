package forge

// A Fact is a piece of the evidence that one forge tells and another may not.
type Fact string

// The facts, in the order of the manual's table.
const (
	FactCommits      Fact = "commits since a date"
	FactMerges       Fact = "merge commits"
	FactTags         Fact = "tags with dates"
	FactReleases     Fact = "release entries"
	FactPrereleases  Fact = "pre-releases"
	FactPublishers   Fact = "who released"
	FactIssues       Fact = "issues"
	FactChanges      Fact = "change requests"
	FactOpenCounts   Fact = "how many are open"
	FactComments     Fact = "comments"
	FactReviews      Fact = "reviews"
	FactClosers      Fact = "who closed"
	FactMergers      Fact = "who merged"
	FactReopenings   Fact = "reopenings"
	FactLabels       Fact = "labels given"
	FactRoles        Fact = "who is a maintainer"
	FactBots         Fact = "which accounts are programs"
	FactOwner        Fact = "person or organisation"
	FactCreated      Fact = "when it was created"
	FactArchived     Fact = "archived"
	FactArchivedDate Fact = "archived since when"
	FactRenames      Fact = "renames"
	FactMirrors      Fact = "mirrors"
	FactSwitchedOff  Fact = "trackers switched off"
	FactFiles        Fact = "files at the head"
	FactChecks       Fact = "state of the checks"
)

// Facts are all facts, in the order of the manual's table.
func Facts() []Fact {
	return []Fact{
		FactCommits, FactMerges, FactTags, FactReleases, FactPrereleases, FactPublishers, FactIssues, FactChanges, FactOpenCounts, FactComments,
		FactReviews, FactClosers, FactMergers, FactReopenings, FactLabels, FactRoles, FactBots, FactOwner, FactCreated, FactArchived, FactArchivedDate,
		FactRenames, FactMirrors, FactSwitchedOff, FactFiles, FactChecks,
	}
}

// Told is how a forge tells a fact: "yes", "no", or "yes" or "no" with a
// reservation. A fact that a forge doesn't name it doesn't tell.
type Told string

// None reports whether the fact isn't told at all.
func (t Told) None() bool { return t == "" || t[0] == 'n' }

// Tells is what a forge tells. Each forge exports its own, and the conformance
// suite holds it to that.
type Tells map[Fact]Told
