// Package registry asks package registries about packages: one file or two a
// registry, each type with the one method that the audit needs,
//
//	Package(ctx, dep) (health.Package, error)
//
// It says what a registry says, and gives no opinion on it; it reads no
// repository. What a registry doesn't tell is a gap of the Package, with the
// reason: an outage where it should have been told, gone where the registry
// answers that there is no such package. The error is for the end of the whole,
// when the context is cancelled.
//
// Registries are outside. Every answer is bounded by the client, every text is
// cleaned before it is handed on, and an answer that can't be read is a gap,
// like one that didn't arrive.
package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// A Web is what registries are asked over.
type Web struct {
	HTTP *http.Client
	// Now is the clock that answers are dated by.
	Now func() time.Time
}

// An answer is what an address holds.
type answer struct {
	body   []byte
	readAt time.Time
	stale  string // why an older one had to do
	// modified is when the host says that it last changed; zero where it doesn't.
	modified time.Time
}

// An Unknown is a registry's word that there is no such thing.
type Unknown struct {
	Host   string
	Status string
}

func (e *Unknown) Error() string { return fmt.Sprintf("%s doesn't know it (%s)", e.Host, e.Status) }

// A Silence is an answer that was given and doesn't say what was looked for: no
// outage, since asking again would change nothing.
type Silence string

func (e Silence) Error() string { return string(e) }

// get returns what an address holds. The error of a 404, a 410 and a 451 is an
// *Unknown, that of any other answer names the host and what it said.
func (w Web) get(ctx context.Context, address, accept string) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return answer{}, err
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	return w.do(req)
}

// do returns what a request is answered, with the errors of get.
func (w Web) do(req *http.Request) (answer, error) {
	resp, err := w.HTTP.Do(req)
	if err != nil {
		return answer{}, plain(err, req.URL)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, plain(err, req.URL)
	}
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone, http.StatusUnavailableForLegalReasons:
		return answer{}, &Unknown{Host: req.URL.Host, Status: resp.Status}
	default:
		return answer{}, fmt.Errorf("%s answers %s%s", req.URL.Host, resp.Status, said(resp, body))
	}
	a := answer{body: body, readAt: w.Now(), stale: fetch.Stale(resp)}
	if at, ok := fetch.ReadAt(resp); ok {
		a.readAt = at
	}
	if at, err := http.ParseTime(resp.Header.Get("Last-Modified")); err == nil {
		a.modified = at.UTC()
	}
	return a, nil
}

// json reads the JSON document at an address into v.
func (w Web) json(ctx context.Context, address, accept string, v any) (answer, error) {
	a, err := w.get(ctx, address, accept)
	if err != nil {
		return answer{}, err
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		return answer{}, fmt.Errorf("%s answers what isn't the JSON expected: %w", hostOf(address), err)
	}
	return a, nil
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the registry"
	}
	return u.Host
}

// plain is an error of the HTTP client without the method and address that it
// puts in front, which may be long and say nothing to a person.
func plain(err error, u *url.URL) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return fmt.Errorf("asking %s: %w", u.Host, err)
}

// said is the short text by which a host explains a refusal, if it is text.
func said(resp *http.Response, body []byte) string {
	if strings.Contains(resp.Header.Get("Content-Type"), "html") || len(body) == 0 || body[0] == '<' || body[0] == '{' {
		return ""
	}
	first, _, _ := strings.Cut(string(body[:min(len(body), 400)]), "\n")
	if first = quote.Brief(first, 120); first == "" {
		return ""
	}
	return ": " + first
}

// fail notes in p that a part couldn't be read. It returns an error only where
// the context has ended.
func fail(ctx context.Context, p *health.Package, part health.Part, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	_, unknown := errors.AsType[*Unknown](err)
	_, silent := errors.AsType[Silence](err)
	p.Gaps = append(p.Gaps, health.Gap{
		Part: part, Why: quote.Brief(err.Error(), 300),
		Outage: !unknown && !silent, Gone: unknown && part == health.PartPackage,
	})
	return nil
}

// dated notes in p when, and how, an answer that it rests on was read. The
// oldest counts.
func (a answer) dated(p *health.Package) {
	if p.ReadAt.IsZero() || a.readAt.Before(p.ReadAt) {
		p.ReadAt = a.readAt
	}
	if p.Stale == "" {
		p.Stale = quote.Brief(a.stale, 300)
	}
}

// newPackage is a package of which nothing is known yet.
func newPackage(dep health.Dependency, page string) health.Package {
	return health.Package{Ecosystem: dep.Ecosystem, Name: dep.Name, URL: page, Releases: []health.Release{}}
}

// unnamed is the package whose name no registry could have: nobody is asked.
func (w Web) unnamed(p health.Package) health.Package {
	p.ReadAt, p.URL = w.Now(), ""
	p.Gaps = append(p.Gaps, health.Gap{Part: health.PartPackage, Why: "not the name of a package: " + quote.Brief(p.Name, 100)})
	return p
}

// licences is the list that one expression makes.
func licences(expression string) []string {
	if expression = quote.Brief(expression, 200); expression == "" {
		return nil
	}
	return []string{expression}
}

// failed is the package of which nothing could be read, because.
func (w Web) failed(ctx context.Context, p health.Package, err error) (health.Package, error) {
	p.ReadAt = w.Now()
	if err := fail(ctx, &p, health.PartPackage, err); err != nil {
		return health.Package{}, err
	}
	return p, nil
}
