package cli

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/manifest"
)

// manifestsAt reads the manifests as they were at a git revision. The tree is
// taken out of git into a temporary folder, since lockfiles, includes and
// workspaces look at what stands beside them.
func manifestsAt(ctx context.Context, w World, revision string, paths []string) ([]health.Dependency, error) {
	if strings.HasPrefix(revision, "-") {
		return nil, withHint(fmt.Errorf("--new-from %q is no revision", revision), "name a branch, a tag or a commit")
	}
	commit, err := local(ctx, w.Dir, "rev-parse", "--verify", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return nil, withHint(err, "name a branch, a tag or a commit that this checkout has; a shallow clone has few")
	}
	top, err := local(ctx, w.Dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, withHint(err, "--new-from compares within a git checkout")
	}
	old, err := os.MkdirTemp("", "mainstay-")
	if err != nil {
		return nil, fmt.Errorf("reading the manifests at %s: %w", revision, err)
	}
	defer os.RemoveAll(old)
	if err := takeOut(ctx, top, commit, old); err != nil {
		return nil, fmt.Errorf("reading the manifests at %s: %w", revision, err)
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var before []string
	for _, p := range paths {
		if !filepath.IsAbs(p) {
			p = filepath.Join(w.Dir, p)
		}
		rel, err := filepath.Rel(top, p)
		if err != nil || !filepath.IsLocal(rel) {
			return nil, withHint(fmt.Errorf("%s isn't in the checkout that --new-from compares with", p), "audit paths of one repository")
		}
		if _, err := os.Stat(filepath.Join(old, rel)); err == nil {
			before = append(before, filepath.Join(old, rel))
		}
	}
	if len(before) == 0 {
		return nil, nil // nothing of it was there: all is new
	}
	found, err := manifest.Find(ctx, before...)
	if err != nil {
		return nil, fmt.Errorf("reading the manifests at %s: %w", revision, err)
	}
	return found.Dependencies, nil
}

// local runs git in the user's own checkout and returns what it says.
func local(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("running git %s: %s", args[0], firstLine(said.String(), err))
	}
	return strings.TrimSpace(string(out)), nil
}

func firstLine(said string, err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
	if line == "" {
		return err.Error()
	}
	return line
}

// takeOut writes the files of a commit that a manifest's reader may look at
// into a folder.
func takeOut(ctx context.Context, top, commit, into string) error {
	root, err := os.OpenRoot(into)
	if err != nil {
		return err
	}
	defer root.Close()
	cmd := exec.CommandContext(ctx, "git", "-C", top, "archive", "--format=tar", commit)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("running git archive: %w", err)
	}
	unpacked := unpack(tar.NewReader(out), root)
	_, drained := io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("running git archive: %s", firstLine(said.String(), err))
	}
	return errors.Join(unpacked, drained)
}

// beside are the endings of files that manifests include or inherit from.
var beside = []string{".txt", ".in", ".toml", ".xml", ".props", ".json", ".yml", ".yaml", ".cfg", ".targets"}

// maxBeside bounds such a file, in bytes; a manifest itself may be larger.
const maxBeside = 1 << 20

func unpack(archive *tar.Reader, root *os.Root) error {
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading git's archive: %w", err)
		}
		wanted := manifest.Named(header.Name) || header.Size <= maxBeside && slices.Contains(beside, path.Ext(header.Name))
		if header.Typeflag != tar.TypeReg || !wanted || !filepath.IsLocal(header.Name) {
			continue
		}
		if err := root.MkdirAll(path.Dir(header.Name), 0o700); err != nil {
			return err
		}
		f, err := root.Create(header.Name)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, archive)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
}
