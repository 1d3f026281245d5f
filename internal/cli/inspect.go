package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func newInspect(w World) *cobra.Command {
	var ask asking
	var show showing
	var gate gating
	cmd := &cobra.Command{
		Use:   "inspect SUBJECT…",
		Short: "Judge packages or repositories before they are used",
		Long: `Judges packages and repositories that aren't in a manifest yet. A SUBJECT is a
package URL (pkg:npm/left-pad), the address of a repository, or its short form
(github.com/owner/name). Several come side by side, best first.`,
		Example: `  mainstay inspect github.com/spf13/cobra github.com/urfave/cli
  mainstay inspect pkg:golang/gopkg.in/yaml.v3@v3.0.1`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			outputs, err := show.list()
			if err != nil {
				return err
			}
			gate.underSet = cmd.Flags().Changed("fail-under")
			file, err := gate.configuration(w.Dir)
			if err != nil {
				return err
			}
			rules, err := gate.policy(file)
			if err != nil {
				return err
			}
			if err := ask.check(); err != nil {
				return err
			}
			s, err := open(cmd.Context(), w, ask, file)
			if err != nil {
				return err
			}
			defer s.close()
			var deps []health.Dependency
			for _, text := range args {
				dep, err := subject(text, s.tables)
				if err != nil {
					return err
				}
				deps = append(deps, dep)
			}
			if ask.plan {
				return s.plan(cmd.Context(), w.Stdout, deps)
			}
			rep, err := s.audit(cmd.Context(), deps)
			if err != nil {
				return err
			}
			against, err := gate.against(cmd.Context(), w, nil)
			if err != nil {
				return err
			}
			if rep, err = gate.judge(rep, rules, against); err != nil {
				return err
			}
			bestFirst(rep.Findings)
			return finish(w, rep, outputs, gate, ask.verbose)
		},
	}
	show.flags(cmd)
	gate.flags(cmd.Flags())
	ask.flags(cmd.Flags())
	return cmd
}

// bestFirst turns the order of graded findings round and leaves the ungraded
// ones at the end.
func bestFirst(findings []health.Finding) {
	graded := slices.IndexFunc(findings, func(f health.Finding) bool { return f.Score.Score == nil })
	if graded < 0 {
		graded = len(findings)
	}
	slices.Reverse(findings[:graded])
}
