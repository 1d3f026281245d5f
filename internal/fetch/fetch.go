// Package fetch is HTTP as an audit needs it: round-trippers around the
// standard library's client that keep what was answered, ask politely, wait
// only as long as was allowed, and hand a credential to its own host alone.
// It knows hosts, requests and bytes; what an answer means is its callers'.
//
// An exchange passes these layers, outermost first:
//
//	agent     names the program
//	cache     answers what is known, revalidates what is old, keeps what is new
//	retry     repeats what may be repeated, within the caller's patience
//	breaker   stops asking a host that is down or has asked to be left alone
//	limits    turns "too many requests" into a *RateLimit
//	pace      so many requests a host at once, and so far apart
//	tally     counts
//	whole     reads the whole answer, bounded in bytes and in time
//	auth      adds the host's credential to a request that is for that host
package fetch

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Options say how to ask. Now is required; the zero value of all else is a
// client that keeps nothing, waits for nothing and has no credentials.
type Options struct {
	// Now is the clock that ages and waits are taken from.
	Now func() time.Time
	// Agent is the User-Agent of requests that don't set their own.
	Agent string
	// Hosts are the hosts that need more than the rest. One that is described
	// several times takes each setting from the first description that has it.
	Hosts []Host
	// Store keeps the answers; nil keeps none.
	Store *Store
	// MaxAge is how old an answer may be and still be used without asking.
	MaxAge time.Duration
	// MaxStale is how old an answer may be and still stand in for a host that
	// fails, or for one that can't be asked because of Offline.
	MaxStale time.Duration
	// Offline answers from the store alone; what isn't there is ErrOffline.
	Offline bool
	// Patience is how long one request may wait, all its repetitions together.
	Patience time.Duration
	// Waiting, where set, is told of every such wait before it begins. It may
	// be called from several goroutines.
	Waiting func(Wait)
	// MaxBody bounds an answer, in bytes after decompression; 0 is 32 MiB.
	MaxBody int64
	// Timeout bounds one attempt with its whole body; 0 is one minute.
	Timeout time.Duration
	// Concurrency bounds the requests under way to one host; 0 is 8.
	Concurrency int
	// Base sends the requests; nil is the network, with the proxies that the
	// environment names.
	Base http.RoundTripper
}

// A Host is what is special about one host.
type Host struct {
	// Name is exact: git.example.eu, or 127.0.0.1:8080 with a port that isn't
	// the scheme's own.
	Name string
	// Header and Value authorise a request: "Authorization" and "Bearer …",
	// "PRIVATE-TOKEN" and the token. Neither leaves for any other host.
	Header string
	Value  Secret
	// Scope names who the credential speaks for. Answers are kept apart by it;
	// "" keeps them apart by the credential itself, so that a new token asks anew.
	Scope string
	// CAFile is a file of PEM certificates trusted for this host besides the system's.
	CAFile string
	// Concurrency is Options.Concurrency for this host, where it isn't 0.
	Concurrency int
	// Pace is the least time between the starts of two requests.
	Pace time.Duration
}

// with is h, with the settings of other that h has none of its own for. A
// credential is one setting.
func (h Host) with(other Host) Host {
	if h.Value == "" {
		h.Header, h.Value, h.Scope = other.Header, other.Value, other.Scope
	}
	h.Name = other.Name
	h.CAFile = cmp.Or(h.CAFile, other.CAFile)
	h.Concurrency = cmp.Or(h.Concurrency, other.Concurrency)
	h.Pace = cmp.Or(h.Pace, other.Pace)
	return h
}

// A Secret is text that formatting doesn't show.
type Secret string

// String hides the secret.
func (Secret) String() string { return "(hidden)" }

// GoString hides the secret.
func (Secret) GoString() string { return "(hidden)" }

// A Wait is a pause that a request is about to make.
type Wait struct {
	Host string
	Why  string
	For  time.Duration
}

// A Client asks hosts. It is safe for concurrent use.
type Client struct {
	http  *http.Client
	tally *tally
}

const (
	defaultBody        = 32 << 20
	defaultTimeout     = time.Minute
	defaultConcurrency = 8
	maxRedirects       = 5
	maxHeader          = 256 << 10
)

// New returns a client. It fails where an option is impossible: no clock, a
// certificate file that can't be read.
func New(o Options) (*Client, error) {
	if o.Now == nil {
		return nil, errors.New("making an HTTP client: no clock")
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultBody
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Concurrency == 0 {
		o.Concurrency = defaultConcurrency
	}
	hosts := make(map[string]Host, len(o.Hosts))
	for _, h := range o.Hosts {
		hosts[h.Name] = hosts[h.Name].with(h)
	}
	if o.Base == nil {
		base, err := network(o, hosts)
		if err != nil {
			return nil, err
		}
		o.Base = base
	}
	t := &tally{hosts: make(map[string]*HostStats)}
	keys := auth{next: o.Base, hosts: hosts}
	var next http.RoundTripper = keys
	next = whole{next: next, limit: o.MaxBody, timeout: o.Timeout}
	next = counted{next: next, tally: t}
	next = newPace(next, o, hosts)
	next = limits{next: next, now: o.Now}
	next = newBreaker(next, o.Now)
	next = retry{next: next, now: o.Now, patience: o.Patience, waiting: o.Waiting}
	next = cache{
		next: next, store: o.Store, now: o.Now, scope: keys.scope, tally: t,
		maxAge: o.MaxAge, maxStale: o.MaxStale, offline: o.Offline,
	}
	next = agent{next: next, name: o.Agent}
	return &Client{http: &http.Client{Transport: next, CheckRedirect: checkRedirect}, tally: t}, nil
}

// HTTP is the client to ask with.
func (c *Client) HTTP() *http.Client { return c.http }

// Stats returns what was asked so far.
func (c *Client) Stats() Stats { return c.tally.stats() }

type agent struct {
	next http.RoundTripper
	name string
}

func (a agent) RoundTrip(req *http.Request) (*http.Response, error) {
	if a.name == "" || req.Header.Get("User-Agent") != "" {
		return a.next.RoundTrip(req)
	}
	named := req.Clone(req.Context())
	named.Header.Set("User-Agent", a.name)
	return answering(req)(a.next.RoundTrip(named))
}

// answering makes the response's Request the one that the outer layer sent, as
// http.RoundTripper asks, whatever an inner layer added to its own copy.
func answering(req *http.Request) func(*http.Response, error) (*http.Response, error) {
	return func(resp *http.Response, err error) (*http.Response, error) {
		if resp != nil {
			resp.Request = req
		}
		return resp, err
	}
}

// checkRedirect follows a few redirects, and none that leaves TLS.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("stopped after %d redirects", maxRedirects)
	}
	if req.URL.Scheme != "https" && (req.URL.Scheme != "http" || via[len(via)-1].URL.Scheme == "https") {
		return fmt.Errorf("refused a redirect from %s to %s", via[len(via)-1].URL.Scheme, req.URL.Scheme)
	}
	return nil
}

// safeForSecrets reports whether a credential may travel to u: over TLS, or to
// this machine.
func safeForSecrets(u *url.URL) bool {
	switch u.Scheme {
	case "https":
		return true
	case "http":
		ip := net.ParseIP(u.Hostname())
		return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	}
	return false
}
