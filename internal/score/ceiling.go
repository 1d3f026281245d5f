package score

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// limits are the ceilings: what a hard fact leaves of a score at most.
var limits = map[string]float64{
	"malware": 0, "archived": 10, "deprecated": 10, "declared-unmaintained": 10, "abandoned": 20, "moved": 30, "gone": 35,
	"seeking-maintainer": 45, "end-of-life": 60, "young": 70, "single-releaser": 79, "single-vendor": 79,
}

// lowest is the limit that binds; 100 without any.
func lowest(ceilings []health.Ceiling) float64 {
	limit := 100.0
	for _, c := range ceilings {
		limit = min(limit, c.Limit)
	}
	return limit
}

// ceilings are the hard facts that bound the score, lowest first, one of a kind.
func ceilings(s health.Subject, ms []health.Measurement, at time.Time) []health.Ceiling {
	found := declared(s)
	if s.Activity != nil {
		found = append(found, gone(*s.Activity)...)
		found = append(found, abandoned(*s.Activity, ms, at)...)
		found = append(found, young(s, at)...)
		found = append(found, singleVendor(s, at)...)
	}
	found = append(found, singleReleaser(s, ms)...)
	out := []health.Ceiling{}
	for _, c := range found {
		c.Limit = limits[c.ID]
		if !slices.ContainsFunc(out, func(o health.Ceiling) bool { return o.ID == c.ID }) {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b health.Ceiling) int { return cmp.Compare(a.Limit, b.Limit) })
	return out
}

// declared are the project's, the registry's and the foundation's own words.
func declared(s health.Subject) []health.Ceiling {
	var notices []health.Notice
	home := ""
	if s.Package != nil {
		notices = append(notices, s.Package.Status...)
	}
	if s.Activity != nil {
		notices = append(notices, s.Activity.Notices...)
		home = s.Activity.Home().URL()
	}
	var out []health.Ceiling
	for _, n := range notices {
		id := string(n.Kind)
		if n.Kind == health.NoticeRetired {
			id = string(health.NoticeUnkept)
		}
		if _, ok := limits[id]; ok {
			out = append(out, health.Ceiling{ID: id, Reason: reason(n), URL: cmp.Or(n.URL, home), Successor: n.Successor})
		}
	}
	for _, w := range s.Stewards {
		if w.Retired() && !w.FromMemory {
			out = append(out, health.Ceiling{ID: string(health.NoticeUnkept), Reason: w.Name + " has retired it", URL: cmp.Or(w.URL, home)})
		}
	}
	return out
}

// said is what a notice means, where it doesn't say so itself.
var said = map[health.NoticeKind]string{
	health.NoticeMalware: "marked as malware", health.NoticeArchived: "archived by its owner", health.NoticeDeprecated: "deprecated in its registry",
	health.NoticeUnkept: "declared unmaintained", health.NoticeMoved: "moved", health.NoticeSeeking: "looks for a maintainer",
	health.NoticeEndOfLife: "its end has been announced", health.NoticeRetired: "retired by its foundation",
}

func reason(n health.Notice) string {
	out := said[n.Kind]
	if !n.At.IsZero() {
		out += " on " + n.At.Format(time.DateOnly)
	}
	if n.Successor != "" && n.Kind == health.NoticeMoved {
		out += " to " + n.Successor
	}
	if n.Text != "" {
		out += fmt.Sprintf(": %q", n.Text)
	}
	return out
}

func gone(a health.Activity) []health.Ceiling {
	if !a.Gaps.Gone() {
		return nil
	}
	return []health.Ceiling{{ID: "gone", Reason: "its repository doesn't exist any more", URL: a.Repository.URL()}}
}

// abandoned is silence of 24 months while people wait or a grave vulnerability
// stays open.
func abandoned(a health.Activity, ms []health.Measurement, at time.Time) []health.Ceiling {
	if _, ago, ok := find(ms, "last-maintainer-act"); !ok || ago < 730 {
		return nil
	}
	waiting := 0
	if m, share, ok := find(ms, "unanswered-share"); ok {
		waiting = int(math.Round(share * float64(m.N+5))) // undoes the shrinking
	}
	grave := func(adv health.Advisory) bool {
		return unfixed(adv, at) && (strings.EqualFold(adv.Severity, "high") || strings.EqualFold(adv.Severity, "critical"))
	}
	switch i := slices.IndexFunc(a.Advisories, grave); {
	case i >= 0:
		return []health.Ceiling{{
			ID: "abandoned", Reason: "no human act in two years, and " + a.Advisories[i].ID + " isn't fixed",
			URL: cmp.Or(a.Advisories[i].URL, a.Home().URL()),
		}}
	case waiting >= 3:
		return []health.Ceiling{{
			ID: "abandoned", Reason: fmt.Sprintf("no human act in two years, and %d requests wait without an answer", waiting), URL: a.Home().URL(),
		}}
	}
	return nil
}

// young is a project in its first year, of which most haven't shown yet whether
// they outlive their first maintainer's interest.
func young(s health.Subject, at time.Time) []health.Ceiling {
	begun := beginning(s)
	complete := s.Activity.Since.IsZero() || !s.Activity.CreatedAt.IsZero()
	if begun.IsZero() || !complete || at.Sub(begun) >= 365*day {
		return nil
	}
	return []health.Ceiling{{ID: "young", Reason: "it began on " + begun.Format(time.DateOnly) + ", less than a year ago", URL: s.Activity.Home().URL()}}
}

// singleReleaser is a widely used package that hangs on one person.
func singleReleaser(s health.Subject, ms []health.Measurement) []health.Ceiling {
	_, able, known := find(ms, "people-able-to-release")
	_, staying, ok := find(ms, "people-expected-to-stay")
	if !known || !ok || able > 1 || staying >= 1.5 || s.Package == nil || s.Package.Dependents == nil || *s.Package.Dependents < 1000 {
		return nil
	}
	return []health.Ceiling{{
		ID: "single-releaser", Reason: fmt.Sprintf("%d packages depend on it, and one person can release it", *s.Package.Dependents), URL: s.Package.URL,
	}}
}

// singleVendor is a project of which one company, which owns it, makes nearly
// everything, without a neutral home: it can change course overnight.
func singleVendor(s health.Subject, at time.Time) []health.Ceiling {
	a := s.Activity
	vendor := ""
	for _, w := range s.Stewards {
		if w.Kind != "vendor" {
			return nil // a neutral home
		}
		vendor = w.Name
	}
	counts := make(map[string]int)
	total := 0
	for _, c := range a.Commits {
		if c.Merge || at.Sub(c.At) > 730*day || c.By < 0 || c.By >= len(a.People) || a.People[c.By].Bot != "" {
			continue
		}
		total++
		if p := a.People[c.By]; p.Affiliation == health.AffiliationEmployed {
			counts[p.Organisation]++
		}
	}
	for name, n := range counts {
		owns := name != "" && (strings.EqualFold(name, vendor) || samePlace(name, a.Home().Owner()))
		if owns && n*10 >= total*8 && total >= 10 {
			return []health.Ceiling{{
				ID: "single-vendor", Reason: fmt.Sprintf("%s owns it and made %d of %d commits in two years", name, n, total), URL: a.Home().URL(),
			}}
		}
	}
	return nil
}

// samePlace reports whether a company's name and an account's are the same but
// for case, spaces and dashes.
func samePlace(name, owner string) bool {
	plain := strings.NewReplacer(" ", "", "-", "", "_", "", ".", "", ",", "")
	return strings.EqualFold(plain.Replace(name), plain.Replace(owner))
}
