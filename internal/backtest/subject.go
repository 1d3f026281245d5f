package backtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

const gitOnly = "the dataset holds git histories alone"

// Subject is what an audit that could only read git would have known about the
// case at its as-of date.
func (c Case) Subject() health.Subject {
	dependency := health.Dependency{
		Purl: "pkg:github/" + c.History.Repository.Path, Ecosystem: "githubactions", Name: c.History.Repository.Path,
		Direct: true, Scope: health.ScopeRuntime,
	}
	if c.History.Role != SampleActions {
		dependency.Ecosystem, dependency.Name = "golang", c.History.Repository.String()
		if c.History.Module != "" {
			dependency.Name = c.History.Module
		}
		dependency.Purl = "pkg:golang/" + dependency.Name
	}
	activity := c.History.Activity(c.AsOf)
	return health.Subject{Dependency: dependency, PackageGap: gitOnly, Activity: &activity}
}

// Activity is what the history shows up to a date, that date's second included.
func (h *History) Activity(at time.Time) health.Activity {
	a := health.Activity{
		Repository: h.Repository, ReadAt: at, People: []health.Person{}, Commits: []health.Commit{}, Tags: []health.Tag{},
		Notices: h.notices(at), Gaps: gaps(),
	}
	type account struct {
		person int
		bot    bool
	}
	people := make(map[account]int)
	organisations := make(map[string]string)
	for _, c := range h.Commits {
		if c.At.After(at) {
			continue
		}
		who := account{c.Person, c.Bot}
		by, known := people[who]
		if !known {
			by = len(a.People)
			people[who] = by
			a.People = append(a.People, health.Person{Affiliation: health.AffiliationUnknown})
			if c.Bot {
				a.People[by].Bot = "marked in the dataset"
			}
		}
		p := &a.People[by]
		// The newest address that tells an employer is the one that counts.
		if c.Domain != "" && p.Organisation == "" {
			if organisations[c.Domain] == "" {
				organisations[c.Domain] = fmt.Sprintf("organisation %d", len(organisations)+1)
			}
			p.Affiliation, p.Organisation = health.AffiliationEmployed, organisations[c.Domain]
		}
		// Who merges what others wrote acts with authority.
		p.Maintainer = p.Maintainer || c.Merge && !c.Bot
		a.Commits = append(a.Commits, health.Commit{At: c.At, By: by, Merge: c.Merge})
	}
	for _, t := range h.Tags {
		if !t.At.IsZero() && !t.At.After(at) {
			a.Tags = append(a.Tags, t)
		}
	}
	return a
}

// notices are what the repository's files declared on 1 July of the year of at,
// the only day of a year that the dataset tells of.
//
// The dataset keeps the words that were found and not their line, in which an
// audit would see of what they speak. "No longer maintained" alone may be said of
// a predecessor or of an old version, so only words that name the project count.
func (h *History) notices(at time.Time) []health.Notice {
	declared := h.Notices[at.Year()]
	notices := []health.Notice{}
	if declared.Deprecated {
		notices = append(notices, health.Notice{Kind: health.NoticeDeprecated, Text: "deprecated in go.mod"})
	}
	names := func(noun string) bool { return strings.Contains(strings.ToLower(declared.Words), noun) }
	if declared.Notice && slices.ContainsFunc([]string{"repo", "project", "package", "library", "module", "action"}, names) {
		notices = append(notices, health.Notice{Kind: health.NoticeUnkept, Text: declared.Words})
	}
	return notices
}

func gaps() health.Gaps {
	var gaps health.Gaps
	for _, part := range []health.Part{
		health.PartReleases, health.PartIssues, health.PartChanges, health.PartEvents, health.PartStatus, health.PartFiles,
		health.PartFunding, health.PartSecurity, health.PartChecks, health.PartAdvisories, health.PartPublishers,
	} {
		gaps = append(gaps, health.Gap{Part: part, Why: gitOnly})
	}
	return gaps
}
