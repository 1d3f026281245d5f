package backtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// countingJudge is a verdict simple enough to check by hand: ten points for each
// commit up to the date, E below 20.
func countingJudge(s health.Subject, _ time.Time, _ *float64) health.Score {
	points := min(100, 10*float64(len(s.Activity.Commits)))
	risk := 1 - points/200
	grade := health.GradeA
	if points < 20 {
		grade = health.GradeE
	}
	return health.Score{Score: &points, Grade: grade, Risk: &risk}
}

func TestRun(t *testing.T) {
	dir := write(t, small(t))
	r, err := run(t.Context(), dir, countingJudge)
	if err != nil {
		t.Fatal(err)
	}
	if r.StableButAlive != (Stable{N: 1, GradedE: 1}) {
		t.Errorf("stable but alive %+v", r.StableButAlive)
	}
	if g := r.Grades; len(g) != 5 || g[0] != (GradeCount{"A", 5, 2}) || g[4] != (GradeCount{"E", 3, 3}) {
		t.Errorf("grades %+v", g)
	}
	pooledOnce := map[string]int{}
	for _, p := range r.Predictors {
		if p.AsOf != pooled {
			continue
		}
		pooledOnce[p.ID]++
		if p.N != 8 || p.Events != 5 {
			t.Errorf("%s: n %d, events %d", p.ID, p.N, p.Events)
		}
	}
	for _, id := range []string{IDScore, IDRisk, IDLastHumanCommit, IDScorecard, IDCargoUnmaintained} {
		if pooledOnce[id] != 1 {
			t.Errorf("%d pooled entries for %s", pooledOnce[id], id)
		}
	}
}

func TestRunIsTheSameTwice(t *testing.T) {
	dir := write(t, small(t))
	var out [2][2]bytes.Buffer
	for i := range out {
		r, err := run(t.Context(), dir, countingJudge)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(r.WriteJSON(&out[i][0]), r.WriteText(&out[i][1])); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(out[0][0].Bytes(), out[1][0].Bytes()) || !bytes.Equal(out[0][1].Bytes(), out[1][1].Bytes()) {
		t.Error("two runs differ")
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(out[0][0].Bytes(), &keys); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"schema", "predictors", "differences", "grades", "stableButAlive"} {
		if keys[key] == nil {
			t.Errorf("no %s in the JSON", key)
		}
	}
	if string(keys["schema"]) != `"mainstay/backtest/v1"` {
		t.Errorf("schema %s", keys["schema"])
	}
	if text := out[0][1].String(); !strings.Contains(text, "as of pooled: n 8, abandoned 5") {
		t.Errorf("text:\n%s", text)
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := run(ctx, write(t, small(t)), countingJudge); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestWithheldScoresAreRankedToo(t *testing.T) {
	v := health.Score{BeforeCeilings: 60, Grade: health.GradeU, Ceilings: []health.Ceiling{{Limit: 35}, {Limit: 45}}}
	if got := points(v); got != 35 {
		t.Errorf("%v points, want the lowest ceiling, 35", got)
	}
}

func TestOtherDataIsJudgedAsShipped(t *testing.T) {
	r, err := Run(t.Context(), write(t, small(t)))
	if err != nil {
		t.Fatal(err)
	}
	if r.Data.CrossValidated || !strings.Contains(r.Note, "other data") {
		t.Errorf("cross-validated %v: %s", r.Data.CrossValidated, r.Note)
	}
	if r.Data.Repositories != 3 || r.Data.Families != 3 {
		t.Errorf("data %+v", r.Data)
	}
}
