package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/mainstay-dev/mainstay/internal/fetch"
)

// cacheDir is where evidence is kept between runs.
func cacheDir(w World) (string, error) {
	if dir := w.Getenv("MAINSTAY_CACHE_DIR"); dir != "" {
		return dir, nil
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", withHint(fmt.Errorf("finding a place for the cache: %w", err), "set MAINSTAY_CACHE_DIR to a folder")
	}
	return filepath.Join(base, "mainstay"), nil
}

func openCache(w World) (*fetch.Store, error) {
	dir, err := cacheDir(w)
	if err != nil {
		return nil, err
	}
	store, err := fetch.OpenStore(dir)
	if err != nil {
		return nil, withHint(err, "set MAINSTAY_CACHE_DIR to a folder that can be written")
	}
	return store, nil
}

func newCache(w World) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Show or empty the cache of evidence",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	info := &cobra.Command{
		Use:   "info",
		Short: "Say where the cache is and what it holds",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			store, err := openCache(w)
			if err != nil {
				return err
			}
			kinds, err := store.Info()
			if err != nil {
				return err
			}
			fmt.Fprintln(w.Stdout, store.Dir())
			for _, k := range kinds {
				fmt.Fprintf(w.Stdout, "%-16s %6d files  %9s  %s to %s\n",
					k.Kind, k.Values, bytesText(k.Bytes), k.Oldest.Format(time.DateOnly), k.Newest.Format(time.DateOnly))
			}
			return nil
		},
	}
	var older time.Duration
	clean := &cobra.Command{
		Use:   "clean",
		Short: "Delete what the cache holds",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			store, err := openCache(w)
			if err != nil {
				return err
			}
			files, size, err := store.Clean(w.Now().Add(-older))
			if err != nil {
				return err
			}
			fmt.Fprintf(w.Stdout, "deleted %d files, %s\n", files, bytesText(size))
			return nil
		},
	}
	clean.Flags().DurationVar(&older, "older-than", 0, "only what was read longer ago than this (720h)")
	cmd.AddCommand(info, clean)
	return cmd
}

// bytesText writes a size for people.
func bytesText(n int64) string {
	const unit = 1000
	switch {
	case n < unit:
		return fmt.Sprintf("%d B", n)
	case n < unit*unit:
		return fmt.Sprintf("%.1f kB", float64(n)/unit)
	default:
		return fmt.Sprintf("%.1f MB", float64(n)/unit/unit)
	}
}
