package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// large is a report of n dependencies with 26 measurements each.
func large(n int) health.Report {
	base := sample()
	rep := base
	rep.Findings = nil
	for i := range n {
		f := base.Findings[i%len(base.Findings)]
		f.Name = fmt.Sprintf("%s/%d", f.Name, i)
		f.Measurements = nil
		for j := range 26 {
			m := base.Findings[0].Measurements[j%4]
			m.Metric = fmt.Sprintf("metric-%d", j)
			f.Measurements = append(f.Measurements, m)
		}
		f.Locations = slices.Clone(f.Locations)
		rep.Findings = append(rep.Findings, f)
	}
	return rep
}

func BenchmarkFormats(b *testing.B) {
	rep := large(1000)
	for _, f := range Formats {
		b.Run(f.Name, func(b *testing.B) {
			for b.Loop() {
				if err := f.Write(io.Discard, rep, Options{Width: 120}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	var saved bytes.Buffer
	if err := Formats[1].Write(&saved, rep, Options{}); err != nil {
		b.Fatal(err)
	}
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(saved.Len()))
		for b.Loop() {
			if _, err := ReadJSON(bytes.NewReader(saved.Bytes())); err != nil {
				b.Fatal(err)
			}
		}
	})
}
