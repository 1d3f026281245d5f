package fetch

import (
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

const (
	maxAttempts  = 4
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = 30 * time.Second
)

// retry repeats what failed in passing: a broken connection, 502, 503, 504,
// and a rate limit, each after a random part of a doubling pause ("full
// jitter") or after what the host asked for. It repeats only what may be sent
// twice: GET and HEAD, and other requests that carry an Idempotency-Key header
// as net/http has it (a key with no values marks the request and isn't sent).
type retry struct {
	next     http.RoundTripper
	now      func() time.Time
	patience time.Duration
	waiting  func(Wait)
}

func (r retry) RoundTrip(req *http.Request) (*http.Response, error) {
	if !repeatable(req) {
		return r.next.RoundTrip(req)
	}
	ctx, patience := req.Context(), r.patience
	for attempt := 1; ; attempt++ {
		send, err := again(req, attempt)
		if err != nil {
			return nil, err
		}
		resp, err := answering(req)(r.next.RoundTrip(send))
		why, asked := passing(resp, err, r.now())
		if why == "" || attempt == maxAttempts || ctx.Err() != nil {
			return resp, err
		}
		pause := max(asked, rand.N(min(firstBackoff<<(attempt-1), maxBackoff)))
		deadline, bounded := ctx.Deadline()
		if pause > patience || bounded && r.now().Add(pause).After(deadline) {
			return resp, err
		}
		patience -= pause
		if r.waiting != nil {
			r.waiting(Wait{Host: hostOf(req), Why: why, For: pause})
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
	}
}

func repeatable(req *http.Request) bool {
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return false
	}
	_, marked := req.Header["Idempotency-Key"]
	return marked || req.Method == http.MethodGet || req.Method == http.MethodHead
}

// again is the request for one more attempt, its body from the start.
func again(req *http.Request, attempt int) (*http.Request, error) {
	if attempt == 1 || req.GetBody == nil {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, fmt.Errorf("reading the request again: %w", err)
	}
	fresh := req.Clone(req.Context())
	fresh.Body = body
	return fresh, nil
}

// passing says why an exchange may go better later, and the least time that
// the host asks for; "" where there is no reason to try again.
func passing(resp *http.Response, err error, now time.Time) (why string, after time.Duration) {
	if err != nil {
		if limit, ok := errors.AsType[*RateLimit](err); ok {
			if !limit.Until.IsZero() {
				after = max(limit.Until.Sub(now), 0)
			}
			return err.Error(), after
		}
		if final(err) {
			return "", 0
		}
		return err.Error(), 0
	}
	switch resp.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		after, _ = retryAfter(resp.Header, now)
		return hostOf(resp.Request) + " answers " + resp.Status, after
	}
	return "", 0
}

// final reports whether a failure will be the same in a second.
func final(err error) bool {
	if _, ok := errors.AsType[*TooLarge](err); ok {
		return true
	}
	if _, ok := errors.AsType[*HostDown](err); ok {
		return true
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return true
	}
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, wrongName := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	return unknown || wrongName || invalid
}
