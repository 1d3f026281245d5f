package score

import (
	"math"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var riskDay = time.Date(2024, time.July, 1, 0, 0, 0, 0, time.UTC)

// committed has a human (0) and a program (1), and a commit by the human so many
// days ago, newest first.
func committed(ago ...float64) *health.Activity {
	a := &health.Activity{ReadAt: riskDay, People: []health.Person{{}, {Bot: "suffix"}}}
	for _, d := range ago {
		a.Commits = append(a.Commits, health.Commit{At: riskDay.Add(-time.Duration(d * 24 * float64(time.Hour)))})
	}
	return a
}

func always() *health.Activity {
	var ago []float64
	for d := 0.0; d < 3000; d += 7 {
		ago = append(ago, d)
	}
	return committed(ago...)
}

func TestShippedRiskIsThere(t *testing.T) {
	m := ShippedRisk()
	if len(m.Weights) != 2 || m.Data.Hash == "" || m.Data.Newest == "" || m.Data.Cases == 0 {
		t.Fatalf("risk.json: %+v", m)
	}
	for i, w := range m.Weights {
		if w >= 0 {
			t.Errorf("weight %d is %v: more work must not raise the risk", i, w)
		}
	}
}

func TestRiskFeatures(t *testing.T) {
	// One commit 730.5 days ago: 30 days at work, which have faded to a half at
	// their old end and by a little less at their young one.
	got := RiskFeatures(committed(730.5), riskDay)
	if months := math.Expm1(got[0]); months < .49 || months > .51 {
		t.Errorf("a month of work two years ago counts %v months, want about a half", months)
	}
	if got[1] > .005 {
		t.Errorf("a month of work two years ago counts %v for the present", got[1])
	}
	// Two commits within 30 days of each other don't count the time between twice.
	if one, two := RiskFeatures(committed(100), riskDay), RiskFeatures(committed(99.99, 100), riskDay); math.Abs(one[1]-two[1]) > 1e-3 {
		t.Errorf("a second commit at once turns %v into %v", one, two)
	}
	if none := RiskFeatures(committed(), riskDay); none[0] != 0 || none[1] != 0 {
		t.Errorf("no commit at all gives %v", none)
	}
	if old := RiskFeatures(committed(1900), riskDay); old[0] != 0 {
		t.Errorf("a commit before the window gives %v", old)
	}
}

func TestRiskFollowsHumansAlone(t *testing.T) {
	m := ShippedRisk()
	risk := func(a *health.Activity) float64 { return *m.Probability(a, riskDay) }
	quiet := risk(committed(400))
	automatic := committed(10, 400)
	automatic.Commits[0].By = 1
	if got := risk(automatic); got != quiet {
		t.Errorf("a program's commit moves the risk from %v to %v", quiet, got)
	}
	automatic.Commits[0].With = []int{0}
	if got := risk(automatic); got >= quiet {
		t.Errorf("a human's part in a program's commit leaves the risk at %v", got)
	}
	merged := committed(10, 400)
	merged.Commits[0].Merge = true
	if got := risk(merged); got != quiet {
		t.Errorf("a merge moves the risk from %v to %v", quiet, got)
	}
	later := committed(-10, 400)
	if got := risk(later); got != quiet {
		t.Errorf("a commit from the future moves the risk from %v to %v", quiet, got)
	}
	if lively, dead := risk(always()), risk(committed()); lively > .05 || dead < .8 {
		t.Errorf("the risk of the liveliest is %v and of the deadest %v", lively, dead)
	}
}

func TestASilentMonthNeverLowersTheRisk(t *testing.T) {
	m := ShippedRisk()
	a := committed(3, 40, 41, 200, 650, 1200, 1790)
	before := 0.0
	for day := range 2500 {
		at := riskDay.AddDate(0, 0, day)
		a.ReadAt = at
		got := *m.Probability(a, at)
		// The last commit keeps the project at work for 30 days.
		if day > 30 && got < before {
			t.Fatalf("day %d of silence lowers the risk from %v to %v", day, before, got)
		}
		before = got
	}
}

func TestRiskNeedsHistory(t *testing.T) {
	m := ShippedRisk()
	unread := always()
	unread.Gaps = health.Gaps{{Part: health.PartCommits, Why: "no git"}}
	brief := always()
	brief.Since = riskDay.AddDate(0, 0, -100)
	for name, a := range map[string]*health.Activity{"no activity": nil, "no commits read": unread, "hundred days read": brief} {
		if p := m.Probability(a, riskDay); p != nil {
			t.Errorf("%s: risk %v", name, *p)
		}
	}
	// Half of the window is taken for the whole where it is alike.
	half := always()
	half.Since = riskDay.AddDate(-2, -6, 0)
	whole, part := RiskFeatures(always(), riskDay), RiskFeatures(half, riskDay)
	for i := range whole {
		if math.Abs(whole[i]-part[i]) > .02 {
			t.Errorf("feature %d is %v from all and %v from half of the same rhythm", i, whole[i], part[i])
		}
	}
	young := committed(3, 10)
	young.Since, young.CreatedAt = riskDay.AddDate(0, 0, -10), riskDay.AddDate(0, 0, -10)
	if got, want := RiskFeatures(young, riskDay), RiskFeatures(committed(3, 10), riskDay); got[0] != want[0] {
		t.Errorf("a young project's beginning was taken for a cut: %v, want %v", got, want)
	}
}
