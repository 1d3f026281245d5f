package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// script answers each request with the next of its replies, and fails the test
// on one too many.
func script(t *testing.T, replies ...func(*http.Request) (*http.Response, error)) (wire, *int) {
	n := new(int)
	return func(r *http.Request) (*http.Response, error) {
		if *n >= len(replies) {
			t.Errorf("request %d, of %d expected", *n+1, len(replies))
			return nil, net.ErrClosed
		}
		*n++
		return replies[*n-1](r)
	}, n
}

func with(status int, header ...string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) { return reply(r, status, "", header...) }
}

func broken(err error) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func TestRetry(t *testing.T) {
	refused := errors.New("connection refused")
	tests := []struct {
		name     string
		replies  []func(*http.Request) (*http.Response, error)
		patience time.Duration
		status   int    // of the last answer; 0 for an error
		err      string // part of it
		waits    int
		least    time.Duration // of all waits together
	}{
		{name: "first try", replies: []func(*http.Request) (*http.Response, error){with(200)}, patience: time.Hour, status: 200},
		{name: "bad gateway passes", replies: []func(*http.Request) (*http.Response, error){with(502), with(504), with(200)},
			patience: time.Hour, status: 200, waits: 2},
		{name: "broken connection passes", replies: []func(*http.Request) (*http.Response, error){broken(refused), with(200)},
			patience: time.Hour, status: 200, waits: 1},
		{name: "it gives up", replies: []func(*http.Request) (*http.Response, error){with(503), with(503), with(503), with(503)},
			patience: time.Hour, status: 503, waits: 3},
		{name: "no patience", replies: []func(*http.Request) (*http.Response, error){with(503)}, status: 503},
		{name: "the host says when", replies: []func(*http.Request) (*http.Response, error){with(503, "Retry-After", "7"), with(200)},
			patience: time.Hour, status: 200, waits: 1, least: 7 * time.Second},
		{name: "longer than the patience", replies: []func(*http.Request) (*http.Response, error){with(503, "Retry-After", "61")},
			patience: time.Minute, status: 503},
		{name: "the patience is for all waits together", patience: 10 * time.Second, status: 503, waits: 1, least: 6 * time.Second,
			replies: []func(*http.Request) (*http.Response, error){with(503, "Retry-After", "6"), with(503, "Retry-After", "6")}},
		{name: "too many requests", replies: []func(*http.Request) (*http.Response, error){with(429, "Retry-After", "30"), with(200)},
			patience: time.Hour, status: 200, waits: 1, least: 30 * time.Second},
		{name: "too many requests, no patience", replies: []func(*http.Request) (*http.Response, error){with(429, "Retry-After", "30")},
			err: "asked too fast"},
		{name: "not found is an answer", replies: []func(*http.Request) (*http.Response, error){with(404)}, patience: time.Hour, status: 404},
		{name: "500 is an answer", replies: []func(*http.Request) (*http.Response, error){with(500)}, patience: time.Hour, status: 500},
		{name: "no such host", patience: time.Hour, err: "no such host",
			replies: []func(*http.Request) (*http.Response, error){broken(&net.DNSError{Err: "no such host", Name: "a.example", IsNotFound: true})}},
		{name: "an absurd wish overflows nothing", replies: []func(*http.Request) (*http.Response, error){with(503, "Retry-After", "2147483647")},
			patience: time.Hour, status: 503},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				host, n := script(t, test.replies...)
				var waits int
				c := client(t, Options{Patience: test.patience, Waiting: func(w Wait) {
					waits++
					if w.Host != "a.example" || w.Why == "" {
						t.Errorf("announced %+v", w)
					}
				}, Base: host})
				start := time.Now()
				status, _, err := ask(t, c, "https://a.example/")
				if status != test.status || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
					t.Errorf("status %d, error %v; want %d, %q", status, err, test.status, test.err)
				}
				if *n != len(test.replies) || waits != test.waits {
					t.Errorf("%d requests and %d waits, want %d and %d", *n, waits, len(test.replies), test.waits)
				}
				if took := time.Since(start); took < test.least || took > test.least+4*time.Second {
					t.Errorf("took %v, want %v and a little", took, test.least)
				}
			})
		})
	}
}

func TestRetryEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, _ := script(t, with(503, "Retry-After", "60"))
		c := client(t, Options{Patience: time.Hour, Base: host})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://a.example/", nil)
		if _, err := c.HTTP().Do(req); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

func TestRetryRepeatsOnlyWhatMayBeRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, marked := range []bool{false, true} {
			var bodies []string
			c := client(t, Options{Patience: time.Hour, Base: wire(func(r *http.Request) (*http.Response, error) {
				b, err := io.ReadAll(r.Body)
				if err != nil {
					return nil, err
				}
				bodies = append(bodies, string(b)+r.Header.Get("Idempotency-Key"))
				return reply(r, 502, "")
			})})
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://a.example/", bytes.NewReader([]byte("query")))
			if marked {
				req.Header["Idempotency-Key"] = nil
			}
			if _, err := c.HTTP().Do(req); err != nil {
				t.Fatal(err)
			}
			want := map[bool]string{false: "query", true: "query query query query"}[marked]
			if got := strings.Join(bodies, " "); got != want {
				t.Errorf("marked %v: sent %q, want %q", marked, got, want)
			}
		}
	})
}

func TestRateLimits(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	reset := strconv.FormatInt(now.Add(30*time.Minute).Unix(), 10)
	tests := []struct {
		name      string
		status    int
		body      string
		header    []string
		limited   bool
		secondary bool
		until     time.Duration // from now; 0 for not known
	}{
		{name: "GitHub, used up", status: 403, header: []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", reset}, limited: true, until: 30 * time.Minute},
		{name: "GitHub, used up with 429", status: 429, header: []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", reset}, limited: true, until: 30 * time.Minute},
		{name: "GitHub, too fast", status: 403, header: []string{"Retry-After", "60"}, limited: true, secondary: true, until: time.Minute},
		{name: "GitHub, too fast, in words alone", status: 403, body: `{"message":"You have exceeded a secondary rate limit."}`, limited: true, secondary: true, until: time.Minute},
		{name: "GitLab", status: 429, header: []string{"RateLimit-Remaining", "0", "RateLimit-Reset", reset}, limited: true, until: 30 * time.Minute},
		{name: "a date", status: 429, header: []string{"Retry-After", "Sat, 21 Nov 2026 12:02:00 GMT"}, limited: true, secondary: true, until: 2 * time.Minute},
		{name: "no hint", status: 429, limited: true, secondary: true},
		{name: "forbidden", status: 403, body: `{"message":"Must have admin rights"}`, header: []string{"X-RateLimit-Remaining", "4000"}},
		{name: "no such thing", status: 404, header: []string{"X-RateLimit-Remaining", "0"}},
		{name: "a nonsense reset", status: 403, header: []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "99999999999999999999"}, limited: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := client(t, Options{Now: func() time.Time { return now }, Base: wire(func(r *http.Request) (*http.Response, error) {
				return reply(r, test.status, test.body, test.header...)
			})})
			status, body, err := ask(t, c, "https://api.example/")
			limit, ok := errors.AsType[*RateLimit](err)
			if ok != test.limited {
				t.Fatalf("error %v", err)
			}
			if !ok {
				if status != test.status || body != test.body {
					t.Errorf("status %d, body %q", status, body)
				}
				return
			}
			want := RateLimit{Host: "api.example", Secondary: test.secondary}
			if test.until != 0 {
				want.Until = now.Add(test.until)
			}
			if *limit != want {
				t.Errorf("%+v, want %+v", *limit, want)
			}
		})
	}
}

func TestHostThatIsDownIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := errors.New("connection refused")
		asked, down := 0, true
		c := client(t, Options{Base: wire(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host != "a.example" {
				return reply(r, 200, "")
			}
			asked++
			if down {
				return nil, refused
			}
			return reply(r, 200, "")
		})})
		for range 300 {
			if _, _, err := ask(t, c, "https://a.example/"); !errors.Is(err, refused) {
				t.Fatalf("error %v doesn't say why", err)
			}
		}
		if asked != failuresToTrip {
			t.Errorf("asked %d times", asked)
		}
		if _, _, err := ask(t, c, "https://other.example/"); err != nil {
			t.Errorf("another host: %v", err)
		}
		time.Sleep(downFor)
		ask(t, c, "https://a.example/")
		if ask(t, c, "https://a.example/"); asked != failuresToTrip+1 {
			t.Errorf("asked %d times after the pause, once is enough to see that it's still down", asked-failuresToTrip)
		}
		time.Sleep(downFor)
		down = false
		for range 3 {
			if _, _, err := ask(t, c, "https://a.example/"); err != nil {
				t.Errorf("after it came back: %v", err)
			}
		}
	})
}

func TestPaceLimitHoldsForAllRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, n := script(t, with(403, "Retry-After", "60"), with(200))
		c := client(t, Options{Base: host})
		for range 10 {
			if _, _, err := ask(t, c, "https://a.example/"); err == nil {
				t.Fatal("no error")
			}
		}
		if *n != 1 {
			t.Errorf("asked %d times during the pause", *n)
		}
		time.Sleep(time.Minute)
		if _, _, err := ask(t, c, "https://a.example/"); err != nil {
			t.Errorf("after the pause: %v", err)
		}
	})
}

func TestCancelledRequestsDontCountAgainstTheHost(t *testing.T) {
	c := client(t, Options{Base: wire(func(r *http.Request) (*http.Response, error) {
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		return reply(r, 200, "")
	})})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 * failuresToTrip {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://a.example/", nil)
		c.HTTP().Do(req)
	}
	if _, _, err := ask(t, c, "https://a.example/"); err != nil {
		t.Error(err)
	}
}
