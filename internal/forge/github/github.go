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
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/google/go-github/v66/github"
	"golang.org/x/sync/errgroup"

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
	// first one, 0 where another source tells the rest.
	CommitPages int
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
	if c.Learned != nil && len(queue) > 0 {
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

// A session is one reading of a list of repositories.
type session struct {
	*Client
	since time.Time
	yield func(int, health.Activity)
	pace  *pace

	mu       sync.Mutex
	lacks    []string      // fields that the server turned out not to have
	stopped  *refusal      // why nothing more is asked
	failures int           // in a row; see hopeless
	patience time.Duration // what is left of it
	until    time.Time     // when the limit that all wait for is over
	waited   time.Time     // until when a wait has been announced
	budget   rate          // as the last answer told it
}

// run hands the queue to a few workers, in batches as large as has worked.
func (s *session) run(ctx context.Context, queue []target) error {
	var next sync.Mutex
	take := func() []target {
		next.Lock()
		defer next.Unlock()
		n := min(len(queue), s.pace.take())
		batch := queue[:n]
		queue = queue[n:]
		return batch
	}
	group, ctx := errgroup.WithContext(ctx)
	for range atOnce {
		group.Go(func() error {
			for batch := take(); len(batch) > 0; batch = take() {
				s.read(ctx, batch, itemsPage)
				if err := ctx.Err(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// read reads a batch. What was too large for one request is read in halves,
// and a repository too large by itself with fewer issues and change requests.
func (s *session) read(ctx context.Context, batch []target, items int) {
	names := make([][2]string, len(batch))
	for i, t := range batch {
		names[i] = [2]string{t.owner, t.name}
	}
	answer, err := s.ask(ctx, func() request { return query{s.lacking()}.overview(names, s.since, items) })
	if ctx.Err() != nil {
		return
	}
	last := len(batch) == 1 && items <= fewestItems
	if errors.Is(err, errTooLarge) {
		last = s.failed(1) || last
	}
	if err != nil && (!errors.Is(err, errTooLarge) || last) {
		s.fail(batch, err)
		return
	}
	var again []target
	if err != nil {
		again = batch
	} else {
		again = s.take(ctx, batch, answer, last)
	}
	s.learn(len(batch), len(again), err)
	switch {
	case len(again) == 0:
	case len(batch) == 1:
		s.read(ctx, again, items/3)
	default:
		half := (len(again) + 1) / 2
		for _, part := range [][]target{again[:half], again[half:]} {
			if len(part) > 0 {
				s.read(ctx, part, items)
			}
		}
	}
}

// fewestItems is the page of issues below which nothing is gained by asking
// for less.
const fewestItems = 3

// learn sets the size of coming requests by how one of this size went.
func (s *session) learn(size, again int, err error) {
	if err == nil {
		s.mu.Lock()
		s.failures = 0
		s.mu.Unlock()
	}
	if again == 0 {
		s.pace.fine(size)
		return
	}
	s.pace.tooLarge(size)
}

// take yields what an answer holds, and returns the repositories that it left
// out because they were too much. The last time, a part that is too much is a
// gap.
func (s *session) take(ctx context.Context, batch []target, answer reply, last bool) (again []target) {
	var found []*repository
	var whose []target
	for i, t := range batch {
		alias := fmt.Sprintf("r%d", i)
		raw := answer.Data[alias]
		problems := answer.about(alias)
		switch {
		case !last && tooMuch(problems, raw):
			again = append(again, t)
		case isNull(raw):
			s.gap(t, s.absence(problems))
		default:
			r := &repository{problems: problems, lacks: s.lacking()}
			if err := json.Unmarshal(raw, r); err != nil {
				s.gap(t, health.Gap{Part: health.PartRepository, Why: fmt.Sprintf("reading the answer of %s: %v", s.host, err), Outage: true})
				continue
			}
			found, whose = append(found, r), append(whose, t)
		}
	}
	s.more(ctx, found)
	for i, r := range found {
		s.yield(whose[i].index, r.activity(whose[i].repo, s.since, s.now(), s.Rules))
	}
	return again
}

// more reads the commits beyond the first page, as far as the options allow,
// for all repositories of a batch together. A page that fails is left out: the
// Activity says from when its commits are complete.
func (s *session) more(ctx context.Context, found []*repository) {
	for range s.CommitPages {
		var marks []bookmark
		var of []*repository
		for _, r := range found {
			if h := r.history(); h != nil && h.PageInfo.HasNextPage && h.PageInfo.EndCursor != "" {
				marks, of = append(marks, bookmark{r.ID, h.PageInfo.EndCursor}), append(of, r)
			}
		}
		if len(marks) == 0 {
			return
		}
		answer, err := s.ask(ctx, func() request { return pages(marks, s.since) })
		if err != nil {
			return
		}
		for i, r := range of {
			r.extend(answer.Data[fmt.Sprintf("r%d", i)])
		}
	}
}

// about returns the problems of one alias, with those of the whole request.
func (r reply) about(alias string) []problem {
	var out []problem
	for _, p := range r.Errors {
		if a := p.alias(); a == alias || a == "" {
			out = append(out, p)
		}
	}
	return out
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// tooMuch reports whether a repository is missing, in whole or in part,
// because the request was too large.
func tooMuch(problems []problem, raw json.RawMessage) bool {
	for _, p := range problems {
		if p.tooLarge() && (p.alias() != "" || isNull(raw) || holed(raw)) {
			return true
		}
	}
	return false
}

// holed reports whether lists of an answer have holes: what the server gave up
// is null where an issue should be.
func holed(raw json.RawMessage) bool {
	var r repository
	return json.Unmarshal(raw, &r) != nil || r.holes()
}

// absence is why a repository isn't in an answer.
func (s *session) absence(problems []problem) health.Gap {
	gap := health.Gap{Part: health.PartRepository, Why: s.host + " leaves it out and doesn't say why", Outage: true}
	for _, p := range problems {
		switch p.Type {
		case "NOT_FOUND":
			return health.Gap{Part: health.PartRepository, Gone: true,
				Why: s.host + " answers that it doesn't exist, or that the token may not see it"}
		case "FORBIDDEN":
			return health.Gap{Part: health.PartRepository, Why: fmt.Sprintf("%s forbids it: %s", s.host, clean(p.Message))}
		}
		gap.Why = fmt.Sprintf("%s says %q", s.host, clean(p.Message))
	}
	return gap
}

// hopeless is the number of failures in a row after which nothing more is
// asked. It leaves every worker room to find the size that the server can
// answer; a failure that smaller requests won't mend counts for three.
const hopeless = 6 * atOnce

// failed counts a failure, and reports whether there is no hope any more.
func (s *session) failed(weight int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures += weight
	return s.failures >= hopeless
}

// fail yields a batch that couldn't be read. What would meet every other
// request too ends the session, and so do failures without end.
func (s *session) fail(batch []target, err error) {
	why := refusal{why: err.Error(), outage: true}
	if final := errors.As(err, &why); s.failed(3) || final {
		s.mu.Lock()
		s.stopped = &why
		s.mu.Unlock()
	}
	for _, t := range batch {
		s.gap(t, health.Gap{Part: health.PartRepository, Why: why.why, Outage: why.outage})
	}
}

// gap yields a repository of which nothing is known but why.
func (s *session) gap(t target, gap health.Gap) {
	s.yield(t.index, health.Activity{
		Repository: t.repo, ReadAt: s.now(),
		People: []health.Person{}, Commits: []health.Commit{}, Tags: []health.Tag{}, Releases: []health.Release{},
		Issues: []health.Item{}, Changes: []health.Item{}, Notices: []health.Notice{}, Files: []string{},
		Funding: []health.Funding{}, Advisories: []health.Advisory{},
		Gaps: health.Gaps{gap},
	})
}

func (s *session) lacking() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lacks
}
