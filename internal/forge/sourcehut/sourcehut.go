// Package sourcehut reads what git.sr.ht tells of a repository: when it was
// created and whether it is there. Commits, tags and files are read by plain
// git. Projects there take patches by mail and keep issues on another service,
// neither of which belongs to a repository; so responsiveness is missing, and
// says why.
//
// Its GraphQL answers nobody without a token. Then nothing is asked, and plain
// git tells all that is known.
package sourcehut

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
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// Options are what a Client is made of.
type Options struct {
	// Host is the name in the repositories' addresses: "git.sr.ht".
	Host string
	// API is the address of GraphQL: https://git.sr.ht/query.
	API string
	// HTTP sends requests, with the token for the API's host; without Token
	// none is sent.
	HTTP  *http.Client
	Token bool
	// Now is the clock.
	Now func() time.Time
}

// A Client reads repositories of one sourcehut.
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

// spelling is an address there: ~owner/name.
var spelling = regexp.MustCompile(`^~[A-Za-z0-9_-]{1,100}/[A-Za-z0-9._-]{1,100}$`)

const query = `query($owner: String!, $name: String!) { user(username: $owner) { repository(name: $name) { created } } }`

type reply struct {
	Data struct {
		User *struct {
			Repository *struct {
				Created time.Time `json:"created"`
			} `json:"repository"`
		} `json:"user"`
	} `json:"data"`
	Errors []struct {
		Message string `json:"message"`
	} `json:"errors"`
}

func (c *Client) activity(ctx context.Context, repo health.Repository, since time.Time) health.Activity {
	if !spelling.MatchString(repo.Path) {
		return rest.Misaddressed(repo, c.Now(), c.Host)
	}
	a := forge.Unread(repo, c.Now())
	a.Since, a.Mirror, a.Owner = since, "mailing list", ""
	untold := c.Host + " isn't asked for them: plain git tells more"
	a.Gaps = health.Gaps{
		{Part: health.PartChanges, Why: "patches are sent by mail, to lists that belong to no repository"},
		{Part: health.PartChecks, Why: untold},
		{Part: health.PartCommits, Why: untold},
		{Part: health.PartFiles, Why: untold},
		{Part: health.PartFunding, Why: untold},
		{Part: health.PartIssues, Why: "issues are kept on a service that doesn't tell the repository"},
		{Part: health.PartReleases, Why: c.Host + " has no release entries"},
		{Part: health.PartSecurity, Why: untold},
		{Part: health.PartTags, Why: untold},
	}
	if !c.Token {
		a.Gaps = append(a.Gaps, health.Gap{Part: health.PartStatus, Why: "no token for " + c.Host + ", and it answers nobody without one"})
		return a
	}
	owner, name, _ := strings.Cut(repo.Path, "/")
	var r reply
	body := map[string]any{"query": query, "variables": map[string]string{"owner": owner[1:], "name": name}}
	_, err := c.api.Post(ctx, "", body, &r)
	switch {
	case err != nil:
		a.Gaps = append(a.Gaps, rest.Gap(health.PartStatus, err))
	case len(r.Errors) > 0:
		a.Gaps = append(a.Gaps, health.Gap{Part: health.PartStatus, Why: fmt.Sprintf("%s says %q", c.Host, quote.Brief(r.Errors[0].Message, quote.Sentence)), Outage: true})
	case r.Data.User == nil || r.Data.User.Repository == nil:
		// Whether it can be fetched all the same is git's to say.
		a.Gaps = append(a.Gaps, health.Gap{Part: health.PartStatus, Why: c.Host + " knows no such repository, or not for us"})
	default:
		a.CreatedAt = r.Data.User.Repository.Created.UTC()
	}
	return a
}

// Tells is what sourcehut tells of a repository; all else is plain git's.
func Tells() forge.Tells {
	return forge.Tells{
		forge.FactCommits: "no; plain git does",
		forge.FactMerges:  "no; plain git does",
		forge.FactTags:    "no; plain git does",
		forge.FactFiles:   "no; plain git does",
		forge.FactCreated: "yes; with a token",
		forge.FactMirrors: "yes; patches go by mail",
		forge.FactIssues:  "no; they belong to no repository",
		forge.FactChanges: "no; they are sent by mail",
	}
}
