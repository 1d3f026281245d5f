package github

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// status is what the repository's own switches declare.
func (d *reading) status() {
	a := &d.activity
	a.Notices = []health.Notice{}
	if d.IsArchived {
		a.Notices = append(a.Notices, health.Notice{
			Kind: health.NoticeArchived, Text: "the repository is archived", URL: a.Home().URL(), At: d.ArchivedAt.UTC(),
		})
	}
	if d.Owner != nil {
		a.Owner = owners[d.Owner.Type]
	}
	if d.IsMirror {
		a.Mirror = quote.Brief(d.MirrorURL, quote.Sentence)
		if a.Mirror == "" {
			a.Mirror = "another place"
		}
	}
	if d.LicenseInfo != nil {
		a.Licence = quote.Brief(d.LicenseInfo.SPDXID, quote.Sentence)
	}
}

var owners = map[string]health.OwnerKind{"Organization": health.OwnerOrganisation, "User": health.OwnerPerson}

// security is the policy, that of the owner's other repositories included.
// Whether GitHub's form for private reports is open isn't in the schema.
func (d *reading) security() {
	if d.SecurityPolicy != nil && *d.SecurityPolicy {
		d.activity.Security.Policy = true
		d.activity.Security.URL = quote.Brief(d.SecurityURL, quote.Sentence)
	}
}

// checks are the state of the head's checks; where the server tells none, the
// files tell whether any are configured.
func (d *reading) checks() {
	if d.Checked == nil || d.Checked.Target == nil || d.Checked.Target.StatusCheckRollup == nil {
		return
	}
	switch d.Checked.Target.StatusCheckRollup.State {
	case "SUCCESS":
		d.activity.CI = health.CheckPassing
	case "FAILURE", "ERROR":
		d.activity.CI = health.CheckFailing
	default:
		d.activity.CI = health.CheckPresent
	}
}

// parts are the fields of an answer by the part of the evidence they carry.
// Sponsors and checks aren't among them: some tokens may not see them, and the
// files tell enough.
var parts = map[string]health.Part{
	"defaultBranchRef": health.PartCommits,
	"tags":             health.PartTags,
	"releases":         health.PartReleases,
	"issues":           health.PartIssues,
	"pullRequests":     health.PartChanges,
	"root":             health.PartFiles,
	"dotGithub":        health.PartFiles,
	"workflows":        health.PartFiles,
	"readme":           health.PartFiles,
	"fundingLinks":     health.PartFunding,
}

// gaps name what the answer lacks: by its problems, by lists that aren't
// there, by switches that are off, and by what this interface doesn't offer.
func (d *reading) gaps() {
	a := &d.activity
	for _, p := range d.problems {
		if part, ok := parts[p.field()]; ok {
			d.gap(health.Gap{Part: part, Why: fmt.Sprintf("%s says %q", a.Repository.Host, quote.Brief(p.Message, quote.Sentence)), Outage: p.Type != "FORBIDDEN"})
		}
	}
	for _, l := range []struct {
		part   health.Part
		absent bool
	}{
		{health.PartTags, holes(d.Tags)},
		{health.PartReleases, holes(d.Releases)},
		{health.PartIssues, holes(d.Issues)},
		{health.PartChanges, holes(d.PullRequests)},
		{health.PartCommits, !d.IsEmpty && (d.history() == nil || holes(d.history()))},
	} {
		if l.absent {
			d.gap(health.Gap{Part: l.part, Why: a.Repository.Host + " left it out of its answer", Outage: true})
		}
	}
	if !d.HasIssuesEnabled {
		d.gap(health.Gap{Part: health.PartIssues, Why: "the repository has its issues switched off"})
	}
	if d.IsDisabled {
		d.gap(health.Gap{Part: health.PartStatus, Why: a.Repository.Host + " has disabled the repository"})
	}
	if d.Root == nil && !d.IsEmpty {
		d.gap(health.Gap{Part: health.PartFiles, Why: a.Repository.Host + " left the files out of its answer", Outage: true})
	}
	d.gap(health.Gap{Part: health.PartAdvisories, Why: a.Repository.Host + " doesn't tell advisories by repository here"})
	slices.SortFunc(a.Gaps, func(x, y health.Gap) int { return cmp.Compare(x.Part, y.Part) })
}

// gap adds one gap a part, the first reason given.
func (d *reading) gap(g health.Gap) {
	for _, known := range d.activity.Gaps {
		if known.Part == g.Part {
			return
		}
	}
	d.activity.Gaps = append(d.activity.Gaps, g)
}
