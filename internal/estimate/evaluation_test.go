package estimate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func closeTo(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestAUC(t *testing.T) {
	const y, n = true, false
	for _, c := range []struct {
		name  string
		score []float64
		event []bool
		want  float64
	}{
		// Three of the four pairs of event and non-event are in order.
		{"by hand", []float64{.1, .4, .35, .8}, []bool{n, n, y, y}, .75},
		{"perfect", []float64{1, 2, 3}, []bool{n, n, y}, 1},
		{"wrong way round", []float64{3, 2, 1}, []bool{n, n, y}, 0},
		{"a tie counts half", []float64{1, 1}, []bool{n, y}, .5},
		{"infinite is last", []float64{math.Inf(1), 5, 4}, []bool{y, n, n}, 1},
	} {
		closeTo(t, c.name, AUC(c.score, c.event), c.want, 1e-12)
	}
	if !math.IsNaN(AUC([]float64{1, 2}, []bool{y, y})) {
		t.Error("an AUC without non-events")
	}
}

func TestOperations(t *testing.T) {
	score := []float64{9, 8, 7, 7, 5, 4}
	event := []bool{true, false, true, false, true, false}
	closeTo(t, "precision at recall .3", PrecisionAtRecall(score, event, .3), 1, 1e-12)
	closeTo(t, "precision at recall .5, with a tie", PrecisionAtRecall(score, event, .5), .5, 1e-12)
	closeTo(t, "precision at recall 1", PrecisionAtRecall(score, event, 1), .6, 1e-12)
	closeTo(t, "recall without false alarms", RecallAtFalseAlarm(score, event, 0), 1./3, 1e-12)
	closeTo(t, "recall at 67% false alarms", RecallAtFalseAlarm(score, event, .67), 1, 1e-12)
	closeTo(t, "recall when even the first is wrong", RecallAtFalseAlarm([]float64{2, 1}, []bool{false, true}, .05), 0, 0)
}

func TestCalibration(t *testing.T) {
	closeTo(t, "Brier", Brier([]float64{.8, .3}, []bool{true, false}), (.04+.09)/2, 1e-12)
	// Two groups whose shares are the probabilities: calibrated by construction.
	var p []float64
	var event []bool
	for i := range 10 {
		p, event = append(p, .2, .7), append(event, i < 2, i < 7)
	}
	slope, intercept := Calibration(p, event)
	closeTo(t, "slope", slope, 1, 1e-6)
	closeTo(t, "intercept", intercept, 0, 1e-6)
	// Twice the logit is twice as bold as the data bear out.
	for i := range p {
		p[i] = Logistic(2 * Logit(p[i]))
	}
	slope, _ = Calibration(p, event)
	closeTo(t, "slope of bold probabilities", slope, .5, 1e-6)

	bins := Reliability(p, event, 2)
	if len(bins) != 2 || bins[0].N != 10 || bins[0].Events != 2 || bins[1].Events != 7 {
		t.Errorf("reliability: %+v", bins)
	}
	if bins := Reliability(make([]float64, 20), make([]bool, 20), 5); len(bins) != 1 || bins[0].N != 20 {
		t.Errorf("ties were split: %+v", bins)
	}
}

func TestFitLogistic(t *testing.T) {
	// One binary column: the answer is the log odds ratio of the two by two table.
	var rows [][]float64
	var event []bool
	add := func(x float64, n, events int) {
		for i := range n {
			rows, event = append(rows, []float64{x, 3}), append(event, i < events)
		}
	}
	add(0, 20, 5)
	add(1, 20, 15)
	m, err := FitLogistic(rows, event, 0)
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "intercept", m.Intercept, math.Log(5./15), 1e-6)
	closeTo(t, "weight", m.Weights[0], math.Log(9), 1e-6)
	closeTo(t, "weight of a column without variance", m.Weights[1], 0, 0)

	ridged, err := FitLogistic(rows, event, 10)
	if err != nil {
		t.Fatal(err)
	}
	if w := ridged.Weights[0]; w <= 0 || w >= m.Weights[0] {
		t.Errorf("the penalty turned %v into %v", m.Weights[0], w)
	}
	if _, err := FitLogistic(rows, make([]bool, len(rows)), 0); err == nil {
		t.Error("a fit without events")
	}
	if _, err := FitLogistic([][]float64{{1}, {2}, {3}, {4}}, []bool{false, false, true, true}, 0); err == nil {
		t.Error("a fit of separated classes")
	}
}

func TestResamplesKeepClustersWhole(t *testing.T) {
	clusters := []string{"a", "b", "a", "c", "b", "a"}
	draws := Resamples(clusters, 50, 7)
	if !slices.EqualFunc(draws, Resamples(clusters, 50, 7), slices.Equal) {
		t.Error("equal seeds, other draws")
	}
	for _, draw := range draws {
		count := make([]int, len(clusters))
		for _, row := range draw {
			count[row]++
		}
		if count[0] != count[2] || count[0] != count[5] || count[1] != count[4] || count[0]+count[1]+count[3] != 3 {
			t.Fatalf("a draw splits a cluster: %v", draw)
		}
	}
}

func TestFoldsKeepClustersWhole(t *testing.T) {
	clusters := []string{"a", "b", "a", "c", "d", "b"}
	fold := Folds(clusters, 2, 1)
	if fold[0] != fold[2] || fold[1] != fold[5] {
		t.Errorf("a fold splits a cluster: %v", fold)
	}
	sizes := [2]int{}
	for _, i := range []int{0, 1, 3, 4} {
		sizes[fold[i]]++
	}
	if sizes != [2]int{2, 2} {
		t.Errorf("clusters by fold: %v", sizes)
	}
}

// The interval must hold the true AUC about as often as it says.
func TestPercentileIntervalCovers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const runs, n = 150, 120
	truth := .5 * math.Erfc(-1/math.Sqrt2/math.Sqrt2) // normal, one standard deviation apart
	held := 0
	for range runs {
		var score []float64
		var event []bool
		var cluster []string
		for i := range n {
			shift := float64(i % 2)
			score, event = append(score, random.NormFloat64()+shift), append(event, i%2 == 1)
			cluster = append(cluster, string(rune('A'+i)))
		}
		var draws []float64
		for _, rows := range Resamples(cluster, 200, random.Uint64()) {
			s, e := make([]float64, len(rows)), make([]bool, len(rows))
			for j, row := range rows {
				s[j], e[j] = score[row], event[row]
			}
			draws = append(draws, AUC(s, e))
		}
		if low, high := PercentileInterval(draws, .95); low <= truth && truth <= high {
			held++
		}
	}
	if held < runs*88/100 {
		t.Errorf("the 95%% interval held the truth in %d of %d runs", held, runs)
	}
}
