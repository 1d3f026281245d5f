package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// TestRealHistories reads public repositories, served over HTTP from the bare
// copies below the directory that MAINSTAY_MIRRORS names as OWNER+NAME/repo,
// and holds them against git's own figures. With -v it prints what each costs.
func TestRealHistories(t *testing.T) {
	dir := os.Getenv("MAINSTAY_MIRRORS")
	if dir == "" {
		t.Skip("MAINSTAY_MIRRORS names no directory of repositories")
	}
	s := serve(t)
	repos, copies := mirrored(t, s, dir)
	f := s.reader(nil)
	for i, repo := range repos {
		began := time.Now()
		a := read(t, f, repo.Path, time.Time{})
		first := time.Since(began)
		began = time.Now()
		again := read(t, f, repo.Path, time.Time{})
		second := time.Since(began)

		if got, want := len(a.Commits), number(t, copies[i], "rev-list", "--count", "HEAD"); got != want {
			t.Errorf("%s: %d commits, want %d (%v)", repo.Path, got, want, a.Gaps)
		}
		merges := 0
		for _, c := range a.Commits {
			if c.Merge {
				merges++
			}
		}
		if want := number(t, copies[i], "rev-list", "--count", "--merges", "HEAD"); merges != want {
			t.Errorf("%s: %d merges, want %d", repo.Path, merges, want)
		}
		if len(again.Commits) != len(a.Commits) {
			t.Errorf("%s: %d commits the second time", repo.Path, len(again.Commits))
		}
		people, bots := 0, 0
		for _, p := range a.People {
			if p.Bot == "" {
				people++
			} else {
				bots++
			}
		}
		e, err := f.open(t.Context(), repo)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%-26s %6d commits %5d people %3d bots %4d tags %7.2f MB commits %6.2f MB files %6.2f s, unchanged %5.2f s  %s %s %v", repo.Path, len(a.Commits), people, bots, len(a.Tags),
			float64(size(e.commits()))/1e6, float64(size(e.files()))/1e6, first.Seconds(), second.Seconds(), a.Licence, a.CI, a.Notices)
		e.close()
	}
}

// mirrored links the copies to where the server serves them.
func mirrored(t *testing.T, s *server, dir string) (repos []health.Repository, copies []string) {
	found, err := filepath.Glob(filepath.Join(dir, "*+*", "repo"))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range found {
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			at = filepath.Join(at, ".git")
		}
		path := strings.Replace(filepath.Base(filepath.Dir(strings.TrimSuffix(at, "/.git"))), "+", "/", 1)
		served := filepath.Join(s.root, path)
		if err := os.MkdirAll(filepath.Dir(served), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(at, served); err != nil {
			t.Fatal(err)
		}
		repos, copies = append(repos, health.Repository{Host: "github.com", Path: path}), append(copies, at)
	}
	return repos, copies
}

func number(t *testing.T, dir string, args ...string) int {
	t.Helper()
	out, err := exec.Command("git", append([]string{"--git-dir=" + dir}, args...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
