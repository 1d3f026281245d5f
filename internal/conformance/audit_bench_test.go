package conformance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/conformance/hub"
)

// BenchmarkAudit runs the whole program over a Go project: a made-up GitHub, a
// made-up module proxy and a real git server on loopback addresses, each
// answering after 100 ms. Six of seven modules are named by their repository,
// the seventh has a vanity path. Cold is with an empty cache, warm the run after
// it.
//
//	go test -bench Audit -benchtime 1x
func BenchmarkAudit(b *testing.B) {
	program := filepath.Join(b.TempDir(), "mainstay")
	build := exec.Command("go", "build", "-o", program, "./cmd/mainstay")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("building mainstay: %v\n%s", err, out)
	}
	for _, n := range []int{70, 500, 1000} {
		b.Run(fmt.Sprintf("dependencies=%d", n), func(b *testing.B) {
			w := newWeb(b, n)
			w.audit(b, program, b.TempDir()) // the hub invents what it is asked for the first time
			for b.Loop() {
				cache := b.TempDir()
				cold := w.audit(b, program, cache)
				warm := w.audit(b, program, cache)
				b.ReportMetric(cold.seconds, "cold-s")
				b.ReportMetric(float64(cold.forge)/float64(n), "forge-requests/dep")
				b.ReportMetric(float64(cold.points)/float64(n), "points/dep")
				b.ReportMetric(float64(cold.registry)/float64(n), "registry-requests/dep")
				b.ReportMetric(float64(cold.git)/float64(n), "git-requests/dep")
				b.ReportMetric(cold.megabytes, "cold-peak-MB")
				b.ReportMetric(cold.processor, "cold-cpu-s")
				b.ReportMetric(warm.seconds, "warm-s")
				b.ReportMetric(warm.processor, "warm-cpu-s")
				b.ReportMetric(float64(warm.forge+warm.registry+warm.git), "warm-requests")
				b.ReportMetric(warm.megabytes, "warm-peak-MB")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// latency is how long every answer takes.
const latency = 100 * time.Millisecond

// web is the network that a benchmarked program sees.
type web struct {
	hub      *hub.Hub
	forge    *httptest.Server
	proxy    *httptest.Server
	git      *httptest.Server
	asked    atomic.Int64 // requests to the proxy
	fetched  atomic.Int64 // requests to the git server
	project  string
	expected int
}

func newWeb(b *testing.B, n int) *web {
	day := time.Now().UTC().Truncate(24 * time.Hour)
	w := &web{hub: hub.New(time.Now, func(what string) { b.Error(what) }), project: b.TempDir(), expected: n}
	w.hub.Latency, w.hub.Budget, w.hub.Keep = latency, 1_000_000, true
	w.hub.Invent = func(name string) hub.Object { return hub.Plausible(name, day) }
	w.forge = httptest.NewServer(w.hub)
	w.proxy = httptest.NewServer(http.HandlerFunc(w.module))
	b.Cleanup(w.forge.Close)
	b.Cleanup(w.proxy.Close)
	w.serveGit(b, day)

	var mod strings.Builder
	mod.WriteString("module example.com/app\n\ngo 1.26\n\nrequire (\n")
	for i := range n {
		path := fmt.Sprintf("github.com/owner%d/module%d", i/3, i)
		if i%7 == 6 {
			path = fmt.Sprintf("vanity.example/module%d", i)
		}
		indirect := ""
		if i%4 != 0 {
			indirect = " // indirect"
		}
		fmt.Fprintf(&mod, "\t%s v1.4.0%s\n", path, indirect)
	}
	mod.WriteString(")\n")
	if err := os.WriteFile(filepath.Join(w.project, "go.mod"), []byte(mod.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return w
}

// module answers as a module proxy does.
func (w *web) module(out http.ResponseWriter, r *http.Request) {
	w.asked.Add(1)
	time.Sleep(latency)
	path, file, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/@")
	switch {
	case file == "v/list":
		for minor := range 6 {
			fmt.Fprintf(out, "v1.%d.0\n", minor)
		}
	case strings.HasSuffix(file, ".mod"):
		fmt.Fprintf(out, "module %s\n\ngo 1.22\n", path)
	case file == "latest" || strings.HasSuffix(file, ".info"):
		name := path[strings.LastIndex(path, "/")+1:]
		fmt.Fprintf(out, `{"Version":"v1.5.0","Time":"2026-06-01T00:00:00Z","Origin":{"VCS":"git","URL":"https://github.com/vanity/%s"}}`, name)
	default:
		http.NotFound(out, r)
	}
}

// A measured run of the program.
type measured struct {
	seconds, processor, megabytes float64
	forge, points, registry, git  int
}

func (w *web) audit(b *testing.B, program, cache string) measured {
	b.Helper()
	before, asked, fetched := w.hub.Stats(), w.asked.Load(), w.fetched.Load()
	cmd := exec.Command(program, "audit", "-f", "json", "--exit-zero", w.project)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + b.TempDir(), "MAINSTAY_CACHE_DIR=" + cache,
		"GITHUB_API_URL=" + w.forge.URL, "GITHUB_TOKEN=benchmark", "GOPROXY=" + w.proxy.URL,
		"MAINSTAY_MIRRORS=github.com=" + w.git.URL,
	}
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	start := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	peak := watchPeak(cmd.Process.Pid)
	err := cmd.Wait()
	seconds := time.Since(start).Seconds()
	if err != nil {
		b.Fatalf("running mainstay: %v\n%s\n%.2000s", err, stderr.String(), out.String())
	}
	var report struct {
		Complete bool
		Findings []json.RawMessage
		Missing  []struct{ Subject, Why string }
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		b.Fatal(err)
	}
	if !report.Complete || len(report.Findings) != w.expected {
		b.Fatalf("%d findings, missing %v", len(report.Findings), report.Missing)
	}
	after := w.hub.Stats()
	return measured{
		seconds: seconds, processor: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(),
		megabytes: float64(peak()) / 1024, forge: after.Requests - before.Requests, points: after.Points - before.Points,
		registry: int(w.asked.Load() - asked), git: int(w.fetched.Load() - fetched),
	}
}

// watchPeak follows how much memory a process has had at most, until it ends;
// the result is in kB. What wait4 tells is no use: it counts what the parent
// had when it forked.
func watchPeak(pid int) (peak func() int) {
	result := make(chan int, 1)
	go func() {
		most := 0
		for {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			_, after, found := strings.Cut(string(status), "VmHWM:")
			if err != nil || !found {
				result <- most
				return
			}
			if fields := strings.Fields(after); len(fields) > 0 {
				if kB, err := strconv.Atoi(fields[0]); err == nil {
					most = max(most, kB)
				}
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	return func() int { return <-result }
}

// serveGit serves one real history, as long as a lively repository's, under
// every path.
func (w *web) serveGit(b *testing.B, day time.Time) {
	libexec, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		b.Skipf("asking git where its programs are: %v", err)
	}
	backend, root := filepath.Join(strings.TrimSpace(string(libexec)), "git-http-backend"), b.TempDir()
	environment := []string{"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "PATH=" + os.Getenv("PATH")}
	git := func(stdin string, args ...string) {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env, cmd.Stdin = root, environment, strings.NewReader(stdin)
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("", "init", "--quiet", "--bare", "-b", "main", "any.git")
	git(history(day), "--git-dir=any.git", "fast-import", "--quiet")
	git("", "--git-dir=any.git", "repack", "-adbq")
	serve := &cgi.Handler{Path: backend, Dir: root, Env: append(environment,
		"GIT_PROJECT_ROOT="+root, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_COUNT=2",
		"GIT_CONFIG_KEY_0=uploadpack.allowFilter", "GIT_CONFIG_VALUE_0=true", "GIT_CONFIG_KEY_1=safe.directory", "GIT_CONFIG_VALUE_1=*")}
	w.git = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.fetched.Add(1)
		time.Sleep(latency)
		parts := strings.SplitN(r.URL.Path, "/", 4) // "", owner, name, the rest
		r.URL.Path = "/any.git/" + parts[len(parts)-1]
		serve.ServeHTTP(out, r)
	}))
	b.Cleanup(w.git.Close)
}

// history is a thousand commits over two years and thirty tags, for git
// fast-import.
func history(day time.Time) string {
	var b strings.Builder
	for i := range 1040 {
		at := day.AddDate(-2, -2, 0).Add(time.Duration(i) * 18 * time.Hour).Unix()
		who := fmt.Sprintf("Dev No%d <dev%d@any.example> %d +0000", i%25, i%25, at)
		message := fmt.Sprintf("Fix the parser under load, case %d\n\nEvery cache is read again where nothing is set.\n", i)
		fmt.Fprintf(&b, "commit refs/heads/main\nmark :%d\nauthor %s\ncommitter %s\ndata %d\n%s\n", i+1, who, who, len(message), message)
		if i > 0 {
			fmt.Fprintf(&b, "from :%d\n", i)
		}
		if i%20 == 0 {
			fmt.Fprintf(&b, "M 100644 inline part%d.txt\ndata 5\ntext\n\n", i)
		}
	}
	for i := range 30 {
		fmt.Fprintf(&b, "reset refs/tags/v1.%d.0\nfrom :%d\n\n", i, 30*i+1)
	}
	return b.String()
}
