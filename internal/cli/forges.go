package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mainstay-dev/mainstay/internal/audit"
	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/forge/kind"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// A place is a host of repositories and how its API is asked.
type place struct {
	host   string
	kind   string
	api    string
	token  string
	caFile string
}

// forges are the hosts of one run. What asks a host is made when it is first
// needed.
type forges struct {
	s      *session
	places map[string]place // those that are known before anything is asked
	kinds  *kind.Finder

	mu   sync.Mutex
	made map[string]made
}

// made is what asks a host's API, or why nothing does.
type made struct {
	forge audit.Forge
	why   string
}

// forges are those of the environment and of the configuration, which says the
// last word about a host.
func (s *session) forges() (*forges, error) {
	f := &forges{s: s, places: map[string]place{}, made: map[string]made{}}
	for _, p := range s.ownPlaces() {
		f.places[p.host] = p
	}
	configured := map[string]string{}
	for _, c := range s.file.Forges {
		p := place{host: c.Host, kind: c.Kind, api: c.API, caFile: c.CAFile}
		if c.TokenEnv != "" {
			p.token = s.w.Getenv(c.TokenEnv)
		}
		if p.caFile != "" {
			p.caFile = filepath.Join(filepath.Dir(s.file.Places.File()), p.caFile)
		}
		f.places[p.host], configured[p.host] = p, p.kind
	}
	for host, p := range f.places {
		p.api = cmp.Or(p.api, kind.API(p.kind, host))
		if u, err := url.Parse(p.api); p.api != "" && (err != nil || u.Host == "") {
			return nil, withHint(fmt.Errorf("the API of %s: %q is no address", host, p.api), "it is like https://%s/api/v1", host)
		}
		f.places[host] = p
		configured[host] = p.kind
	}
	f.kinds = &kind.Finder{Configured: configured, Tables: s.tables, Memory: kind.Memory{
		Recall: func(host string) string { raw, _, _ := s.store.Get("kind", host); return string(raw) },
		Store:  func(host, kind string) { _ = s.store.Put("kind", host, []byte(kind), s.now) },
	}}
	return f, nil
}

// ownPlaces are the hosts for which the environment has well-known variables.
func (s *session) ownPlaces() []place {
	first := func(names ...string) string {
		for _, name := range names {
			if v := s.w.Getenv(name); v != "" {
				return v
			}
		}
		return ""
	}
	gh := place{host: "github.com", kind: kind.GitHub, api: first("GITHUB_API_URL"), token: first("GITHUB_TOKEN", "GH_TOKEN")}
	if u, err := url.Parse(first("GITHUB_SERVER_URL")); err == nil && u.Host != "" {
		gh.host = strings.ToLower(u.Host) // an Enterprise Server's own actions
	}
	// A job's own CI_JOB_TOKEN is left alone: GitLab lets it read neither GraphQL
	// nor issues, and would refuse what it tells anybody.
	// https://docs.gitlab.com/ci/jobs/ci_job_token/
	gl := place{
		host: strings.ToLower(cmp.Or(first("GITLAB_HOST", "CI_SERVER_HOST"), "gitlab.com")),
		kind: kind.GitLab, token: first("GITLAB_TOKEN"),
	}
	return []place{
		gh, gl,
		{host: "codeberg.org", kind: kind.Forgejo, token: first("FORGEJO_TOKEN", "GITEA_TOKEN")},
		{host: "bitbucket.org", kind: kind.Bitbucket, token: first("BITBUCKET_TOKEN")},
	}
}

func kindNamed(name string) (forgeKind, bool) {
	i := slices.IndexFunc(forgeKinds, func(k forgeKind) bool { return k.name == name })
	if i < 0 {
		return forgeKind{}, false
	}
	return forgeKinds[i], true
}

// credentials are the tokens and certificates, each for its API's host alone.
func (f *forges) credentials() []fetch.Host {
	var out []fetch.Host
	for _, host := range sorted(f.places) {
		p := f.places[host]
		u, err := url.Parse(p.api)
		k, known := kindNamed(p.kind)
		if err != nil || !known || p.token == "" && p.caFile == "" {
			continue
		}
		h := fetch.Host{Name: strings.ToLower(u.Host), CAFile: p.caFile}
		if p.token != "" {
			h.Header, h.Value = k.header, fetch.Secret(k.scheme+p.token)
		}
		out = append(out, h)
	}
	return out
}

// api returns what asks the API of a host, nil with the reason where there is
// none to ask. A host that nobody knows is probed once.
func (f *forges) api(ctx context.Context, host string) (audit.Forge, string) {
	f.mu.Lock()
	known, ok := f.made[host]
	f.mu.Unlock()
	if ok {
		return known.forge, known.why
	}
	m := f.make(ctx, host)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made[host] = m
	return m.forge, m.why
}

func (f *forges) make(ctx context.Context, host string) made {
	p, ok := f.places[host]
	if !ok {
		name, err := f.kinds.Kind(ctx, host)
		if err != nil {
			return made{why: fmt.Sprintf("what kind of forge %s is isn't known: %v", host, err)}
		}
		p = place{host: host, kind: name}
	}
	k, ok := kindNamed(p.kind)
	switch {
	case !ok:
		return made{why: host + " is read by git alone"}
	case p.token == "" && !k.open:
		return made{why: "no token for " + host}
	}
	p.api = cmp.Or(p.api, kind.API(k.name, host))
	client, err := k.make(f.s, p)
	if err != nil {
		return made{why: err.Error()}
	}
	pending := f.s.remembering(client, func(health.Repository) string { return "api" })
	pending.Partial = true
	return made{forge: pending}
}

// expected is the kind of forge whose API will be asked about a host's
// repositories, as far as that is known before anything is asked, or the
// reason for which git alone reads them.
func (f *forges) expected(host string) (forgeKind, string) {
	p, ok := f.places[host]
	if !ok {
		known, _ := f.s.tables.Forge(host)
		p.kind = known.Kind
	}
	k, ok := kindNamed(p.kind)
	switch {
	case f.s.ask.source == sourceGit:
		return k, "--source git asks no API"
	case !ok:
		return k, "no API of it is known"
	case p.token == "" && !k.open:
		return k, "no token for " + host
	}
	return k, ""
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
