package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// A TooLarge is an answer longer than was allowed.
type TooLarge struct {
	Host  string
	Limit int64 // bytes
}

func (e *TooLarge) Error() string {
	return fmt.Sprintf("%s answers with more than %d bytes", e.Host, e.Limit)
}

// whole reads an answer to its end before it hands it on, so that a body that
// breaks off, or never ends, is a failure of the exchange like any other: the
// layers above repeat it, count it, or answer from what they have.
type whole struct {
	next    http.RoundTripper
	limit   int64
	timeout time.Duration
}

func (w whole) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), w.timeout)
	defer cancel()
	resp, err := answering(req)(w.next.RoundTrip(req.WithContext(ctx)))
	if err != nil {
		return nil, w.plain(req, err)
	}
	defer resp.Body.Close()
	if resp.ContentLength > w.limit {
		return nil, &TooLarge{Host: hostOf(req), Limit: w.limit}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, w.limit+1))
	if err != nil {
		return nil, w.plain(req, fmt.Errorf("reading the answer of %s: %w", hostOf(req), err))
	}
	if int64(len(body)) > w.limit {
		return nil, &TooLarge{Host: hostOf(req), Limit: w.limit}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp, nil
}

// plain tells an attempt's own time limit from the end of the caller's context.
func (w whole) plain(req *http.Request, err error) error {
	if req.Context().Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s gave no whole answer within %v", hostOf(req), w.timeout)
	}
	return err
}
