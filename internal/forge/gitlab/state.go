package gitlab

import (
	"github.com/mainstay-dev/mainstay/internal/health"
)

var checkStates = map[string]health.CheckState{
	"SUCCESS": health.CheckPassing,
	"FAILED":  health.CheckFailing,
}

// readState takes what the flags declare and the state of the checks.
func (r *reading) readState() {
	a := &r.activity
	if r.Archived {
		a.Notices = append(a.Notices, health.Notice{Kind: health.NoticeArchived, Text: "archived on " + a.Repository.Host, URL: a.Home().URL()})
	}
	if a.Empty || r.Repository == nil || r.Repository.Names == nil {
		return
	}
	a.CI = health.CheckNone
	for _, b := range r.Repository.Names.Nodes {
		if b != nil && b.Path == ".gitlab-ci.yml" {
			a.CI = health.CheckPresent
		}
	}
	if t := r.Repository.Tree; t != nil && t.LastCommit != nil && t.LastCommit.Pipelines != nil {
		for _, p := range t.LastCommit.Pipelines.Nodes {
			if p != nil && checkStates[p.Status] != "" {
				a.CI = checkStates[p.Status]
			}
		}
	}
}
