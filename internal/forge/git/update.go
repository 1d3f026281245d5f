package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// update asks the host what there is and fetches what is new. What is kept
// stays usable whatever happens on the way.
func (f *Forge) update(ctx context.Context, e *entry, url, protocol string) error {
	now, base := f.o.Now(), strings.TrimSuffix(url, e.repo.Path)
	r, err := f.list(ctx, url, protocol)
	if isGone(err) && !strings.HasSuffix(url, ".git") && f.spelled(e.repo.Host) {
		url += ".git"
		r, err = f.list(ctx, url, protocol)
	}
	if errors.Is(err, errLocked) {
		// A forge that anyone can read asks strangers who they are where there is
		// nothing for them: it doesn't tell a private repository from none.
		if f.spelled(e.repo.Host) {
			return refusedError("its host wants to know who asks, and plain git isn't told")
		}
		err = goneError("the forge shows no such repository to strangers: it is gone or private")
	}
	if isGone(err) {
		if saveErr := e.save(state{ReadAt: now, Gone: err.Error()}); saveErr != nil {
			return saveErr
		}
		return err
	}
	if err != nil {
		return err
	}
	next := state{ReadAt: now, Shape: r.shape, Head: r.head, Changes: &r.changes, RenamedTo: renamed(e.repo, r.moved, base)}
	if len(r.head) > 40 {
		return refusedError("its objects are named by SHA-256, which isn't read")
	}
	if r.head == "" {
		if r.refs > 0 {
			return refusedError("its default branch points to nothing")
		}
		next.Empty = true
		return e.save(next)
	}
	if e.state.usable() && e.state.Shape == r.shape && !e.state.NoFilesOutage {
		next.NoFiles = e.state.NoFiles
		return e.save(next)
	}
	if err := f.fetchCommits(ctx, e, url, protocol); err != nil {
		return err
	}
	if err := f.fetchFiles(ctx, e, url, protocol); err != nil {
		if ctx.Err() != nil {
			return err
		}
		var refused refusedError
		next.NoFiles, next.NoFilesOutage = err.Error(), !errors.As(err, &refused)
	}
	return e.save(next)
}

// updateHistory fetches what is new of commits and tags without a look at what
// the host lists first: a fetch of what is there already brings nothing.
func (f *Forge) updateHistory(ctx context.Context, e *entry, url, protocol string) error {
	if err := f.fetchCommits(ctx, e, url, protocol); err != nil {
		return err
	}
	return e.save(state{ReadAt: f.o.Now(), History: true, NoFiles: "only its history was asked for"})
}

// spelled reports whether a host is none of the well-known forges: then it may
// know its repositories by their names with ".git" alone.
func (f *Forge) spelled(host string) bool {
	known, _ := f.o.Rules.Tables.Forge(host)
	switch known.Kind {
	case "github", "gitlab", "forgejo", "gitea", "bitbucket", "sourcehut":
		return false
	}
	return host != "github.com"
}

// fetchCommits brings the commits of the default branch and the tags, without
// any tree or file. The remote's HEAD is kept under a name of our own, so that
// no name from outside gets into an argument.
func (f *Forge) fetchCommits(ctx context.Context, e *entry, url, protocol string) error {
	if err := f.prepare(e.commits(), url, "tree:0"); err != nil {
		return err
	}
	_, err := f.git.run(ctx, call{
		dir: e.commits(), protocol: protocol, watch: e.dir, limit: f.o.MaxBytes,
		args: []string{"fetch", "--quiet", "--filter=tree:0", "--no-tags", "--prune", "--force", "--no-write-fetch-head", "--no-auto-maintenance", "--",
			"origin", "+HEAD:refs/heads/head", "+refs/tags/*:refs/tags/*"},
	})
	if errors.Is(err, errTooBig) {
		// Half a pack is of no use, and what was whole before is too much too.
		if err := os.RemoveAll(e.commits()); err != nil {
			return err
		}
		if err := e.save(state{ReadAt: f.o.Now(), TooBig: f.o.MaxBytes}); err != nil {
			return err
		}
		return tooBig(f.o.MaxBytes)
	}
	return explained(err)
}

func tooBig(limit int64) error {
	return refusedError(fmt.Sprintf("its history has more than the %.4g MiB that are read of one repository", float64(limit)/(1<<20)))
}

// fetchFiles brings the tree of the head and the few files that are wanted of
// it. A repository of its own is cut off at one commit; the commits' must not
// be.
func (f *Forge) fetchFiles(ctx context.Context, e *entry, url, protocol string) error {
	if err := f.prepare(e.files(), url, "blob:none"); err != nil {
		return err
	}
	limit := size(e.commits()) + f.o.MaxBytes/4
	fetch := func(what ...string) error {
		_, err := f.git.run(ctx, call{
			dir: e.files(), protocol: protocol, watch: e.dir, limit: limit,
			config: []string{"fetch.negotiationAlgorithm=noop"}, // one commit is all there is to have
			args:   append([]string{"fetch", "--quiet", "--filter=blob:none", "--no-tags", "--force", "--no-write-fetch-head", "--no-auto-maintenance"}, what...),
		})
		if errors.Is(err, errTooBig) {
			if err := os.RemoveAll(e.files()); err != nil {
				return err
			}
			return refusedError("the files at its head are more than is read of one repository")
		}
		return explained(err)
	}
	if err := fetch("--depth=1", "--", "origin", "+HEAD:refs/heads/head"); err != nil {
		return fmt.Errorf("listing the files at the head: %w", err)
	}
	files, err := f.listFiles(ctx, e)
	if err != nil {
		return err
	}
	ids := files.wanted() // checked to be object ids
	if len(ids) == 0 {
		return nil
	}
	if err := fetch(append([]string{"--", "origin"}, ids...)...); err != nil { // nothing is asked for that is there
		return fmt.Errorf("reading files at the head: %w", err)
	}
	return nil
}

// maxPacks is how many updates a repository takes before it is made anew.
const maxPacks = 40

// prepare makes a bare repository that fetches from a url and may lack what
// the filter leaves out. One that is there is cleared of what a killed git
// left behind.
func (f *Forge) prepare(dir, url, filter string) error {
	if _, err := os.Stat(filepath.Join(dir, "config")); errors.Is(err, fs.ErrNotExist) {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		fresh := dir + ".new"
		if err := os.RemoveAll(fresh); err != nil {
			return err
		}
		if err := create(fresh); err != nil {
			return err
		}
		if err := os.Rename(fresh, dir); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	if packs, err := filepath.Glob(filepath.Join(dir, "objects", "pack", "*.pack")); err == nil && len(packs) > maxPacks {
		// Nothing tidies up here: it is less work to begin again.
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		return f.prepare(dir, url, filter)
	}
	config := fmt.Sprintf("[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n[remote \"origin\"]\n\turl = %s\n\tpromisor = true\n\tpartialCloneFilter = %s\n",
		quoted(url), filter)
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600); err != nil {
		return err
	}
	return clear(dir)
}

// create makes the little that git takes for a bare repository, which saves a
// run of it. Its HEAD names a branch that never comes to be.
func create(dir string) error {
	for _, folder := range []string{"objects", "refs"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "HEAD"), []byte("ref: refs/heads/none\n"), 0o600)
}

// quoted is a value in git's configuration.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// clear removes the lock files and half-written packs of a git that was
// killed. The entry's own lock keeps living ones away.
func clear(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if strings.HasSuffix(path, ".lock") || strings.HasPrefix(d.Name(), "tmp_") {
			return os.Remove(path)
		}
		return nil
	})
}
