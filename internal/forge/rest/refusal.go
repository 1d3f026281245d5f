package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// A Refusal is an answer that doesn't hold what was asked for.
type Refusal struct {
	// Status is that of the answer, 0 where none came.
	Status int
	Why    string
	// Outage tells that it should have been there.
	Outage bool
}

func (r *Refusal) Error() string { return r.Why }

// Absent reports whether the other side answered that there is no such thing,
// or not for us: 404 and 410.
func Absent(err error) bool {
	r, ok := errors.AsType[*Refusal](err)
	return ok && (r.Status == http.StatusNotFound || r.Status == http.StatusGone)
}

// Gap is what an error of this package means for a part of the evidence. For
// the whole repository an absence means that it is gone; for a part of one
// that exists, that the forge has switched it off or is too old to know it.
func Gap(part health.Part, err error) health.Gap {
	r, ok := errors.AsType[*Refusal](err)
	switch {
	case !ok:
		return health.Gap{Part: part, Why: quote.Brief(err.Error(), quote.Sentence), Outage: true}
	case Absent(err) && part == health.PartRepository:
		return health.Gap{Part: part, Why: r.Why, Gone: true}
	case Absent(err):
		return health.Gap{Part: part, Why: r.Why + ": switched off there, or unknown to that version"}
	}
	return health.Gap{Part: part, Why: r.Why, Outage: r.Outage}
}

// refusal is why an answer isn't one; nil for a good one.
func (a API) refusal(answer exchanged) *Refusal {
	says := ""
	if word := said(answer.body); word != "" {
		says = fmt.Sprintf(" (it says %q)", word)
	}
	switch {
	case answer.isLogin():
		return a.locked("sends to a login page")
	case answer.isAway():
		return &Refusal{Why: fmt.Sprintf("%s sends to another host, %s", a.Host, quote.Brief(answer.from.Host, quote.Sentence)), Outage: true}
	case answer.status == http.StatusUnauthorized:
		return a.locked("asks for a token" + says)
	case answer.status == http.StatusForbidden:
		return a.locked("forbids it" + says)
	case answer.status == http.StatusNotFound || answer.status == http.StatusGone:
		if answer.isHTML() && !a.PlainErrors {
			return &Refusal{Why: fmt.Sprintf("%s answers a web page where JSON belongs (%d)", a.Host, answer.status), Outage: true}
		}
		return &Refusal{Status: answer.status, Why: fmt.Sprintf("%s answers %d", a.Host, answer.status)}
	case answer.status == http.StatusTooManyRequests:
		return &Refusal{Status: answer.status, Why: a.Host + " asks to slow down (429)", Outage: true}
	case answer.status != http.StatusOK:
		return &Refusal{Status: answer.status, Why: fmt.Sprintf("%s answers %d%s", a.Host, answer.status, says), Outage: true}
	}
	return nil
}

// locked is a refusal for want of rights. Without a token that is how things
// are; with one, evidence that was counted on is missing.
func (a API) locked(what string) *Refusal {
	if a.Token {
		return &Refusal{Status: http.StatusForbidden, Why: fmt.Sprintf("%s %s, with the token that it was given", a.Host, what), Outage: true}
	}
	return &Refusal{Status: http.StatusUnauthorized, Why: fmt.Sprintf("no token for %s, and it %s", a.Host, what)}
}

// isLogin reports whether a redirect has led to a page where people sign in.
func (e exchanged) isLogin() bool {
	if e.from.Path == e.asked.Path {
		return false
	}
	path := strings.ToLower(e.from.Path)
	for _, word := range []string{"login", "log_in", "signin", "sign_in", "sso", "oauth", "auth/", "saml", "account/begin"} {
		if strings.Contains(path, word) && !strings.Contains(strings.ToLower(e.asked.Path), word) {
			return true
		}
	}
	return false
}

// isAway reports whether a redirect has led off the host. What another host says
// is not that forge's word.
func (e exchanged) isAway() bool { return !strings.EqualFold(e.from.Host, e.asked.Host) }

func (e exchanged) isHTML() bool {
	kind := e.kind()
	return kind == "text/html" || kind == "application/xhtml+xml" || bytes.HasPrefix(bytes.TrimSpace(e.body), []byte("<"))
}

// said is the server's own message in a refusal, in the forms that forges have.
func said(body []byte) string {
	var form struct {
		Message any `json:"message"`
		Error   any `json:"error"`
	}
	if json.Unmarshal(body, &form) != nil {
		return ""
	}
	for _, word := range []any{form.Message, form.Error} {
		switch w := word.(type) {
		case string:
			return quote.Brief(w, quote.Sentence)
		case map[string]any:
			if s, ok := w["message"].(string); ok {
				return quote.Brief(s, quote.Sentence)
			}
		}
	}
	return ""
}
