package github

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// tries bounds how often one request is sent: again after a limit, again
// without a field that the server lacks.
const tries = 12

// ask sends a request when that is allowed: within the budget of points, and
// after the rate limits that the server stated. A field that the server
// doesn't know is left out from then on.
func (s *session) ask(ctx context.Context, build func() request) (reply, error) {
	var failed error
	for range tries {
		r := build()
		if err := s.admit(ctx, r.points); err != nil {
			return reply{}, err
		}
		answer, err := s.send(ctx, r)
		s.account(answer.rate, r.points)
		var l limit
		var unknown unknownField
		switch {
		case errors.As(err, &l):
			s.hold(l.until)
		case errors.As(err, &unknown) && s.without(unknown):
		default:
			return answer, err
		}
		failed = err
	}
	return reply{}, failed
}

// admit returns when a request of that many points may be sent, or why it may
// not be.
func (s *session) admit(ctx context.Context, points int) error {
	for {
		until, why, err := s.turn(points)
		if err != nil {
			return err
		}
		if until.IsZero() {
			break
		}
		if err := s.wait(ctx, why, until); err != nil {
			return err
		}
	}
	if s.Allow == nil {
		return nil
	}
	if err := s.Allow(points); err != nil {
		return refusal{err.Error(), true}
	}
	return nil
}

// turn says until when a request of that many points has to wait, zero for not
// at all.
func (s *session) turn(points int) (until time.Time, why string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	switch {
	case s.stopped != nil:
		return time.Time{}, "", *s.stopped
	case s.until.After(now):
		return s.until, s.host + " is rate limited", nil
	case s.budget.Cost > 0 && s.budget.Remaining < points && s.budget.ResetAt.After(now):
		return s.budget.ResetAt, fmt.Sprintf("%s has %d points left", s.host, s.budget.Remaining), nil
	}
	s.budget.Remaining -= points // until an answer tells the true number
	s.flying += points
	return time.Time{}, "", nil
}

// wait waits for a limit to end, as far as the patience goes. The first of the
// workers that come here says so and pays; the others wait along.
func (s *session) wait(ctx context.Context, why string, until time.Time) error {
	s.mu.Lock()
	now := s.now()
	if until.After(s.waited) {
		span := until.Sub(later(s.waited, now))
		if s.Waiting == nil || span > s.patience {
			s.stopped = &refusal{fmt.Sprintf("%s until %s", why, until.UTC().Format(time.RFC3339)), true}
			s.mu.Unlock()
			return *s.stopped
		}
		s.patience -= span
		s.waited = until
		s.Waiting(why, until)
	}
	s.mu.Unlock()

	timer := time.NewTimer(until.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// hold makes every request wait.
func (s *session) hold(until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until = later(s.until, until)
}

// account notes what an answer to a request of that many points says of the
// budget. What other requests under way will take is no longer there either.
// Answers arrive out of order: within one hour the lowest remainder is the
// newest.
func (s *session) account(r rate, points int) {
	s.mu.Lock()
	s.flying -= points
	left := r
	left.Remaining -= s.flying
	if r.Cost > 0 && (r.ResetAt.After(s.budget.ResetAt) || left.Remaining < s.budget.Remaining) {
		s.budget = left
	}
	s.mu.Unlock()
	if r.Cost == 0 {
		return // the answer doesn't say
	}
	if s.Spent != nil {
		s.Spent(r.Cost, r.Remaining, r.ResetAt)
	}
}

// without leaves an optional field out of every further request. It reports
// false where the field is not optional.
func (s *session) without(u unknownField) bool {
	name := u.name
	if other, ok := related[u.kind]; ok && name == "" {
		name = other
	}
	if _, ok := optional[name]; !ok {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.lacks, name) {
		s.lacks = append(slices.Clone(s.lacks), name)
	}
	return true
}

// later is the later of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
