//go:build unix

package conformance_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge/github"
)

// BenchmarkGitHub reads repositories from a hub in another process, with a
// latency of 100 ms and nothing remembered:
//
//	go test -bench GitHub -benchtime 1x
func BenchmarkGitHub(b *testing.B) {
	server := hubd(b)
	for _, n := range []int{70, 1000} {
		b.Run(fmt.Sprintf("repositories=%d", n), func(b *testing.B) {
			repos := names(n)
			for b.Loop() {
				var requests, points, bytes atomic.Int64
				client := &http.Client{Transport: counting{&requests, &bytes}}
				peak := watchHeap()
				start, before := time.Now(), cpu(b)
				got := read(b, nil, github.Options{API: server, HTTP: client, Spent: func(cost, _ int, _ time.Time) {
					points.Add(int64(cost))
				}}, repos)
				spent, worked := time.Since(start), cpu(b)-before
				for _, a := range got {
					if a.Gaps.Outage() {
						b.Fatalf("%s: %v", a.Repository, a.Gaps)
					}
				}
				b.ReportMetric(float64(requests.Load()), "requests")
				b.ReportMetric(float64(requests.Load())/float64(n), "requests/repo")
				b.ReportMetric(float64(points.Load())/float64(n), "points/repo")
				b.ReportMetric(spent.Seconds(), "seconds")
				b.ReportMetric(worked.Seconds(), "cpu-seconds")
				b.ReportMetric(float64(bytes.Load())/float64(n)/1024, "KB/repo")
				b.ReportMetric(float64(peak())/(1<<20), "peak-heap-MB")
			}
		})
	}
}

// hubd starts the command of that name and returns its address. Its first
// answers are slow, since it invents what it is asked for; so it is asked once.
func hubd(b *testing.B) string {
	b.Helper()
	program := filepath.Join(b.TempDir(), "hubd")
	if out, err := exec.Command("go", "build", "-o", program, "./hubd").CombinedOutput(); err != nil {
		b.Fatalf("building hubd: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(b.Context(), program)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	server := strings.TrimSpace(line)
	read(b, nil, github.Options{API: server, HTTP: http.DefaultClient}, names(1000))
	return server
}

type counting struct{ requests, bytes *atomic.Int64 }

func (c counting) RoundTrip(req *http.Request) (*http.Response, error) {
	c.requests.Add(1)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		resp.Body = countedBody{resp.Body, c.bytes}
	}
	return resp, err
}

type countedBody struct {
	io.ReadCloser
	bytes *atomic.Int64
}

func (c countedBody) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}

// cpu is the time that this process has computed.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// watchHeap samples the heap until the returned function is called, which
// returns the largest size seen, in bytes.
func watchHeap() func() uint64 {
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		var peak uint64
		for {
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
			select {
			case <-tick.C:
			case <-stop:
				done <- peak
				return
			}
		}
	}()
	return func() uint64 { close(stop); return <-done }
}
