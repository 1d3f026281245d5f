package estimate

import (
	"errors"
	"math"
)

// A LogisticModel is a logistic regression: the probability is
// Logistic(Intercept + Σ Weights·x).
type LogisticModel struct {
	Intercept float64   `json:"intercept"`
	Weights   []float64 `json:"weights"`
}

// Probability is the model's for one row.
func (m LogisticModel) Probability(x []float64) float64 {
	sum := m.Intercept
	for i, w := range m.Weights {
		sum += w * x[i]
	}
	return Logistic(sum)
}

// ErrSingular means that a regression has no finite answer: no rows, one class
// only, columns that depend on each other, or perfect separation.
var ErrSingular = errors.New("the regression has no finite solution")

// FitLogistic fits by maximum likelihood with a ridge penalty on the weights of
// the standardised columns (not on the intercept): ridge/2·Σ w². Zero is no
// penalty. A column without variance gets weight 0.
func FitLogistic(rows [][]float64, event []bool, ridge float64) (LogisticModel, error) {
	if len(rows) == 0 || constant(event) {
		return LogisticModel{}, ErrSingular
	}
	mean, deviation := moments(rows)
	beta := make([]float64, len(mean)+1) // intercept first, standardised
	z := make([]float64, len(beta))
	for range 50 {
		gradient := make([]float64, len(beta))
		hessian := make([][]float64, len(beta))
		for i := range hessian {
			hessian[i] = make([]float64, len(beta))
		}
		for r, row := range rows {
			standardise(z, row, mean, deviation)
			accumulate(gradient, hessian, z, beta, event[r])
		}
		for i := 1; i < len(beta); i++ {
			gradient[i] -= ridge * beta[i]
			hessian[i][i] += ridge
			if deviation[i-1] == 0 {
				hessian[i][i] = 1
			}
		}
		step, ok := solve(hessian, gradient)
		if !ok {
			return LogisticModel{}, ErrSingular
		}
		largest := 0.0
		for i, s := range step {
			beta[i] += min(max(s, -2), 2) // full Newton steps can overshoot at the start
			largest = max(largest, math.Abs(s))
		}
		if largest < 1e-9 {
			return unstandardise(beta, mean, deviation), nil
		}
	}
	return LogisticModel{}, ErrSingular
}

func constant(event []bool) bool {
	for _, e := range event {
		if e != event[0] {
			return false
		}
	}
	return true
}

func moments(rows [][]float64) (mean, deviation []float64) {
	mean, deviation = make([]float64, len(rows[0])), make([]float64, len(rows[0]))
	n := float64(len(rows))
	for _, row := range rows {
		for i, x := range row {
			mean[i] += x / n
		}
	}
	for _, row := range rows {
		for i, x := range row {
			deviation[i] += (x - mean[i]) * (x - mean[i]) / n
		}
	}
	for i, v := range deviation {
		deviation[i] = math.Sqrt(v)
		if deviation[i] < 1e-9*(1+math.Abs(mean[i])) {
			deviation[i] = 0
		}
	}
	return mean, deviation
}

func standardise(z, row, mean, deviation []float64) {
	z[0] = 1
	for i, x := range row {
		z[i+1] = 0
		if deviation[i] > 0 {
			z[i+1] = (x - mean[i]) / deviation[i]
		}
	}
}

func accumulate(gradient []float64, hessian [][]float64, z, beta []float64, event bool) {
	sum := 0.0
	for i, b := range beta {
		sum += b * z[i]
	}
	p := Logistic(sum)
	residual := -p
	if event {
		residual = 1 - p
	}
	for i := range z {
		gradient[i] += residual * z[i]
		for j := range z {
			hessian[i][j] += p * (1 - p) * z[i] * z[j]
		}
	}
}

func unstandardise(beta, mean, deviation []float64) LogisticModel {
	m := LogisticModel{Intercept: beta[0], Weights: make([]float64, len(mean))}
	for i := range mean {
		if deviation[i] > 0 {
			m.Weights[i] = beta[i+1] / deviation[i]
			m.Intercept -= m.Weights[i] * mean[i]
		}
	}
	return m
}

// solve answers a·x = b for a symmetric positive definite a, which it
// overwrites, by Cholesky's decomposition.
func solve(a [][]float64, b []float64) ([]float64, bool) {
	n := len(b)
	for i := range n {
		for j := 0; j <= i; j++ {
			sum := a[i][j]
			for k := range j {
				sum -= a[i][k] * a[j][k]
			}
			if i != j {
				a[i][j] = sum / a[j][j]
				continue
			}
			if sum <= 1e-12 || math.IsNaN(sum) {
				return nil, false
			}
			a[i][i] = math.Sqrt(sum)
		}
	}
	x := make([]float64, n)
	for i := range n {
		x[i] = b[i]
		for k := range i {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			x[i] -= a[k][i] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x, true
}
