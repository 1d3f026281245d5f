package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mainstay-dev/mainstay/internal/audit"
	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/forge/github"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// A wellKnown host has an API whose address and token's variables need no
// configuration.
type wellKnown struct {
	host, kind, api string
	tokens          []string // environment variables, the first one set counts
}

var wellKnownHosts = []wellKnown{
	{"github.com", "github", "https://api.github.com", []string{"GITHUB_TOKEN", "GH_TOKEN"}},
}

// A place is a host with an API that may be asked.
type place struct {
	host, kind, api string
	token           string
	header          string // the header that carries the token
	value           string
	caFile          string
}

// forges are the APIs of one run, each made when it is first needed.
type forges struct {
	s      *session
	places map[string]place
	mu     sync.Mutex
	made   map[string]audit.Forge
}

// forges finds every host whose API may be asked: the well-known ones for which
// the environment has a token.
func (s *session) forges() (*forges, error) {
	f := &forges{s: s, places: map[string]place{}, made: map[string]audit.Forge{}}
	for _, known := range wellKnownHosts {
		p := place{host: known.host, kind: known.kind, api: known.api}
		if known.kind == "github" {
			if api := s.w.Getenv("GITHUB_API_URL"); api != "" {
				p.api = api
			}
		}
		for _, name := range known.tokens {
			if p.token == "" {
				p.token = s.w.Getenv(name)
			}
		}
		if _, err := url.ParseRequestURI(p.api); err != nil {
			return nil, withHint(fmt.Errorf("GITHUB_API_URL %q is no address", p.api), "it is like https://api.github.com")
		}
		f.places[p.host] = p
	}
	return f, nil
}

// credentials are the tokens, each for its API's host alone.
func (f *forges) credentials() []fetch.Host {
	var out []fetch.Host
	for _, p := range f.places {
		u, err := url.Parse(p.api)
		if err != nil || p.token == "" {
			continue
		}
		out = append(out, fetch.Host{
			Name: strings.ToLower(u.Host), Header: "Authorization", Value: fetch.Secret("Bearer " + p.token), CAFile: p.caFile,
		})
	}
	return out
}

// api returns what asks the API of a host, nil with the reason where there is
// none to ask.
func (f *forges) api(host string) (audit.Forge, string) {
	p, ok := f.places[host]
	switch {
	case !ok:
		return nil, "no API is configured for " + host
	case p.token == "":
		return nil, "no token for " + host
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if made, ok := f.made[host]; ok {
		return made, ""
	}
	made, err := f.make(p)
	if err != nil {
		return nil, err.Error()
	}
	f.made[host] = made
	return made, ""
}

// How many pages of commits an API is asked for after the first. A page is a
// fraction of a request, since many repositories share one; from the third on,
// one transfer by git is cheaper.
const (
	pagesBesideGit  = 1
	pagesWithoutGit = 20
)

// make builds what asks the API of a place.
func (f *forges) make(p place) (audit.Forge, error) {
	s := f.s
	u, err := url.Parse(p.api)
	if err != nil {
		return nil, fmt.Errorf("reading the address of the API of %s: %w", p.host, err)
	}
	pages := pagesBesideGit
	if s.ask.source == sourceAPI {
		pages = pagesWithoutGit
	}
	client, err := github.New(github.Options{
		Host: p.host, API: p.api, HTTP: s.client.HTTP(), Now: s.w.Now, Rules: s.rules(),
		Patience: s.ask.patience,
		Waiting: func(why string, until time.Time) {
			s.waiting(fetch.Wait{Host: p.host, Why: why, For: until.Sub(s.w.Now())})
		},
		Allow: func(points int) error { return s.budget.Spend(u.Host, points, s.w.Now()) },
		Spent: func(cost, remaining int, reset time.Time) {
			s.budget.Report(u.Host, fetch.Allowance{Remaining: remaining, Reset: reset})
			s.spent(cost)
		},
		Size:        f.learned(p.host),
		Learned:     func(size int) { f.learn(p.host, size) },
		CommitPages: pages, WholeHistories: s.ask.source != sourceAPI,
	})
	if err != nil {
		return nil, err
	}
	return s.remembering(client, apiScope), nil
}

// allowance asks a GitHub how many points its budget holds, which is free.
// https://docs.github.com/rest/rate-limit/rate-limit
func (f *forges) allowance(ctx context.Context, host string) (fetch.Allowance, error) {
	if f.s.ask.offline {
		return fetch.Allowance{}, errors.New("working offline")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(f.places[host].api, "/")+"/rate_limit", nil)
	if err != nil {
		return fetch.Allowance{}, err
	}
	req.Header.Set("Cache-Control", "no-cache")
	resp, err := f.s.client.HTTP().Do(req)
	if err != nil {
		return fetch.Allowance{}, fmt.Errorf("how many are left isn't known: %w", err)
	}
	defer resp.Body.Close()
	var answer struct {
		Resources struct {
			GraphQL struct {
				Remaining int   `json:"remaining"`
				Reset     int64 `json:"reset"`
			} `json:"graphql"`
		} `json:"resources"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode != http.StatusOK {
		return fetch.Allowance{}, fmt.Errorf("how many are left isn't known: %s answers %s", host, resp.Status)
	}
	return fetch.Allowance{Remaining: answer.Resources.GraphQL.Remaining, Reset: time.Unix(answer.Resources.GraphQL.Reset, 0)}, nil
}

// learned is the number of repositories that one request could hold last time.
func (f *forges) learned(host string) int {
	raw, _, _ := f.s.store.Get("batch", host)
	size, err := strconv.Atoi(string(raw))
	if err != nil {
		return 0
	}
	return size
}

// learn keeps that number; without it the next run starts small again.
func (f *forges) learn(host string, size int) {
	_ = f.s.store.Put("batch", host, []byte(strconv.Itoa(size)), f.s.now)
}

func apiScope(health.Repository) string { return "api" }
