package git

import (
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// A server serves the repositories below a directory, as a forge does.
type server struct {
	*httptest.Server
	t    testing.TB
	root string
	// filter says whether the host leaves out what it is asked to leave out.
	filter bool

	mu        sync.Mutex
	paths     []string // asked for
	intercept func(w http.ResponseWriter, r *http.Request) bool
}

func serve(t testing.TB) *server {
	t.Helper()
	path, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git here")
	}
	exec, err := exec.Command(path, "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	backend := filepath.Join(strings.TrimSpace(string(exec)), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		t.Skip("no git http-backend here")
	}
	s := &server{t: t, root: t.TempDir(), filter: true}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.paths = append(s.paths, r.URL.Path)
		intercept := s.intercept
		s.mu.Unlock()
		if intercept != nil && intercept(w, r) {
			return
		}
		allow := "false"
		if s.filter {
			allow = "true"
		}
		(&cgi.Handler{Path: backend, Dir: s.root, Env: []string{
			"GIT_PROJECT_ROOT=" + s.root, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
			"GIT_CONFIG_COUNT=3", "GIT_CONFIG_KEY_0=uploadpack.allowFilter", "GIT_CONFIG_VALUE_0=" + allow,
			"GIT_CONFIG_KEY_1=safe.directory", "GIT_CONFIG_VALUE_1=*", "GIT_CONFIG_KEY_2=gc.auto", "GIT_CONFIG_VALUE_2=0",
		}}).ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// instead lets a function answer wherever it returns true.
func (s *server) instead(f func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.intercept = f
}

// asked returns the paths that were asked for since the last call.
func (s *server) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.paths
	s.paths = nil
	return out
}

// git runs git in a repository of the server and returns what it prints.
func (s *server) git(repo string, args ...string) string {
	s.t.Helper()
	return s.gitAs(repo, "Jane Doe", "jane@acme.org", "2026-01-02T03:04:05Z", args...)
}

func (s *server) gitAs(repo, name, address, date string, args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = filepath.Join(s.root, repo)
	if err := os.MkdirAll(cmd.Dir, 0o755); err != nil {
		s.t.Fatal(err)
	}
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "LC_ALL=C",
		"GIT_AUTHOR_NAME="+name, "GIT_AUTHOR_EMAIL="+address, "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME="+name, "GIT_COMMITTER_EMAIL="+address, "GIT_COMMITTER_DATE="+date)
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// write puts a file into a repository's work tree and adds it.
func (s *server) write(repo, file, text string) {
	s.t.Helper()
	path := filepath.Join(s.root, repo, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
	s.git(repo, "add", file)
}

var now = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

// reader is a Forge that reads github.com from the server.
func (s *server) reader(change func(*Options)) *Forge {
	s.t.Helper()
	tables, err := fact.Load()
	if err != nil {
		s.t.Fatal(err)
	}
	o := Options{Dir: filepath.Join(s.t.TempDir(), "cache"), Rules: forge.Rules{Tables: tables}, Now: func() time.Time { return now }, Env: os.Environ(),
		Timeout: time.Minute}
	if s.Server != nil {
		o.Bases = map[string]string{"github.com": s.URL}
	}
	if change != nil {
		change(&o)
	}
	f, err := New(s.t.Context(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

// read reads one repository of github.com.
func read(t testing.TB, f *Forge, path string, since time.Time) health.Activity {
	t.Helper()
	var got []health.Activity
	err := f.Activities(t.Context(), []health.Repository{{Host: "github.com", Path: path}}, since, func(_ int, a health.Activity) { got = append(got, a) })
	if err != nil || len(got) != 1 {
		t.Fatalf("%d answers, %v", len(got), err)
	}
	return got[0]
}
