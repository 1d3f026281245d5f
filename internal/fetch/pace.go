package fetch

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// pace bounds the requests under way to one host, and keeps their starts apart.
type pace struct {
	next        http.RoundTripper
	now         func() time.Time
	concurrency int
	hosts       map[string]Host

	mu    sync.Mutex
	lanes map[string]*lane
}

type lane struct {
	places chan struct{}
	gap    time.Duration
	mu     sync.Mutex
	free   time.Time // when the next request may start
}

func newPace(next http.RoundTripper, o Options, hosts map[string]Host) *pace {
	return &pace{next: next, now: o.Now, concurrency: o.Concurrency, hosts: hosts, lanes: make(map[string]*lane)}
}

func (p *pace) RoundTrip(req *http.Request) (*http.Response, error) {
	l := p.lane(hostOf(req))
	select {
	case l.places <- struct{}{}:
		defer func() { <-l.places }()
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	if err := sleep(req.Context(), l.turn(p.now())); err != nil {
		return nil, err
	}
	return p.next.RoundTrip(req)
}

func (p *pace) lane(host string) *lane {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lanes[host]
	if l == nil {
		places := p.concurrency
		if h := p.hosts[host]; h.Concurrency > 0 {
			places = h.Concurrency
		}
		l = &lane{places: make(chan struct{}, places), gap: p.hosts[host].Pace}
		p.lanes[host] = l
	}
	return l
}

// turn takes the next start, and returns how far off it is.
func (l *lane) turn(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.free.Before(now) {
		l.free = now
	}
	wait := l.free.Sub(now)
	l.free = l.free.Add(l.gap)
	return wait
}

// sleep waits for d, or for the end of the context, whose error it returns.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
