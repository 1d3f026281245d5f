package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/report"
)

func newReport(w World) *cobra.Command {
	var show showing
	var gate gating
	var verbose bool
	cmd := &cobra.Command{
		Use:   "report FILE.json",
		Short: "Render and judge a saved report again",
		Long: `Reads a report that "mainstay audit -f json" wrote, judges it by the policy given
here and renders it in any format. It asks nobody. "-" reads standard input.`,
		Args: cobra.ExactArgs(1),
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
			rep, err := readReport(w, args[0])
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
			return finish(w, rep, outputs, gate, verbose)
		},
	}
	show.flags(cmd)
	gate.flags(cmd.Flags())
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "all columns")
	return cmd
}

// readReport reads a saved report from a file, or from stdin where path is "-".
func readReport(w World, path string) (health.Report, error) {
	in := io.NopCloser(w.Stdin)
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return health.Report{}, withHint(fmt.Errorf("reading the report: %w", err), "write one with 'mainstay audit -f json'")
		}
		in = f
	}
	defer in.Close()
	rep, err := report.ReadJSON(in)
	if err != nil {
		err = fmt.Errorf("reading %s: %w", path, err)
		if other, ok := errors.AsType[*report.SchemaError](err); ok {
			return health.Report{}, withHint(err, "%s", other.Hint())
		}
		return health.Report{}, withHint(err, "it should be what 'mainstay audit -f json' wrote")
	}
	return rep, nil
}
