package gitea

import "github.com/mainstay-dev/mainstay/internal/forge"

// Tells is what Gitea and Forgejo tell of a repository.
func Tells() forge.Tells {
	return forge.Tells{
		forge.FactCommits:      "yes",
		forge.FactMerges:       "yes",
		forge.FactTags:         "yes; the commit's date, not that of an annotated tag",
		forge.FactReleases:     "yes",
		forge.FactPrereleases:  "yes",
		forge.FactPublishers:   "yes",
		forge.FactIssues:       "yes; the newest 50",
		forge.FactChanges:      "yes; the newest 30",
		forge.FactOpenCounts:   "yes",
		forge.FactComments:     "yes",
		forge.FactReviews:      "yes",
		forge.FactClosers:      "yes",
		forge.FactMergers:      "yes",
		forge.FactReopenings:   "yes; of what was closed or labelled in the window",
		forge.FactLabels:       "yes; of what was closed or labelled in the window",
		forge.FactRoles:        "no; by their acts, and the owner of a person's own repository",
		forge.FactBots:         "no; by their names",
		forge.FactOwner:        "yes",
		forge.FactCreated:      "yes",
		forge.FactArchived:     "yes",
		forge.FactArchivedDate: "yes",
		forge.FactRenames:      "yes",
		forge.FactMirrors:      "yes",
		forge.FactSwitchedOff:  "yes",
		forge.FactFiles:        "yes",
		forge.FactChecks:       "yes",
	}
}
