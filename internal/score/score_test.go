package score_test

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/metric"
	"github.com/mainstay-dev/mainstay/internal/score"
)

// measured is one metric with a value.
func measured(id, dimension string, weight, reading, reliability float64) health.Measurement {
	return health.Measurement{
		Metric: id, Dimension: dimension, Weight: weight, Reading: reading, Reliability: reliability, Value: ptr(reading),
		ReadingRange: [2]float64{reading, reading}, Says: id + " says so",
	}
}

// missing is one without.
func missing(id, dimension string, weight float64) health.Measurement {
	return health.Measurement{Metric: id, Dimension: dimension, Weight: weight, Missing: "no token"}
}

// The formula of the score on figures that can be checked by hand.
func TestFormula(t *testing.T) {
	tests := []struct {
		name            string
		ms              []health.Measurement
		score, coverage float64
		points          []float64
	}{
		{
			"everything known: the weighted mean",
			[]health.Measurement{measured("a", "x", 3, 90, 1), measured("b", "x", 1, 50, 1)},
			80, 1, []float64{67.5, 12.5},
		},
		{
			// (3*90 + .5*50*1) / (3 + .5*1)
			"what is missing is a neutral half",
			[]health.Measurement{measured("a", "x", 3, 90, 1), missing("b", "x", 1)},
			295. / 3.5, .75, []float64{270. / 3.5, 25. / 3.5},
		},
		{
			// (.5*90 + .5*50*.5) / (.5 + .5*.5)
			"half reliable is half missing",
			[]health.Measurement{measured("a", "x", 1, 90, .5)},
			57.5 / .75, .5, []float64{57.5 / .75},
		},
		{"nothing known", []health.Measurement{missing("a", "x", 9)}, 50, 0, []float64{50}},
		{"nothing asked", nil, 0, 0, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sc := score.Default.Of(health.Subject{}, test.ms, now)
			if math.Abs(sc.BeforeCeilings-test.score) > 1e-9 || math.Abs(sc.Coverage-test.coverage) > 1e-9 {
				t.Errorf("score %v, coverage %v, want %v and %v", sc.BeforeCeilings, sc.Coverage, test.score, test.coverage)
			}
			for i, want := range test.points {
				if got := sc.Measurements[i].Points; math.Abs(got-want) > 1e-9 {
					t.Errorf("points of %s: %v, want %v", test.ms[i].Metric, got, want)
				}
			}
		})
	}
}

func TestDimensions(t *testing.T) {
	sc := score.Default.Of(health.Subject{}, []health.Measurement{
		measured("a", "x", 3, 90, 1), measured("b", "x", 1, 50, 1), missing("c", "y", 4),
	}, now)
	want := []health.DimensionScore{{ID: "x", Score: 80, Weight: 4, Coverage: 1}, {ID: "y", Score: 50, Weight: 4, Coverage: 0}}
	if !slices.Equal(sc.Dimensions, want) {
		t.Errorf("%+v, want %+v", sc.Dimensions, want)
	}
}

func TestGrade(t *testing.T) {
	archive := &health.Activity{ReadAt: now, Notices: []health.Notice{{Kind: health.NoticeArchived}}}
	tests := []struct {
		name     string
		activity *health.Activity
		ms       []health.Measurement
		grade    health.Grade
		trust    health.Confidence
	}{
		{"80", nil, []health.Measurement{measured("a", "x", 1, 80, 1)}, health.GradeA, health.ConfidenceHigh},
		{"79.9", nil, []health.Measurement{measured("a", "x", 1, 79.9, 1)}, health.GradeB, health.ConfidenceHigh},
		{"65", nil, []health.Measurement{measured("a", "x", 1, 65, 1)}, health.GradeB, health.ConfidenceHigh},
		{"50", nil, []health.Measurement{measured("a", "x", 1, 50, 1)}, health.GradeC, health.ConfidenceHigh},
		{"35", nil, []health.Measurement{measured("a", "x", 1, 35, 1)}, health.GradeD, health.ConfidenceHigh},
		{"34, certain", nil, []health.Measurement{measured("a", "x", 1, 34, 1)}, health.GradeE, health.ConfidenceHigh},
		{"33, half of it unknown", nil, []health.Measurement{measured("a", "x", 1, 25, 1), missing("b", "x", 1)}, health.GradeD, health.ConfidenceMedium},
		{"too little known", nil, []health.Measurement{measured("a", "x", 29, 100, 1), missing("b", "x", 71)}, health.GradeU, health.ConfidenceLow},
		{"a terminal fact is enough", archive, []health.Measurement{missing("b", "x", 71)}, health.GradeE, health.ConfidenceLow},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sc := score.Default.Of(health.Subject{Activity: test.activity}, test.ms, now)
			if sc.Grade != test.grade || sc.Confidence != test.trust {
				t.Errorf("%s with %s confidence, want %s with %s", sc.Grade, sc.Confidence, test.grade, test.trust)
			}
			if (sc.Score == nil) != (test.grade == health.GradeU) {
				t.Errorf("score %v at grade %s", sc.Score, sc.Grade)
			}
		})
	}
}

func TestCeilings(t *testing.T) {
	notice := func(kind health.NoticeKind) func(*health.Subject) {
		return func(s *health.Subject) {
			s.Activity.Notices = append(s.Activity.Notices, health.Notice{Kind: kind, Text: "words", Successor: "example.com/next"})
		}
	}
	vendor := func(s *health.Subject) {
		s.Activity.Repository.Path = "acme-labs/library"
		for i := range s.Activity.People {
			if s.Activity.People[i].Bot == "" {
				s.Activity.People[i].Affiliation, s.Activity.People[i].Organisation = health.AffiliationEmployed, "Acme Labs"
			}
		}
	}
	tests := []struct {
		name    string
		subject health.Subject
		change  func(s *health.Subject)
		want    map[string]float64
	}{
		{"none", active(), func(*health.Subject) {}, nil},
		{"malware", active(), func(s *health.Subject) { s.Package.Status = []health.Notice{{Kind: health.NoticeMalware}} }, map[string]float64{"malware": 0}},
		{"archived", active(), notice(health.NoticeArchived), map[string]float64{"archived": 10}},
		{"declared", active(), notice(health.NoticeUnkept), map[string]float64{"declared-unmaintained": 10}},
		{"retired", active(), notice(health.NoticeRetired), map[string]float64{"declared-unmaintained": 10}},
		{"retired by the table", active(), func(s *health.Subject) {
			s.Stewards = []health.Steward{{Name: "Foundation", Kind: "foundation", Tier: "attic"}}
		}, map[string]float64{"declared-unmaintained": 10}},
		{"a row nobody checked decides nothing", active(), func(s *health.Subject) {
			s.Stewards = []health.Steward{{Name: "Foundation", Kind: "foundation", Tier: "attic", FromMemory: true}}
		}, nil},
		{"moved", active(), notice(health.NoticeMoved), map[string]float64{"moved": 30}},
		{"seeking", active(), notice(health.NoticeSeeking), map[string]float64{"seeking-maintainer": 45}},
		{"its end announced", active(), notice(health.NoticeEndOfLife), map[string]float64{"end-of-life": 60}},
		{"its own word that it lives", active(), notice(health.NoticeAlive), nil},
		{"a rename is followed", active(), func(s *health.Subject) {
			s.Activity.RenamedTo = health.Repository{Host: "github.com", Path: "other/name"}
		}, nil},
		{"gone", health.Subject{Activity: &health.Activity{ReadAt: now, Gaps: health.Gaps{{Part: health.PartRepository, Why: "not found", Gone: true}}}},
			func(*health.Subject) {}, map[string]float64{"gone": 35}},
		{"an outage isn't", health.Subject{Activity: &health.Activity{ReadAt: now, Gaps: health.Gaps{{Part: health.PartRepository, Why: "down", Outage: true}}}},
			func(*health.Subject) {}, nil},
		{"silent for two years while four wait", silent(), func(s *health.Subject) {
			s.Activity.Commits = slices.DeleteFunc(s.Activity.Commits, func(c health.Commit) bool { return c.At.After(ago(740)) })
			s.Activity.Releases = s.Activity.Releases[1:]
			s.Package.Releases = s.Package.Releases[:2]
		}, map[string]float64{"abandoned": 20}},
		{"silent for two years and nobody waits", finished(), func(s *health.Subject) {
			s.Activity.Commits = slices.DeleteFunc(s.Activity.Commits, func(c health.Commit) bool { return c.At.After(ago(740)) })
			s.Activity.Releases, s.Activity.Issues = s.Activity.Releases[1:], nil
			s.Package.Releases = s.Package.Releases[:2]
		}, nil},
		{"young", library(), func(s *health.Subject) {
			s.Activity.CreatedAt = ago(150)
			commits(*s, lead, 5, 150, 1)
		}, map[string]float64{"young": 70}},
		{"one releaser of what thousands use", finished(), func(s *health.Subject) { s.Package.Dependents = ptr(5000) }, map[string]float64{"single-releaser": 79}},
		{"one vendor", active(), vendor, map[string]float64{"single-vendor": 79}},
		{"one vendor in a neutral home", active(), func(s *health.Subject) {
			vendor(s)
			s.Stewards = []health.Steward{{Name: "Foundation", Kind: "foundation", Tier: "graduated"}}
		}, nil},
		{"lowest first, each once", active(), func(s *health.Subject) {
			notice(health.NoticeSeeking)(s)
			notice(health.NoticeArchived)(s)
			notice(health.NoticeArchived)(s)
		}, map[string]float64{"archived": 10, "seeking-maintainer": 45}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.change(&test.subject)
			sc := judge(test.subject, now)
			got := make(map[string]float64)
			for i, c := range sc.Ceilings {
				got[c.ID] = c.Limit
				if c.Reason == "" {
					t.Errorf("%s has no reason", c.ID)
				}
				if i > 0 && c.Limit < sc.Ceilings[i-1].Limit {
					t.Errorf("%v isn't in order", sc.Ceilings)
				}
			}
			if len(got) != len(sc.Ceilings) || len(got) != len(test.want) {
				t.Fatalf("%+v, want %v", sc.Ceilings, test.want)
			}
			for id, limit := range test.want {
				if got[id] != limit {
					t.Errorf("%+v, want %v", sc.Ceilings, test.want)
				}
				if n := number(sc); n > limit {
					t.Errorf("score %v above the limit %v", n, limit)
				}
			}
		})
	}
}

// A quiet project is finished only with evidence that nothing is owed.
func TestFinished(t *testing.T) {
	quietly := func(change func(s *health.Subject)) float64 {
		s := finished()
		change(&s)
		return judge(s, now).Finished
	}
	tests := []struct {
		name   string
		change func(s *health.Subject)
		want   float64
	}{
		{"nothing owed, alive, 1.0", func(*health.Subject) {}, 1},
		{"no sign of life in two years", func(s *health.Subject) {
			s.Activity.Commits = slices.DeleteFunc(s.Activity.Commits, func(c health.Commit) bool { return c.At.After(ago(740)) })
			s.Activity.Issues, s.Activity.Releases = nil, s.Activity.Releases[1:]
			s.Package.Releases = s.Package.Releases[:2]
		}, .6},
		{"and yet its owner says it is kept", func(s *health.Subject) {
			s.Activity.Commits = slices.DeleteFunc(s.Activity.Commits, func(c health.Commit) bool { return c.At.After(ago(740)) })
			s.Activity.Issues, s.Activity.Releases = nil, s.Activity.Releases[1:]
			s.Package.Releases = s.Package.Releases[:2]
			s.Activity.Notices = []health.Notice{{Kind: health.NoticeAlive, At: ago(300)}}
		}, 1},
		{"somebody waits", func(s *health.Subject) { issue(*s, 200, 0, 0); issue(*s, 210, 0, 0) }, 0},
		{"a hole is open", func(s *health.Subject) { s.Activity.Advisories = []health.Advisory{{ID: "X", Published: ago(100)}} }, 0},
		{"a hole was just found", func(s *health.Subject) { s.Activity.Advisories = []health.Advisory{{ID: "X", Published: ago(10)}} }, 1},
		{"checks fail", func(s *health.Subject) { s.Activity.CI = health.CheckFailing }, 0},
		{"nobody knows what is owed", func(s *health.Subject) { *s = gitAlone(*s) }, 0},
		{"never reached 1.0, old enough", func(s *health.Subject) {
			for i := range s.Activity.Releases {
				s.Activity.Releases[i].Version = strings.Replace(s.Activity.Releases[i].Version, "v1", "v0", 1)
				s.Package.Releases[i].Version = strings.Replace(s.Package.Releases[i].Version, "v1", "v0", 1)
			}
		}, 1},
		{"never released", func(s *health.Subject) { s.Activity.Releases, s.Package.Releases = nil, nil }, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := quietly(test.change); got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

// However good the rest of a finished project is, being finished doesn't make it
// an A.
func TestFinishedIsNeverA(t *testing.T) {
	ms := []health.Measurement{
		measured("active-months", "activity", 22, 0, 1), measured("last-maintainer-act", "activity", 0, 0, 1),
		measured("unanswered-share", "responsiveness", 60, 100, 1), measured("release-recency", "release", 12, 100, 1),
	}
	*ms[1].Value, *ms[2].Value = 400, 0
	s := finished()
	without := score.Default.Of(health.Subject{}, ms, now)
	with := score.Default.Of(s, ms, now)
	if with.Finished != 1 || with.BeforeCeilings <= without.BeforeCeilings || with.BeforeCeilings > 79+1e-6 || with.Grade != health.GradeB {
		t.Errorf("%v %s (%v without the rule), want a B of at most 79", with.BeforeCeilings, with.Grade, without.BeforeCeilings)
	}
}

func TestWhy(t *testing.T) {
	for _, test := range []struct {
		name    string
		subject health.Subject
		want    string
	}{
		{"a hard fact", archived(), "archived by its owner on 2026-05-02"},
		{"what pulls a bad one down", zombie(), "0 of the last 12 months"},
		{"too little known", health.Subject{ActivityGap: "no repository is declared"}, "too little is known: no repository is declared"},
	} {
		t.Run(test.name, func(t *testing.T) {
			why := score.Why(judge(test.subject, now))
			if !strings.Contains(why, test.want) || strings.Contains(why, "\n") {
				t.Errorf("%q, want it to hold %q", why, test.want)
			}
		})
	}
	if why := score.Why(judge(cloudNative(), now)); why == "" || strings.Contains(why, "no ") {
		t.Errorf("a graduated project: %q", why)
	}
}

func TestAction(t *testing.T) {
	s := deprecated()
	s.Package.Status[0].Successor = "example.com/next"
	if got := judge(s, now).Action; got != "move to example.com/next" {
		t.Errorf("%q where a successor is named", got)
	}
	direct, transitive := zombie(), zombie()
	transitive.Dependency.Direct = false
	if a, b := judge(direct, now).Action, judge(transitive, now).Action; a == b || a == "" || b == "" {
		t.Errorf("direct %q, transitive %q", a, b)
	}
	if got := judge(cloudNative(), now).Action; got != "keep" {
		t.Errorf("%q for an A", got)
	}
}

func TestCourse(t *testing.T) {
	s := active()
	course := score.Course(s, now, metric.Measure)
	if len(course) < 8 {
		t.Fatalf("%d points, want most of thirteen quarters", len(course))
	}
	last := course[len(course)-1]
	if sc := judge(s, now); !last.At.Equal(now) || math.Abs(last.Score-*sc.Score) > 1e-9 {
		t.Errorf("the course ends at %v with %v, the score is %v", last.At, last.Score, *sc.Score)
	}
	if !slices.IsSortedFunc(course, func(a, b health.Point) int { return a.At.Compare(b.At) }) {
		t.Error("not oldest first")
	}
}

func TestModel(t *testing.T) {
	s := active()
	ms := metric.Measure(s, now)
	heavy := score.Model{Weights: map[string]float64{"stewardship": 500}, Bands: score.Default.Bands}
	if a, b := heavy.Of(s, ms, now).BeforeCeilings, score.Default.Of(s, ms, now).BeforeCeilings; math.Abs(a-45) >= math.Abs(b-45) {
		t.Errorf("with all weight on a reading of 45 the score is %v, %v by default", a, b)
	}
	hash := score.Default.Hash("x")
	if hash == score.Default.Hash("y") || hash == heavy.Hash("x") {
		t.Error("the hash doesn't tell models and catalogues apart")
	}
	same := score.Model{Bands: slices.Clone(score.Default.Bands), Weights: maps.Clone(score.Default.Weights)}
	if got := same.Hash("x"); got != hash {
		t.Errorf("equal models have the hashes %s and %s", got, hash)
	}
}

func TestInterval(t *testing.T) {
	s := active()
	sc := judge(s, now)
	if again := judge(s, now); again.Interval != sc.Interval {
		t.Errorf("%v and %v from equal evidence", sc.Interval, again.Interval)
	}
	full, less := judge(cloudNative(), now), judge(gitAlone(cloudNative()), now)
	if a, b := full.Interval[1]-full.Interval[0], less.Interval[1]-less.Interval[0]; a <= 0 || b <= a {
		t.Errorf("width %v with all evidence, %v with git alone", a, b)
	}
}

// Whatever is measured, the ledger adds up, and the score stays within bounds.
func FuzzLedger(f *testing.F) {
	f.Add([]byte{10, 200, 255, 7, 0, 0, 3, 90, 128})
	f.Fuzz(func(t *testing.T, data []byte) {
		var ms []health.Measurement
		for i := 0; i+2 < len(data) && len(ms) < len(metric.All); i += 3 {
			m := metric.All[len(ms)]
			one := missing(m.ID, m.Dimension, float64(data[i]))
			if data[i+2] > 0 {
				one = measured(m.ID, m.Dimension, float64(data[i]), float64(data[i+1])/2.55, float64(data[i+2])/255)
			}
			ms = append(ms, one)
		}
		sc := score.Default.Of(finished(), ms, now)
		sum := 0.0
		for _, m := range sc.Measurements {
			sum += m.Points
		}
		if math.Abs(sum-sc.BeforeCeilings) > 1e-6 || sum < -1e-9 || sum > 100+1e-9 || sc.Coverage < 0 || sc.Coverage > 1+1e-9 {
			t.Errorf("points %v, score %v, coverage %v", sum, sc.BeforeCeilings, sc.Coverage)
		}
		if sc.Interval[0] > sc.Interval[1] || sc.Interval[0] < -1e-9 || sc.Interval[1] > 100+1e-9 {
			t.Errorf("interval %v", sc.Interval)
		}
	})
}

// Looking at an earlier day gives what was known then, whatever came later.
func TestNoLookAhead(t *testing.T) {
	then := now.AddDate(-1, 0, 0)
	s := active()
	before := judge(s, then)
	commits(s, user, 1, 200, 1)
	issue(s, 100, 0, 0)
	s.Activity.Notices = []health.Notice{{Kind: health.NoticeArchived, At: ago(10)}}
	s.Package.Releases = append(s.Package.Releases, health.Release{Version: "v9.0.0", At: ago(3), By: -1})
	after := judge(s, then)
	if before.BeforeCeilings != after.BeforeCeilings || len(after.Ceilings) != len(before.Ceilings) {
		t.Errorf("what came later moves the score from %v to %v", before.BeforeCeilings, after.BeforeCeilings)
		explain(t, before, after)
	}
}
