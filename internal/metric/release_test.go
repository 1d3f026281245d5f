package metric

import (
	"math"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func tags(a *health.Activity, names ...string) {
	for i, name := range names {
		a.Tags = append(a.Tags, health.Tag{Name: name, At: ago(100 * float64(i+1))})
	}
}

func TestReleaseRecency(t *testing.T) {
	run(t, "release-recency", 1e-9, []probe{
		{"the newest stable one", func(a *health.Activity) { tags(a, "v1.1.0-rc.1", "v1.0.0") }, 200, ""},
		{"only pre-releases", func(a *health.Activity) { tags(a, "v0.1.0-beta.2", "v0.1.0-beta.1") }, 100, ""},
		{"a program's release long after people left", func(a *health.Activity) {
			commit(a, lead, 600)
			a.Releases = []health.Release{{Version: "v2.0.0", At: ago(1), By: program}, {Version: "v1.0.0", At: ago(650), By: lead}}
		}, 650, ""},
		{"tags that are no versions", func(a *health.Activity) { tags(a, "latest", "nightly") }, 0, "nothing was ever released"},
		{"dates aren't known", func(a *health.Activity) { a.Tags = []health.Tag{{Name: "v1.0.0"}} }, 0, "dates aren't known"},
		{"tags weren't read", func(a *health.Activity) {
			a.Gaps = health.Gaps{{Part: health.PartTags, Why: "the host is down"}}
		}, 0, "the host is down"},
	})
	// Half of the reading is the age, 100 days (98.9), half the rhythm: gaps of 100
	// days drawn towards 90, and about one of them has passed (100).
	a := repository()
	tags(a, "v1.5.0", "v1.4.0", "v1.3.0", "v1.2.0", "v1.1.0", "v1.0.0")
	if m := ask(t, "release-recency", health.Subject{Activity: a}); math.Abs(m.Reading-99) > 1 {
		t.Errorf("reading %.2f, want 99", m.Reading)
	}
}

func TestUnreleasedWork(t *testing.T) {
	released := func(a *health.Activity) { a.Tags = []health.Tag{{Name: "v1.0.0", At: ago(200)}} }
	run(t, "unreleased-work", 1e-9, []probe{
		{"the oldest commit after the release", func(a *health.Activity) {
			released(a)
			commit(a, lead, 10, 150, 200, 300)
		}, 150, ""},
		{"merges and programs don't wait", func(a *health.Activity) {
			released(a)
			a.Commits = []health.Commit{{At: ago(20), By: lead, Merge: true}, {At: ago(30), By: program}, {At: ago(300), By: lead}}
		}, 0, ""},
		{"nothing was ever released", func(a *health.Activity) { commit(a, lead, 10) }, 0, "nothing was ever released"},
	})
	a := repository()
	released(a)
	commit(a, lead, 10, 199, 300)
	a.Tags[0].At = ago(2000)
	a.Commits[1].At = ago(1900)
	p := &health.Package{StraightFromSource: true, ReadAt: now}
	if m := ask(t, "unreleased-work", health.Subject{Activity: a, Package: p}); m.Reading != 50 {
		t.Errorf("reading %v where any commit can be used, want 50", m.Reading)
	}
}

func TestAdvisoryFixTime(t *testing.T) {
	run(t, "advisory-fix-time", 1e-9, []probe{
		{"the median", func(a *health.Activity) {
			for _, fix := range []float64{3, 10, 60} {
				a.Advisories = append(a.Advisories, health.Advisory{ID: "A", Published: ago(500), Fixed: ago(500 - fix)})
			}
		}, 10, ""},
		{"fixed before it was published", func(a *health.Activity) {
			a.Advisories = []health.Advisory{{ID: "A", Published: ago(500), Fixed: ago(510)}}
		}, 0, ""},
		{"most still wait", func(a *health.Activity) {
			a.Advisories = []health.Advisory{
				{ID: "A", Published: ago(500), Fixed: ago(490)}, {ID: "B", Published: ago(400)}, {ID: "C", Published: ago(300)},
			}
		}, 400, ""},
		{"none", func(*health.Activity) {}, 0, "no advisory"},
	})
}
