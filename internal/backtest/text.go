package backtest

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// WriteText writes the result as tables for people.
func (r Result) WriteText(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d repositories in %d families, data %.12s\n%s\n", r.Data.Repositories, r.Data.Families, r.Data.Hash, r.Note)
	asOf := ""
	var t *tabwriter.Writer
	for _, p := range r.Predictors {
		if p.AsOf != asOf {
			flush(t)
			asOf = p.AsOf
			t = performanceTable(&b, fmt.Sprintf("as of %s: n %d, abandoned %d", asOf, p.N, p.Events))
		}
		p.write(t)
	}
	flush(t)
	if len(r.Hard) > 0 {
		t = performanceTable(&b, fmt.Sprintf("pooled, silent to the end: n %d, events %d", r.Hard[0].N, r.Hard[0].Events))
		for _, p := range r.Hard {
			p.write(t)
		}
		flush(t)
	}
	r.writeDifferences(&b)
	r.writeGrades(&b)
	r.writeReliability(&b)
	_, err := w.Write(b.Bytes())
	return err
}

func table(b *bytes.Buffer, title, header string) *tabwriter.Writer {
	fmt.Fprintf(b, "\n%s\n", title)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, header)
	return t
}

func performanceTable(b *bytes.Buffer, title string) *tabwriter.Writer {
	return table(b, title, "predictor\tAUC\t95%\tBrier\tslope\trecall at 5% false alarms\tprecision at recall .5\tat .8")
}

func flush(t *tabwriter.Writer) {
	if t != nil {
		_ = t.Flush() // writes to memory
	}
}

func (p Performance) write(t *tabwriter.Writer) {
	fmt.Fprintf(t, "%s\t%v\t%v–%v\t%v\t%v\t%v\t%v\t%v\n", p.ID, p.AUC.Value, p.AUC.Low, p.AUC.High, p.Brier, p.Slope,
		p.RecallAtFalseAlarm5, p.PrecisionAtRecall50, p.PrecisionAtRecall80)
}

func (r Result) writeDifferences(b *bytes.Buffer) {
	t := table(b, "AUC above the baseline's, pooled", "predictor\tversus\tdifference\t95%")
	for _, d := range r.Differences {
		fmt.Fprintf(t, "%s\t%s\t%+.3f\t%+.3f to %+.3f\n", d.ID, d.Versus, float64(d.AUC.Value), float64(d.AUC.Low), float64(d.AUC.High))
	}
	flush(t)
}

func (r Result) writeGrades(b *bytes.Buffer) {
	t := table(b, "abandoned by grade, pooled", "grade\tn\tabandoned\tshare")
	for _, g := range r.Grades {
		fmt.Fprintf(t, "%s\t%d\t%d\t%v\n", g.Grade, g.N, g.Events, Figure(rate(g.Events, g.N)))
	}
	flush(t)
	fmt.Fprintf(b, "\nstable but alive: %d of %d graded E (%v)\n", r.StableButAlive.GradedE, r.StableButAlive.N,
		Figure(rate(r.StableButAlive.GradedE, r.StableButAlive.N)))
}

func (r Result) writeReliability(b *bytes.Buffer) {
	for _, reliable := range r.Reliability {
		if reliable.ID != IDScore && reliable.ID != IDRisk {
			continue
		}
		t := table(b, "reliability of "+reliable.ID+", pooled", "probability\tn\texpected\tcame")
		for _, row := range reliable.Bins {
			fmt.Fprintf(t, "%v–%v\t%d\t%v\t%v\n", row.Low, row.High, row.N, row.Expected, row.Observed)
		}
		flush(t)
	}
}

// String shows three places, and a dash for no number.
func (f Figure) String() string {
	if v := float64(f); !math.IsNaN(v) && !math.IsInf(v, 0) {
		return fmt.Sprintf("%.3f", v)
	}
	return "–"
}
