package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mainstay-dev/mainstay/internal/backtest"
)

func newBacktest(w World) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "backtest DIR",
		Short: "Hold the score against histories whose end is known",
		Long: `Reads a dataset of past repository histories, judges each as of past dates by the
code that an audit uses, and prints how well the score, the risk number and
simpler rules foresaw who was abandoned in the two years after.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return withHint(fmt.Errorf("there is no format %q", format), "backtest writes table or json")
			}
			result, err := backtest.Run(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if format == "json" {
				return result.WriteJSON(w.Stdout)
			}
			return result.WriteText(w.Stdout)
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "table", "table or json")
	return cmd
}
