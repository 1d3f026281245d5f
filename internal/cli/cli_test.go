package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var today = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// A world is a machine of its own: a project, a cache, a module proxy in a
// folder, and a host of real git repositories on a loopback address.
type world struct {
	t       *testing.T
	dir     string
	git     *httptest.Server
	asked   atomic.Int64
	down    atomic.Bool
	hold    func(*http.Request) // before each answer; nil for nothing
	environ []string
	now     time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	core, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Skip("git isn't installed")
	}
	w := &world{t: t, dir: t.TempDir(), now: today}
	backend := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(core)), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + w.path("repos"), "GIT_HTTP_EXPORT_ALL=1"},
	}
	w.git = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.asked.Add(1)
		if w.hold != nil {
			w.hold(r)
		}
		if w.down.Load() {
			http.Error(out, "down for repairs", http.StatusServiceUnavailable)
			return
		}
		backend.ServeHTTP(out, r)
	}))
	t.Cleanup(w.git.Close)
	w.environ = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.path("home"), "MAINSTAY_CACHE_DIR=" + w.path("cache"), "GOENV=off",
		"GOMODCACHE=" + w.path("gomod"), "GOPROXY=file://" + filepath.ToSlash(w.path("proxy")),
		"MAINSTAY_MIRRORS=github.com=" + w.git.URL,
	}
	w.write("project/go.mod", "module example.com/app\n\ngo 1.26\n\nrequire (\n\tgithub.com/acme/alive v1.1.0\n\tgithub.com/acme/asleep v1.0.0\n)\n")
	w.module("github.com/acme/alive", "v1.0.0", "v1.1.0")
	w.module("github.com/acme/asleep", "v1.0.0")
	w.repository("acme/alive", 40, today.AddDate(0, -20, 0), 15*24*time.Hour)
	w.repository("acme/asleep", 12, today.AddDate(-7, 0, 0), 30*24*time.Hour)
	return w
}

func (w *world) path(name string) string { return filepath.Join(w.dir, filepath.FromSlash(name)) }

func (w *world) write(name, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(w.path(name)), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.path(name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) module(path string, versions ...string) {
	w.t.Helper()
	w.write("proxy/"+path+"/@v/list", strings.Join(versions, "\n")+"\n")
	for _, v := range versions {
		w.write("proxy/"+path+"/@v/"+v+".mod", "module "+path+"\n")
	}
}

// repository makes a bare repository with so many commits, a gap apart.
func (w *world) repository(name string, commits int, first time.Time, gap time.Duration) {
	w.t.Helper()
	var stream strings.Builder
	for i := range commits {
		at := first.Add(time.Duration(i) * gap).Unix()
		fmt.Fprintf(&stream, "commit refs/heads/main\ncommitter Ada %d <ada%d@example.com> %d +0000\ndata 4\nwork\n", i%3, i%3, at)
		if i == 0 {
			fmt.Fprintf(&stream, "M 100644 inline README.md\ndata 5\nhello\n")
		}
	}
	dir := w.path("repos/" + name)
	for _, args := range [][]string{
		{"init", "-q", "--bare", "-b", "main", dir},
		{"-C", dir, "config", "uploadpack.allowFilter", "true"},
		{"-C", dir, "config", "uploadpack.allowAnySHA1InWant", "true"},
		{"-C", dir, "fast-import", "--quiet"},
		{"-C", dir, "tag", "v1.0.0", "main"},
	} {
		cmd := exec.Command("git", args...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.dir, "GIT_CONFIG_NOSYSTEM=1"}
		if args[len(args)-2] == "fast-import" {
			cmd.Stdin = strings.NewReader(stream.String())
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			w.t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
}

// run runs one command and returns its exit code and what it said.
func (w *world) run(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	w.t.Helper()
	var out, errs bytes.Buffer
	code = Run(ctx, World{
		Args: args, Dir: w.path("project"), Environ: w.environ, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Now: func() time.Time { return w.now }, Version: "test",
	})
	return code, out.String(), errs.String()
}

// audit runs an audit of the project and reads its report.
func (w *world) audit(want int, args ...string) health.Report {
	w.t.Helper()
	code, stdout, stderr := w.run(w.t.Context(), append([]string{"audit", "-f", "json"}, append(args, w.path("project"))...)...)
	if code != want {
		w.t.Fatalf("audit %v: exit code %d, want %d\n%s\n%.1500s", args, code, want, stderr, stdout)
	}
	var rep health.Report
	if err := json.Unmarshal([]byte(stdout), &rep); err != nil {
		w.t.Fatalf("audit %v: %v\n%s", args, err, stdout)
	}
	return rep
}

func commits(rep health.Report, name string) string {
	for _, f := range rep.Findings {
		if f.Name == name {
			for _, m := range f.Measurements {
				if m.Metric == "last-maintainer-act" {
					return fmt.Sprintf("%s%v", m.Missing, m.Value != nil)
				}
			}
		}
	}
	return "no finding"
}

func TestAuditByGitAlone(t *testing.T) {
	w := newWorld(t)
	first := w.audit(exitFails)
	if !first.Complete || len(first.Findings) != 2 {
		t.Fatalf("complete %v, %d findings, missing %v", first.Complete, len(first.Findings), first.Missing)
	}
	if weak := first.Findings[0]; weak.Name != "github.com/acme/asleep" || weak.Grade != health.GradeE && weak.Grade != health.GradeD {
		t.Errorf("the weakest is %s with grade %s, want the one asleep for six years", weak.Name, weak.Grade)
	}
	for _, f := range first.Findings {
		for _, m := range f.Measurements {
			if m.Metric == "time-to-first-response" && m.Missing == "" {
				t.Errorf("%s: responsiveness is measured without anybody having told it", f.Name)
			}
		}
	}

	asked := w.asked.Load()
	again := w.audit(exitFails)
	if w.asked.Load() != asked {
		t.Errorf("the second run asked %d times; what is kept is fresh", w.asked.Load()-asked)
	}
	if len(again.Findings) != 2 || *again.Findings[0].Score.Score != *first.Findings[0].Score.Score {
		t.Error("the second run says something else")
	}

	w.git.Close() // from here on the host is down
	if rep := w.audit(exitFails, "--offline"); !rep.Complete {
		t.Errorf("offline, with all of it kept: missing %v", rep.Missing)
	}
	w.now = today.AddDate(0, 0, 3)
	if rep := w.audit(exitFails); !rep.Complete || len(rep.Notes) == 0 {
		t.Errorf("host down, evidence fresh enough to stand in: missing %v, notes %v", rep.Missing, rep.Notes)
	}
	rep := w.audit(exitIncomplete, "--max-stale", "24h")
	if rep.Complete || len(rep.Missing) == 0 || len(rep.Findings) != 2 {
		t.Errorf("host down, nothing may stand in: complete %v, missing %v", rep.Complete, rep.Missing)
	}
}

func TestBundleGivesTheSameBytes(t *testing.T) {
	w := newWorld(t)
	bundle := w.path("evidence.bundle")
	w.audit(exitFails, "--write-bundle", bundle)
	w.git.Close()
	if err := os.RemoveAll(w.path("cache")); err != nil {
		t.Fatal(err)
	}
	_, first, _ := w.run(t.Context(), "audit", "-f", "json", "--bundle", bundle, w.path("project"))
	_, second, _ := w.run(t.Context(), "audit", "-f", "json", "--bundle", bundle, w.path("project"))
	if first == "" || first != second {
		t.Error("two runs over one bundle give different bytes")
	}
	info, err := os.Stat(bundle)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the bundle's mode is %v", info.Mode().Perm())
	}
	raw, err := os.ReadFile(bundle)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("ada")) {
		t.Error("the bundle names a person")
	}
}

func TestOneDeadRepositoryLeavesTheRest(t *testing.T) {
	w := newWorld(t)
	w.hold = func(r *http.Request) {
		if strings.Contains(r.URL.Path, "alive") {
			r.URL.Path = "/../refused" // the backend answers that with an error of its own
		}
	}
	rep := w.audit(exitIncomplete)
	if got := commits(rep, "github.com/acme/asleep"); got != "true" {
		t.Errorf("the repository that answers: %s", got)
	}
	if got := commits(rep, "github.com/acme/alive"); got == "true" {
		t.Error("the repository that doesn't answer was measured")
	}
	if rep := w.audit(exitFails, "--allow-incomplete"); rep.Complete {
		t.Error("--allow-incomplete calls the audit complete")
	}
}

func TestInterruptLosesNothing(t *testing.T) {
	w := newWorld(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	// The first repository is read whole; while the second is, somebody presses Ctrl-C.
	w.hold = func(r *http.Request) {
		if strings.Contains(r.URL.Path, "asleep") {
			for range 200 {
				if kept, _ := filepath.Glob(w.path("cache/v1/activity*/*/*")); len(kept) > 0 {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			interrupt()
		}
	}
	code, stdout, stderr := w.run(ctx, "audit", "-f", "json", w.path("project"))
	if code != exitInterrupt || stdout != "" || !strings.Contains(stderr, "the next run goes on from there") {
		t.Fatalf("interrupted: exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	w.hold = func(r *http.Request) {
		if strings.Contains(r.URL.Path, "alive") {
			t.Errorf("asked again about what was read before the interrupt: %s", r.URL.Path)
		}
	}
	if rep := w.audit(exitFails); !rep.Complete {
		t.Errorf("the next run: missing %v", rep.Missing)
	}
}

func TestPlanAsksNobody(t *testing.T) {
	w := newWorld(t)
	code, stdout, stderr := w.run(t.Context(), "audit", "--plan", w.path("project"))
	if code != exitHolds || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, want := range []string{"2 dependencies", "golang", "4 requests", "github.com", "2 repositories", "by git", "no token for github.com", "4 requests and 0 points at most"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the plan doesn't say %q:\n%s", want, stdout)
		}
	}
	if w.asked.Load() != 0 {
		t.Errorf("%d requests were made", w.asked.Load())
	}
}
