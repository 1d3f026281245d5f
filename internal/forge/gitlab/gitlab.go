// Package gitlab reads the activity of repositories on gitlab.com and on
// self-managed GitLab: many projects in one GraphQL request, then the commits
// and tags of each, which GraphQL doesn't tell, through REST.
//
// The official client (gitlab.com/gitlab-org/api/client-go) isn't used: it
// costs 1.7 MB and five modules, repeats a failed request five times by itself
// and so undoes the caller's patience, and has no typed GraphQL. What is left
// of it here would be five paths.
//
// GitLab limits what a query may compute by its complexity: 200 without a
// token, 250 with one. A list of projects counts its fields once and not once
// for each project, so twenty cost little more than one. A project that isn't
// there, or not for us, is left out without a word.
package gitlab

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/rest"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// Options are what a Client is made of.
type Options struct {
	// Host is the name in the repositories' addresses: "gitlab.com".
	Host string
	// API is the address of the REST interface: https://gitlab.com/api/v4.
	// GraphQL is beside it.
	API string
	// HTTP sends requests, with the token for the API's host; Token tells that
	// there is one.
	HTTP  *http.Client
	Token bool
	// Now is the clock.
	Now func() time.Time
	// Rules say which accounts are people.
	Rules forge.Rules
	// CommitPages is the number of pages of 100 commits to read after the
	// first one, 0 where another source tells the rest.
	CommitPages int
}

// A Client reads projects of one GitLab.
type Client struct {
	Options
	api   rest.API
	graph rest.API
}

// New returns a client. The API's address must be absolute.
func New(o Options) (*Client, error) {
	api, err := rest.New(o.Host, o.API, o.HTTP)
	if err != nil {
		return nil, err
	}
	api.Token = o.Token
	graph := api
	graph.Base = strings.TrimSuffix(api.Base, "/v4") + "/graphql"
	return &Client{Options: o, api: api, graph: graph}, nil
}

const (
	batchSize = 20 // projects in one request
	atOnce    = 2  // such requests at once; the projects' own come on top
)

// A target is one project to read, with its place in the caller's list.
type target struct {
	index int
	repo  health.Repository
	// path is where it is asked for: the repository's, or its new one.
	path string
}

// A session is one reading of a list of projects.
type session struct {
	*Client
	since time.Time
	yield func(int, health.Activity)

	mu    sync.Mutex
	lacks lacks // what the server turned out not to know
	size  int   // projects in a request, as far as is known to work
}

// spelling is what GitLab allows in the path of a project: groups, however
// deep, and a name.
var spelling = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$`)

// longest is the length that GitLab allows for all of it.
const longest = 1024

func spelt(path string) bool { return len(path) <= longest && spelling.MatchString(path) }

// Activities reads projects and yields each as soon as it is known, one call
// at a time. Whatever goes wrong with one of them is a Gap in its Activity;
// the error is only for the end of the context.
func (c *Client) Activities(ctx context.Context, repos []health.Repository, since time.Time, yield func(i int, a health.Activity)) error {
	s := &session{Client: c, since: since, size: batchSize}
	var one sync.Mutex
	s.yield = func(i int, a health.Activity) {
		one.Lock()
		defer one.Unlock()
		yield(i, a)
	}
	var queue []target
	for i, repo := range repos {
		if !spelt(repo.Path) {
			s.yield(i, rest.Misaddressed(repo, c.Now(), c.Host))
			continue
		}
		queue = append(queue, target{index: i, repo: repo, path: repo.Path})
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for len(queue) > 0 {
		n := min(len(queue), batchSize)
		batch := queue[:n]
		queue = queue[n:]
		group.Go(func() error {
			s.read(ctx, batch)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("reading projects of %s: %w", c.Host, err)
	}
	return nil
}

// read reads a batch: in one request, or in parts of a size that has worked.
func (s *session) read(ctx context.Context, batch []target) {
	for len(batch) > 0 && ctx.Err() == nil {
		n := min(len(batch), s.width())
		found, err := s.ask(ctx, batch[:n])
		switch {
		case err == nil:
			s.finish(ctx, batch[:n], found)
			batch = batch[n:]
		case tooMuch(err) && n > 1:
			s.narrow(n)
		default:
			for _, t := range batch[:n] {
				s.fail(ctx, t, rest.Gap(health.PartRepository, err))
			}
			batch = batch[n:]
		}
	}
}

func (s *session) width() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lacks.batches() {
		return 1
	}
	return s.size
}

// narrow halves the size of requests after one of n projects was too much.
func (s *session) narrow(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size = max(1, min(s.size, n/2))
}

// finish reads what GraphQL doesn't tell about each project of a batch.
func (s *session) finish(ctx context.Context, batch []target, found map[string]*project) {
	var asks []func(context.Context)
	for _, t := range batch {
		p := found[strings.ToLower(t.path)]
		asks = append(asks, func(ctx context.Context) {
			if p == nil {
				s.seek(ctx, t)
				return
			}
			s.complete(ctx, t, p)
		})
	}
	rest.Together(ctx, asks...)
}

// seek asks REST for a project that GraphQL left out. REST follows renames,
// and says why it gives nothing.
func (s *session) seek(ctx context.Context, t target) {
	var p struct {
		Path string `json:"path_with_namespace"`
	}
	_, err := s.api.Get(ctx, "/projects/"+escaped(t.path), nil, &p)
	if err == nil && spelt(p.Path) && !strings.EqualFold(p.Path, t.path) {
		var found map[string]*project
		t.path = p.Path
		if found, err = s.ask(ctx, []target{t}); err == nil && found[strings.ToLower(p.Path)] != nil {
			s.complete(ctx, t, found[strings.ToLower(p.Path)])
			return
		}
	}
	if err == nil {
		err = &rest.Refusal{Why: s.Host + " lists the project and doesn't tell about it", Outage: true}
	}
	s.fail(ctx, t, rest.Gap(health.PartRepository, err))
}

// fail yields a project of which nothing is known but why, unless the whole
// has ended.
func (s *session) fail(ctx context.Context, t target, gap health.Gap) {
	if ctx.Err() == nil {
		s.yield(t.index, forge.Unread(t.repo, s.Now(), gap))
	}
}
