package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/report"
)

// asking are the flags that say what evidence to use and what it may cost.
type asking struct {
	offline     bool
	bundle      string
	writeBundle string
	asOf        string
	maxAge      time.Duration
	maxStale    time.Duration
	source      string
	resolver    string
	maxPoints   int
	patience    time.Duration
	jobs        int
	plan        bool
	noProgress  bool
	quiet       bool
	verbose     bool
}

func (a *asking) flags(f *pflag.FlagSet) {
	f.BoolVar(&a.offline, "offline", false, "ask nobody: use the evidence that was kept, at any age")
	f.StringVar(&a.bundle, "bundle", "", "read all evidence from `FILE`, as --write-bundle wrote it")
	f.StringVar(&a.writeBundle, "write-bundle", "", "write all evidence to `FILE`")
	f.StringVar(&a.asOf, "as-of", "", "judge as of `DATE` (2026-01-31), with what was known then")
	f.DurationVar(&a.maxAge, "max-age", 24*time.Hour, "ask again when evidence is older")
	f.DurationVar(&a.maxStale, "max-stale", 30*24*time.Hour, "how old evidence may be that stands in for a host that is down")
	f.StringVar(&a.source, "source", sourceAuto, "where activity is read: auto, api or git")
	f.StringVar(&a.resolver, "resolver", resolverRegistries, "who is asked about packages: registries, or deps.dev first, which sends the list of them to Google")
	f.IntVar(&a.maxPoints, "max-points", 0, "spend at most `N` API points; what that leaves out is missing")
	f.DurationVar(&a.patience, "patience", time.Minute, "how long to wait for a host that limits requests")
	f.IntVar(&a.jobs, "jobs", 32, "ask about `N` packages at once")
	f.BoolVar(&a.plan, "plan", false, "say what would be asked and what it costs, then stop")
	f.BoolVar(&a.noProgress, "no-progress", false, "no progress line on a terminal")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "nothing on stderr but errors")
	f.BoolVarP(&a.verbose, "verbose", "v", false, "say more: where evidence came from, all columns")
}

// Sources of activity.
const (
	sourceAuto = "auto"
	sourceAPI  = "api"
	sourceGit  = "git"
)

// Who is asked about packages.
const (
	resolverRegistries = "registries"
	resolverDepsDev    = "deps.dev"
)

// check refuses what can't be meant, before anything is asked.
func (a asking) check() error {
	if !slices.Contains([]string{sourceAuto, sourceAPI, sourceGit}, a.source) {
		return withHint(fmt.Errorf("--source %s isn't known", a.source), "it is auto, api or git")
	}
	if !slices.Contains([]string{resolverRegistries, resolverDepsDev}, a.resolver) {
		return withHint(fmt.Errorf("--resolver %s isn't known", a.resolver), "it is registries or deps.dev")
	}
	if a.jobs < 1 {
		return withHint(fmt.Errorf("--jobs %d asks nobody", a.jobs), "give a number from 1 up")
	}
	if a.maxPoints < 0 {
		return withHint(fmt.Errorf("--max-points %d is negative", a.maxPoints), "leave it out for no cap")
	}
	if a.bundle != "" && a.offline {
		return withHint(fmt.Errorf("--bundle and --offline together"), "--bundle alone already asks nobody")
	}
	return nil
}

// date is the date of the verdict. Without --as-of it is today's midnight in
// UTC, so that two runs on one day over the same evidence say the same.
func (a asking) date(now time.Time) (time.Time, error) {
	today := now.UTC().Truncate(24 * time.Hour)
	if a.asOf == "" {
		return today, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, a.asOf); err == nil {
			if at.After(now) {
				return time.Time{}, withHint(fmt.Errorf("--as-of %s is in the future", a.asOf), "mainstay judges on what is known")
			}
			return at.UTC(), nil
		}
	}
	return time.Time{}, withHint(fmt.Errorf("--as-of %q isn't a date", a.asOf), "write it like 2026-01-31")
}

// choosing are the flags that say which findings are shown.
type choosing struct {
	direct     bool
	ecosystems []string
}

func (c *choosing) flags(f *pflag.FlagSet) {
	f.BoolVar(&c.direct, "direct", false, "only direct dependencies")
	f.StringArrayVar(&c.ecosystems, "ecosystem", nil, "only this ecosystem (golang, npm, …); repeatable")
}

// of returns the dependencies that are to be judged.
func (c choosing) of(deps []health.Dependency) []health.Dependency {
	return slices.DeleteFunc(slices.Clone(deps), func(d health.Dependency) bool {
		return c.direct && !d.Direct || len(c.ecosystems) > 0 && !slices.Contains(c.ecosystems, d.Ecosystem)
	})
}

// showing are the flags that say in which form and where a report goes.
type showing struct {
	format  string
	outputs []string
}

func (s *showing) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&s.format, "format", "f", "table", "the form of the report on stdout: "+report.Names())
	f.StringArrayVarP(&s.outputs, "output", "o", nil, "write another form to a file, as `FORMAT=FILE`; repeatable")
	names := strings.Split(report.Names(), ", ")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
}

// An output is one report to write: to stdout where path is "".
type output struct {
	format report.Format
	path   string
}

// list returns every report to write. A wrong name is an error before anything
// is asked, not after.
func (s showing) list() ([]output, error) {
	find := func(name string) (report.Format, error) {
		format, ok := report.Find(name)
		if !ok {
			return format, withHint(fmt.Errorf("there is no format %q", name), "the formats are %s", report.Names())
		}
		return format, nil
	}
	format, err := find(s.format)
	if err != nil {
		return nil, err
	}
	out := []output{{format: format}}
	for _, o := range s.outputs {
		name, path, ok := strings.Cut(o, "=")
		if !ok || path == "" {
			return nil, withHint(fmt.Errorf("--output %q names no file", o), "write it like sarif=mainstay.sarif")
		}
		format, err := find(name)
		if err != nil {
			return nil, err
		}
		out = append(out, output{format: format, path: path})
	}
	return out, nil
}
