package fetch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/quote"
)

// ErrOffline is the error of a request that would have had to ask a host,
// while the client is offline.
var ErrOffline = errors.New("not in the cache, and offline")

// The headers by which an answer says where it comes from. They are taken off
// whatever arrives from outside.
const (
	// headerFromCache marks an answer that no host was asked for. Clients that
	// keep a count of what a host has left (go-github does) skip such answers.
	headerFromCache = "X-From-Cache"
	headerReadAt    = "X-Mainstay-Read-At"
	headerStale     = "X-Mainstay-Stale"
)

// ReadAt is when the host gave the answer, or last said that it still holds;
// false where it gave it just now.
func ReadAt(resp *http.Response) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, resp.Header.Get(headerReadAt))
	return at, err == nil
}

// Stale is the reason for which an answer is older than was asked for; "" where
// it isn't.
func Stale(resp *http.Response) string { return resp.Header.Get(headerStale) }

type maxAgeKey struct{}

// Forever is the age of what never changes.
const Forever = time.Duration(1<<63 - 1)

// WithMaxAge returns a context whose requests use an answer up to that age
// without asking again, in place of Options.MaxAge.
func WithMaxAge(ctx context.Context, age time.Duration) context.Context {
	return context.WithValue(ctx, maxAgeKey{}, age)
}

// kindHTTP is the kind under which answers are stored.
const kindHTTP = "http"

// cache keeps what GET requests were answered. The scope of a request's
// credential is part of an answer's key, so what one token may see is never
// given to another; the credential itself is never stored.
type cache struct {
	next             http.RoundTripper
	store            *Store
	now              func() time.Time
	scope            func(*http.Request) string
	tally            *tally
	maxAge, maxStale time.Duration
	offline          bool
}

func (c cache) RoundTrip(req *http.Request) (*http.Response, error) {
	if c.store == nil && !c.offline {
		return c.ask(req)
	}
	if !cacheable(req) {
		if c.offline {
			return nil, fmt.Errorf("asking %s: %w", hostOf(req), ErrOffline)
		}
		return c.ask(req)
	}
	key := c.key(req)
	a, held := c.load(key)
	age := c.now().Sub(a.readAt)
	switch {
	case held && age <= c.maxAgeOf(req):
		c.tally.add(func(s *Stats) { s.Cached++ })
		return a.response(req, ""), nil
	case c.offline && held && age <= c.maxStale:
		c.tally.add(func(s *Stats) { s.Stale++ })
		return a.response(req, "offline"), nil
	case c.offline && held:
		return nil, fmt.Errorf("asking %s: the answer from %s is too old: %w",
			hostOf(req), a.readAt.Format(time.DateOnly), ErrOffline)
	case c.offline:
		return nil, fmt.Errorf("asking %s: %w", hostOf(req), ErrOffline)
	}
	return c.renew(req, key, a, held)
}

// renew asks for an answer, keeps it, and falls back on the one it had.
func (c cache) renew(req *http.Request, key string, a answer, held bool) (*http.Response, error) {
	resp, err := c.ask(a.condition(req))
	switch {
	case err == nil && resp.StatusCode == http.StatusNotModified && held:
		a.readAt = c.now()
		c.tally.add(func(s *Stats) { s.Revalidated++ })
		c.save(key, a)
		return a.revalidated(req, resp), nil
	case held && failed(resp, err) && req.Context().Err() == nil && c.now().Sub(a.readAt) <= c.maxStale:
		c.tally.add(func(s *Stats) { s.Stale++ })
		return a.response(req, reason(resp, err)), nil
	case err != nil || !keepable(req, resp):
		return answering(req)(resp, err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	c.save(key, newAnswer(resp, body, c.now()))
	return answering(req)(resp, nil)
}

// ask sends the request on and takes our own marks off what comes back.
func (c cache) ask(req *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(req)
	if err == nil {
		for _, mark := range []string{headerFromCache, headerReadAt, headerStale} {
			resp.Header.Del(mark)
		}
	}
	return resp, err
}

func (c cache) maxAgeOf(req *http.Request) time.Duration {
	if age, ok := req.Context().Value(maxAgeKey{}).(time.Duration); ok {
		return age
	}
	return c.maxAge
}

// key is what an answer depends on: who asks, the address, and the headers by
// which a request chooses between forms of the answer.
func (c cache) key(req *http.Request) string {
	return strings.Join([]string{
		c.scope(req), req.URL.String(), req.Header.Get("Accept"), req.Header.Get("X-GitHub-Api-Version"),
	}, "\x00")
}

func (c cache) load(key string) (answer, bool) {
	value, readAt, ok := c.store.Get(kindHTTP, key)
	if !ok {
		return answer{}, false
	}
	head, body, ok := bytes.Cut(value, []byte("\n"))
	var a answer
	if !ok || json.Unmarshal(head, &a) != nil || http.StatusText(a.Status) == "" {
		return answer{}, false
	}
	if a.Header == nil {
		a.Header = make(http.Header)
	}
	a.body, a.readAt = body, readAt
	return a, true
}

// save keeps an answer. A store that can't take it costs a request the next
// time, and no more than that.
func (c cache) save(key string, a answer) {
	head, err := json.Marshal(a)
	if err == nil {
		err = c.store.Put(kindHTTP, key, slices.Concat(head, []byte("\n"), a.body), a.readAt)
	}
	if err != nil {
		c.tally.add(func(s *Stats) { s.Unkept++ })
	}
}

// cacheable reports whether the answer to req may be looked up and kept: a GET
// that brings no credential, range or condition of its own.
func cacheable(req *http.Request) bool {
	if req.Method != http.MethodGet || req.Body != nil && req.Body != http.NoBody || req.URL.User != nil {
		return false
	}
	for _, own := range []string{
		"Authorization", "Cookie", "Private-Token", "Job-Token", "Range",
		"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range",
	} {
		if req.Header.Get(own) != "" {
			return false
		}
	}
	return true
}

// keepable reports whether an answer says something that lasts. A page in HTML
// that nobody asked for is a login form or somebody's proxy, not the answer.
func keepable(req *http.Request, resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusOK:
		html := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
		return !html || strings.Contains(req.Header.Get("Accept"), "text/html")
	case http.StatusNotFound, http.StatusGone, http.StatusUnavailableForLegalReasons:
		return true
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		// An address with a query of its own may be a signed one.
		to, err := url.Parse(resp.Header.Get("Location"))
		return err == nil && to.User == nil && (to.RawQuery == "" || to.RawQuery == req.URL.RawQuery)
	}
	return false
}

// failed reports whether the host didn't answer the question.
func failed(resp *http.Response, err error) bool {
	return err != nil || resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests
}

func reason(resp *http.Response, err error) string {
	if err != nil {
		return err.Error()
	}
	return hostOf(resp.Request) + " answers " + resp.Status
}

// keptHeaders are the headers of an answer that are stored; all others may
// hold what shouldn't be.
var keptHeaders = []string{
	"Content-Type", "Etag", "Last-Modified", "Link", "Location",
	"X-Total-Count", "X-Total", "X-Total-Pages", "X-Next-Page", "X-Page", "X-Per-Page",
}

// An answer is a stored one: its status and headers as a line of JSON, then
// the body.
type answer struct {
	Status int         `json:"status"`
	Header http.Header `json:"header"`
	body   []byte
	readAt time.Time
}

func newAnswer(resp *http.Response, body []byte, at time.Time) answer {
	a := answer{Status: resp.StatusCode, Header: make(http.Header), body: body, readAt: at}
	for _, name := range keptHeaders {
		if v := resp.Header.Values(name); len(v) > 0 {
			a.Header[name] = v
		}
	}
	return a
}

// condition is req, to be answered in full only if a has changed.
func (a answer) condition(req *http.Request) *http.Request {
	etag, modified := a.Header.Get("Etag"), a.Header.Get("Last-Modified")
	if etag == "" && modified == "" {
		return req
	}
	conditional := req.Clone(req.Context())
	if etag != "" {
		conditional.Header.Set("If-None-Match", etag)
	}
	if modified != "" {
		conditional.Header.Set("If-Modified-Since", modified)
	}
	return conditional
}

// response is the stored answer to req, marked as stored, and as stale where
// there is a reason for it.
func (a answer) response(req *http.Request, stale string) *http.Response {
	resp := a.plain(req)
	resp.Header.Set(headerFromCache, "1")
	resp.Header.Set(headerReadAt, a.readAt.UTC().Format(time.RFC3339))
	if stale != "" {
		resp.Header.Set(headerStale, quote.Line(stale))
	}
	return resp
}

// revalidated is the stored answer with what a 304 says anew, such as what is
// left of a rate limit.
func (a answer) revalidated(req *http.Request, fresh *http.Response) *http.Response {
	resp := a.plain(req)
	for name, values := range fresh.Header {
		if name != "Content-Length" && name != "Content-Type" {
			resp.Header[name] = values
		}
	}
	return resp
}

func (a answer) plain(req *http.Request) *http.Response {
	return &http.Response{
		Status:     strconv.Itoa(a.Status) + " " + http.StatusText(a.Status),
		StatusCode: a.Status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        a.Header.Clone(),
		Body:          io.NopCloser(bytes.NewReader(a.body)),
		ContentLength: int64(len(a.body)),
		Request:       req,
	}
}
