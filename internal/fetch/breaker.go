package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// failuresToTrip is how many exchanges in a row must fail before a host
	// counts as down.
	failuresToTrip = 5
	// downFor is how long it then isn't asked; after it, one failure more is
	// enough.
	downFor = time.Minute
)

// A HostDown is the failure of a request that wasn't sent, because the last
// ones to the same host failed. It wraps the reason of the last.
type HostDown struct {
	Host string
	Err  error
}

func (e *HostDown) Error() string {
	return fmt.Sprintf("%s is not asked again for now: %v", e.Host, e.Err)
}

func (e *HostDown) Unwrap() error { return e.Err }

// breaker keeps an audit of 300 packages from waiting 300 times for a host that
// is down, and from asking on while a host has asked to be left alone.
type breaker struct {
	next http.RoundTripper
	now  func() time.Time

	mu    sync.Mutex
	hosts map[string]*fuse
}

type fuse struct {
	failures int
	last     error
	until    time.Time // down until then
	limit    *RateLimit
}

func newBreaker(next http.RoundTripper, now func() time.Time) *breaker {
	return &breaker{next: next, now: now, hosts: make(map[string]*fuse)}
}

func (b *breaker) RoundTrip(req *http.Request) (*http.Response, error) {
	host := hostOf(req)
	if err := b.open(host); err != nil {
		return nil, err
	}
	resp, err := b.next.RoundTrip(req)
	if req.Context().Err() == nil { // else it tells about the caller, not about the host
		b.note(host, resp, err)
	}
	return resp, err
}

// open returns the reason for which host is not asked now.
func (b *breaker) open(host string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.hosts[host]
	if f == nil {
		return nil
	}
	now := b.now()
	if f.limit != nil && f.limit.Until.After(now) {
		return f.limit
	}
	if f.until.After(now) {
		return &HostDown{Host: host, Err: f.last}
	}
	return nil
}

func (b *breaker) note(host string, resp *http.Response, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.hosts[host]
	if f == nil {
		f = new(fuse)
		b.hosts[host] = f
	}
	if limit, ok := errors.AsType[*RateLimit](err); ok {
		// A budget that is used up may be one of several that the host keeps,
		// so only a limit on the pace holds for every request.
		if limit.Secondary {
			f.limit = limit
		}
		f.failures = 0
		return
	}
	if _, large := errors.AsType[*TooLarge](err); large {
		err = nil
	}
	// 502 and 504 may be this one question's fault; 503 is the host's own.
	if err == nil && resp != nil && resp.StatusCode == http.StatusServiceUnavailable {
		err = errors.New("it answers " + resp.Status)
	}
	if err == nil {
		f.failures = 0
		return
	}
	f.failures++
	f.last = err
	if f.failures >= failuresToTrip {
		f.until = b.now().Add(downFor)
	}
}
