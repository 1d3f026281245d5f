package gitlab

import (
	"slices"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

var checkStates = map[string]health.CheckState{
	"SUCCESS": health.CheckPassing,
	"FAILED":  health.CheckFailing,
}

// readState takes what the flags declare, the state of the checks, and what the
// files at the head say.
func (r *reading) readState() {
	a := &r.activity
	if r.Group != nil {
		a.Owner = health.OwnerOrganisation
	} else if !slices.Contains(r.lacks, "group") {
		a.Owner = health.OwnerPerson
	}
	if r.Archived {
		a.Notices = append(a.Notices, health.Notice{Kind: health.NoticeArchived, Text: "archived on " + a.Repository.Host, URL: a.Home().URL()})
	}
	if a.Empty || r.Repository == nil || r.Repository.Names == nil {
		return
	}
	if t := r.Repository.Tree; t != nil && t.LastCommit != nil && t.LastCommit.Pipelines != nil {
		for _, p := range t.LastCommit.Pipelines.Nodes {
			if p != nil && checkStates[p.Status] != "" {
				a.CI = checkStates[p.Status]
			}
		}
	}
	home := a.Home().URL() + "/-/blob/HEAD/"
	a.Funding = nil // no interface tells it, so the files may
	forge.Head{Paths: r.paths, Texts: r.texts, Link: func(file string) string { return home + file }}.Describe(a)
}
