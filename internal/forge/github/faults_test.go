package github_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge/github"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// says answers with a status, some headers and a body.
func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestFaults(t *testing.T) {
	reset := fmt.Sprint(noon.Add(time.Hour).Unix())
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   health.Gap
	}{
		"bad token": {says(401, `{"message": "Bad credentials"}`),
			health.Gap{Why: "github.com doesn't accept the token (bad credentials)", Outage: true}},
		"no token": {says(401, `{"message": "This endpoint requires you to be authenticated."}`),
			health.Gap{Why: "no token for github.com, and its GraphQL needs one"}},
		"refused": {says(403, `{"message": "Your IP is not\nallowed"}`),
			health.Gap{Why: "github.com refuses: Your IP is not allowed", Outage: true}},
		"points used up": {says(200, `{"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}`, "X-RateLimit-Reset", reset),
			health.Gap{Why: "github.com is rate limited until 2026-11-21T13:00:00Z", Outage: true}},
		"points used up, 403": {says(403, `{}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", reset),
			health.Gap{Why: "github.com is rate limited until 2026-11-21T13:00:00Z", Outage: true}},
		"too fast": {says(429, `{}`, "Retry-After", "90"),
			health.Gap{Why: "github.com is rate limited until 2026-11-21T12:01:30Z", Outage: true}},
		"too fast, by a date": {says(429, `{}`, "Retry-After", "Sat, 21 Nov 2026 12:05:00 GMT"),
			health.Gap{Why: "github.com is rate limited until 2026-11-21T12:05:00Z", Outage: true}},
		"too fast, and no word until when": {says(429, `<html>`),
			health.Gap{Why: "github.com is rate limited until 2026-11-21T12:01:00Z", Outage: true}},
		"internal": {says(200, `{"data": {"r0": null}, "errors": [{"type": "INTERNAL", "path": ["r0"], "message": "sorry"}]}`),
			health.Gap{Why: `github.com says "sorry"`, Outage: true}},
		"without a reason": {says(200, `{"data": {"r0": null}}`),
			health.Gap{Why: "github.com leaves it out and doesn't say why", Outage: true}},
		"of another kind": {says(200, `{"data": {"r0": {"createdAt": "soon"}}}`),
			health.Gap{Why: `reading the answer of github.com: parsing time "soon"`, Outage: true}},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Part = health.PartRepository
			got := read(t, serve(t, c.answer), "widget")[0]
			if len(got.Gaps) != 1 || !strings.HasPrefix(got.Gaps[0].Why, c.want.Why) {
				t.Fatalf("gaps %+v, want %+v", got.Gaps, c.want)
			}
			got.Gaps[0].Why = c.want.Why
			if got.Gaps[0] != c.want {
				t.Errorf("gap %+v, want %+v", got.Gaps[0], c.want)
			}
		})
	}
}

// asked records the number of issues that each request asks for.
func asked(t *testing.T, items *[]int, answer http.HandlerFunc) http.HandlerFunc {
	t.Helper()
	return func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Variables struct {
				Items int `json:"items"`
			} `json:"variables"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		*items = append(*items, body.Variables.Items)
		answer(w, r)
	}
}

func TestTooMuchIsAskedInSmallerParts(t *testing.T) {
	var items []int
	gateway := asked(t, &items, says(502, "<html>"))
	exhausted := asked(t, &items, says(200,
		`{"data": {"r0": {"createdAt": "2020-01-01T00:00:00Z", "hasIssuesEnabled": true, "issues": {"nodes": [null]}}},
		  "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "path": ["r0", "issues", "nodes", 0], "message": "Resource limits for this query exceeded."}]}`))
	got := read(t, serve(t, gateway, exhausted, exhausted), "widget")[0]

	if want := []int{30, 10, 3}; !slices.Equal(items, want) {
		t.Errorf("asked for %v issues, want %v", items, want)
	}
	if got.CreatedAt.IsZero() || !strings.Contains(got.Gaps.Why(health.PartIssues), "Resource limits") || !got.Gaps.Outage() {
		t.Errorf("created %v, gaps %+v; want what was read, and a gap for the issues", got.CreatedAt, got.Gaps)
	}
}

func TestNoAddressIsNeverAsked(t *testing.T) {
	for _, name := range []string{"", "a/b", "a?b", `a" b`, "a\n"} {
		got := read(t, serve(t), name)[0]
		if got.Gaps.Why(health.PartRepository) == "" || got.Gaps.Outage() || got.Gaps.Gone() {
			t.Errorf("%q: gaps %+v", name, got.Gaps)
		}
	}
}

func TestEndpoint(t *testing.T) {
	for api, want := range map[string]string{
		"https://api.github.com":              "https://api.github.com/graphql",
		"https://api.github.com/":             "https://api.github.com/graphql",
		"https://git.example.org/api/v3":      "https://git.example.org/api/graphql",
		"https://git.example.org/code/api/v3": "https://git.example.org/code/api/graphql",
		"https://api.acme.ghe.com":            "https://api.acme.ghe.com/graphql",
	} {
		var got string
		read(t, github.Options{API: api, HTTP: &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			got = req.URL.String()
			return nil, http.ErrServerClosed
		})}}, "widget")
		if got != want {
			t.Errorf("%s: asked %s, want %s", api, got, want)
		}
	}
	if _, err := github.New(github.Options{API: "api.github.com"}); err == nil {
		t.Error("an API without a scheme is no error")
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestPrice(t *testing.T) {
	for _, c := range []struct{ n, requests, points int }{
		{0, 0, 0},
		{1, 1, 1},
		{5, 1, 3},
		{20, 4, 12},
		{60, 7, 39},
	} {
		if requests, points := github.Price(c.n); requests != c.requests || points != c.points {
			t.Errorf("%d repositories: %d requests and %d points, want %d and %d", c.n, requests, points, c.requests, c.points)
		}
	}
}
