package forge

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// Unread is the Activity of a repository before anything of it was read, or of
// which nothing could be: the gaps say why.
func Unread(repo health.Repository, at time.Time, gaps ...health.Gap) health.Activity {
	return health.Activity{
		Repository: repo, ReadAt: at,
		People: []health.Person{}, Commits: []health.Commit{}, Tags: []health.Tag{}, Releases: []health.Release{},
		Issues: []health.Item{}, Changes: []health.Item{}, Notices: []health.Notice{}, Files: []string{},
		Funding: []health.Funding{}, Advisories: []health.Advisory{},
		Gaps: gaps,
	}
}

// Order puts the lists of an Activity into their order, and pulls what a
// server's clock dates after ReadAt back to it, so that no span is negative.
// Commits and tags keep their dates, which are their authors' own.
func Order(a *health.Activity) {
	within := func(t *time.Time) {
		if t.After(a.ReadAt) {
			*t = a.ReadAt
		}
	}
	for _, items := range [][]health.Item{a.Issues, a.Changes} {
		for i := range items {
			item := &items[i]
			within(&item.Opened)
			within(&item.Closed)
			for j := range item.Events {
				within(&item.Events[j].At)
			}
			slices.SortStableFunc(item.Events, func(x, y health.Event) int { return x.At.Compare(y.At) })
		}
		slices.SortStableFunc(items, func(x, y health.Item) int {
			if c := y.Opened.Compare(x.Opened); c != 0 {
				return c
			}
			return y.Number - x.Number
		})
	}
	for i := range a.Releases {
		within(&a.Releases[i].At)
	}
	slices.SortStableFunc(a.Releases, func(x, y health.Release) int { return y.At.Compare(x.At) })
	slices.SortStableFunc(a.Commits, func(x, y health.Commit) int { return y.At.Compare(x.At) })
	slices.SortStableFunc(a.Tags, func(x, y health.Tag) int { return y.At.Compare(x.At) })
	slices.Sort(a.Files)
}

// mostCoAuthors bounds what one commit's message can claim.
const mostCoAuthors = 32

// CoAuthors are the names and addresses in a message's Co-authored-by trailers.
func CoAuthors(message string) [][2]string {
	var out [][2]string
	for line := range strings.Lines(message) {
		key, value, ok := strings.Cut(line, ":")
		if !ok || !strings.EqualFold(strings.TrimSpace(key), "co-authored-by") {
			continue
		}
		name, address, ok := strings.Cut(value, "<")
		address, _, closed := strings.Cut(address, ">")
		if ok && closed && len(out) < mostCoAuthors {
			out = append(out, [2]string{strings.TrimSpace(name), strings.TrimSpace(address)})
		}
	}
	return out
}

// prerelease is the part of a version that makes it one that isn't final, as
// the ecosystems write it: 1.0-rc1, v2.0.0-alpha.3, 1.0b2, 3.0.0.dev1.
var prerelease = regexp.MustCompile(`(?i)[0-9][-._+]?(alpha|beta|a|b|c|rc|cr|pre|preview|dev|snapshot|nightly|m|milestone|canary|next|ea)[-._]?[0-9]*([-._+].*)?$`)

// Prerelease reports whether a tag names a version that isn't final, for
// forges that have no mark for it.
func Prerelease(tag string) bool { return prerelease.MatchString(tag) }
