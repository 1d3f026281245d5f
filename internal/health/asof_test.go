package health

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestSubjectAsOf(t *testing.T) {
	publishers := 3
	now := Subject{
		Package: &Package{
			ReadAt: day("2026-01-01"), Latest: "v1.2.0", Publishers: &publishers,
			Releases: []Release{
				{Version: "v1.0.0"}, {Version: "v1.1.0", At: day("2023-01-01"), Yanked: true}, {Version: "v1.2.0", At: day("2025-01-01")},
			},
		},
		Activity: &Activity{
			ReadAt:  day("2026-01-01"),
			People:  []Person{{Maintainer: true}, {Maintainer: true}},
			Commits: []Commit{{At: day("2025-06-01"), By: 1}, {At: day("2023-06-01"), By: 0}},
			Issues: []Item{{Opened: day("2023-12-01"), Closed: day("2024-03-01"), Events: []Event{
				{At: day("2023-12-05"), By: 0, Kind: EventComment}, {At: day("2024-03-01"), By: 0, Kind: EventClose},
			}}, {Opened: day("2025-01-01")}},
			Notices:    []Notice{{Kind: NoticeArchived, At: day("2025-12-01")}, {Kind: NoticeUnkept, Text: "unmaintained"}},
			Files:      []string{"CONTRIBUTING.md"},
			Advisories: []Advisory{{ID: "X", Published: day("2023-05-01"), Fixed: day("2024-05-01")}},
		},
		Stewards: []Steward{{Name: "old", Since: day("2020-01-01")}, {Name: "new", Since: day("2025-01-01")}, {Name: "gone", Tier: "attic"}},
	}
	then := now.AsOf(day("2024-01-01"))
	a, p := then.Activity, then.Package
	if len(a.Commits) != 1 || len(a.Issues) != 1 || !a.Issues[0].Closed.IsZero() || len(a.Issues[0].Events) != 1 {
		t.Errorf("later commits, issues or events are known: %+v", a)
	}
	if a.People[1].Maintainer || !a.People[0].Maintainer {
		t.Errorf("authority at the time: %+v, want the first person's alone", a.People)
	}
	if len(a.Notices) != 0 || a.Gaps.Why(PartStatus) == "" || a.Files != nil || a.Gaps.Why(PartFiles) == "" {
		t.Errorf("present states are known in the past: %+v", a)
	}
	if !a.Advisories[0].Fixed.IsZero() {
		t.Error("a later fix is known")
	}
	if p.Latest != "v1.1.0" || p.Releases[1].Yanked || p.Publishers != nil {
		t.Errorf("package: %+v", p)
	}
	if len(then.Stewards) != 1 || then.Stewards[0].Name != "old" {
		t.Errorf("stewards: %+v", then.Stewards)
	}
	if again := then.AsOf(day("2024-01-01")); cmp.Diff(then, again) != "" {
		t.Errorf("looking twice changes it: %s", cmp.Diff(then, again))
	}
	if same := now.AsOf(day("2026-02-01")); cmp.Diff(now, same) != "" {
		t.Errorf("a later day changes it: %s", cmp.Diff(now, same))
	}
	if len(now.Activity.Commits) != 2 || !now.Package.Releases[1].Yanked || len(now.Activity.Issues[0].Events) != 2 {
		t.Error("the subject itself was changed")
	}
}

// What was read an hour after the date asked about is still the present.
func TestActivityAsOfSameDay(t *testing.T) {
	a := Activity{ReadAt: day("2024-01-02"), Files: []string{"README.md"}, Notices: []Notice{{Kind: NoticeArchived}}}
	then := a.AsOf(day("2024-01-01"))
	if len(then.Files) != 1 || len(then.Notices) != 1 || then.Gaps != nil {
		t.Errorf("%+v", then)
	}
}
