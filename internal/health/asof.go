package health

import (
	"slices"
	"time"
)

// presentFor is how long before it was read a present state, such as a file at
// the head, is still taken to have been the same.
const presentFor = 36 * time.Hour

// undated is the reason for which a present state can't be told of an earlier day.
const undated = "only its present state is known, not that of the day asked about"

// AsOf is the subject as it could have been known at t: evidence dated later is
// dropped, and present states without a date become gaps. Evidence that was
// read before t stays as it is. The subject itself is left unchanged.
func (s Subject) AsOf(t time.Time) Subject {
	past := false
	if s.Package != nil {
		past = past || isPast(t, s.Package.ReadAt)
		p := s.Package.AsOf(t)
		s.Package = &p
	}
	if s.Activity != nil {
		past = past || isPast(t, s.Activity.ReadAt)
		a := s.Activity.AsOf(t)
		s.Activity = &a
	}
	if !past {
		return s
	}
	s.Stewards = slices.DeleteFunc(slices.Clone(s.Stewards), func(w Steward) bool {
		return w.Since.After(t) || w.Since.IsZero() && w.Retired()
	})
	if s.Support != nil && s.Support.Ends.IsZero() {
		s.Support = nil
	}
	return s
}

func isPast(t, readAt time.Time) bool { return t.Before(readAt.Add(-presentFor)) }

// AsOf is the package as a registry would have shown it at t. Releases without
// a date stay, since the repository's tags may date them.
func (p Package) AsOf(t time.Time) Package {
	if !t.Before(p.ReadAt) {
		return p
	}
	past := isPast(t, p.ReadAt)
	p.Releases = slices.DeleteFunc(slices.Clone(p.Releases), func(r Release) bool { return r.At.After(t) })
	p.ReadAt = t
	if !past {
		return p
	}
	p.Latest = ""
	for i, r := range p.Releases {
		p.Releases[i].Yanked, p.Releases[i].Why = false, ""
		if !r.Prerelease && !r.At.IsZero() {
			p.Latest = r.Version
		}
	}
	p.Gaps = slices.Clone(p.Gaps)
	p.Status, p.Gaps = noticesAsOf(p.Status, t, p.Gaps)
	if p.Publishers != nil {
		p.Gaps = append(p.Gaps, Gap{Part: PartPublishers, Why: undated})
	}
	p.NewerMajor, p.Publishers, p.Dependents, p.Licences = "", nil, nil, nil
	return p
}

// AsOf is the activity as it could have been read at t.
func (a Activity) AsOf(t time.Time) Activity {
	if !t.Before(a.ReadAt) {
		return a
	}
	past := isPast(t, a.ReadAt)
	later := func(at time.Time) bool { return at.After(t) || past && at.IsZero() }
	a.Commits = slices.DeleteFunc(slices.Clone(a.Commits), func(c Commit) bool { return c.At.After(t) })
	a.Tags = slices.DeleteFunc(slices.Clone(a.Tags), func(tag Tag) bool { return later(tag.At) })
	a.Releases = slices.DeleteFunc(slices.Clone(a.Releases), func(r Release) bool { return later(r.At) })
	a.Issues, a.Changes = itemsAsOf(a.Issues, t), itemsAsOf(a.Changes, t)
	a.Advisories = advisoriesAsOf(a.Advisories, t)
	a.Gaps = slices.Clone(a.Gaps)
	if a.CreatedAt.After(t) {
		a.Gaps = append(a.Gaps, Gap{Part: PartRepository, Why: "it didn't exist yet"})
	}
	if a.Since.After(t) && a.Gaps.Why(PartCommits) == "" {
		a.Gaps = append(a.Gaps, Gap{Part: PartCommits, Why: "only later ones were read"})
	}
	a.ReadAt = t
	if !past {
		return a
	}
	a.People = a.peopleAsOf()
	a.Notices, a.Gaps = noticesAsOf(a.Notices, t, a.Gaps)
	a.OpenIssues, a.OpenChanges, a.Empty = nil, nil, false
	a.Files, a.Licence, a.Funding, a.Security, a.CI = nil, "", nil, Security{}, ""
	for _, part := range []Part{PartFiles, PartFunding, PartSecurity, PartChecks} {
		if a.Gaps.Why(part) == "" {
			a.Gaps = append(a.Gaps, Gap{Part: part, Why: undated})
		}
	}
	return a
}

// peopleAsOf takes authority from those who hadn't yet done anything that shows
// or precedes it: no commit, no release, no hand on what others opened.
func (a Activity) peopleAsOf() []Person {
	acted := make([]bool, len(a.People))
	mark := func(by int) {
		if by >= 0 && by < len(acted) {
			acted[by] = true
		}
	}
	for _, c := range a.Commits {
		mark(c.By)
	}
	for _, r := range a.Releases {
		mark(r.By)
	}
	for _, items := range [][]Item{a.Issues, a.Changes} {
		for _, item := range items {
			for _, e := range item.Events {
				if e.By != item.By && e.Kind != EventComment && e.Kind != EventReview {
					mark(e.By)
				}
			}
		}
	}
	people := slices.Clone(a.People)
	for i := range people {
		people[i].Maintainer = people[i].Maintainer && acted[i]
	}
	return people
}

func itemsAsOf(items []Item, t time.Time) []Item {
	out := make([]Item, 0, len(items))
	for _, item := range items {
		if item.Opened.After(t) {
			continue
		}
		if item.Closed.After(t) {
			item.Closed, item.Merged = time.Time{}, false
		}
		if item.EventsUntil.After(t) {
			item.EventsUntil = time.Time{}
		}
		item.Events = slices.DeleteFunc(slices.Clone(item.Events), func(e Event) bool { return e.At.After(t) })
		out = append(out, item)
	}
	return out
}

func advisoriesAsOf(advisories []Advisory, t time.Time) []Advisory {
	var out []Advisory
	for _, adv := range advisories {
		if adv.Published.After(t) {
			continue
		}
		if adv.Fixed.After(t) {
			adv.Fixed = time.Time{}
		}
		out = append(out, adv)
	}
	return out
}

// noticesAsOf keeps what was declared by t. A notice without a date may be older
// or younger, which is a gap.
func noticesAsOf(notices []Notice, t time.Time, gaps Gaps) ([]Notice, Gaps) {
	var out []Notice
	for _, n := range notices {
		switch {
		case n.At.IsZero():
			if gaps.Why(PartStatus) == "" {
				gaps = append(gaps, Gap{Part: PartStatus, Why: "declared without a date: " + string(n.Kind)})
			}
		case !n.At.After(t):
			out = append(out, n)
		}
	}
	return out, gaps
}
