package backtest

import (
	"math"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/score"
)

// The shipped coefficients are what the fit gives on the data they name.
func TestShippedRiskIsReproducible(t *testing.T) {
	d, err := Read(shared(t))
	if err != nil {
		t.Fatal(err)
	}
	shipped := score.ShippedRisk()
	if shipped.Data.Hash != d.Hash {
		t.Skip("the shared dataset isn't the one the shipped model was fitted on")
	}
	fitted, err := FitRisk(d)
	if err != nil {
		t.Fatal(err)
	}
	if fitted.Data != shipped.Data {
		t.Errorf("data %+v, shipped %+v", fitted.Data, shipped.Data)
	}
	if math.Abs(fitted.Intercept-shipped.Intercept) > 1e-5 {
		t.Errorf("intercept %v, shipped %v", fitted.Intercept, shipped.Intercept)
	}
	for i, w := range fitted.Weights {
		if math.Abs(w-shipped.Weights[i]) > 1e-5 {
			t.Errorf("weight %d is %v, shipped %v", i, w, shipped.Weights[i])
		}
	}
}

// What the score and the risk are held to, on the data that they were made with.
// The risk hasn't seen the cases it is judged by; data kept apart decides.
func TestScoreAndRiskReachTheirTargets(t *testing.T) {
	r, err := Run(t.Context(), shared(t))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Data.CrossValidated {
		t.Skip("the shared dataset isn't the one the shipped model was fitted on")
	}
	for _, p := range r.Predictors {
		if (p.ID == IDRisk || p.ID == IDScore) && p.AsOf == pooled && (p.AUC.Value < .86 || p.Slope < .8 || p.Slope > 1.2) {
			t.Errorf("%s: AUC %v, slope %v", p.ID, p.AUC.Value, p.Slope)
		}
	}
	for _, d := range r.Differences {
		if d.AUC.Low <= 0 {
			t.Errorf("%s above %s by %v, from %v to %v", d.ID, d.Versus, d.AUC.Value, d.AUC.Low, d.AUC.High)
		}
	}
	best, worst := r.Grades[0], r.Grades[4]
	if e, a := rate(worst.Events, worst.N), rate(best.Events, best.N); !(e >= 4*a) {
		t.Errorf("abandoned: %v of E and %v of A", e, a)
	}
	if share := rate(r.StableButAlive.GradedE, r.StableButAlive.N); !(share <= .1) {
		t.Errorf("%v of the stable but alive are graded E", share)
	}
}

func TestGroupsJoinFamiliesAndOwners(t *testing.T) {
	history := func(owner, family string) *History {
		return &History{Repository: health.Repository{Host: "github.com", Path: owner + "/x"}, Family: family}
	}
	got := groups([]Case{{History: history("a", "f1")}, {History: history("b", "f1")}, {History: history("B", "f2")}, {History: history("c", "f3")}})
	if got[0] != got[1] || got[1] != got[2] || got[3] == got[0] {
		t.Errorf("groups %v", got)
	}
}
