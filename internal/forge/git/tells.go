package git

import "github.com/mainstay-dev/mainstay/internal/forge"

// Tells is what plain git tells of a repository on any host.
func Tells() forge.Tells {
	return forge.Tells{
		forge.FactCommits: "yes",
		forge.FactMerges:  "yes",
		forge.FactTags:    "yes",
		forge.FactChanges: "no; on some hosts how many there ever were",
		forge.FactBots:    "no; by their names",
		forge.FactCreated: "no; the first commit's date",
		forge.FactRenames: "yes; where the host redirects",
		forge.FactMirrors: "no; by the readme's words",
		forge.FactFiles:   "yes",
		forge.FactChecks:  "no; whether any are configured",
	}
}
