package fetch

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// auth adds a host's credential to the requests for that host. The layers
// above never see it, so they can't keep, log or redirect it.
type auth struct {
	next  http.RoundTripper
	hosts map[string]Host
}

func (a auth) RoundTrip(req *http.Request) (*http.Response, error) {
	h, ok := a.host(req)
	if !ok {
		return a.next.RoundTrip(req)
	}
	authorised := req.Clone(req.Context())
	authorised.Header.Set(h.Header, string(h.Value))
	return answering(req)(a.next.RoundTrip(authorised))
}

// host returns the host whose credential goes with req, if any does. A request
// that another host's redirect made gets none, even where it would be the
// right one: whoever sent the redirect chose the address.
func (a auth) host(req *http.Request) (Host, bool) {
	h, ok := a.hosts[hostOf(req)]
	if !ok || h.Value == "" || !safeForSecrets(req.URL) {
		return Host{}, false
	}
	for r := req.Response; r != nil && r.Request != nil; r = r.Request.Response {
		if hostOf(r.Request) != hostOf(req) {
			return Host{}, false
		}
	}
	return h, true
}

// scope names who the answer to req is for; answers of different scopes are
// never mixed. It gives no credential away.
func (a auth) scope(req *http.Request) string {
	h, ok := a.host(req)
	switch {
	case !ok:
		return "anonymous"
	case h.Scope != "":
		return "scope " + h.Scope
	}
	sum := sha256.Sum256([]byte("mainstay scope\x00" + h.Header + "\x00" + string(h.Value)))
	return "credential " + hex.EncodeToString(sum[:])
}

// hostOf is the name that a request's host goes by: lower case, without the
// port where it is the scheme's own.
func hostOf(req *http.Request) string {
	host := strings.ToLower(req.URL.Host)
	switch req.URL.Scheme {
	case "https":
		return strings.TrimSuffix(host, ":443")
	case "http":
		return strings.TrimSuffix(host, ":80")
	}
	return host
}
