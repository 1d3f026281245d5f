package backtest

import (
	"math"
	"testing"
	"time"

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

// byRisk is the verdict of the risk number alone.
func byRisk(_ health.Subject, _ time.Time, risk *float64) health.Score {
	points := 100 * (1 - *risk)
	return health.Score{Score: &points, Risk: risk, Grade: health.GradeC}
}

// The risk number has to be worth its place: it must beat the best single
// question on data it hasn't seen.
func TestRiskEarnsItsPlace(t *testing.T) {
	r, err := run(t.Context(), shared(t), byRisk)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Data.CrossValidated {
		t.Fatal("the figures aren't cross-validated")
	}
	for _, p := range r.Predictors {
		if p.ID == IDRisk && p.AsOf == pooled && (p.AUC.Value < .86 || p.Slope < .8 || p.Slope > 1.2) {
			t.Errorf("AUC %v, slope %v", p.AUC.Value, p.Slope)
		}
	}
	for _, d := range r.Differences {
		if d.ID == IDRisk && d.Versus == IDLastHumanCommit && d.AUC.Low <= 0 {
			t.Errorf("above the last commit's age by %v, from %v to %v", d.AUC.Value, d.AUC.Low, d.AUC.High)
		}
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
