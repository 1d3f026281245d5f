package backtest

import (
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/estimate"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// How the evaluation draws. Equal data gives equal figures.
const (
	bootstrapDraws = 2000
	seed           = 20200701
	calibrateFolds = 10
	reliabilityRow = 10 // bins of the reliability table
)

// A prediction is what one predictor said of every case.
type prediction struct {
	id          string
	risk        []float64 // more is riskier; only the order counts
	probability []float64 // of abandonment
}

// predictions are those of the verdicts and of the baselines. What is no
// probability is made one.
func predictions(cases []Case, verdicts []health.Score) []prediction {
	var out []prediction
	score, risk := prediction{id: IDScore}, prediction{id: IDRisk}
	for _, v := range verdicts {
		score.risk = append(score.risk, 100-points(v))
		if v.Risk != nil {
			risk.risk = append(risk.risk, *v.Risk)
		}
	}
	out = append(out, score)
	if len(risk.risk) == len(cases) && len(cases) > 0 {
		risk.probability = risk.risk
		out = append(out, risk)
	}
	byBaseline := make([][]float64, len(baselines()))
	for _, c := range cases {
		a := c.History.Activity(c.AsOf)
		for i, b := range baselines() {
			byBaseline[i] = append(byBaseline[i], b.risk(a))
		}
	}
	for i, b := range baselines() {
		out = append(out, prediction{id: b.id, risk: byBaseline[i]})
	}
	for i, p := range out {
		if p.probability == nil {
			out[i].probability = probabilities(p.risk, cases)
		}
	}
	return out
}

// points are a verdict's, also where it is withheld for want of evidence.
func points(v health.Score) float64 {
	if v.Score != nil {
		return *v.Score
	}
	p := v.BeforeCeilings
	for _, c := range v.Ceilings {
		p = min(p, c.Limit)
	}
	return p
}

// probabilities turns a risk on any scale into a probability: a logistic
// regression on its place among the others, learned for each case from the
// other groups alone. So the Brier score is fair to every predictor; the slope
// of what comes out says little.
func probabilities(risk []float64, cases []Case) []float64 {
	fold := estimate.Folds(groups(cases), calibrateFolds, seed)
	out := make([]float64, len(cases))
	for f := range calibrateFolds {
		var seen []float64
		var event []bool
		for i, c := range cases {
			if fold[i] != f {
				seen = append(seen, risk[i])
				event = append(event, c.Abandoned)
			}
		}
		sorted := slices.Sorted(slices.Values(seen))
		var rows [][]float64
		for _, r := range seen {
			rows = append(rows, []float64{place(sorted, r)})
		}
		fit, err := estimate.FitLogistic(rows, event, 1e-3)
		for i := range cases {
			switch {
			case fold[i] != f:
			case err != nil:
				out[i] = share(event)
			default:
				out[i] = fit.Probability([]float64{place(sorted, risk[i])})
			}
		}
	}
	return out
}

// place is the logit of the share of the sorted values below v, ties half.
func place(sorted []float64, v float64) float64 {
	below := sort.SearchFloat64s(sorted, v)
	upTo := sort.Search(len(sorted), func(i int) bool { return sorted[i] > v })
	return estimate.Logit((float64(below+upTo)/2 + .5) / float64(len(sorted)+1))
}

func share(event []bool) float64 {
	n := 0
	for _, e := range event {
		if e {
			n++
		}
	}
	return float64(n) / float64(max(1, len(event)))
}

// groups names for each case what must not be split between learning and
// testing: the repositories of one family or of one owner.
func groups(cases []Case) []string {
	parent := make(map[string]string)
	var find func(string) string
	find = func(name string) string {
		up, ok := parent[name]
		if !ok || up == name {
			return name
		}
		return find(up)
	}
	for _, c := range cases {
		a, b := find("family "+c.History.Family), find("owner "+strings.ToLower(c.History.Repository.Owner()))
		if a != b {
			parent[max(a, b)] = min(a, b)
		}
	}
	out := make([]string, len(cases))
	for i, c := range cases {
		out[i] = find("family " + c.History.Family)
	}
	return out
}

// A sample is the cases of one as-of date, or all of them.
type sample struct {
	name  string // 2020-07-01, or "pooled"
	rows  []int
	draws [][]int // resampled by family
}

const pooled = "pooled"

func samples(cases []Case, dates []time.Time) []sample {
	var out []sample
	for _, at := range dates {
		s := sample{name: at.Format(time.DateOnly)}
		for i, c := range cases {
			if c.AsOf.Equal(at) {
				s.rows = append(s.rows, i)
			}
		}
		out = append(out, s)
	}
	all := sample{name: pooled}
	for i := range cases {
		all.rows = append(all.rows, i)
	}
	out = append(out, all)
	for k, s := range out {
		var families []string
		for _, i := range s.rows {
			families = append(families, cases[i].History.Family)
		}
		for _, draw := range estimate.Resamples(families, bootstrapDraws, seed) {
			for j, row := range draw {
				draw[j] = s.rows[row]
			}
			out[k].draws = append(out[k].draws, draw)
		}
	}
	return out
}

// aucs are a predictor's on each draw of a sample.
func (s sample) aucs(risk []float64, event []bool) []float64 {
	out := make([]float64, len(s.draws))
	for i, draw := range s.draws {
		out[i] = estimate.AUC(pick(risk, draw), pick(event, draw))
	}
	return out
}

func pick[T any](values []T, rows []int) []T {
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = values[row]
	}
	return out
}

func interval(value float64, draws []float64) Estimate {
	low, high := estimate.PercentileInterval(draws, .95)
	return Estimate{Figure(value), Figure(low), Figure(high)}
}

func (s sample) performance(p prediction, event []bool, draws []float64) Performance {
	risk, probability, came := pick(p.risk, s.rows), pick(p.probability, s.rows), pick(event, s.rows)
	slope, _ := estimate.Calibration(probability, came)
	out := Performance{
		ID: p.id, AsOf: s.name, N: len(s.rows),
		AUC:                 interval(estimate.AUC(risk, came), draws),
		Brier:               Figure(estimate.Brier(probability, came)),
		Slope:               Figure(slope),
		RecallAtFalseAlarm5: Figure(estimate.RecallAtFalseAlarm(risk, came, .05)),
		PrecisionAtRecall50: Figure(estimate.PrecisionAtRecall(risk, came, .5)),
		PrecisionAtRecall80: Figure(estimate.PrecisionAtRecall(risk, came, .8)),
	}
	for _, e := range came {
		if e {
			out.Events++
		}
	}
	return out
}

// evaluate compares verdicts, one for each case, with what came.
func evaluate(cases []Case, verdicts []health.Score, dates []time.Time) Result {
	var event, silent []bool
	for _, c := range cases {
		event, silent = append(event, c.Abandoned), append(silent, c.Silent)
	}
	r := Result{Schema: Schema, Predictors: []Performance{}, Differences: []Difference{}, Hard: []Performance{}, Reliability: []Reliability{}}
	all := predictions(cases, verdicts)
	for _, s := range samples(cases, dates) {
		draws := make(map[string][]float64, len(all))
		for _, p := range all {
			draws[p.id] = s.aucs(p.risk, event)
			r.Predictors = append(r.Predictors, s.performance(p, event, draws[p.id]))
		}
		if s.name != pooled {
			continue
		}
		r.Differences = differences(all, event, draws)
		for _, p := range all {
			r.Hard = append(r.Hard, s.performance(p, silent, s.aucs(p.risk, silent)))
			r.Reliability = append(r.Reliability, reliability(p, event))
		}
	}
	r.Grades, r.StableButAlive = byGrade(cases, verdicts)
	return r
}

// differences set score and risk against each baseline on the same draws.
func differences(all []prediction, event []bool, draws map[string][]float64) []Difference {
	out := []Difference{}
	for _, p := range all {
		if p.id != IDScore && p.id != IDRisk {
			continue
		}
		for _, q := range all {
			if q.id == IDScore || q.id == IDRisk {
				continue
			}
			gaps := make([]float64, len(draws[p.id]))
			for i := range gaps {
				gaps[i] = draws[p.id][i] - draws[q.id][i]
			}
			gap := estimate.AUC(p.risk, event) - estimate.AUC(q.risk, event)
			out = append(out, Difference{p.id, q.id, interval(gap, gaps)})
		}
	}
	return out
}

func reliability(p prediction, event []bool) Reliability {
	out := Reliability{ID: p.id, Bins: []ReliabilityBin{}}
	for _, b := range estimate.Reliability(p.probability, event, reliabilityRow) {
		out.Bins = append(out.Bins, ReliabilityBin{
			Low: Figure(b.Low), High: Figure(b.High), Expected: Figure(b.Mean),
			Observed: Figure(float64(b.Events) / float64(b.N)), N: b.N, Events: b.Events,
		})
	}
	return out
}

func byGrade(cases []Case, verdicts []health.Score) ([]GradeCount, Stable) {
	counts := []GradeCount{}
	for _, g := range []health.Grade{health.GradeA, health.GradeB, health.GradeC, health.GradeD, health.GradeE, health.GradeU} {
		count := GradeCount{Grade: g}
		for i, v := range verdicts {
			if v.Grade != g {
				continue
			}
			count.N++
			if cases[i].Abandoned {
				count.Events++
			}
		}
		if count.N > 0 || g != health.GradeU {
			counts = append(counts, count)
		}
	}
	stable := Stable{}
	for i, c := range cases {
		if !c.StableButAlive {
			continue
		}
		stable.N++
		if verdicts[i].Grade == health.GradeE {
			stable.GradedE++
		}
	}
	return counts, stable
}

// rate is a share that knows an empty whole.
func rate(part, whole int) float64 {
	if whole == 0 {
		return math.NaN()
	}
	return float64(part) / float64(whole)
}
