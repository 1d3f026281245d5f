// Package github reads the activity of repositories on GitHub, and on GitHub
// Enterprise Server, through GraphQL: many repositories in one request, each
// whole in one pass.
//
// It keeps no cache and no token: those are the business of the HTTP client it
// is given, which must send its credentials to the API's host alone. It reads
// no git; an Activity says from when its commits are complete, so that another
// source can tell the rest.
package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/google/go-github/v66/github"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// atOnce is the number of requests in flight. GitHub allows a hundred, but
// counts the time they compute together.
const atOnce = 4

// Options are what a Client is made of.
type Options struct {
	// Host is the name in the repositories' addresses: "github.com".
	Host string
	// API is the address of the REST interface, which also leads to GraphQL:
	// https://api.github.com, https://git.example.org/api/v3.
	API string
	// HTTP sends requests, with the token for the API's host.
	HTTP *http.Client
	// Now is the clock.
	Now func() time.Time

	// Rules tell programs from people.
	Rules forge.Rules

	// Patience is how long one reading waits for rate limits, all waits
	// together; what is left unread then is an outage.
	Patience time.Duration
	// Waiting hears of every wait before it begins. It may be nil, and then
	// there is no waiting at all.
	Waiting func(why string, until time.Time)
	// Allow is asked before points are spent; its error ends the reading. It
	// may be nil.
	Allow func(points int) error
	// Spent hears what a request cost, in points, what is left of the hourly
	// budget and when that is full again. It may be nil.
	Spent func(cost, remaining int, resetAt time.Time)

	// Size is the number of repositories that a request could hold the last
	// time, 0 where that isn't known. Learned hears the new number; it may be nil.
	Size    int
	Learned func(size int)

	// CommitPages is the number of pages of 100 commits to read after the
	// first one, 0 where another source tells the rest. With WholeHistories
	// they are read only where they reach the end: the rest of a longer history
	// is another source's, which needs no half of it.
	CommitPages    int
	WholeHistories bool
}

// A Client reads repositories of one GitHub.
type Client struct {
	Options
	host     string
	api      *github.Client
	endpoint string
}

// New returns a client. The API's address must be absolute.
func New(o Options) (*Client, error) {
	base, err := url.Parse(strings.TrimSuffix(o.API, "/") + "/")
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("reading the address of GitHub's API %q: it isn't an absolute URL", o.API)
	}
	c := &Client{Options: o, host: o.Host, api: github.NewClient(o.HTTP), endpoint: "graphql"}
	c.api.BaseURL = base
	if strings.HasSuffix(base.Path, "/api/v3/") {
		c.endpoint = "../graphql" // an Enterprise Server has /api/v3 and /api/graphql
	}
	return c, nil
}

func (c *Client) now() time.Time { return c.Now() }

// Activities reads repositories and yields each as soon as it is known, one
// call at a time. Whatever goes wrong with one of them is a Gap in its
// Activity; the error is only for the end of the context.
func (c *Client) Activities(ctx context.Context, repos []health.Repository, since time.Time, yield func(i int, a health.Activity)) error {
	s := &session{Client: c, since: since, pace: newPace(c.Size), patience: c.Patience}
	var once sync.Mutex
	s.yield = func(i int, a health.Activity) {
		once.Lock()
		defer once.Unlock()
		yield(i, a)
	}
	var queue []target
	for i, repo := range repos {
		owner, name, ok := strings.Cut(repo.Path, "/")
		if !ok || !spelling.MatchString(owner) || !spelling.MatchString(name) {
			s.gap(target{index: i, repo: repo}, health.Gap{Part: health.PartRepository, Why: "it isn't the address of a repository on " + c.host})
			continue
		}
		queue = append(queue, target{index: i, repo: repo, owner: owner, name: name})
	}
	if err := s.run(ctx, queue); err != nil {
		return fmt.Errorf("reading repositories of %s: %w", c.host, err)
	}
	if c.Learned != nil && len(queue) > 0 && s.stopped == nil {
		c.Learned(s.pace.take())
	}
	return nil
}

// spelling is what GitHub allows in the names of owners and repositories.
var spelling = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

// A target is one repository to read, with its place in the caller's list.
type target struct {
	index       int
	repo        health.Repository
	owner, name string
}
