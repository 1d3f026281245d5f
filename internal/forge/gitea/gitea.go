// Package gitea reads the activity of repositories on Gitea and Forgejo, whose
// interfaces are the same in all that is read here: a few requests for a
// repository's lists, and one for each change request or issue whose acts the
// lists don't tell.
//
// The official client (code.gitea.io/sdk/gitea) isn't used. It costs 0.4 MB
// and five modules, asks the server for its version before anything else, and
// knows no Forgejo; what is read here are ten paths, and caching, patience and
// credentials are the HTTP client's business.
//
// What a real server (Gitea 1.26) shows and its description doesn't: the totals
// of a list of commits ignore the date they are asked from; a repository that
// isn't archived was archived in 1970; commits come in topological order, so an
// old branch merged last comes first; and who merged a change request is in its
// timeline alone.
package gitea

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/rest"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// Options are what a Client is made of.
type Options struct {
	// Host is the name in the repositories' addresses: "codeberg.org".
	Host string
	// API is the address of the interface: https://codeberg.org/api/v1.
	API string
	// HTTP sends requests, with the token for the API's host; Token tells that
	// there is one.
	HTTP  *http.Client
	Token bool
	// Now is the clock.
	Now func() time.Time
	// Rules say which accounts are people.
	Rules forge.Rules
	// CommitPages is the number of pages of 50 commits to read after the first
	// one, 0 where another source tells the rest.
	CommitPages int
}

// A Client reads repositories of one server.
type Client struct {
	Options
	api rest.API

	mu     sync.Mutex
	owners map[string]health.OwnerKind // by lower-case name, as far as asked
}

// New returns a client. The API's address must be absolute.
func New(o Options) (*Client, error) {
	api, err := rest.New(o.Host, o.API, o.HTTP)
	if err != nil {
		return nil, err
	}
	api.Token = o.Token
	return &Client{Options: o, api: api, owners: map[string]health.OwnerKind{}}, nil
}

// Activities reads repositories and yields each as soon as it is known, one
// call at a time. Whatever goes wrong with one of them is a Gap in its
// Activity; the error is only for the end of the context.
func (c *Client) Activities(ctx context.Context, repos []health.Repository, since time.Time, yield func(i int, a health.Activity)) error {
	read := func(ctx context.Context, repo health.Repository) health.Activity { return c.activity(ctx, repo, since) }
	if err := rest.Each(ctx, repos, read, yield); err != nil {
		return fmt.Errorf("reading repositories of %s: %w", c.Host, err)
	}
	return nil
}

// spelling is what Gitea allows in the names of owners and repositories.
var spelling = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

func (c *Client) activity(ctx context.Context, repo health.Repository, since time.Time) health.Activity {
	owner, name, ok := strings.Cut(repo.Path, "/")
	if !ok || !named(owner) || !named(name) {
		return rest.Misaddressed(repo, c.Now(), c.Host)
	}
	g := gathering{Client: c, since: since, path: "/repos/" + owner + "/" + name}
	if err := g.gather(ctx); err != nil {
		return forge.Unread(repo, c.Now(), rest.Gap(health.PartRepository, err))
	}
	r := reading{answers: &g.answers, roster: forge.NewRoster(c.Rules, repo.Host)}
	return r.read(repo, since, c.Now())
}

func named(s string) bool { return spelling.MatchString(s) && s != "." && s != ".." }

// owner is what kind of account an owner has, asked for once: an organisation's
// is known under its own path. What isn't can be a person or be hidden from us.
func (c *Client) owner(ctx context.Context, name string) health.OwnerKind {
	key := strings.ToLower(name)
	c.mu.Lock()
	kind, known := c.owners[key]
	c.mu.Unlock()
	if known || !named(name) {
		return kind
	}
	var organisation struct{}
	_, err := c.api.Get(ctx, "/orgs/"+name, nil, &organisation)
	if err == nil {
		kind = health.OwnerOrganisation
	} else if !rest.Absent(err) {
		return "" // another time it may answer
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.owners[key] = kind
	return kind
}
