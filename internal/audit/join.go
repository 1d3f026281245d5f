package audit

import (
	"slices"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// join makes one Activity of what an API and git say about a repository. Git
// is the better witness of commits and tags; for the rest the API's word
// stands, and git fills what the API couldn't tell. An empty api (nothing but
// gaps) leaves git's answer with those gaps added where git has none.
func join(api, git health.Activity) health.Activity {
	if api.ReadAt.IsZero() {
		return withGaps(git, api.Gaps)
	}
	if why, down := outage(git); down || git.Gaps.Gone() {
		// What the API told still stands; only the full history is missing, and
		// a commit list that is cut short says from when it is complete.
		if down && api.Gaps.Why(health.PartCommits) != "" {
			return withGaps(api, health.Gaps{{Part: health.PartCommits, Why: why, Outage: true}})
		}
		return api
	}
	out := api
	offset := len(out.People)
	out.People = append(slices.Clone(out.People), git.People...)
	if git.Gaps.Why(health.PartCommits) == "" {
		out.Commits = moved(git.Commits, offset)
		out.Since, out.Empty = git.Since, git.Empty
		out.Gaps = without(out.Gaps, health.PartCommits)
	}
	if git.Gaps.Why(health.PartTags) == "" {
		out.Tags = git.Tags
		out.Gaps = without(out.Gaps, health.PartTags)
	}
	for _, fill := range []struct {
		part health.Part
		take func()
	}{
		{health.PartFiles, func() { out.Files, out.Licence, out.Notices = git.Files, git.Licence, union(out.Notices, git.Notices) }},
		{health.PartFunding, func() { out.Funding = git.Funding }},
		{health.PartSecurity, func() { out.Security = git.Security }},
		{health.PartChecks, func() { out.CI = git.CI }},
	} {
		if out.Gaps.Why(fill.part) != "" && git.Gaps.Why(fill.part) == "" {
			fill.take()
			out.Gaps = without(out.Gaps, fill.part)
		}
	}
	return out
}

// moved returns the commits with every person's index raised by offset.
func moved(commits []health.Commit, offset int) []health.Commit {
	out := make([]health.Commit, len(commits))
	for i, c := range commits {
		out[i] = c
		out[i].By += offset
		if len(c.With) > 0 {
			out[i].With = make([]int, len(c.With))
			for j, p := range c.With {
				out[i].With[j] = p + offset
			}
		}
	}
	return out
}

func without(gaps health.Gaps, part health.Part) health.Gaps {
	return slices.DeleteFunc(slices.Clone(gaps), func(g health.Gap) bool { return g.Part == part })
}

// withGaps adds the gaps of parts that the activity doesn't name already.
func withGaps(a health.Activity, gaps health.Gaps) health.Activity {
	a.Gaps = slices.Clone(a.Gaps)
	for _, gap := range gaps {
		if !slices.ContainsFunc(a.Gaps, func(g health.Gap) bool { return g.Part == gap.Part }) {
			a.Gaps = append(a.Gaps, gap)
		}
	}
	return a
}

func union(a, b []health.Notice) []health.Notice {
	out := slices.Clone(a)
	for _, n := range b {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}
