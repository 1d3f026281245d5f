package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// A session is one reading of a list of repositories.
type session struct {
	*Client
	since time.Time
	yield func(int, health.Activity)
	pace  *pace

	mu       sync.Mutex
	waiting  []begun       // repositories that want further pages of commits
	lacks    []string      // fields that the server turned out not to have
	stopped  *refusal      // why nothing more is asked
	failures int           // in a row; see enough
	patience time.Duration // what is left of it
	until    time.Time     // when the limit that all wait for is over
	waited   time.Time     // until when a wait has been announced
	budget   rate          // as the last answer told it
	flying   int           // points of requests without an answer yet
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
	whole := ctx
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
	if err := group.Wait(); err != nil {
		return err
	}
	s.finish(whole, s.waiting)
	return whole.Err()
}

// fewestItems is the page of issues below which nothing is gained by asking
// for less.
const fewestItems = 3

// read reads a batch. What can't be read in one request is read in halves, and
// what can't be read by itself with fewer issues and change requests: whether
// it was too large, or the connection broke, is not always told.
func (s *session) read(ctx context.Context, batch []target, items int) {
	names := make([][2]string, len(batch))
	for i, t := range batch {
		names[i] = [2]string{t.owner, t.name}
	}
	answer, err := s.ask(ctx, func() request { return query{s.lacking()}.overview(names, s.since, items) })
	if ctx.Err() != nil {
		return
	}
	smallest := len(batch) == 1 && items <= fewestItems
	if err != nil && (s.hopeless(err) || smallest) {
		s.fail(batch, err)
		return
	}
	left := batch
	if err == nil {
		s.succeeded()
		left = s.take(ctx, batch, answer, smallest)
	}
	if len(left) == 0 {
		s.pace.fine(len(batch))
		return
	}
	s.pace.tooLarge(len(batch))
	if len(batch) == 1 {
		s.read(ctx, left, items/3)
		return
	}
	half := (len(left) + 1) / 2
	s.read(ctx, left[:half], items)
	if half < len(left) {
		s.read(ctx, left[half:], items)
	}
}

// take yields what an answer holds, and returns the repositories that it left
// out, in whole or in part, because they were too much. Where there is no
// smaller request, such a part is a gap.
func (s *session) take(ctx context.Context, batch []target, answer reply, smallest bool) (left []target) {
	for i, t := range batch {
		alias := fmt.Sprintf("r%d", i)
		raw := answer.Data[alias]
		delete(answer.Data, alias) // what is read needn't be held as text too
		problems := answer.about(alias)
		switch {
		case !smallest && tooMuch(problems, raw):
			left = append(left, t)
		case isNull(raw):
			s.gap(t, s.absence(problems))
		default:
			r := &repository{problems: problems, lacks: s.lacking()}
			if err := json.Unmarshal(raw, r); err != nil {
				s.gap(t, health.Gap{Part: health.PartRepository, Why: fmt.Sprintf("reading the answer of %s: %v", s.host, err), Outage: true})
				continue
			}
			if s.wantsMore(r) {
				s.later(ctx, begun{r, t})
				continue
			}
			s.done(begun{r, t})
		}
	}
	return left
}

// A begun repository is read but for commits beyond the first page.
type begun struct {
	*repository
	target target
}

func (s *session) done(b begun) {
	s.yield(b.target.index, b.activity(b.target.repo, s.since, s.now(), s.Rules))
}

// pagesAtOnce is the number of repositories whose next pages of commits are
// asked for in one request. They wait for one another, across batches, so
// that a page costs a fraction of a request.
const pagesAtOnce = 50

// wantsMore reports whether further pages of a repository's commits are to be
// read here.
func (s *session) wantsMore(r *repository) bool {
	h := r.history()
	if s.CommitPages == 0 || h == nil || !h.PageInfo.HasNextPage {
		return false
	}
	return !s.WholeHistories || h.TotalCount <= 100*(1+s.CommitPages)
}

// later keeps a repository until enough of them want a page of commits.
func (s *session) later(ctx context.Context, b begun) {
	s.mu.Lock()
	s.waiting = append(s.waiting, b)
	var full []begun
	if len(s.waiting) >= pagesAtOnce {
		full, s.waiting = s.waiting, nil
	}
	s.mu.Unlock()
	s.finish(ctx, full)
}

// finish reads the commits beyond the first page, as far as the options allow,
// and yields. A page that fails is left out: the Activity says from when its
// commits are complete.
func (s *session) finish(ctx context.Context, all []begun) {
	s.more(ctx, all)
	for _, b := range all {
		s.done(b)
	}
}

func (s *session) more(ctx context.Context, found []begun) {
	for range s.CommitPages {
		var marks []bookmark
		var of []*repository
		for _, b := range found {
			r := b.repository
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
			return health.Gap{Part: health.PartRepository, Why: fmt.Sprintf("%s forbids it: %s", s.host, quote.Brief(p.Message, quote.Sentence))}
		}
		gap.Why = fmt.Sprintf("%s says %q", s.host, quote.Brief(p.Message, quote.Sentence))
	}
	return gap
}

// enough is the number of failures in a row after which nothing more is asked.
// It leaves every worker room to find the size that the server can answer; a
// failure that doesn't look like one of size counts for three.
const enough = 6 * atOnce

// hopeless counts a failure, and ends the session where it, or the row of
// failures that it ends, would meet every other request too.
func (s *session) hopeless(err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failures++; !errors.Is(err, errTooLarge) {
		s.failures += 2
	}
	var why refusal
	switch {
	case errors.As(err, &why):
		s.stopped = &why
	case s.stopped == nil && s.failures >= enough:
		s.stopped = &refusal{err.Error(), true}
	}
	return s.stopped != nil
}

// succeeded ends a row of failures.
func (s *session) succeeded() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = 0
}

// fail yields a batch that couldn't be read.
func (s *session) fail(batch []target, err error) {
	why := refusal{err.Error(), true}
	errors.As(err, &why)
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
