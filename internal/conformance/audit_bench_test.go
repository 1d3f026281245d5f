package conformance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/conformance/hub"
)

// BenchmarkAudit runs the whole program over a Go project: a made-up GitHub and
// a made-up module proxy on loopback addresses, each answering after 100 ms.
// Six of seven modules are named by their repository, the seventh has a vanity
// path. Cold is with an empty cache, warm the run after it.
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
				b.ReportMetric(cold.megabytes, "cold-peak-MB")
				b.ReportMetric(cold.processor, "cold-cpu-s")
				b.ReportMetric(warm.seconds, "warm-s")
				b.ReportMetric(warm.processor, "warm-cpu-s")
				b.ReportMetric(float64(warm.forge+warm.registry), "warm-requests")
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
	asked    atomic.Int64 // requests to the proxy
	project  string
	expected int
}

func newWeb(b *testing.B, n int) *web {
	day := time.Now().UTC().Truncate(24 * time.Hour)
	w := &web{hub: hub.New(func(what string) { b.Error(what) }), project: b.TempDir(), expected: n}
	w.hub.Latency, w.hub.Budget = latency, 1_000_000
	w.hub.Invent = func(name string) hub.Object { return hub.Plausible(name, day) }
	w.forge = httptest.NewServer(w.hub)
	w.proxy = httptest.NewServer(http.HandlerFunc(w.module))
	b.Cleanup(w.forge.Close)
	b.Cleanup(w.proxy.Close)

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
		fmt.Fprintf(out, "module %s\n", path)
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
	forge, points, registry       int
}

func (w *web) audit(b *testing.B, program, cache string) measured {
	b.Helper()
	before, asked := w.hub.Stats(), w.asked.Load()
	cmd := exec.Command(program, "audit", "-f", "json", "--exit-zero", w.project)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + b.TempDir(), "MAINSTAY_CACHE_DIR=" + cache,
		"GITHUB_API_URL=" + w.forge.URL, "GITHUB_TOKEN=benchmark", "GOPROXY=" + w.proxy.URL,
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	out, err := cmd.Output()
	seconds := time.Since(start).Seconds()
	if err != nil {
		b.Fatalf("running mainstay: %v\n%s\n%.2000s", err, stderr.String(), out)
	}
	var report struct {
		Complete bool
		Findings []json.RawMessage
		Missing  []struct{ Subject, Why string }
	}
	if err := json.Unmarshal(out, &report); err != nil {
		b.Fatal(err)
	}
	if !report.Complete || len(report.Findings) != w.expected {
		b.Fatalf("%d findings, missing %v", len(report.Findings), report.Missing)
	}
	after := w.hub.Stats()
	m := measured{
		seconds: seconds, processor: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(),
		forge: after.Requests - before.Requests, points: after.Points - before.Points, registry: int(w.asked.Load() - asked),
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.megabytes = float64(usage.Maxrss) / 1024
	}
	return m
}
