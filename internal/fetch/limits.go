package fetch

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A RateLimit is a host's word that it was asked too much. A client's requests
// return it as their error (errors.AsType[*RateLimit]), in place of an answer
// with status 403 or 429.
type RateLimit struct {
	Host string
	// Secondary tells a limit on how fast or how much at once is asked from the
	// budget of an hour being used up.
	Secondary bool
	// Until is when to ask again; zero where the host doesn't say.
	Until time.Time
}

func (e *RateLimit) Error() string {
	kind := "the rate limit is used up"
	if e.Secondary {
		kind = "asked too fast"
	}
	if e.Until.IsZero() {
		return fmt.Sprintf("%s refuses: %s", e.Host, kind)
	}
	return fmt.Sprintf("%s refuses until %s: %s", e.Host, e.Until.UTC().Format(time.RFC3339), kind)
}

// RetryAt is Until, for callers that know the error by its methods alone.
func (e *RateLimit) RetryAt() time.Time { return e.Until }

// limits recognises "too many requests" as the hosts say it: GitHub with 403
// or 429, X-RateLimit-Remaining, X-RateLimit-Reset and Retry-After, GitLab
// with 429 and RateLimit-Reset, the rest with 429 and perhaps Retry-After.
type limits struct {
	next http.RoundTripper
	now  func() time.Time
}

func (l limits) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if limit := rateLimit(resp, l.now()); limit != nil {
		limit.Host = hostOf(req)
		return nil, limit
	}
	return resp, nil
}

// maxRefusal is how much of a refusal is looked at for the words that tell a
// secondary limit from a plain 403.
const maxRefusal = 8 << 10

func rateLimit(resp *http.Response, now time.Time) *RateLimit {
	if resp.StatusCode != http.StatusForbidden && resp.StatusCode != http.StatusTooManyRequests {
		return nil
	}
	after, asked := retryAfter(resp.Header, now)
	if resp.Header.Get("X-RateLimit-Remaining") == "0" && !asked {
		return &RateLimit{Until: epoch(resp.Header.Get("X-RateLimit-Reset"))}
	}
	limit := &RateLimit{Secondary: true}
	switch {
	case asked:
		limit.Until = now.Add(after)
	case saysSecondary(resp):
		limit.Until = now.Add(secondaryPause)
	case resp.StatusCode == http.StatusForbidden:
		return nil // forbidden, and not for asking too much
	case resp.Header.Get("RateLimit-Remaining") == "0":
		limit.Secondary, limit.Until = false, epoch(resp.Header.Get("RateLimit-Reset"))
	}
	return limit
}

// secondaryPause is what GitHub's documentation asks for where its answer
// doesn't say: at least one minute.
const secondaryPause = time.Minute

func saysSecondary(resp *http.Response) bool {
	body, err := io.ReadAll(resp.Body) // whole and bounded already
	if err != nil {
		return false
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	text := strings.ToLower(string(body[:min(len(body), maxRefusal)]))
	return strings.Contains(text, "secondary rate limit") || strings.Contains(text, "secondary-rate-limits") ||
		strings.Contains(text, "abuse detection")
}

// maxAfter bounds what a host can ask for, so that no number overflows.
const maxAfter = 365 * 24 * time.Hour

// retryAfter reads Retry-After, seconds or a date.
func retryAfter(h http.Header, now time.Time) (after time.Duration, ok bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseInt(text, 10, 32); err == nil && n >= 0 {
		return min(time.Duration(n)*time.Second, maxAfter), true
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), maxAfter), true
	}
	return 0, false
}

// epoch reads seconds since 1970; anything else is the zero time.
func epoch(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || n > 1<<36 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}
