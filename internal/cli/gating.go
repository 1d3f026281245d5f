package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/mainstay-dev/mainstay/internal/config"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/manifest"
	"github.com/mainstay-dev/mainstay/internal/metric"
	"github.com/mainstay-dev/mainstay/internal/policy"
)

// gating are the flags that say what fails.
type gating struct {
	file            string
	failOn          string
	failUnder       float64
	underSet        bool
	dev             bool
	baseline        string
	writeBaseline   string
	newFrom         string
	exitZero        bool
	allowIncomplete bool
}

func (g *gating) flags(f *pflag.FlagSet) {
	f.StringVar(&g.file, "policy", "", "the configuration `FILE` (default: mainstay.yaml here or above)")
	f.StringVar(&g.failOn, "fail-on", "", "fail on this `GRADE` and worse, in place of the default policy's E")
	f.Float64Var(&g.failUnder, "fail-under", 0, "fail on a score under `N`")
	f.BoolVar(&g.dev, "dev", false, "judge development dependencies too; they are shown either way")
	f.StringVar(&g.baseline, "baseline", "", "fail only on what is worse than in `FILE`, or not in it")
	f.StringVar(&g.writeBaseline, "write-baseline", "", "write what is known now to `FILE`, for --baseline")
	f.BoolVar(&g.exitZero, "exit-zero", false, "exit 0 where the policy fails; 2 and 3 stay")
	f.BoolVar(&g.allowIncomplete, "allow-incomplete", false, "judge what could be read; without it an outage exits 3")
}

// configuration reads the configuration file: the one that was named, or the
// one of the project in dir; without any the zero File.
func (g gating) configuration(dir string) (config.File, error) {
	name := g.file
	if name == "" {
		var err error
		if name, err = config.Find(dir); err != nil {
			return config.File{}, err
		}
		if name == "" {
			return config.File{}, nil
		}
		if rel, err := filepath.Rel(dir, name); err == nil {
			name = rel
		}
	}
	file, err := config.Read(name)
	if err != nil {
		return config.File{}, withHint(err, "'mainstay policy init -' prints a commented one")
	}
	return file, nil
}

// policy makes the rules of the configuration and the flags. It fails before
// anything is asked.
func (g gating) policy(file config.File) (policy.Policy, error) {
	o := policy.Options{File: file, FailOn: g.failOn, Dev: g.dev, Known: vocabulary()}
	if g.underSet {
		o.FailUnder = &g.failUnder
	}
	p, err := policy.New(o)
	if err != nil {
		return p, withHint(err, "'mainstay policy init -' prints a commented one")
	}
	return p, nil
}

// vocabulary is what rules may name.
func vocabulary() policy.Vocabulary {
	var v policy.Vocabulary
	for _, m := range metric.All {
		bounded := policy.Metric{ID: m.ID}
		if m.Unit == "share" {
			bounded.Max = 1
		}
		v.Metrics = append(v.Metrics, bounded)
	}
	for _, f := range manifest.All {
		if f.Ecosystem != "" {
			v.Ecosystems = append(v.Ecosystems, f.Ecosystem)
		}
	}
	return v
}

// against reads what makes a violation old news.
func (g gating) against(ctx context.Context, w World, paths []string) (policy.Against, error) {
	var a policy.Against
	if g.baseline != "" {
		f, err := os.Open(g.baseline)
		if err != nil {
			return a, withHint(fmt.Errorf("reading the baseline: %w", err), "write one with --write-baseline")
		}
		defer f.Close()
		b, err := policy.ReadBaseline(g.baseline, f)
		if err != nil {
			return a, withHint(err, "write it anew with --write-baseline")
		}
		a.Baseline = &b
	}
	if g.newFrom != "" {
		before, err := manifestsAt(ctx, w, g.newFrom, paths)
		if err != nil {
			return a, err
		}
		a.From, a.Before = g.newFrom, before
	}
	return a, nil
}

// judge puts the policy's judgement into a report, and writes the baseline
// where that was asked for. An incomplete audit makes none: what an outage hid
// would count as new once it can be read again.
func (g gating) judge(rep health.Report, p policy.Policy, against policy.Against) (health.Report, error) {
	rep = policy.Check(rep, p, against)
	if g.writeBaseline == "" {
		return rep, nil
	}
	if !rep.Complete && !g.allowIncomplete {
		rep.Notes = append(rep.Notes, fmt.Sprintf("%s was not written, since the audit is incomplete: run it again, or add --allow-incomplete", g.writeBaseline))
		return rep, nil
	}
	return rep, create(g.writeBaseline, func(f io.Writer) error {
		_, err := policy.NewBaseline(rep).WriteTo(f)
		return err
	})
}
