package forge

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// byMail is where a project says that it takes patches by mail, or refuses
// change requests where it is hosted.
var byMail = lazily(`(?is)\b(?:send|submit|mail|e-mail|post|direct)\b[^.\n]{0,60}\bpatch(?:es|sets?)?\b[^.]{0,120}(?:mailing[- ]list|@lists\.|@[a-z0-9.-]*(?:vger|lists)\b|git send-email|~[a-z0-9_-]+/[a-z0-9_.-]+@)|` +
	`\b(?:pull|merge) requests\b[^.\n]{0,60}\b(?:are|will be|is)\b[^.\n]{0,20}\b(?:not accepted|ignored|closed without)\b|` +
	`\bwe (?:do not|don't|cannot|can't) (?:accept|take|use)\b[^.\n]{0,30}\b(?:pull|merge) requests\b`)

// byGerrit is where a project says that its code review is on a Gerrit.
var byGerrit = lazily(`(?i)\buses gerrit for (?:code|all) (?:changes|reviews?)\b|\b(?:code )?reviews? (?:is|are|happens?) (?:done )?(?:on|in|through|via) gerrit\b`)

// Elsewhere takes issues and change requests for missing where the project says
// that it works on them in another place, and nothing that was done here speaks
// against it: silence then says nothing about its people. It comes after the
// files have been described and the people settled. texts are those of the
// head's files, by path.
func Elsewhere(a *health.Activity, texts map[string]string) {
	if a.Mirror == "" {
		for _, file := range slices.Sorted(maps.Keys(texts)) {
			name := strings.ToLower(path.Base(file))
			if !strings.HasPrefix(name, "readme") && !strings.HasPrefix(name, "contributing") {
				continue
			}
			text := head(texts[file], 200)
			if !containsAny(strings.ToLower(text), "gerrit", "patch", "requests") {
				continue // the expressions need one of them, and take long
			}
			switch {
			case byGerrit().MatchString(text):
				a.Mirror = "Gerrit"
			case byMail().MatchString(text):
				a.Mirror = "mailing list"
			}
			if a.Mirror != "" {
				break
			}
		}
	}
	if a.Mirror == "" {
		return
	}
	why := "its development happens elsewhere: " + a.Mirror
	drop := func(part health.Part) {
		if a.Gaps.Why(part) == "" {
			a.Gaps = append(a.Gaps, health.Gap{Part: part, Why: why})
		}
	}
	if !answered(a, a.Changes) {
		a.Changes, a.OpenChanges = []health.Item{}, nil
		drop(health.PartChanges)
	}
	if !answered(a, a.Issues) {
		a.Issues, a.OpenIssues = []health.Item{}, nil
		drop(health.PartIssues)
	}
}

// answered reports whether a maintainer has done anything on what others
// opened.
func answered(a *health.Activity, items []health.Item) bool {
	for _, item := range items {
		for _, e := range item.Events {
			if e.By >= 0 && e.By != item.By && a.People[e.By].Maintainer && a.People[e.By].Bot == "" {
				return true
			}
		}
	}
	return false
}
