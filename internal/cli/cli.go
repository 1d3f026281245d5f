// Package cli is the command as people and scripts meet it: commands, flags,
// environment, streams and exit codes. It builds what asks registries and
// forges, hands it to package audit, and gives what comes back to policy and
// report.
//
// It measures nothing and judges nothing.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mainstay-dev/mainstay/internal/config"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// World is what the command knows of the machine it runs on. The clock, the
// environment and the streams enter the program here and nowhere else.
type World struct {
	Args    []string
	Dir     string   // the working directory
	Environ []string // "NAME=value"
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Now     func() time.Time
	Version string
	// Width is the terminal's width on stdout, 0 where it isn't a terminal, and
	// ErrWidth the same for stderr.
	Width, ErrWidth int
}

// Getenv returns a variable of the environment, "" where it isn't set.
func (w World) Getenv(name string) string {
	for _, entry := range slices.Backward(w.Environ) {
		if n, value, _ := strings.Cut(entry, "="); n == name {
			return value
		}
	}
	return ""
}

// Exit codes, the same for every format.
const (
	exitHolds      = 0 // the policy holds
	exitFails      = 1 // it doesn't
	exitWrong      = 2 // the command line, a file or the configuration is wrong
	exitIncomplete = 3 // something that should have been read couldn't be
	exitNothing    = 4 // nothing to audit
	exitInterrupt  = 130
)

// exit is the error by which a command ends with a code and nothing more to say.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// hinted is an error with a sentence on what to do about it.
type hinted struct {
	error
	hint string
	code int
}

func (h hinted) Unwrap() error { return h.error }

// withHint adds to an error what to do about it. It ends with exit code 2.
func withHint(err error, hint string, args ...any) error {
	return hinted{error: err, hint: fmt.Sprintf(hint, args...), code: exitWrong}
}

// Run runs one command and returns its exit code.
func Run(ctx context.Context, w World) int {
	root := newRoot(w)
	root.SetArgs(w.Args)
	root.SetIn(w.Stdin)
	root.SetOut(w.Stdout)
	root.SetErr(w.Stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitHolds
	}
	var code exit
	if errors.As(err, &code) {
		return int(code)
	}
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		fmt.Fprintln(w.Stderr, "mainstay: interrupted; what was read is kept, and the next run goes on from there")
		return exitInterrupt
	}
	for _, text := range complaints(err) {
		fmt.Fprintf(w.Stderr, "mainstay: error: %s\n", quote.Line(text))
	}
	var h hinted
	if errors.As(err, &h) {
		fmt.Fprintf(w.Stderr, "mainstay: hint: %s\n", h.hint)
		return h.code
	}
	return exitWrong
}

// complaints are what to say of an error: each thing that is wrong with a
// configuration on a line of its own, anything else on one.
func complaints(err error) []string {
	var all config.Errors
	if !errors.As(err, &all) {
		return []string{err.Error()}
	}
	out := make([]string, len(all))
	for i, e := range all {
		out[i] = e.Error()
	}
	return out
}

func newRoot(w World) *cobra.Command {
	root := &cobra.Command{
		Use:   "mainstay",
		Short: "Tells which open source dependencies will still be looked after in two years",
		Long: `mainstay tells which of your open source dependencies will still be looked
after in two years, how sure that is, and what to do about the rest.

  mainstay audit                     judge every dependency of this project
  mainstay explain github.com/x/y    why one of them got its grade
  mainstay inspect pkg:npm/left-pad  judge something before you use it`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		Args:              cobra.NoArgs,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return withHint(err, "run '%s --help' for the flags that it knows", cmd.CommandPath())
	})
	root.AddCommand(
		newAudit(w), newInspect(w), newExplain(w), newReport(w), newMetrics(w),
		newPolicy(w), newBacktest(w), newCache(w), newVersion(w),
	)
	return root
}

func newVersion(w World) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "mainstay %s\n", w.Version)
			return err
		},
	}
}

// create opens a file for a report. It is written whole or not at all.
func create(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".mainstay-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.Remove(f.Name())
	if err := write(f); err != nil {
		f.Close()
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
