package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/manifest"
	"github.com/mainstay-dev/mainstay/internal/policy"
	"github.com/mainstay-dev/mainstay/internal/quote"
	"github.com/mainstay-dev/mainstay/internal/report"
)

func newAudit(w World) *cobra.Command {
	var a auditing
	cmd := &cobra.Command{
		Use:   "audit [PATH…]",
		Short: "Judge every dependency of a project",
		Long: `Finds manifests, lockfiles and SBOMs under each PATH (default: here) and judges
every dependency they name, weakest first. A PATH may be a folder or a file;
"-" reads an SBOM or a list of purls from standard input.`,
		Example: `  mainstay audit
  mainstay audit --direct -o sarif=mainstay.sarif
  mainstay audit --fail-on D services/api`,
		RunE: func(cmd *cobra.Command, args []string) error {
			a.gate.underSet = cmd.Flags().Changed("fail-under")
			return a.run(cmd.Context(), w, args)
		},
	}
	a.choose.flags(cmd.Flags())
	a.show.flags(cmd)
	a.gate.flags(cmd.Flags())
	cmd.Flags().StringVar(&a.gate.newFrom, "new-from", "", "fail only on what the manifests add since git's `REF`")
	a.ask.flags(cmd.Flags())
	return cmd
}

// auditing is what the flags of an audit say.
type auditing struct {
	ask    asking
	choose choosing
	show   showing
	gate   gating
}

// run audits the project at the paths, and ends with the exit code that the
// report leads to.
func (a auditing) run(ctx context.Context, w World, paths []string) error {
	outputs, err := a.show.list()
	if err != nil {
		return err
	}
	if err := a.ask.check(); err != nil {
		return err
	}
	file, err := a.gate.configuration(w.Dir)
	if err != nil {
		return err
	}
	rules, err := a.gate.policy(file)
	if err != nil {
		return err
	}
	found, err := search(ctx, w, paths)
	if err != nil {
		return err
	}
	deps := a.choose.of(found.Dependencies)
	if len(deps) == 0 && len(found.Missing) == 0 {
		return nothing(w, found, a.choose)
	}
	against, err := a.gate.against(ctx, w, paths)
	if err != nil {
		return err
	}
	s, err := open(ctx, w, a.ask, file)
	if err != nil {
		return err
	}
	defer s.close()
	if a.ask.plan {
		return s.plan(ctx, w.Stdout, deps)
	}
	rep, err := s.audit(ctx, deps)
	if err != nil {
		return err
	}
	rep.Missing = append(slices.Clone(found.Missing), rep.Missing...)
	rep.Complete = len(rep.Missing) == 0
	for _, n := range found.Notes {
		rep.Notes = append(rep.Notes, n.String())
	}
	if rep, err = a.gate.judge(rep, rules, against); err != nil {
		return err
	}
	return finish(w, rep, outputs, a.gate, a.ask.verbose)
}

// search reads the manifests below the paths, or what stdin holds.
func search(ctx context.Context, w World, paths []string) (manifest.Found, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	if slices.Contains(paths, "-") {
		if len(paths) > 1 {
			return manifest.Found{}, withHint(errors.New(`"-" and other paths together`), "audit standard input alone")
		}
		found, err := manifest.Read("-", w.Stdin)
		if err != nil {
			return manifest.Found{}, unread(err)
		}
		return found, nil
	}
	found, err := manifest.Find(ctx, paths...)
	if err != nil {
		return manifest.Found{}, unread(err)
	}
	return found, nil
}

// unread says what to do about a path that can't be read.
func unread(err error) error {
	switch {
	case errors.Is(err, manifest.ErrUnknown):
		return withHint(err, "mainstay reads %s", known())
	case errors.Is(err, fs.ErrNotExist):
		return withHint(err, "give a folder to look in, or a file that is there")
	}
	return withHint(err, "correct the file, or audit its folder: what can't be read there is reported as missing")
}

// nothing says that there is nothing to audit, and where mainstay looked.
func nothing(w World, found manifest.Found, choose choosing) error {
	switch {
	case len(found.Dependencies) > 0:
		fmt.Fprintf(w.Stderr, "mainstay: error: none of %d dependencies is left by --direct and --ecosystem\n", len(found.Dependencies))
	case len(found.Files) > 0:
		fmt.Fprintf(w.Stderr, "mainstay: nothing to audit: %s names no dependency\n", quote.Line(found.Files[0].Path))
	default:
		fmt.Fprintf(w.Stderr, "mainstay: error: nothing to audit: no manifest, lockfile or SBOM was found\n")
		fmt.Fprintf(w.Stderr, "mainstay: hint: mainstay reads %s\n", known())
	}
	return exit(exitNothing)
}

// finish writes every report and ends with the exit code that the report leads
// to.
func finish(w World, rep health.Report, outputs []output, gate gating, verbose bool) error {
	for _, o := range outputs {
		if o.path == "" {
			continue
		}
		write := func(f io.Writer) error { return o.format.Write(f, rep, report.Options{Verbose: verbose}) }
		if err := create(o.path, write); err != nil {
			return err
		}
	}
	for _, o := range outputs {
		if o.path != "" {
			continue
		}
		options := report.Options{Width: w.Width, Colour: w.Width > 0 && w.Getenv("NO_COLOR") == "", Verbose: verbose}
		if err := o.format.Write(w.Stdout, rep, options); err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
	}
	if code := (policy.Exit{Zero: gate.exitZero, AllowIncomplete: gate.allowIncomplete}).Code(rep); code != exitHolds {
		return exit(code)
	}
	return nil
}

// known names the formats that are read, for hints.
func known() string { return strings.Join(manifest.Known(), ", ") }
