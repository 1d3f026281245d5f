package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-github/v66/github"

	"github.com/mainstay-dev/mainstay/internal/quote"
)

const (
	// answerLimit bounds one answer: twenty repositories with long commit
	// messages and readmes are about 10 MB.
	answerLimit = 64 << 20
	// answerTime bounds one request: the server itself gives up after 10 s.
	answerTime = 30 * time.Second
	// blindWait is how long to wait where a limit doesn't say.
	blindWait = time.Minute
)

// errTooLarge marks a request that a smaller one may replace.
var errTooLarge = errors.New("the request was too large")

// A refusal is an error that every further request would meet too.
type refusal struct {
	why string
	// outage tells that the evidence should have been there.
	outage bool
}

func (r refusal) Error() string { return r.why }

// A limit is a rate limit, over at a time.
type limit struct {
	what  string
	until time.Time
}

func (l limit) Error() string {
	return fmt.Sprintf("%s until %s", l.what, l.until.UTC().Format(time.RFC3339))
}

// A reply is the answer to one request: what was found by alias, and what was
// wrong.
type reply struct {
	Data   map[string]json.RawMessage `json:"data"`
	Errors []problem                  `json:"errors"`
	rate   rate
}

// rate is what the answer says about the budget of points.
type rate struct {
	Cost      int       `json:"cost"`
	Remaining int       `json:"remaining"`
	ResetAt   time.Time `json:"resetAt"`
}

// A problem is one of an answer's errors.
type problem struct {
	Type       string `json:"type"`
	Message    string `json:"message"`
	Path       []any  `json:"path"`
	Extensions struct {
		Code      string `json:"code"`
		FieldName string `json:"fieldName"`
		TypeName  string `json:"typeName"`
	} `json:"extensions"`
}

// alias is the repository a problem belongs to, "" for the whole request.
func (p problem) alias() string {
	if len(p.Path) == 0 {
		return ""
	}
	alias, _ := p.Path[0].(string)
	return alias
}

// field is the part of the repository that a problem is about, "" for all.
func (p problem) field() string {
	if len(p.Path) < 2 {
		return ""
	}
	field, _ := p.Path[1].(string)
	return field
}

// tooLarge reports whether asking for less may help.
func (p problem) tooLarge() bool {
	return p.Type == "RESOURCE_LIMITS_EXCEEDED" || p.Type == "MAX_NODE_LIMIT_EXCEEDED" ||
		strings.HasPrefix(p.Message, "Something went wrong while executing your query") ||
		strings.Contains(p.Message, "timedout") || strings.Contains(p.Message, "timed out")
}

// send sends one request and reads its answer. A nil error means that there is
// data, perhaps with problems about parts of it.
func (c *Client) send(ctx context.Context, r request) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	req, err := c.api.NewRequest(http.MethodPost, c.endpoint, r)
	if err != nil {
		return reply{}, fmt.Errorf("writing a request to %s: %w", c.host, err)
	}
	var body bytes.Buffer
	resp, err := c.api.Do(ctx, req, &bounded{w: &body, left: answerLimit})
	if errors.Is(err, errTooLarge) {
		return reply{}, fmt.Errorf("%s: %w", c.host, err)
	}
	if err != nil {
		return reply{}, c.explain(resp, err)
	}
	var out reply
	if err := json.Unmarshal(body.Bytes(), &out); err != nil {
		return reply{}, fmt.Errorf("%s answered something that isn't JSON (%s)", c.host, kindOf(resp))
	}
	if raw, ok := out.Data["rateLimit"]; ok {
		if err := json.Unmarshal(raw, &out.rate); err != nil {
			return reply{}, fmt.Errorf("%s answered an unreadable rateLimit: %w", c.host, err)
		}
	}
	return out, c.whole(out, resp)
}

// whole returns the error of an answer that holds for all of it.
func (c *Client) whole(r reply, resp *github.Response) error {
	for _, p := range r.Errors {
		switch {
		case p.Type == "RATE_LIMITED" || p.Type == "RATE_LIMIT":
			return limit{c.host + " is rate limited", c.over(resp.Response)}
		case p.Extensions.Code == "undefinedField" || p.Extensions.Code == "undefinedType":
			return unknownField{name: p.Extensions.FieldName, kind: p.Extensions.TypeName, message: p.Message}
		}
	}
	if len(r.Data) > 0 {
		return nil
	}
	for _, p := range r.Errors {
		if p.tooLarge() {
			return fmt.Errorf("%w: %s says %q", errTooLarge, c.host, quote.Brief(p.Message, quote.Sentence))
		}
	}
	if len(r.Errors) > 0 {
		return fmt.Errorf("%s says %q", c.host, quote.Brief(r.Errors[0].Message, quote.Sentence))
	}
	return fmt.Errorf("%s answered nothing", c.host)
}

// An unknownField is a field that the server doesn't have.
type unknownField struct{ name, kind, message string }

func (u unknownField) Error() string { return quote.Brief(u.message, quote.Sentence) }

// explain turns what go-github says about an HTTP answer into what it means
// here. The client doesn't take 429 for a limit and ignores its Retry-After,
// so the status speaks and not the type of the error.
func (c *Client) explain(resp *github.Response, err error) error {
	var limited interface{ RetryAt() time.Time } // the HTTP client may know limits by itself
	if errors.As(err, &limited) {
		if at := limited.RetryAt(); !at.IsZero() {
			return limit{c.host + " is rate limited", soonest(at, c.now())}
		}
		return limit{c.host + " is rate limited", c.now().Add(blindWait)}
	}
	var primary *github.RateLimitError
	if errors.As(err, &primary) {
		return limit{c.host + " is rate limited", soonest(primary.Rate.Reset.Time, c.now())}
	}
	var secondary *github.AbuseRateLimitError
	if errors.As(err, &secondary) && secondary.RetryAfter != nil {
		return limit{c.host + " asks to slow down", c.now().Add(*secondary.RetryAfter)}
	}
	if resp == nil || resp.Response == nil {
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("%w: %s didn't answer in time", errTooLarge, c.host)
		}
		var plain *url.Error
		if errors.As(err, &plain) {
			err = plain.Err
		}
		return fmt.Errorf("asking %s: %w", c.host, err)
	}
	switch resp.StatusCode {
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return fmt.Errorf("%w: %s answers %d", errTooLarge, c.host, resp.StatusCode)
	case http.StatusTooManyRequests:
		return limit{c.host + " asks to slow down", c.over(resp.Response)}
	case http.StatusForbidden:
		if secondary != nil || resp.Header.Get("Retry-After") != "" || resp.Header.Get("X-RateLimit-Remaining") == "0" {
			return limit{c.host + " asks to slow down", c.over(resp.Response)}
		}
		return refusal{fmt.Sprintf("%s refuses: %s", c.host, said(err)), true}
	case http.StatusUnauthorized:
		if strings.Contains(said(err), "Bad credentials") {
			return refusal{fmt.Sprintf("%s doesn't accept the token (bad credentials)", c.host), true}
		}
		return refusal{fmt.Sprintf("no token for %s, and its GraphQL needs one", c.host), false}
	case http.StatusOK:
		return fmt.Errorf("reading the answer of %s: %w", c.host, err)
	}
	return fmt.Errorf("%s answers %d (%s)", c.host, resp.StatusCode, kindOf(resp))
}

// over tells when a limit ends: after Retry-After, at X-RateLimit-Reset, or
// after a minute where the answer gives neither.
func (c *Client) over(resp *http.Response) time.Time {
	now := c.now()
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
		return soonest(now.Add(time.Duration(s)*time.Second), now)
	}
	if at, err := http.ParseTime(resp.Header.Get("Retry-After")); err == nil {
		return soonest(at, now)
	}
	if s, err := strconv.ParseInt(resp.Header.Get("X-RateLimit-Reset"), 10, 64); err == nil {
		return soonest(time.Unix(s, 0), now)
	}
	return now.Add(blindWait)
}

// soonest keeps every wait at a second or more, so that no answer can have the
// client ask again and again without pause.
func soonest(at, now time.Time) time.Time { return later(at, now.Add(time.Second)) }

// said is the server's own message in an error of go-github.
func said(err error) string {
	var e *github.ErrorResponse
	if errors.As(err, &e) && e.Message != "" {
		return quote.Brief(e.Message, quote.Sentence)
	}
	return "it gives no reason"
}

func kindOf(resp *github.Response) string {
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	if kind == "" {
		return "no content type"
	}
	return quote.Brief(kind, quote.Sentence)
}

// bounded is a writer that refuses more than it was told to hold.
type bounded struct {
	w    io.Writer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if len(p) > b.left {
		return 0, fmt.Errorf("%w: its answer is over %d MB", errTooLarge, answerLimit>>20)
	}
	b.left -= len(p)
	return b.w.Write(p)
}
