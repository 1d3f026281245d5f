package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/report"
)

func newExplain(w World) *cobra.Command {
	var ask asking
	var from string
	cmd := &cobra.Command{
		Use:   "explain SUBJECT",
		Short: "Tell why a dependency got its grade",
		Long: `Tells one dependency's whole ledger: every metric with its value, n, window,
interval, evidence and points; what is missing and what would supply it; what
would raise the grade. SUBJECT is a dependency of the project here, by name or
package URL, or anything that "mainstay inspect" takes.`,
		Example: `  mainstay explain github.com/spf13/cobra
  mainstay explain --from report.json pkg:npm/left-pad@1.3.0`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := ask.check(); err != nil {
				return err
			}
			rep, err := explained(cmd.Context(), w, ask, from, args[0])
			if err != nil {
				return err
			}
			findings := matching(rep.Findings, args[0])
			if len(findings) == 0 && from == "" {
				findings = rep.Findings
			}
			if len(findings) == 0 {
				return withHint(fmt.Errorf("%s has no finding about %q", from, args[0]), "it is spelt as in the report's name or purl")
			}
			if len(findings) > 1 && !same(findings) {
				return withHint(fmt.Errorf("%q may mean %d dependencies", args[0], len(findings)), "name one of %s", names(findings))
			}
			options := report.Options{Width: w.Width, Colour: w.Width > 0 && w.Getenv("NO_COLOR") == "", Verbose: ask.verbose}
			if err := report.Explain(w.Stdout, rep, findings[0], options); err != nil {
				return fmt.Errorf("writing the explanation: %w", err)
			}
			if !rep.Complete {
				return exit(exitIncomplete)
			}
			return nil
		},
	}
	ask.flags(cmd.Flags())
	cmd.Flags().StringVar(&from, "from", "", "read a saved report from `FILE` and ask nobody")
	return cmd
}

// explained returns a report that holds the subject: a saved one, or a fresh
// one about it alone.
func explained(ctx context.Context, w World, ask asking, from, text string) (health.Report, error) {
	if from != "" {
		return readReport(w, from)
	}
	file, err := gating{}.configuration(w.Dir)
	if err != nil {
		return health.Report{}, err
	}
	s, err := open(ctx, w, ask, file)
	if err != nil {
		return health.Report{}, err
	}
	defer s.close()
	found, err := search(ctx, w, nil)
	if err != nil {
		// A subject of its own needs no project around it.
		found.Dependencies = nil
	}
	deps := dependenciesMeant(found.Dependencies, text)
	if len(deps) == 0 {
		dep, err := subject(text, s.tables)
		if err != nil {
			return health.Report{}, err
		}
		deps = []health.Dependency{dep}
	}
	s.audits.Course = true
	return s.audit(ctx, deps)
}

// same reports whether findings are versions of one package: the weakest then
// stands for all.
func same(findings []health.Finding) bool {
	for _, f := range findings {
		if f.Ecosystem != findings[0].Ecosystem || f.Name != findings[0].Name {
			return false
		}
	}
	return true
}

// names lists a few findings for a message.
func names(findings []health.Finding) string {
	const few = 6
	var out []string
	for i, f := range findings {
		if i == few {
			out = append(out, fmt.Sprintf("%d more", len(findings)-few))
			break
		}
		out = append(out, f.Name)
	}
	return strings.Join(out, ", ")
}
