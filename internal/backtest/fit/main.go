// Fit writes the risk model's coefficients and says what else was tried:
//
//	go run ./internal/backtest/fit [-o internal/score/risk.json] DIR
//
// DIR is a dataset as `mainstay backtest` reads it. Equal data gives an equal file.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"text/tabwriter"

	"github.com/mainstay-dev/mainstay/internal/backtest"
	"github.com/mainstay-dev/mainstay/internal/score"
)

func main() {
	out := flag.String("o", "internal/score/risk.json", "the file to write")
	flag.Parse()
	if err := run(flag.Arg(0), *out); err != nil {
		fmt.Fprintln(os.Stderr, "fit: error:", err)
		os.Exit(1)
	}
}

func run(dir, out string) error {
	if dir == "" {
		return errors.New("the dataset's folder is missing: fit DIR")
	}
	d, err := backtest.Read(dir)
	if err != nil {
		return err
	}
	model, err := backtest.FitRisk(d)
	if err != nil {
		return err
	}
	// The last digits are the machine's, not the data's.
	model.Intercept = round(model.Intercept)
	for i, w := range model.Weights {
		model.Weights[i] = round(w)
	}
	if err := tried(backtest.Cases(d, backtest.AsOfDates())); err != nil {
		return err
	}
	return write(out, model)
}

func round(v float64) float64 { return math.Round(v*1e6) / 1e6 }

func write(name string, m score.RiskModel) error {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(raw, '\n'), 0o644)
}

// tried prints what cross-validation says of the shipped features and of others.
func tried(cases []backtest.Case) error {
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "features\tridge\tAUC, in sample\tcross-validated\t95%\tabove last commit's age\t95%\tBrier\tslope")
	for _, c := range candidates() {
		row, err := c.try(cases)
		if err != nil {
			return fmt.Errorf("trying %s: %w", c.name, err)
		}
		fmt.Fprintln(t, row)
	}
	return t.Flush()
}
