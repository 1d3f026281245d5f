package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// a day in the life of a cache: a clock to turn and a host to change.
type day struct {
	now   time.Time
	asked []*http.Request
	host  wire
	store *Store
}

func newDay(t *testing.T) *day {
	t.Helper()
	store, err := OpenStore(filepath.Join(t.TempDir(), "cache"))
	if err != nil {
		t.Fatal(err)
	}
	return &day{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), store: store}
}

func (d *day) client(t *testing.T, o Options) *Client {
	o.Store, o.Now = d.store, func() time.Time { return d.now }
	o.Base = wire(func(r *http.Request) (*http.Response, error) {
		d.asked = append(d.asked, r)
		return d.host(r)
	})
	if o.MaxAge == 0 {
		o.MaxAge = 24 * time.Hour
	}
	if o.MaxStale == 0 {
		o.MaxStale = 30 * 24 * time.Hour
	}
	return client(t, o)
}

// get returns an answer in short: status, body, "cached", "stale".
func get(t *testing.T, c *Client, url string) string {
	t.Helper()
	resp, err := c.HTTP().Get(url)
	if err != nil {
		return "error " + err.Error()
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	short := resp.Status + " " + string(body)
	if resp.Header.Get("X-From-Cache") != "" {
		short += " cached"
	}
	if why := Stale(resp); why != "" {
		short += " stale: " + why
	}
	return short
}

func TestCacheKeepsAnswersForADay(t *testing.T) {
	d := newDay(t)
	d.host = func(r *http.Request) (*http.Response, error) { return reply(r, 200, "one") }
	c := d.client(t, Options{})
	if got := get(t, c, "https://a.example/"); got != "200 OK one" {
		t.Errorf("first: %s", got)
	}
	d.now = d.now.Add(24 * time.Hour)
	if got := get(t, c, "https://a.example/"); got != "200 OK one cached" {
		t.Errorf("within a day: %s", got)
	}
	d.now = d.now.Add(time.Second)
	if got := get(t, c, "https://a.example/"); got != "200 OK one" {
		t.Errorf("after a day: %s", got)
	}
	if s := c.Stats(); s.Requests != 2 || s.Cached != 1 {
		t.Errorf("stats %+v", s)
	}
}

func TestCacheSaysWhenItRead(t *testing.T) {
	d := newDay(t)
	d.host = func(r *http.Request) (*http.Response, error) { return reply(r, 200, "one") }
	c := d.client(t, Options{})
	get(t, c, "https://a.example/")
	read := d.now
	d.now = d.now.Add(time.Hour)
	resp, err := c.HTTP().Get("https://a.example/")
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := ReadAt(resp); !ok || !at.Equal(read) {
		t.Errorf("read at %v, %v; want %v", at, ok, read)
	}
}

func TestCacheRevalidates(t *testing.T) {
	d := newDay(t)
	d.host = func(r *http.Request) (*http.Response, error) {
		if r.Header.Get("If-None-Match") == `"v1"` {
			return reply(r, 304, "", "X-RateLimit-Remaining", "41", "Etag", `"v1"`)
		}
		return reply(r, 200, "one", "Etag", `"v1"`, "X-RateLimit-Remaining", "42", "Content-Type", "application/json")
	}
	c := d.client(t, Options{})
	get(t, c, "https://a.example/")
	d.now = d.now.Add(48 * time.Hour)
	resp, err := c.HTTP().Get("https://a.example/")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	h := resp.Header
	if resp.StatusCode != 200 || string(body) != "one" || h.Get("X-From-Cache") != "" || h.Get("X-RateLimit-Remaining") != "41" || h.Get("Content-Type") != "application/json" {
		t.Errorf("revalidated: %s %q %v", resp.Status, body, h)
	}
	d.now = d.now.Add(23 * time.Hour)
	if got := get(t, c, "https://a.example/"); got != "200 OK one cached" {
		t.Errorf("after it was revalidated: %s", got)
	}
	if s := c.Stats(); s.Requests != 2 || s.Revalidated != 1 {
		t.Errorf("stats %+v", s)
	}
}

func TestStaleStandsInForFailure(t *testing.T) {
	d := newDay(t)
	good := func(r *http.Request) (*http.Response, error) { return reply(r, 200, "one", "Etag", `"v1"`) }
	d.host = good
	c := d.client(t, Options{})
	get(t, c, "https://a.example/")
	d.now = d.now.Add(10 * 24 * time.Hour)
	for want, host := range map[string]wire{
		"200 OK one cached stale: connection refused": func(*http.Request) (*http.Response, error) {
			return nil, errors.New("connection\nrefused")
		},
		"200 OK one cached stale: a.example answers 502 Bad Gateway":                            with(502),
		"200 OK one cached stale: a.example refuses until 2026-12-01T12:01:00Z: asked too fast": with(429, "Retry-After", "60"),
	} {
		d.host = host
		got := get(t, d.client(t, Options{}), "https://a.example/")
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	d.host = with(404)
	if got := get(t, c, "https://a.example/"); got != "404 Not Found " {
		t.Errorf("not found is an answer: %s", got)
	}
	d.host = good
	d.now = d.now.Add(48 * time.Hour)
	get(t, c, "https://a.example/")
	d.now = d.now.Add(31 * 24 * time.Hour)
	d.host = broken(errors.New("connection refused"))
	if got := get(t, c, "https://a.example/"); !strings.Contains(got, "connection refused") || !strings.HasPrefix(got, "error") {
		t.Errorf("too old: %s", got)
	}
}

func TestOffline(t *testing.T) {
	d := newDay(t)
	d.host = func(r *http.Request) (*http.Response, error) { return reply(r, 200, "one") }
	get(t, d.client(t, Options{}), "https://a.example/")
	d.asked = nil
	off := d.client(t, Options{Offline: true})
	if got := get(t, off, "https://a.example/"); got != "200 OK one cached" {
		t.Errorf("fresh: %s", got)
	}
	d.now = d.now.Add(10 * 24 * time.Hour)
	if got := get(t, off, "https://a.example/"); got != "200 OK one cached stale: offline" {
		t.Errorf("old: %s", got)
	}
	if _, err := off.HTTP().Get("https://a.example/other"); !errors.Is(err, ErrOffline) {
		t.Errorf("never asked: %v", err)
	}
	if _, err := off.HTTP().Post("https://a.example/", "text/plain", strings.NewReader("")); !errors.Is(err, ErrOffline) {
		t.Errorf("not a GET: %v", err)
	}
	d.now = d.now.Add(30 * 24 * time.Hour)
	_, err := off.HTTP().Get("https://a.example/")
	if !errors.Is(err, ErrOffline) || !strings.Contains(err.Error(), "the answer from 2026-11-21 is too old") {
		t.Errorf("too old: %v", err)
	}
	if len(d.asked) != 0 {
		t.Errorf("%d requests left the machine", len(d.asked))
	}
	bare := client(t, Options{Offline: true, Base: d.host})
	if _, err := bare.HTTP().Get("https://a.example/"); !errors.Is(err, ErrOffline) {
		t.Errorf("without a store: %v", err)
	}
}

func TestMaxAgeOfOneRequest(t *testing.T) {
	d := newDay(t)
	d.host = func(r *http.Request) (*http.Response, error) { return reply(r, 200, "one") }
	c := d.client(t, Options{})
	do := func(age time.Duration) {
		req, _ := http.NewRequestWithContext(WithMaxAge(t.Context(), age), http.MethodGet, "https://a.example/", nil)
		if _, err := c.HTTP().Do(req); err != nil {
			t.Fatal(err)
		}
	}
	do(Forever)
	d.now = d.now.Add(1000 * 24 * time.Hour)
	do(Forever)
	if len(d.asked) != 1 {
		t.Errorf("asked %d times for what never changes", len(d.asked))
	}
	d.now = d.now.Add(time.Minute)
	do(time.Second)
	if len(d.asked) != 2 {
		t.Errorf("asked %d times", len(d.asked))
	}
}

func TestScopesAreKeptApart(t *testing.T) {
	d := newDay(t)
	d.host = func(r *http.Request) (*http.Response, error) { return reply(r, 200, r.Header.Get("Authorization")) }
	key := func(value Secret, scope string) []Host {
		return []Host{{Name: "a.example", Header: "Authorization", Value: value, Scope: scope}}
	}
	for i, test := range []struct {
		hosts []Host
		want  string
	}{
		{nil, "200 OK "},
		{key("Bearer one", ""), "200 OK Bearer one"},
		{key("Bearer two", ""), "200 OK Bearer two"},
		{key("Bearer one", ""), "200 OK Bearer one cached"},
		{key("Bearer three", "ci"), "200 OK Bearer three"},
		{key("Bearer four", "ci"), "200 OK Bearer three cached"},
		{nil, "200 OK  cached"},
	} {
		if got := get(t, d.client(t, Options{Hosts: test.hosts}), "https://a.example/"); got != test.want {
			t.Errorf("%d: %s, want %s", i, got, test.want)
		}
	}
}

func TestNoCredentialIsStored(t *testing.T) {
	d := newDay(t)
	d.host = func(r *http.Request) (*http.Response, error) {
		return reply(r, 200, "body", "Set-Cookie", "session=s3cret", "X-Secret", "s3cret", "Vary", "Authorization", "Etag", `"1"`)
	}
	c := d.client(t, Options{Hosts: []Host{{Name: "a.example", Header: "Authorization", Value: "Bearer s3cret"}}})
	get(t, c, "https://a.example/")
	files := 0
	err := filepath.WalkDir(d.store.Dir(), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: others may read it: %v", path, info.Mode())
		}
		if !strings.HasSuffix(path, ".gz") {
			return nil
		}
		files++
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(z)
		if bytes.Contains(text, []byte("s3cret")) {
			t.Errorf("stored: %s", text)
		}
		return err
	})
	if err != nil || files != 1 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestWhatIsNotKept(t *testing.T) {
	tests := []struct {
		name   string
		host   wire
		header []string // of the request
		asked  int      // for two requests
	}{
		{"an answer", with(200), nil, 1},
		{"not found", with(404), nil, 1},
		{"unavailable for legal reasons", with(451), nil, 1},
		{"an error", with(500), nil, 2},
		{"unauthorised", with(401), nil, 2},
		{"forbidden", with(403), nil, 2},
		{"a login page", with(200, "Content-Type", "text/html; charset=utf-8"), nil, 2},
		{"a page that was asked for", with(200, "Content-Type", "text/html"), []string{"Accept", "text/html"}, 1},
		{"the caller's own credential", with(200), []string{"Authorization", "Bearer s3cret"}, 2},
		{"part of an answer", with(206), []string{"Range", "bytes=0-9"}, 2},
		{"the caller's own condition", with(304), []string{"If-None-Match", `"x"`}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newDay(t)
			d.host = test.host
			c := d.client(t, Options{})
			for range 2 {
				req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://a.example/", nil)
				for i := 0; i < len(test.header); i += 2 {
					req.Header.Set(test.header[i], test.header[i+1])
				}
				if _, err := c.HTTP().Do(req); err != nil {
					t.Fatal(err)
				}
			}
			if len(d.asked) != test.asked {
				t.Errorf("asked %d times, want %d", len(d.asked), test.asked)
			}
		})
	}
}

func TestRedirectsAreKept(t *testing.T) {
	for to, asked := range map[string]int{"/new": 2, "/new?X-Signature=abc": 3} {
		d := newDay(t)
		d.host = func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/old" {
				return reply(r, 302, "", "Location", to)
			}
			return reply(r, 200, "new")
		}
		c := d.client(t, Options{})
		for range 2 {
			if got := get(t, c, "https://a.example/old"); !strings.HasPrefix(got, "200 OK new") {
				t.Error(got)
			}
		}
		if len(d.asked) != asked {
			t.Errorf("to %s: asked %d times, want %d", to, len(d.asked), asked)
		}
	}
}

func TestAHostCantMarkItsAnswers(t *testing.T) {
	d := newDay(t)
	d.host = with(200, "X-From-Cache", "1", "X-Mainstay-Stale", "x", "X-Mainstay-Read-At", "2020-01-01T00:00:00Z")
	resp, err := d.client(t, Options{}).HTTP().Get("https://a.example/")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := ReadAt(resp); ok || Stale(resp) != "" || resp.Header.Get("X-From-Cache") != "" {
		t.Errorf("header %v", resp.Header)
	}
}

func TestDamagedFilesAreReadAnew(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"empty":     func([]byte) []byte { return nil },
		"cut short": func(b []byte) []byte { return b[:len(b)-5] },
		"cut early": func(b []byte) []byte { return b[:12] },
		"changed":   func(b []byte) []byte { b[len(b)-12] ^= 0xff; return b },
		"not ours":  func([]byte) []byte { return []byte("hello") },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDay(t)
			d.host = func(r *http.Request) (*http.Response, error) { return reply(r, 200, strings.Repeat("one ", 100)) }
			c := d.client(t, Options{})
			first := get(t, c, "https://a.example/")
			path := d.store.path(kindHTTP, cache{scope: auth{}.scope}.key(d.asked[0]))
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, damage(b), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := get(t, c, "https://a.example/"); got != first {
				t.Errorf("got %s", got)
			}
			if got := get(t, c, "https://a.example/"); got != first+" cached" {
				t.Errorf("then %s", got)
			}
		})
	}
}

func TestAStoreThatFailsCostsNoAnswer(t *testing.T) {
	d := newDay(t)
	d.host = func(r *http.Request) (*http.Response, error) { return reply(r, 200, "one") }
	// A file stands where the store's directory would be.
	if err := os.WriteFile(filepath.Join(d.store.Dir(), storeSchema), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := d.client(t, Options{})
	if got := get(t, c, "https://a.example/"); got != "200 OK one" {
		t.Error(got)
	}
	if n := c.Stats().Unkept; n != 1 {
		t.Errorf("%d answers not kept", n)
	}
}

func TestCancelledRequestIsNotAnsweredStale(t *testing.T) {
	d := newDay(t)
	d.host = func(r *http.Request) (*http.Response, error) { return reply(r, 200, "one") }
	c := d.client(t, Options{})
	get(t, c, "https://a.example/")
	d.now = d.now.Add(48 * time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	d.host = func(r *http.Request) (*http.Response, error) {
		cancel()
		return nil, r.Context().Err()
	}
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://a.example/", nil)
	if _, err := c.HTTP().Do(req); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
