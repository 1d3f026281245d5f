package gitea

import (
	"net/url"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// governed are the folders besides the root that hold governance documents,
// and workflows those that configure checks by being there.
var (
	governed  = []string{".forgejo", ".gitea", ".github"}
	workflows = []string{".forgejo/workflows", ".gitea/workflows", ".github/workflows", ".woodpecker"}
)

// readStatus takes what the server's flags declare.
func (r *reading) readStatus() {
	a := &r.activity
	if r.repo.Archived {
		a.Notices = append(a.Notices, health.Notice{
			Kind: health.NoticeArchived, Text: "archived on " + a.Repository.Host,
			URL: a.Home().URL(), At: dated(r.repo.ArchivedAt),
		})
	}
	if r.repo.Mirror {
		a.Mirror = "another host"
		if u, err := url.Parse(r.repo.OriginalURL); err == nil && u.Host != "" {
			u.User = nil
			a.Mirror = quote.Brief(u.String(), quote.Sentence)
		}
	}
}

// readFiles takes what the files at the head say.
func (r *reading) readFiles() {
	a := &r.activity
	if len(r.repo.Licences) == 1 {
		a.Licence = quote.Brief(r.repo.Licences[0], quote.Sentence)
	}
	if a.Empty || a.Gaps.Why(health.PartFiles) != "" {
		return
	}
	if r.workflows || r.checks != nil {
		a.CI = health.CheckPresent
	}
	if r.checks != nil && r.checks.Count > 0 && checkStates[r.checks.State] != "" {
		a.CI = checkStates[r.checks.State]
	}
	home := a.Home().URL() + "/src/branch/" + r.repo.DefaultBranch + "/"
	a.Funding = nil // no interface tells it, so the files may
	forge.Head{Paths: r.files, Texts: r.texts, Link: func(file string) string { return home + file }}.Describe(a)
}

var checkStates = map[string]health.CheckState{
	"success": health.CheckPassing,
	"warning": health.CheckPassing,
	"failure": health.CheckFailing,
	"error":   health.CheckFailing,
}

// mostTexts bounds the files that are read, one request each.
const mostTexts = 5

// wanted are the files whose words are read. A licence that the server has
// recognised isn't read again.
func (g *gathering) wanted() []string {
	var out []string
	for _, path := range forge.Wanted(g.files, 2*mostTexts) {
		lower := strings.ToLower(path)
		licence := strings.HasPrefix(lower, "li") || strings.HasPrefix(lower, "copying") || strings.HasPrefix(lower, "unlicense")
		if len(out) < mostTexts && (!licence || len(g.repo.Licences) != 1) {
			out = append(out, path)
		}
	}
	return out
}

// checked reports whether checks are configured.
func (g *gathering) checked() bool {
	var a health.Activity
	forge.Head{Paths: g.files}.Describe(&a)
	return g.workflows || a.CI == health.CheckPresent
}
