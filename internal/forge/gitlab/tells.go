package gitlab

import "github.com/mainstay-dev/mainstay/internal/forge"

// Tells is what GitLab tells of a project.
func Tells() forge.Tells {
	return forge.Tells{
		forge.FactCommits:      "yes",
		forge.FactMerges:       "yes",
		forge.FactTags:         "yes",
		forge.FactReleases:     "yes",
		forge.FactPrereleases:  "no; by the version's form",
		forge.FactPublishers:   "yes",
		forge.FactIssues:       "yes; the newest 30",
		forge.FactChanges:      "yes; the newest 30",
		forge.FactOpenCounts:   "yes",
		forge.FactComments:     "yes; the first 10 notes of each",
		forge.FactReviews:      "yes; approvals, and what is written as comments",
		forge.FactClosers:      "yes; of the last 100 closings",
		forge.FactMergers:      "yes",
		forge.FactReopenings:   "no",
		forge.FactLabels:       "no",
		forge.FactRoles:        "yes; of those who commented",
		forge.FactBots:         "yes; service accounts, the rest by their names",
		forge.FactOwner:        "yes",
		forge.FactCreated:      "yes",
		forge.FactArchived:     "yes",
		forge.FactArchivedDate: "no",
		forge.FactRenames:      "yes",
		forge.FactMirrors:      "no; by the readme's words",
		forge.FactSwitchedOff:  "yes",
		forge.FactFiles:        "yes; of the usual names",
		forge.FactChecks:       "yes",
	}
}
