package backtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/estimate"
)

// shared is the dataset that the published bar was measured on.
func shared(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("MAINSTAY_SHARED")
	if dir == "" {
		dir = "../../../shared"
	}
	dir = filepath.Join(dir, "backtest")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the shared dataset isn't there; MAINSTAY_SHARED names its folder")
	}
	return dir
}

// The dataset's README publishes what simple predictors reach. Another figure
// here means another label, other eligible rows, or another reading of a rule.
func TestPublishedBar(t *testing.T) {
	d, err := Read(shared(t))
	if err != nil {
		t.Fatal(err)
	}
	cases := Cases(d, AsOfDates())
	var event []bool
	events, silentYear, stable := 0, 0, 0
	for _, c := range cases {
		event = append(event, c.Abandoned)
		if c.Abandoned {
			events++
		}
		if !c.History.worked(c.AsOf.AddDate(-1, 0, 0), c.AsOf) {
			silentYear++
		}
		if c.StableButAlive {
			stable++
		}
	}
	if len(cases) != 307 || events != 117 {
		t.Fatalf("%d cases and %d events, want 307 and 117", len(cases), events)
	}
	if share := float64(stable) / float64(silentYear); share < .35 || share > .45 {
		t.Errorf("%d of %d silent ones are alive, want about 4 in 10", stable, silentYear)
	}
	bar := map[string]float64{IDLastHumanCommit: .838, IDScorecard: .795, IDCargoUnmaintained: .669}
	for _, b := range baselines() {
		var risk []float64
		for _, c := range cases {
			risk = append(risk, b.risk(c.History.Activity(c.AsOf)))
		}
		if got := estimate.AUC(risk, event); got < bar[b.id]-.0006 || got > bar[b.id]+.0006 {
			t.Errorf("%s: AUC %.4f, published %.3f", b.id, got, bar[b.id])
		}
	}
}
