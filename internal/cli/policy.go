package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/mainstay-dev/mainstay/internal/config"
	"github.com/mainstay-dev/mainstay/internal/policy"
)

func newPolicy(w World) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Write, validate or print the policy",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPolicyInit(w), newPolicyCheck(w), newPolicyShow(w))
	return cmd
}

func newPolicyInit(w World) *cobra.Command {
	return &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a commented configuration file that changes nothing yet",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			name := config.Name
			if len(args) == 1 {
				name = args[0]
			}
			if name == "-" {
				_, err := io.WriteString(w.Stdout, policy.Starter)
				return err
			}
			if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
				return withHint(fmt.Errorf("%s is there already", name), "name another file, or remove it first")
			}
			if err := create(name, func(f io.Writer) error { _, err := io.WriteString(f, policy.Starter); return err }); err != nil {
				return err
			}
			fmt.Fprintf(w.Stderr, "mainstay: wrote %s; 'mainstay policy check' validates it\n", name)
			return nil
		},
	}
}

func newPolicyCheck(w World) *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE]",
		Short: "Validate a configuration file",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			var gate gating
			if len(args) == 1 {
				gate.file = args[0]
			} else if found, err := config.Find(w.Dir); err != nil {
				return err
			} else if found == "" {
				return withHint(fmt.Errorf("there is no %s here or above", config.Name), "'mainstay policy init' writes one")
			} else if gate.file, err = filepath.Rel(w.Dir, found); err != nil {
				gate.file = found
			}
			file, err := gate.configuration(w.Dir)
			if err != nil {
				return err
			}
			if _, err := gate.policy(file); err != nil {
				return err
			}
			fmt.Fprintf(w.Stdout, "%s: %d rules, %d waivers, %d forges: all right\n",
				gate.file, len(file.Policy.Rules), len(file.Policy.Waivers), len(file.Forges))
			return nil
		},
	}
}

func newPolicyShow(w World) *cobra.Command {
	var gate gating
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Print the policy in force, and where each line comes from",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			gate.underSet = cmd.Flags().Changed("fail-under")
			file, err := gate.configuration(w.Dir)
			if err != nil {
				return err
			}
			p, err := gate.policy(file)
			if err != nil {
				return err
			}
			return p.Show(w.Stdout)
		},
	}
	gate.flags(cmd.Flags())
	return cmd
}
