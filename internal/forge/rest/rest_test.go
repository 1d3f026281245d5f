package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func response(req *http.Request, status int, kind, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: req,
	}
}

const page = "<!DOCTYPE html><html><title>Sign in</title></html>"

// TestWeather says what each kind of bad answer means for a repository and for
// a part of one.
func TestWeather(t *testing.T) {
	type meaning struct {
		why          string // a part of it
		outage, gone bool
	}
	jsonType, html := "application/json", "text/html; charset=utf-8"
	for _, test := range []struct {
		name         string
		status       int
		kind, body   string
		token        bool
		whole, aPart meaning
	}{
		{"401 without a token", 401, jsonType, `{"message":"Unauthorized"}`, false, meaning{why: "no token for host"}, meaning{why: "no token for host"}},
		{"401 with one", 401, jsonType, `{}`, true, meaning{"with the token", true, false}, meaning{"with the token", true, false}},
		{"403 without a token", 403, jsonType, `{"error":{"message":"nope"}}`, false, meaning{why: `"nope"`}, meaning{why: `"nope"`}},
		{"403 with one", 403, jsonType, `{}`, true, meaning{"forbids", true, false}, meaning{"forbids", true, false}},
		{"404", 404, jsonType, `{}`, false, meaning{"404", false, true}, meaning{"switched off", false, false}},
		{"410", 410, jsonType, `{}`, false, meaning{"410", false, true}, meaning{"switched off", false, false}},
		{"404 of a proxy", 404, html, page, false, meaning{"web page", true, false}, meaning{"web page", true, false}},
		{"429", 429, jsonType, `{}`, false, meaning{"slow down", true, false}, meaning{"slow down", true, false}},
		{"500", 500, jsonType, `{"message":"oops\u001b[31m"}`, false, meaning{`"oops"`, true, false}, meaning{"500", true, false}},
		{"502", 502, html, page, false, meaning{"502", true, false}, meaning{"502", true, false}},
		{"a web page", 200, html, page, false, meaning{"web page", true, false}, meaning{"web page", true, false}},
		{"a web page that says it is JSON", 200, jsonType, page, false, meaning{"web page", true, false}, meaning{"web page", true, false}},
		{"JSON that ends in the middle", 200, jsonType, `{"a":`, false, meaning{"another form", true, false}, meaning{"another form", true, false}},
		{"JSON of another form", 200, jsonType, `[1]`, false, meaning{"another form", true, false}, meaning{"another form", true, false}},
		{"nothing", 200, jsonType, ``, false, meaning{"another form", true, false}, meaning{"another form", true, false}},
		{"204", 204, jsonType, ``, false, meaning{"204", true, false}, meaning{"204", true, false}},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				return response(req, test.status, test.kind, test.body), nil
			})}
			api := API{Host: "host", Base: "https://host/api", HTTP: client, Token: test.token}
			var into struct{ A int }
			_, err := api.Get(t.Context(), "/x", nil, &into)
			if err == nil {
				t.Fatal("no error")
			}
			for part, want := range map[health.Part]meaning{health.PartRepository: test.whole, health.PartIssues: test.aPart} {
				gap := Gap(part, err)
				if gap.Part != part || !strings.Contains(gap.Why, want.why) || gap.Outage != want.outage || gap.Gone != want.gone {
					t.Errorf("%+v, want %+v", gap, want)
				}
				if strings.ContainsAny(gap.Why, "\x1b\n") {
					t.Errorf("control characters in %q", gap.Why)
				}
			}
		})
	}
}

// TestRedirects follows a rename on the same host, and takes a login page and
// another host for what they are.
func TestRedirects(t *testing.T) {
	answers := map[string]func(*http.Request) *http.Response{
		"/api/old":        func(req *http.Request) *http.Response { return moved(req, "/api/new") },
		"/api/new":        func(req *http.Request) *http.Response { return response(req, 200, "application/json", `{"A":1}`) },
		"/api/private":    func(req *http.Request) *http.Response { return moved(req, "/users/sign_in") },
		"/users/sign_in":  func(req *http.Request) *http.Response { return response(req, 200, "text/html", page) },
		"/api/elsewhere":  func(req *http.Request) *http.Response { return moved(req, "https://other/api/elsewhere") },
		"/api/elsewhere2": func(req *http.Request) *http.Response { return response(req, 200, "application/json", `{"A":2}`) },
	}
	client := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		if req.URL.Host == "other" {
			return response(req, 200, "application/json", `{"A":2}`), nil
		}
		return answers[req.URL.Path](req), nil
	})}
	api := API{Host: "host", Base: "https://host/api", HTTP: client}
	var into struct{ A int }
	if _, err := api.Get(t.Context(), "/old", nil, &into); err != nil || into.A != 1 {
		t.Errorf("a rename: %v, %v", into, err)
	}
	_, err := api.Get(t.Context(), "/private", nil, &into)
	if gap := Gap(health.PartRepository, err); gap.Outage || gap.Gone || !strings.Contains(gap.Why, "login page") {
		t.Errorf("a login page: %+v", gap)
	}
	_, err = api.Get(t.Context(), "/elsewhere", nil, &into)
	if gap := Gap(health.PartRepository, err); !gap.Outage || into.A != 1 {
		t.Errorf("another host: %+v, %v", gap, into)
	}
}

func moved(req *http.Request, to string) *http.Response {
	r := response(req, 302, "text/html", "")
	r.Header.Set("Location", to)
	return r
}

// TestPages reads lists that behave and lists that don't.
func TestPages(t *testing.T) {
	for _, test := range []struct {
		name  string
		list  List
		pages [][]int // by page
		total string
		next  []bool // whether a page links to a next one
		want  []int
		more  bool
		asked int
		err   bool
	}{
		{"one page", List{Size: 3, Pages: 9}, [][]int{{1, 2}}, "", nil, []int{1, 2}, false, 1, false},
		{"links", List{Size: 3, Pages: 9}, [][]int{{1, 2, 3}, {4}}, "", []bool{true}, []int{1, 2, 3, 4}, false, 2, false},
		{"a server that gives less than asked for", List{Size: 3, Pages: 9}, [][]int{{1, 2}, {3, 4}, {5}}, "5", nil, []int{1, 2, 3, 4, 5}, false, 3, false},
		{"pages that shrink, since some entries aren't for us", List{Size: 3, Pages: 9}, [][]int{{1}, {2, 3}}, "", []bool{true}, []int{1, 2, 3}, false, 2, false},
		{"a list that moves while it is read", List{Size: 2, Pages: 9}, [][]int{{1, 2}, {2, 3}, {}}, "3", []bool{true}, []int{1, 2, 3}, false, 2, false},
		{"a list shorter than its total", List{Size: 2, Pages: 9}, [][]int{{1, 2}, {}}, "9", nil, []int{1, 2}, true, 2, true},
		{"a total that lies", List{Size: 2, Pages: 9, TotalLies: true}, [][]int{{1, 2}, {3}}, "108", []bool{true, true}, []int{1, 2, 3}, false, 2, false},
		{"a total that lies about full pages", List{Size: 2, Pages: 9, TotalLies: true}, [][]int{{1, 2}, {3, 4}, {}}, "108", []bool{true, true, true}, []int{1, 2, 3, 4}, false, 3, false},
		{"more than is read", List{Size: 2, Pages: 1}, [][]int{{1, 2}, {3}}, "3", []bool{true}, []int{1, 2}, true, 1, false},
		{"a nonsense total", List{Size: 2, Pages: 9}, [][]int{{1}}, "-1", nil, []int{1}, false, 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			asked := 0
			client := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				n := 1
				if p := req.URL.Query().Get("page"); p != "" {
					_, _ = fmt.Sscan(p, &n) // the list's own numbers
				}
				asked++
				body := "[]"
				if n <= len(test.pages) {
					body = strings.ReplaceAll(fmt.Sprint(test.pages[n-1]), " ", ",")
				}
				r := response(req, 200, "application/json", body)
				if test.total != "" {
					r.Header.Set("X-Total-Count", test.total)
				}
				if n <= len(test.next) && test.next[n-1] {
					r.Header.Set("Link", fmt.Sprintf(`<https://host/x?page=%d>; rel="next"`, n+1))
				}
				return r, nil
			})}
			test.list.Path, test.list.SizeName = "/x", "limit"
			test.list.Query = url.Values{"state": {"all"}}
			got, more, err := Pages(t.Context(), API{Host: "host", Base: "https://host", HTTP: client}, test.list, func(i int) int { return i }, nil)
			if diff := cmp.Diff(test.want, got); diff != "" || more != test.more || asked != test.asked || (err != nil) != test.err {
				t.Errorf("more %v, asked %d times, %v\n%s", more, asked, err, diff)
			}
			if test.list.Query.Get("page") != "" {
				t.Error("the caller's query was changed")
			}
		})
	}
}

func TestFollowStaysBelowBase(t *testing.T) {
	api := API{Host: "host", Base: "https://host/2.0", HTTP: &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		t.Errorf("asked %s", req.URL)
		return nil, errors.New("unexpected")
	})}}
	for _, next := range []string{"https://evil/2.0/x", "https://host/other", "https://host/2.0.evil/x", "http://169.254.169.254/", "/2.0/x"} {
		if _, err := api.Follow(t.Context(), next, new(any)); err == nil {
			t.Errorf("followed %s", next)
		}
	}
}

// TestEachEnds has the end of the context be the only error, and nothing be
// yielded after it.
func TestEachEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		yielded := 0
		read := func(ctx context.Context, repo health.Repository) health.Activity {
			if repo.Path != "fast" {
				<-ctx.Done()
			}
			return health.Activity{Repository: repo}
		}
		err := Each(ctx, []health.Repository{{Path: "fast"}, {Path: "slow"}}, read, func(int, health.Activity) { yielded++ })
		if !errors.Is(err, context.DeadlineExceeded) || yielded != 1 {
			t.Errorf("%v, %d yielded", err, yielded)
		}
	})
}
