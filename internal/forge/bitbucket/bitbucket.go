// Package bitbucket reads the activity of repositories on Bitbucket Cloud,
// through its REST interface, version 2. Bitbucket Server and Data Center are
// another program and read by plain git.
//
// What was done on all change requests is one list there, and so read with one
// request a page. Bitbucket has no release entries and doesn't archive; its
// issue tracker doesn't say when an issue was closed, and most repositories
// have none, so issues are missing.
package bitbucket

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/rest"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// Options are what a Client is made of.
type Options struct {
	// Host is the name in the repositories' addresses: "bitbucket.org".
	Host string
	// API is the address of the interface: https://api.bitbucket.org/2.0.
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

// A Client reads repositories of Bitbucket.
type Client struct {
	Options
	api rest.API
}

// New returns a client. The API's address must be absolute.
func New(o Options) (*Client, error) {
	api, err := rest.New(o.Host, o.API, o.HTTP)
	if err != nil {
		return nil, err
	}
	api.Token = o.Token
	return &Client{Options: o, api: api}, nil
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

// spelling is what Bitbucket allows in the names of workspaces and repositories.
var spelling = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,128}$`)

func named(s string) bool { return spelling.MatchString(s) && s != "." && s != ".." }

func (c *Client) activity(ctx context.Context, repo health.Repository, since time.Time) health.Activity {
	workspace, slug, ok := strings.Cut(repo.Path, "/")
	if !ok || !named(workspace) || !named(slug) {
		return rest.Misaddressed(repo, c.Now(), c.Host)
	}
	g := gathering{Client: c, since: since, path: "/repositories/" + workspace + "/" + slug}
	if err := g.gather(ctx); err != nil {
		return forge.Unread(repo, c.Now(), rest.Gap(health.PartRepository, err))
	}
	r := reading{answers: &g.answers, roster: forge.NewRoster(c.Rules, repo.Host)}
	return r.read(repo, since, c.Now())
}

// Tells is what Bitbucket tells of a repository.
func Tells() forge.Tells {
	return forge.Tells{
		forge.FactCommits:     "yes; all pages up to the date",
		forge.FactMerges:      "yes",
		forge.FactTags:        "yes",
		forge.FactReleases:    "no; it has none",
		forge.FactPrereleases: "no",
		forge.FactPublishers:  "no",
		forge.FactIssues:      "no; when one was closed isn't told",
		forge.FactChanges:     "yes; the newest 50",
		forge.FactOpenCounts:  "no",
		forge.FactComments:    "yes",
		forge.FactReviews:     "yes",
		forge.FactClosers:     "yes",
		forge.FactMergers:     "yes",
		forge.FactReopenings:  "no; nothing is reopened there",
		forge.FactLabels:      "no",
		forge.FactRoles:       "no; by their acts",
		forge.FactBots:        "no; by their names",
		forge.FactOwner:       "yes",
		forge.FactCreated:     "yes",
		forge.FactArchived:    "no; it doesn't archive",
		forge.FactRenames:     "yes",
		forge.FactMirrors:     "no; by the readme's words",
		forge.FactSwitchedOff: "no",
		forge.FactFiles:       "yes",
		forge.FactChecks:      "no; whether any are configured",
	}
}
