// Package gerrit reads what Gerrit knows of a repository: its change requests
// with what was said and voted on them, and whether it is read-only. Commits,
// tags and files Gerrit doesn't list; an Activity says so, and plain git tells
// them. Issues are always kept in another place.
package gerrit

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/rest"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// Options are what a Client is made of.
type Options struct {
	// Host is the name in the repositories' addresses: "go.googlesource.com".
	Host string
	// API is the address of Gerrit: https://go-review.googlesource.com.
	API string
	// HTTP sends requests, with the credential for the API's host; Token tells
	// that there is one.
	HTTP  *http.Client
	Token bool
	// Now is the clock.
	Now func() time.Time
	// Rules say which accounts are people.
	Rules forge.Rules
}

// A Client reads projects of one Gerrit.
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
	api.Token, api.Prefix, api.PlainErrors = o.Token, ")]}'", true
	return &Client{Options: o, api: api}, nil
}

// Activities reads repositories and yields each as soon as it is known, one
// call at a time. Whatever goes wrong with one of them is a Gap in its
// Activity; the error is only for the end of the context.
func (c *Client) Activities(ctx context.Context, repos []health.Repository, since time.Time, yield func(i int, a health.Activity)) error {
	read := func(ctx context.Context, repo health.Repository) health.Activity { return c.activity(ctx, repo, since) }
	if err := rest.Each(ctx, repos, read, yield); err != nil {
		return fmt.Errorf("reading projects of %s: %w", c.Host, err)
	}
	return nil
}

// spelling is a project's name: folders and a name, of letters that a search
// term can hold unquoted.
var spelling = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.+-]*(/[A-Za-z0-9_][A-Za-z0-9_.+-]*)*$`)

// changesPage is how many change requests are read.
const changesPage = 60

type (
	project struct {
		Name  string `json:"name"`
		State string `json:"state"` // ACTIVE, READ_ONLY, HIDDEN
	}
	account struct {
		ID       int      `json:"_account_id"`
		Name     string   `json:"name"`
		Email    string   `json:"email"`
		Username string   `json:"username"`
		Tags     []string `json:"tags"` // SERVICE_USER
	}
	change struct {
		Number    int       `json:"_number"`
		Status    string    `json:"status"` // NEW, MERGED, ABANDONED
		Created   timestamp `json:"created"`
		Updated   timestamp `json:"updated"`
		Submitted timestamp `json:"submitted"`
		Submitter *account  `json:"submitter"`
		Owner     *account  `json:"owner"`
		Messages  []message `json:"messages"`
		More      bool      `json:"_more_changes"` // on the last of a page
	}
	message struct {
		Author  *account  `json:"author"`
		Date    timestamp `json:"date"`
		Message string    `json:"message"`
		Tag     string    `json:"tag"`
	}
	// A timestamp is in Gerrit's form: 2013-02-01 09:59:32.186000000, UTC.
	timestamp struct{ time.Time }
)

func (t *timestamp) UnmarshalJSON(raw []byte) error {
	text, err := strconv.Unquote(string(raw))
	if err != nil {
		return fmt.Errorf("reading a time: %w", err)
	}
	at, err := time.Parse("2006-01-02 15:04:05.999999999", text)
	if err != nil {
		return fmt.Errorf("reading a time: %w", err)
	}
	t.Time = at.UTC()
	return nil
}

func (c *Client) activity(ctx context.Context, repo health.Repository, since time.Time) health.Activity {
	if !spelling.MatchString(repo.Path) || strings.Contains(repo.Path, "..") {
		return rest.Misaddressed(repo, c.Now(), c.Host)
	}
	a := forge.Unread(repo, c.Now())
	a.Since = since
	untold := c.Host + " doesn't list them: plain git does"
	a.Gaps = health.Gaps{
		{Part: health.PartChecks, Why: untold},
		{Part: health.PartCommits, Why: untold},
		{Part: health.PartFiles, Why: untold},
		{Part: health.PartFunding, Why: untold},
		{Part: health.PartIssues, Why: "Gerrit has no issues"},
		{Part: health.PartReleases, Why: "Gerrit has no release entries"},
		{Part: health.PartSecurity, Why: untold},
		{Part: health.PartTags, Why: untold},
	}
	var p project
	if _, err := c.api.Get(ctx, "/projects/"+url.PathEscape(repo.Path), nil, &p); err != nil {
		gap := rest.Gap(health.PartChanges, err)
		if rest.Absent(err) { // whether the repository is there is git's to say
			gap.Why = c.Host + " reviews no project of that name, or not for us"
		}
		a.Gaps = append(a.Gaps, gap, health.Gap{Part: health.PartStatus, Why: gap.Why, Outage: gap.Outage})
		return a
	}
	if p.State == "READ_ONLY" {
		a.Notices = append(a.Notices, health.Notice{Kind: health.NoticeArchived, Text: "read-only on " + c.Host, URL: repo.URL()})
	}
	var changes []change
	query := url.Values{"q": {"project:" + repo.Path}, "n": {strconv.Itoa(changesPage)}, "o": {"MESSAGES", "DETAILED_ACCOUNTS"}}
	if _, err := c.api.Get(ctx, "/changes/", query, &changes); err != nil {
		a.Gaps = append(a.Gaps, rest.Gap(health.PartChanges, err))
		return a
	}
	read(&a, changes, forge.NewRoster(c.Rules, c.Host))
	return a
}

// read takes the change requests. They come by their last change, so the list
// is complete for those opened since the last change of the oldest.
func read(a *health.Activity, changes []change, roster *forge.Roster) {
	a.ChangesSince = time.Unix(0, 0).UTC() // Gerrit tells no beginning; all there are are here
	if n := len(changes); n > 0 && changes[n-1].More {
		a.ChangesSince = changes[n-1].Updated.Time
	}
	for _, c := range changes {
		if !c.Created.Before(a.ChangesSince) {
			a.Changes = append(a.Changes, item(c, roster))
		}
	}
	if n := len(changes); n == 0 || !changes[n-1].More {
		open := 0
		for _, c := range changes {
			if c.Status == "NEW" {
				open++
			}
		}
		a.OpenChanges = &open
	}
	forge.Order(a)
	roster.Settle(a)
}

func item(c change, roster *forge.Roster) health.Item {
	out := health.Item{Number: c.Number, Opened: c.Created.Time, By: who(c.Owner, roster), Merged: c.Status == "MERGED"}
	for _, m := range c.Messages {
		if kind, ok := kindOf(m); ok {
			out.Events = append(out.Events, health.Event{At: m.Date.Time, By: who(m.Author, roster), Kind: kind})
		}
	}
	switch c.Status {
	case "MERGED":
		out.Closed = c.Submitted.Time
		if out.Closed.IsZero() {
			out.Closed = c.Updated.Time
		}
		out.Events = append(out.Events, health.Event{At: out.Closed, By: who(c.Submitter, roster), Kind: health.EventMerge})
	case "ABANDONED":
		for _, e := range out.Events {
			if e.Kind == health.EventClose {
				out.Closed = e.At
			}
		}
		if out.Closed.IsZero() {
			out.Closed = c.Updated.Time
			out.Events = append(out.Events, health.Event{At: out.Closed, By: -1, Kind: health.EventClose})
		}
	}
	return out
}

// vote is a message that begins with a vote of a reviewer.
var vote = regexp.MustCompile(`^Patch Set [0-9]+:.*\b[A-Z][A-Za-z-]*[+-][12]\b`)

// kindOf is what a message does; Gerrit's own about new patch sets, and about
// the merging that the change itself tells, do nothing.
func kindOf(m message) (health.EventKind, bool) {
	switch {
	case strings.HasSuffix(m.Tag, ":abandon"):
		return health.EventClose, true
	case strings.HasSuffix(m.Tag, ":restore"):
		return health.EventReopen, true
	case strings.HasPrefix(m.Tag, "autogenerated:gerrit:"):
		return "", false
	}
	first, _, _ := strings.Cut(m.Message, "\n")
	if vote.MatchString(first) {
		return health.EventReview, true
	}
	return health.EventComment, true
}

func who(a *account, roster *forge.Roster) int {
	if a == nil || a.ID == 0 {
		return -1
	}
	login := a.Username
	if login == "" {
		login = strconv.Itoa(a.ID)
	}
	return roster.Account(forge.Account{
		Login: login, ID: strconv.Itoa(a.ID), Name: a.Name, Email: a.Email, Bot: slices.Contains(a.Tags, "SERVICE_USER"),
	})
}

// Tells is what Gerrit tells of a project.
func Tells() forge.Tells {
	return forge.Tells{
		forge.FactCommits:     "no; plain git does",
		forge.FactMerges:      "no; plain git does",
		forge.FactTags:        "no; plain git does",
		forge.FactReleases:    "no; it has none",
		forge.FactPrereleases: "no",
		forge.FactPublishers:  "no",
		forge.FactIssues:      "no; it has none",
		forge.FactChanges:     "yes; the 60 that changed last",
		forge.FactOpenCounts:  "no; only where that is all",
		forge.FactComments:    "yes",
		forge.FactReviews:     "yes; votes",
		forge.FactClosers:     "yes",
		forge.FactMergers:     "yes",
		forge.FactReopenings:  "yes",
		forge.FactLabels:      "no",
		forge.FactRoles:       "no; by their acts",
		forge.FactBots:        "yes; service accounts, the rest by their names",
		forge.FactCreated:     "no",
		forge.FactArchived:    "yes; read-only",
		forge.FactRenames:     "no",
		forge.FactMirrors:     "no; by the readme's words",
		forge.FactSwitchedOff: "no",
		forge.FactFiles:       "no; plain git does",
		forge.FactChecks:      "no",
	}
}
