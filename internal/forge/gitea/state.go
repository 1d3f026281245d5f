package gitea

import (
	"net/url"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/forge/rest"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// governed are the folders besides the root that hold governance documents and
// the configuration of checks.
var governed = []string{".forgejo", ".forgejo/workflows", ".gitea", ".gitea/workflows", ".github", ".github/workflows", ".woodpecker"}

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
			a.Mirror = rest.Clean(u.String())
		}
	}
}

func (r *reading) readFiles() {}

// wanted are the files whose words are read.
func wanted(files []string) []string {
	var out []string
	for _, path := range files {
		lower := strings.ToLower(path)
		if path == ".mailmap" || strings.HasPrefix(lower, "readme") && !slices.ContainsFunc(out, func(p string) bool {
			return strings.HasPrefix(strings.ToLower(p), "readme")
		}) {
			out = append(out, path)
		}
	}
	return out
}

// checked reports whether checks are configured.
func checked(files []string) bool {
	return slices.ContainsFunc(files, func(path string) bool {
		return strings.Contains(path, "/workflows/") || strings.HasPrefix(path, ".woodpecker") || path == ".drone.yml" || path == ".travis.yml" ||
			path == ".cirrus.yml" || path == ".gitlab-ci.yml" || path == ".build.yml" || path == "Jenkinsfile"
	})
}

var checkStates = map[string]health.CheckState{
	"success": health.CheckPassing,
	"warning": health.CheckPassing,
	"failure": health.CheckFailing,
	"error":   health.CheckFailing,
}

// readChecks takes the state of the checks at the head.
func (r *reading) readChecks() {
	a := &r.activity
	if a.Gaps.Why(health.PartFiles) != "" || a.Empty {
		return
	}
	a.CI = health.CheckNone
	if checked(r.files) {
		a.CI = health.CheckPresent
	}
	if r.checks != nil && r.checks.Count > 0 && checkStates[r.checks.State] != "" {
		a.CI = checkStates[r.checks.State]
	}
}
