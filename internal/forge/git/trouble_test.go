package git

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// plain makes a repository of n empty commits.
func plain(s *server, repo string, n int) {
	if _, err := os.Stat(filepath.Join(s.root, repo)); err != nil {
		s.git(repo, "init", "-q", "-b", "main")
	}
	for i := range n {
		s.gitAs(repo, "Jane Doe", "jane@acme.org", fmt.Sprintf("2026-01-01T00:%02d:00Z", i), "commit", "-q", "--allow-empty", "-m", fmt.Sprint("Commit ", i))
	}
}

func commits(a health.Activity) string {
	if why := a.Gaps.Why(health.PartCommits); why != "" {
		return why
	}
	return fmt.Sprint(len(a.Commits), " commits")
}

// fetches counts the requests that fetch rather than list.
func fetches(s *server) (list, fetch int) {
	for _, path := range s.asked() {
		if strings.HasSuffix(path, "/info/refs") {
			list++
		} else {
			fetch++
		}
	}
	return list, fetch
}

func TestUpdatesByWhatIsNew(t *testing.T) {
	s := serve(t)
	plain(s, "acme/plain", 3)
	f := s.reader(nil)
	if got := commits(read(t, f, "acme/plain", time.Time{})); got != "3 commits" {
		t.Error(got)
	}
	s.asked()

	if got := commits(read(t, f, "acme/plain", time.Time{})); got != "3 commits" {
		t.Error(got)
	}
	if list, fetch := fetches(s); list != 1 || fetch > 1 { // newer protocols list by a second request
		t.Errorf("unchanged: %d and %d requests", list, fetch)
	}

	plain(s, "acme/plain", 2)
	s.git("acme/plain", "tag", "v1")
	if a := read(t, f, "acme/plain", time.Time{}); commits(a) != "5 commits" || len(a.Tags) != 1 {
		t.Error(commits(a), a.Tags)
	}
	s.git("acme/plain", "tag", "-d", "v1")
	s.git("acme/plain", "reset", "-q", "--hard", "HEAD~3") // history rewritten
	if a := read(t, f, "acme/plain", time.Time{}); commits(a) != "2 commits" || len(a.Tags) != 0 {
		t.Error(commits(a), a.Tags)
	}
}

func TestMaxAgeAndOffline(t *testing.T) {
	s := serve(t)
	plain(s, "acme/plain", 3)
	dir := t.TempDir()
	clock := now
	reader := func(change func(*Options)) *Forge {
		return s.reader(func(o *Options) {
			o.Dir, o.Now, o.MaxAge = dir, func() time.Time { return clock }, time.Hour
			if change != nil {
				change(o)
			}
		})
	}
	read(t, reader(nil), "acme/plain", time.Time{})
	s.asked()
	clock = clock.Add(59 * time.Minute)
	if a := read(t, reader(nil), "acme/plain", time.Time{}); !a.ReadAt.Equal(now) || len(s.asked()) != 0 {
		t.Error("asked again before its time", a.ReadAt)
	}
	clock = clock.Add(2 * time.Minute)
	if a := read(t, reader(nil), "acme/plain", time.Time{}); !a.ReadAt.Equal(clock) || len(s.asked()) == 0 {
		t.Error("not asked again", a.ReadAt)
	}
	clock = clock.Add(1000 * time.Hour)
	offline := reader(func(o *Options) { o.Offline = true })
	s.asked()
	if a := read(t, offline, "acme/plain", time.Time{}); commits(a) != "3 commits" || len(s.asked()) != 0 {
		t.Error(commits(a))
	}
	if a := read(t, offline, "acme/other", time.Time{}); !a.Gaps.Outage() || a.Gaps.Gone() {
		t.Errorf("%+v", a.Gaps)
	}
}

func TestHostThatFails(t *testing.T) {
	s := serve(t)
	plain(s, "acme/plain", 3)
	dir := t.TempDir()
	clock := now
	f := s.reader(func(o *Options) {
		o.Dir, o.Now, o.MaxStale = dir, func() time.Time { return clock }, 24*time.Hour
	})
	read(t, f, "acme/plain", time.Time{})
	s.instead(func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "no", http.StatusServiceUnavailable)
		return true
	})
	clock = clock.Add(23 * time.Hour)
	if a := read(t, f, "acme/plain", time.Time{}); commits(a) != "3 commits" || !a.ReadAt.Equal(now) {
		t.Error(commits(a), a.ReadAt)
	}
	clock = clock.Add(2 * time.Hour)
	if a := read(t, f, "acme/plain", time.Time{}); !a.Gaps.Outage() || a.Gaps.Gone() || !strings.Contains(commits(a), "503") {
		t.Errorf("%+v", a.Gaps)
	}
}

func TestGone(t *testing.T) {
	s := serve(t)
	plain(s, "acme/plain", 1)
	f := s.reader(func(o *Options) { o.MaxAge = time.Hour })
	for range 2 { // the second time from what is kept
		a := read(t, f, "acme/none", time.Time{})
		if !a.Gaps.Gone() || a.Gaps.Outage() || a.Repository.Path != "acme/none" || a.People == nil {
			t.Errorf("%+v", a)
		}
	}
	if list, _ := fetches(s); list != 1 {
		t.Errorf("%d requests", list)
	}
	s.instead(func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
		w.WriteHeader(http.StatusUnauthorized)
		return true
	})
	if a := read(t, f, "acme/private", time.Time{}); !a.Gaps.Gone() || !strings.Contains(commits(a), "gone or private") {
		t.Errorf("%+v", a.Gaps)
	}
	f = s.reader(func(o *Options) { o.Bases = map[string]string{"git.example.eu": s.URL} })
	err := f.Activities(t.Context(), []health.Repository{{Host: "git.example.eu", Path: "acme/private"}}, time.Time{}, func(_ int, a health.Activity) {
		if a.Gaps.Gone() || a.Gaps.Outage() || !strings.Contains(commits(a), "who asks") {
			t.Errorf("%+v", a.Gaps)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRenamed(t *testing.T) {
	s := serve(t)
	plain(s, "acme/new", 2)
	s.instead(func(w http.ResponseWriter, r *http.Request) bool {
		if rest, ok := strings.CutPrefix(r.URL.Path, "/acme/old/"); ok {
			http.Redirect(w, r, "/acme/new/"+rest+"?"+r.URL.RawQuery, http.StatusMovedPermanently)
			return true
		}
		return false
	})
	f := s.reader(nil)
	want := health.Repository{Host: "github.com", Path: "acme/new"}
	for range 2 {
		if a := read(t, f, "acme/old", time.Time{}); a.RenamedTo != want || commits(a) != "2 commits" {
			t.Error(a.RenamedTo, commits(a))
		}
	}
	if a := read(t, f, "acme/new", time.Time{}); a.RenamedTo != (health.Repository{}) {
		t.Error(a.RenamedTo)
	}
}

func TestEmpty(t *testing.T) {
	s := serve(t)
	s.git("acme/empty", "init", "-q", "-b", "main")
	if a := read(t, s.reader(nil), "acme/empty", time.Time{}); !a.Empty || a.Gaps.Outage() || a.Gaps.Why(health.PartCommits) != "" {
		t.Errorf("%+v", a)
	}
	plain(s, "acme/headless", 1)
	s.git("acme/headless", "symbolic-ref", "HEAD", "refs/heads/none")
	if a := read(t, s.reader(nil), "acme/headless", time.Time{}); a.Empty || a.Gaps.Outage() || !strings.Contains(commits(a), "default branch") {
		t.Errorf("%+v", a)
	}
}

func TestHostWithoutFilters(t *testing.T) {
	s := serve(t)
	s.filter = false
	lively(s, "acme/lively")
	if a := read(t, s.reader(nil), "acme/lively", time.Time{}); commits(a) != "5 commits" || len(a.Files) != 2 || a.Gaps.Outage() {
		t.Error(commits(a), a.Files, a.Gaps)
	}
}

func TestTooBig(t *testing.T) {
	s := serve(t)
	s.filter = false
	s.git("acme/big", "init", "-q", "-b", "main")
	noise := make([]byte, 3<<20)
	for i, x := 0, uint32(1); i < len(noise); i++ {
		x = x*1664525 + 1013904223
		noise[i] = byte(x >> 24)
	}
	s.write("acme/big", "noise", string(noise))
	s.git("acme/big", "commit", "-qm", "Noise")
	f := s.reader(func(o *Options) { o.MaxBytes = 1 << 20 })
	a := read(t, f, "acme/big", time.Time{})
	if a.Gaps.Outage() || a.Gaps.Gone() || !strings.Contains(commits(a), "more than the 1 MiB") {
		t.Fatalf("%s %+v", commits(a), a.Gaps)
	}
	s.asked()
	if a := read(t, f, "acme/big", time.Time{}); !strings.Contains(commits(a), "more than the 1 MiB") || len(s.asked()) != 0 {
		t.Error("tried again", commits(a))
	}
	larger := s.reader(func(o *Options) { o.Dir = f.o.Dir })
	if a := read(t, larger, "acme/big", time.Time{}); commits(a) != "1 commits" {
		t.Error(commits(a))
	}
}

func TestHangingHost(t *testing.T) {
	s := serve(t)
	plain(s, "acme/plain", 1)
	release := make(chan struct{})
	s.instead(func(http.ResponseWriter, *http.Request) bool { <-release; return true })
	defer close(release)
	f := s.reader(func(o *Options) { o.Timeout = 300 * time.Millisecond })
	if a := read(t, f, "acme/plain", time.Time{}); !a.Gaps.Outage() || !strings.Contains(commits(a), "within 300ms") {
		t.Errorf("%+v", a.Gaps)
	}
}

func TestCancelled(t *testing.T) {
	s := serve(t)
	plain(s, "acme/plain", 3)
	f := s.reader(nil)
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	s.instead(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost {
			cancel()
			<-release
			return true
		}
		return false
	})
	err := f.Activities(ctx, []health.Repository{{Host: "github.com", Path: "acme/plain"}}, time.Time{}, func(int, health.Activity) { t.Error("yielded") })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(release)
	s.instead(nil)
	if got := commits(read(t, f, "acme/plain", time.Time{})); got != "3 commits" {
		t.Error(got)
	}
}

func TestDamagedCacheIsMadeAnew(t *testing.T) {
	s := serve(t)
	plain(s, "acme/plain", 3)
	f := s.reader(nil)
	read(t, f, "acme/plain", time.Time{})
	packs, err := filepath.Glob(filepath.Join(f.o.Dir, "*", "commits.git", "objects", "pack", "*.pack"))
	if err != nil || len(packs) == 0 {
		t.Fatal(packs, err)
	}
	for _, p := range packs {
		if err := os.Remove(p); err != nil {
			t.Fatal(err)
		}
	}
	if got := commits(read(t, f, "acme/plain", time.Time{})); got != "3 commits" {
		t.Error(got)
	}
	// What a killed git leaves behind is in nobody's way.
	for _, name := range []string{"packed-refs.lock", "shallow.lock", "refs/heads/head.lock"} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(filepath.Dir(filepath.Dir(packs[0]))), name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plain(s, "acme/plain", 1)
	if got := commits(read(t, f, "acme/plain", time.Time{})); got != "4 commits" {
		t.Error(got)
	}
}

func TestTwoReadersOfOneDirectory(t *testing.T) {
	s := serve(t)
	plain(s, "acme/plain", 5)
	dir := t.TempDir()
	var wait sync.WaitGroup
	for range 4 {
		f := s.reader(func(o *Options) { o.Dir = dir })
		wait.Go(func() {
			err := f.Activities(t.Context(), []health.Repository{{Host: "github.com", Path: "acme/plain"}, {Host: "github.com", Path: "Acme/Plain"}}, time.Time{}, func(i int, a health.Activity) {
				if got := commits(a); i == 0 && got != "5 commits" {
					t.Error(got)
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm()&0o077 != 0 && dir == "" {
		t.Error(err)
	}
}

func TestKeptForThisUserAlone(t *testing.T) {
	s := serve(t)
	plain(s, "acme/plain", 1)
	f := s.reader(nil)
	read(t, f, "acme/plain", time.Time{})
	entries, err := filepath.Glob(filepath.Join(f.o.Dir, "*"))
	if err != nil || len(entries) < 2 {
		t.Fatal(entries, err)
	}
	for _, path := range append(entries, f.o.Dir) {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
}

func TestHostileNames(t *testing.T) {
	f := serve(t).reader(nil)
	for _, repo := range []health.Repository{
		{Host: "127.0.0.1:1", Path: "a/b"}, {Host: "localhost", Path: "a/b"}, {Host: "169.254.169.254", Path: "latest/meta"}, {Host: "[::1]:8080", Path: "a/b"},
		{Host: "internal", Path: "a/b"}, {Host: "git.corp", Path: "a/b"}, {Host: "127.1", Path: "a/b"}, {Host: "", Path: ""}, {Host: "printer.local", Path: "a/b"},
	} {
		if _, _, err := f.address(repo); err == nil {
			t.Errorf("%s would be asked", repo)
		}
	}
	s := serve(t)
	plain(s, "acme/plain", 1)
	f = s.reader(nil)
	for _, path := range []string{"--upload-pack=touch x", "../../etc", "a/b\x00c", "acme/plain\nurl = x", `acme/plain"x`, "a b/c"} {
		if a := read(t, f, path, time.Time{}); len(a.Commits) != 0 || len(a.Gaps) == 0 {
			t.Errorf("%q: %+v", path, a)
		}
	}
	entries, err := os.ReadDir(f.o.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.ContainsAny(e.Name(), " \n\x00\"=/") || strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "-") {
			t.Errorf("%q", e.Name())
		}
	}
}

func TestHostileContent(t *testing.T) {
	s := serve(t)
	const repo = "acme/hostile"
	s.git(repo, "init", "-q", "-b", "main")
	s.write(repo, "a\nb\t\x1b[31m", "x")
	s.write(repo, ".mailmap", "Jane <<<\n<a@b.example> <\n")
	s.write(repo, ".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ext::touch pwned\n")
	s.write(repo, ".gitattributes", "* filter=x\n")
	s.write(repo, ".github/FUNDING.yml", strings.Repeat("a: &a [*a,*a]\n", 3))
	if err := os.Symlink("/etc/passwd", filepath.Join(s.root, repo, "README.md")); err != nil {
		t.Fatal(err)
	}
	s.git(repo, "add", "README.md")
	s.gitAs(repo, "\x1b[31mJane\x01 %s", "not an address", "2026-01-01T00:00:00Z", "commit", "-qm", "Subject\x01\x1b\n\nCo-authored-by: <<>\nCo-authored-by: x <y>")
	s.git(repo, "tag", "-m", "of a file", "blob", "HEAD:.gitmodules")
	s.git(repo, "update-ref", "refs/tags/--upload-pack=x", "HEAD")
	a := read(t, s.reader(nil), repo, time.Time{})
	if commits(a) != "1 commits" || a.Gaps.Outage() || len(a.Tags) != 2 {
		t.Errorf("%s %+v %+v", commits(a), a.Gaps, a.Tags)
	}
	if !slices.Contains(a.Files, "README.md") || len(a.Notices) != 0 {
		t.Errorf("%+v %+v", a.Files, a.Notices)
	}
}

func TestBases(t *testing.T) {
	for base, want := range map[string]string{
		"https://git.example.eu": "https", "https://git.example.eu/mirror/": "https", "ssh://git@git.example.eu": "ssh", "file:///srv/git": "file",
		"http://127.0.0.1:8080": "http", "http://localhost": "http", "http://[::1]:80": "http",
		"http://git.example.eu": "", "git://git.example.eu": "", "ext::sh -c x": "", "https://user:secret@git.example.eu": "", "--upload-pack=x": "", "": "", "file://host/x": "", "https://": "",
	} {
		got, err := protocolOf(base)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", base, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
	}
}

func TestLocalPathsOnlyWhereConfigured(t *testing.T) {
	s := serve(t)
	plain(s, "acme/plain", 2)
	f := s.reader(func(o *Options) { o.Bases = map[string]string{"git.example.eu": "file://" + s.root} })
	var got []string
	err := f.Activities(t.Context(), []health.Repository{{Host: "git.example.eu", Path: "acme/plain"}}, time.Time{}, func(_ int, a health.Activity) { got = append(got, commits(a)) })
	if d := cmp.Diff([]string{"2 commits"}, got); err != nil || d != "" {
		t.Error(err, d)
	}
}
