package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// wire is a host made by hand: it answers what the function says.
type wire func(*http.Request) (*http.Response, error)

func (w wire) RoundTrip(req *http.Request) (*http.Response, error) { return w(req) }

// reply is an answer; header holds names and values in turn.
func reply(req *http.Request, status int, body string, header ...string) (*http.Response, error) {
	resp := &http.Response{
		StatusCode: status, Status: fmt.Sprintf("%d %s", status, http.StatusText(status)),
		Header: make(http.Header), Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1, Request: req,
	}
	for i := 0; i < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp, nil
}

func client(t *testing.T, o Options) *Client {
	t.Helper()
	if o.Now == nil {
		o.Now = time.Now
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// ask returns an answer's status and body, or its error.
func ask(t *testing.T, c *Client, url string) (status int, body string, err error) {
	t.Helper()
	resp, err := c.HTTP().Get(url)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b), nil
}

func TestNewRefusesImpossibleOptions(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]Options{
		"no clock":   {},
		"no file":    {Now: time.Now, Hosts: []Host{{Name: "a.example", CAFile: empty + "x"}}},
		"empty file": {Now: time.Now, Hosts: []Host{{Name: "a.example", CAFile: empty}}},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAgent(t *testing.T) {
	c := client(t, Options{Agent: "mainstay/1", Base: wire(func(r *http.Request) (*http.Response, error) {
		return reply(r, 200, r.Header.Get("User-Agent"))
	})})
	if _, body, err := ask(t, c, "https://a.example/"); err != nil || body != "mainstay/1" {
		t.Errorf("User-Agent %q, %v", body, err)
	}
}

func TestCredentialGoesToItsHostAlone(t *testing.T) {
	hosts := []Host{
		{Name: "api.example", Header: "Authorization", Value: "Bearer s3cret"},
		{Name: "lab.example:8443", Header: "PRIVATE-TOKEN", Value: "s3cret"},
		{Name: "127.0.0.1:81", Header: "Authorization", Value: "token s3cret"},
	}
	tests := []struct {
		url    string
		header string // "" for none
	}{
		{"https://api.example/x", "Authorization"},
		{"https://API.example:443/x", "Authorization"},
		{"https://lab.example:8443/x", "Private-Token"},
		{"http://127.0.0.1:81/x", "Authorization"},
		{"http://api.example/x", ""},          // not over TLS
		{"https://api.example:444/x", ""},     // another port is another host
		{"https://api.example.evil.io/x", ""}, // a longer name is another host
		{"https://sub.api.example/x", ""},
		{"https://lab.example/x", ""},
	}
	for _, test := range tests {
		var got http.Header
		c := client(t, Options{Hosts: hosts, Base: wire(func(r *http.Request) (*http.Response, error) {
			got = r.Header
			return reply(r, 200, "")
		})})
		if _, _, err := ask(t, c, test.url); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"Authorization", "Private-Token"} {
			if has := strings.Contains(got.Get(name), "s3cret"); has != (name == test.header) {
				t.Errorf("%s: %s is %q", test.url, name, got.Get(name))
			}
		}
	}
}

func TestHostDescribedTwice(t *testing.T) {
	var got http.Header
	c := client(t, Options{
		Hosts: []Host{
			{Name: "a.example", Pace: time.Nanosecond},
			{Name: "a.example", Header: "Authorization", Value: "Bearer first", CAFile: ""},
			{Name: "a.example", Header: "Private-Token", Value: "second"},
		},
		Base: wire(func(r *http.Request) (*http.Response, error) {
			got = r.Header
			return reply(r, 200, "")
		}),
	})
	if _, _, err := ask(t, c, "https://a.example/"); err != nil {
		t.Fatal(err)
	}
	if got.Get("Authorization") != "Bearer first" || got.Get("Private-Token") != "" {
		t.Errorf("headers %v", got)
	}
}

func TestRedirectsTakeNoCredentialAlong(t *testing.T) {
	var seen []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, "other "+r.URL.Path+" "+r.Header.Get("Authorization"))
		if r.URL.Path == "/back" { // the other host sends the client back where it has a credential
			http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
		}
	}))
	defer other.Close()
	home := httptest.NewServer(nil)
	defer home.Close()
	home.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, "home "+r.URL.Path+" "+r.Header.Get("Authorization"))
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL+"/here", http.StatusFound)
		case "/round":
			http.Redirect(w, r, other.URL+"/back?to="+home.URL+"/secret", http.StatusFound)
		case "/within":
			http.Redirect(w, r, "/moved", http.StatusMovedPermanently)
		}
	})
	c := client(t, Options{Hosts: []Host{
		{Name: strings.TrimPrefix(home.URL, "http://"), Header: "Authorization", Value: "Bearer s3cret"},
	}})
	for _, path := range []string{"/away", "/round", "/within"} {
		resp, err := c.HTTP().Get(home.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Request.Header.Get("Authorization"); got != "" {
			t.Errorf("%s: the answer's request shows the credential %q", path, got)
		}
	}
	want := []string{
		"home /away Bearer s3cret", "other /here ",
		"home /round Bearer s3cret", "other /back ", "home /secret ",
		"home /within Bearer s3cret", "home /moved Bearer s3cret",
	}
	if got := strings.Join(seen, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("requests:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

func TestRedirectsAreBoundedAndStayOnTLS(t *testing.T) {
	for to, want := range map[string]string{
		"http://a.example/":  "refused a redirect from https to http",
		"file:///etc/passwd": "refused a redirect from https to file",
		"https://a.example/": "stopped after 5 redirects",
	} {
		c := client(t, Options{Base: wire(func(r *http.Request) (*http.Response, error) {
			if r.URL.Scheme != "https" {
				t.Errorf("asked %s", r.URL)
			}
			return reply(r, 302, "", "Location", to)
		})})
		if _, _, err := ask(t, c, "https://a.example/"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("to %s: %v, want %q", to, err, want)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	h := Host{Name: "a.example", Header: "Authorization", Value: "Bearer s3cret"}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(format, h); strings.Contains(text, "s3cret") {
			t.Errorf("%s prints %s", format, text)
		}
	}
}

func TestOversizedBody(t *testing.T) {
	for _, length := range []int64{-1, 11} {
		c := client(t, Options{MaxBody: 10, Patience: time.Hour, Base: wire(func(r *http.Request) (*http.Response, error) {
			resp, err := reply(r, 200, strings.Repeat("x", 11))
			resp.ContentLength = length
			return resp, err
		})})
		_, _, err := ask(t, c, "https://a.example/")
		if large, ok := errors.AsType[*TooLarge](err); !ok || large.Limit != 10 {
			t.Errorf("length %d: %v", length, err)
		}
		if n := c.Stats().Requests; n != 1 {
			t.Errorf("length %d: asked %d times", length, n)
		}
	}
}

// dripping is a body that gives one byte a second, for ever.
type dripping struct{ ctx context.Context }

func (d dripping) Read(p []byte) (int, error) {
	if err := sleep(d.ctx, time.Second); err != nil {
		return 0, err
	}
	p[0] = 'x'
	return 1, nil
}

func (dripping) Close() error { return nil }

func TestSlowBodyEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client(t, Options{Timeout: 20 * time.Second, Base: wire(func(r *http.Request) (*http.Response, error) {
			resp, err := reply(r, 200, "")
			resp.Body = dripping{r.Context()}
			return resp, err
		})})
		start := time.Now()
		_, _, err := ask(t, c, "https://a.example/")
		if err == nil || !strings.Contains(err.Error(), "a.example gave no whole answer within 20s") {
			t.Errorf("error %v", err)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Error("the attempt's limit looks like the end of the caller's context")
		}
		if took := time.Since(start); took != 20*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestCAFile(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "trusted")
	}))
	defer server.Close()
	server.Config.ErrorLog = nil
	name := strings.TrimPrefix(server.URL, "https://")
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	c := client(t, Options{Hosts: []Host{{Name: name, CAFile: ca}}})
	if _, body, err := ask(t, c, server.URL); err != nil || body != "trusted" {
		t.Errorf("with the file: %q, %v", body, err)
	}
	other := client(t, Options{Patience: time.Hour, Hosts: []Host{{Name: "other.example", CAFile: ca}}})
	_, _, err := ask(t, other, server.URL)
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
		if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok {
			t.Errorf("another host's file: %v", err)
		}
	}
	if n := other.Stats().Requests; n != 1 {
		t.Errorf("a certificate that isn't trusted was tried %d times", n)
	}
}

func TestConcurrencyAndPaceAHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var under, most atomic.Int32
		c := client(t, Options{Concurrency: 3, Hosts: []Host{{Name: "slow.example", Concurrency: 1, Pace: 10 * time.Second}},
			Base: wire(func(r *http.Request) (*http.Response, error) {
				n := under.Add(1)
				for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
				}
				defer under.Add(-1)
				if err := sleep(r.Context(), time.Second); err != nil {
					return nil, err
				}
				return reply(r, 200, "")
			})})
		for _, test := range []struct {
			url  string
			most int32
			took time.Duration
		}{
			{"https://fast.example/", 3, 3 * time.Second}, // 7 requests, 3 at once, 1 s each
			{"https://slow.example/", 1, 61 * time.Second},
		} {
			most.Store(0)
			start := time.Now()
			done := make(chan error)
			for range 7 {
				go func() {
					_, err := c.HTTP().Get(test.url)
					done <- err
				}()
			}
			for range 7 {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
			if took := time.Since(start); took != test.took || most.Load() != test.most {
				t.Errorf("%s: %v with %d at once, want %v with %d", test.url, took, most.Load(), test.took, test.most)
			}
		}
	})
}

func TestStats(t *testing.T) {
	c := client(t, Options{Base: wire(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "down.example" {
			return nil, errors.New("connection refused")
		}
		return reply(r, 200, "12345")
	})})
	for _, url := range []string{"https://b.example/", "https://a.example/1", "https://a.example/2"} {
		if _, _, err := ask(t, c, url); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := ask(t, c, "https://down.example/"); err == nil {
		t.Error("a refused connection is no error")
	}
	got := fmt.Sprintf("%+v", c.Stats())
	want := "{Requests:4 Cached:0 Revalidated:0 Stale:0 Unkept:0 Bytes:15 Hosts:[" +
		"{Host:a.example Requests:2 Failures:0 Bytes:10} {Host:b.example Requests:1 Failures:0 Bytes:5} " +
		"{Host:down.example Requests:1 Failures:1 Bytes:0}]}"
	if got != want {
		t.Errorf("stats %s\nwant  %s", got, want)
	}
}
