package kind

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/mainstay-dev/mainstay/internal/fact"
)

// answers are what a host says, by path; what isn't named is a 404.
type answers map[string]answer

type answer struct {
	status int
	kind   string // of the body
	body   string
	to     string // of a redirect
}

func (a answers) RoundTrip(req *http.Request) (*http.Response, error) {
	got, ok := a[req.URL.Path]
	if !ok {
		got = answer{status: 404, kind: "application/json", body: "{}"}
	}
	h := http.Header{"Content-Type": {got.kind}}
	if got.to != "" {
		h.Set("Location", got.to)
	}
	return &http.Response{StatusCode: got.status, Header: h, Body: io.NopCloser(strings.NewReader(got.body)), Request: req}, nil
}

const page = "<!DOCTYPE html><title>Sign in</title>"

func TestProbe(t *testing.T) {
	jsonType, html := "application/json", "text/html; charset=utf-8"
	for _, test := range []struct {
		name string
		host answers
		want string
		err  bool
	}{
		{"forgejo, which answers as gitea too", answers{
			"/api/forgejo/v1/version": {200, jsonType, `{"version":"9.0.3+gitea-1.22.0"}`, ""}, "/api/v1/version": {200, jsonType, `{"version":"9.0.3"}`, ""},
		}, Forgejo, false},
		{"gitea", answers{"/api/v1/version": {200, jsonType, `{"version":"1.26.0"}`, ""}}, Gitea, false},
		{"gitlab without a token", answers{"/api/v4/version": {401, jsonType, `{"message":"401 Unauthorized"}`, ""}}, GitLab, false},
		{"gitlab with a token", answers{"/api/v4/version": {200, jsonType, `{"version":"17.1.0-ee","revision":"a6b1"}`, ""}}, GitLab, false},
		{"github enterprise", answers{"/api/v3/meta": {200, jsonType, `{"verifiable_password_authentication":true,"installed_version":"3.14.0"}`, ""}}, GitHub, false},
		{"gerrit", answers{"/config/server/version": {200, jsonType, ")]}'\n\"3.9.1\"\n", ""}}, Gerrit, false},
		{"sourcehut", answers{"/query": {401, jsonType, `{"errors":[{"message":"Authorization header is required"}]}`, ""}}, Sourcehut, false},
		{"a plain host", answers{}, Git, false},
		{"a web page for everything", answers{
			"/api/forgejo/v1/version": {200, html, page, ""}, "/api/v1/version": {200, html, page, ""}, "/api/v4/version": {200, html, page, ""},
			"/api/v3/meta": {200, html, page, ""}, "/config/server/version": {200, html, page, ""}, "/query": {200, html, page, ""},
		}, Git, false},
		{"another program with a version", answers{"/api/v1/version": {200, jsonType, `{"version":{"major":1}}`, ""}}, Git, false},
		{"another program that asks for a token", answers{"/api/v4/version": {401, jsonType, `{"message":"who are you?"}`, ""}}, Git, false},
		{"a redirect to another host isn't followed", answers{"/api/v1/version": {302, html, "", "https://gitea.example.com/api/v1/version"}}, Git, false},
		{"a host that fails", answers{"/api/forgejo/v1/version": {503, html, page, ""}, "/api/v1/version": {503, html, page, ""}}, "", true},
		{"one that asks to slow down", answers{"/api/v1/version": {429, jsonType, "{}", ""}}, "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Probe(t.Context(), &http.Client{Transport: test.host}, "git.example.org")
			if got != test.want || (err != nil) != test.err {
				t.Errorf("%q, %v; want %q", got, err, test.want)
			}
		})
	}
	for _, host := range []string{"", "a b", "host/path", "user@host", "[::1]"} {
		if kind, err := Probe(t.Context(), &http.Client{Transport: answers{}}, host); err == nil {
			t.Errorf("%q is %s", host, kind)
		}
	}
}

func TestKind(t *testing.T) {
	tables, err := fact.Load()
	if err != nil {
		t.Fatal(err)
	}
	remembered := map[string]string{"old.example.org": Gerrit}
	asked := 0
	host := answers{"/api/v1/version": {200, "application/json", `{"version":"1.26.0"}`, ""}}
	f := Finder{
		Configured: map[string]string{"configured.example.org": Bitbucket},
		Tables:     tables,
		Memory:     Memory{func(h string) string { return remembered[h] }, func(h, k string) { remembered[h] = k }},
		HTTP: &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			asked++
			return host.RoundTrip(req)
		})},
	}
	for _, test := range []struct{ host, want string }{
		{"github.com", GitHub}, {"codeberg.org", Forgejo}, {"git.kernel.org", Git}, {"Configured.example.org", Bitbucket},
		{"old.example.org", Gerrit}, {"new.example.org", Gitea}, {"new.example.org", Gitea},
	} {
		if got, err := f.Kind(t.Context(), test.host); got != test.want || err != nil {
			t.Errorf("%s is %q, %v; want %q", test.host, got, err, test.want)
		}
	}
	if asked != 2 || remembered["new.example.org"] != Gitea {
		t.Errorf("asked %d times, remembered %v", asked, remembered)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestProbeWaits holds a host that never answers to the probe's own patience.
func TestProbeWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := roundTrip(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, context.Cause(req.Context())
		})
		if kind, err := Probe(t.Context(), &http.Client{Transport: silent}, "git.example.org"); err == nil {
			t.Errorf("a silent host is %q", kind)
		}
	})
}

func TestAPI(t *testing.T) {
	for _, test := range []struct{ kind, host, want string }{
		{GitHub, "github.com", "https://api.github.com"},
		{GitHub, "git.example.org", "https://git.example.org/api/v3"},
		{GitLab, "git.example.org", "https://git.example.org/api/v4"},
		{Forgejo, "git.example.org", "https://git.example.org/api/v1"},
		{Bitbucket, "bitbucket.org", "https://api.bitbucket.org/2.0"},
		{Bitbucket, "git.example.org", "https://git.example.org/2.0"},
		{Sourcehut, "git.example.org", "https://git.example.org/query"},
		{Gerrit, "go.googlesource.com", "https://go-review.googlesource.com"},
		{Git, "git.example.org", ""},
	} {
		if got := API(test.kind, test.host); got != test.want {
			t.Errorf("API(%s, %s) = %q, want %q", test.kind, test.host, got, test.want)
		}
	}
}
