package fetch

import (
	"cmp"
	"net/http"
	"slices"
	"sync"
)

// Stats count what a client did.
type Stats struct {
	Requests    int         `json:"requests"`    // sent, repetitions included
	Cached      int         `json:"cached"`      // answered without asking
	Revalidated int         `json:"revalidated"` // asked, and unchanged since
	Stale       int         `json:"stale"`       // answered by an older answer in place of a failure
	Unkept      int         `json:"unkept"`      // answers that the store could not take
	Bytes       int64       `json:"bytes"`       // of bodies, after decompression
	Hosts       []HostStats `json:"hosts"`       // by name
}

// HostStats are the part of the Stats that one host has.
type HostStats struct {
	Host     string `json:"host"`
	Requests int    `json:"requests"`
	Failures int    `json:"failures"` // requests without an answer
	Bytes    int64  `json:"bytes"`
}

type tally struct {
	mu    sync.Mutex
	sum   Stats
	hosts map[string]*HostStats
}

func (t *tally) stats() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	sum := t.sum
	sum.Hosts = make([]HostStats, 0, len(t.hosts))
	for _, h := range t.hosts {
		sum.Hosts = append(sum.Hosts, *h)
	}
	slices.SortFunc(sum.Hosts, func(a, b HostStats) int { return cmp.Compare(a.Host, b.Host) })
	return sum
}

func (t *tally) add(change func(*Stats)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.sum)
}

func (t *tally) sent(host string, bytes int64, failed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.hosts[host]
	if h == nil {
		h = &HostStats{Host: host}
		t.hosts[host] = h
	}
	h.Requests++
	h.Bytes += bytes
	if failed {
		h.Failures++
	}
	t.sum.Requests++
	t.sum.Bytes += bytes
}

type counted struct {
	next  http.RoundTripper
	tally *tally
}

func (c counted) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		c.tally.sent(hostOf(req), 0, true)
		return nil, err
	}
	c.tally.sent(hostOf(req), resp.ContentLength, false) // the body is whole, so its length is known
	return resp, nil
}
