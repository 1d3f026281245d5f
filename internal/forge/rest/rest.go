// Package rest asks a forge's HTTP interface for JSON and says what it means
// when something else comes back. It knows no forge: which paths there are and
// what is in the answers is the business of the packages beside it.
//
// It keeps nothing, repeats nothing and has no credentials: that is done by
// the HTTP client it is given, which must send a token to the API's host alone.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/quote"
)

// answerLimit bounds one answer, in bytes.
const answerLimit = 32 << 20

// An API is one forge's interface.
type API struct {
	// Host is the forge's name in messages.
	Host string
	// Base is the absolute address that paths are joined to, without a slash
	// at its end.
	Base string
	// HTTP sends the requests.
	HTTP *http.Client
	// Token tells that HTTP has a credential for Base. Then a refusal means
	// that it isn't accepted, and not that none was offered.
	Token bool
	// Prefix is what stands before the JSON, where the forge puts something there.
	Prefix string
	// PlainErrors tells that the forge's own errors aren't JSON, and can be web
	// pages. Of any other a web page is a stranger's word: a proxy's, a login's.
	PlainErrors bool
}

// New checks the address and returns the interface behind it.
func New(host, base string, client *http.Client) (API, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return API{}, fmt.Errorf("reading the address of %s's API %q: it isn't an absolute URL", host, base)
	}
	return API{Host: host, Base: strings.TrimSuffix(base, "/"), HTTP: client}, nil
}

// An Answer is what came with the JSON.
type Answer struct{ header http.Header }

// Next is the address of the following page, "" where the answer names none.
func (a Answer) Next() string {
	for _, line := range a.header.Values("Link") {
		for link := range strings.SplitSeq(line, ",") {
			target, params, ok := strings.Cut(link, ";")
			target = strings.TrimSpace(target)
			if ok && strings.Contains(params, `rel="next"`) && strings.HasPrefix(target, "<") && strings.HasSuffix(target, ">") {
				return target[1 : len(target)-1]
			}
		}
	}
	return ""
}

// Total is the number of entries that the answer states for all pages; false
// where it states none.
func (a Answer) Total() (int, bool) {
	for _, name := range []string{"X-Total-Count", "X-Total"} {
		if n, err := strconv.Atoi(a.header.Get(name)); err == nil && n >= 0 {
			return n, true
		}
	}
	return 0, false
}

// perPage is the size of a full page, as the answer states it; 0 where it
// doesn't.
func (a Answer) perPage() int {
	n, _ := strconv.Atoi(a.header.Get("X-PerPage")) // no number is 0
	return n
}

// Get reads the JSON at a path below Base. The path's elements must be escaped.
func (a API) Get(ctx context.Context, path string, query url.Values, into any) (Answer, error) {
	address := a.Base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Answer{}, fmt.Errorf("writing a request to %s: %w", a.Host, err)
	}
	return a.send(req, into)
}

// Follow reads the JSON at an address that an answer named as the next. It has
// to be below Base: what a server names elsewhere isn't followed.
func (a API) Follow(ctx context.Context, next string, into any) (Answer, error) {
	path, ok := strings.CutPrefix(next, a.Base)
	if !ok || !strings.HasPrefix(path, "/") {
		return Answer{}, &Refusal{Why: a.Host + " names a next page that isn't its own", Outage: true}
	}
	return a.Get(ctx, path, nil, into)
}

// Text reads the text at a path below Base. A web page or JSON in its place is
// somebody's error message.
func (a API) Text(ctx context.Context, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.Base+path, nil)
	if err != nil {
		return "", fmt.Errorf("writing a request to %s: %w", a.Host, err)
	}
	answer, err := a.exchange(req)
	if err != nil {
		return "", err
	}
	if kind := answer.kind(); kind == "text/html" || kind == "application/json" {
		return "", &Refusal{Why: fmt.Sprintf("%s answers %s where a text belongs", a.Host, kind), Outage: true}
	}
	return string(answer.body), nil
}

// Post sends JSON that only asks, and so may be sent twice, and reads the JSON
// that comes back.
func (a API) Post(ctx context.Context, path string, body, into any) (Answer, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return Answer{}, fmt.Errorf("writing a request to %s: %w", a.Host, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.Base+path, bytes.NewReader(text))
	if err != nil {
		return Answer{}, fmt.Errorf("writing a request to %s: %w", a.Host, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header["Idempotency-Key"] = nil // net/http's word for "may be sent again"; it isn't sent
	return a.send(req, into)
}

func (a API) send(req *http.Request, into any) (Answer, error) {
	req.Header.Set("Accept", "application/json")
	answer, err := a.exchange(req)
	if err != nil {
		return Answer{}, err
	}
	if answer.isHTML() {
		return Answer{}, &Refusal{Why: fmt.Sprintf("%s answers a web page where JSON belongs (%d)", a.Host, answer.status), Outage: true}
	}
	if err := json.Unmarshal(bytes.TrimPrefix(answer.body, []byte(a.Prefix)), into); err != nil {
		return Answer{}, &Refusal{Why: fmt.Sprintf("%s answers JSON of another form than expected (%s)", a.Host, answer.kind()), Outage: true}
	}
	return Answer{header: answer.header}, nil
}

// exchange sends a request and reads the whole of a good answer.
func (a API) exchange(req *http.Request) (exchanged, error) {
	resp, err := a.HTTP.Do(req)
	if err != nil {
		if ended := req.Context().Err(); ended != nil {
			return exchanged{}, ended
		}
		return exchanged{}, &Refusal{Why: fmt.Sprintf("asking %s: %s", a.Host, plain(err)), Outage: true}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit+1))
	switch {
	case err != nil:
		return exchanged{}, &Refusal{Why: fmt.Sprintf("reading the answer of %s: %s", a.Host, plain(err)), Outage: true}
	case len(body) > answerLimit:
		return exchanged{}, &Refusal{Why: fmt.Sprintf("%s answers with more than %d MB", a.Host, answerLimit>>20), Outage: true}
	}
	answer := exchanged{asked: req.URL, from: req.URL, status: resp.StatusCode, header: resp.Header, body: body}
	if resp.Request != nil {
		answer.from = resp.Request.URL
	}
	if refused := a.refusal(answer); refused != nil {
		return exchanged{}, refused
	}
	return answer, nil
}

// exchanged is one answer, read to its end.
type exchanged struct {
	asked, from *url.URL // where redirects led
	status      int
	header      http.Header
	body        []byte
}

// kind is the media type of an answer.
func (e exchanged) kind() string {
	kind, _, err := mime.ParseMediaType(e.header.Get("Content-Type"))
	if err != nil || kind == "" {
		return "no content type"
	}
	return quote.Brief(kind, quote.Sentence)
}

// plain is an error without the address that net/http puts before it, since a
// query may be long and says nothing to a reader.
func plain(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return quote.Brief(err.Error(), quote.Sentence)
}
