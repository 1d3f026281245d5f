package github

import "github.com/mainstay-dev/mainstay/internal/forge"

// Tells is what GitHub tells of a repository.
func Tells() forge.Tells {
	return forge.Tells{
		forge.FactCommits:      "yes",
		forge.FactMerges:       "yes; by the merge's message",
		forge.FactTags:         "yes; the newest 30",
		forge.FactReleases:     "yes; the newest 20",
		forge.FactPrereleases:  "yes",
		forge.FactPublishers:   "yes",
		forge.FactIssues:       "yes; the newest 30",
		forge.FactChanges:      "yes; the newest 30",
		forge.FactOpenCounts:   "yes",
		forge.FactComments:     "yes; the first 10 acts of each",
		forge.FactReviews:      "yes",
		forge.FactClosers:      "yes",
		forge.FactMergers:      "yes",
		forge.FactReopenings:   "yes",
		forge.FactLabels:       "yes",
		forge.FactRoles:        "yes",
		forge.FactBots:         "yes",
		forge.FactOwner:        "yes",
		forge.FactCreated:      "yes",
		forge.FactArchived:     "yes",
		forge.FactArchivedDate: "yes",
		forge.FactRenames:      "yes",
		forge.FactMirrors:      "yes",
		forge.FactSwitchedOff:  "yes; issues",
		forge.FactFiles:        "yes",
		forge.FactChecks:       "yes",
	}
}
