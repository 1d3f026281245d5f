// Package kind finds out which kind of forge a host is: what is known or
// configured is not asked; any other host is asked for its version, carefully
// and once, and the answer is remembered.
package kind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// The kinds of forges, as the configuration names them. Git is any host that
// serves repositories and has no interface that is known here.
const (
	GitHub    = "github"
	GitLab    = "gitlab"
	Forgejo   = "forgejo"
	Gitea     = "gitea"
	Bitbucket = "bitbucket"
	Gerrit    = "gerrit"
	Sourcehut = "sourcehut"
	Git       = "git"
)

// A probe is one question whose answer only one kind gives.
type probe struct {
	path string
	tell func(status int, body []byte) string // "" for not this kind
}

// probes are in the order in which they are asked. Forgejo answers Gitea's
// questions too, so it goes first.
var probes = []probe{
	{"/api/forgejo/v1/version", version(Forgejo)},
	{"/api/v1/version", version(Gitea)},
	{"/api/v4/version", gitlab},
	{"/api/v3/meta", enterprise},
	{"/config/server/version", gerrit},
	{"/query", sourcehut},
}

// enough bounds the answers: a version is short.
const enough = 64 << 10

// hostName is a name that can be asked: a public one, perhaps with a port, or
// this machine.
var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)

// Probe asks a host what it is. Git is the answer of a host that is none of
// the kinds known here. An error means that the host didn't answer, or not in
// a way that settles it: then nothing is known, and it may be asked again.
// Nothing of it is told more than the paths of version numbers, and no
// redirect to another host is followed.
func Probe(ctx context.Context, client *http.Client, host string) (string, error) {
	host = strings.ToLower(host)
	if !hostName.MatchString(host) {
		return "", fmt.Errorf("asking %q what kind of forge it is: that is no host", host)
	}
	return probeAt(ctx, client, "https://"+host)
}

func probeAt(ctx context.Context, client *http.Client, base string) (string, error) {
	careful := *client
	careful.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if len(via) > 2 || req.URL.Host != via[0].URL.Host {
			return http.ErrUseLastResponse
		}
		return nil
	}
	careful.Jar = nil
	var unsettled []error
	for _, p := range probes {
		kind, err := p.ask(ctx, &careful, base)
		if kind != "" {
			return kind, nil
		}
		if ctx.Err() != nil {
			return "", fmt.Errorf("asking %s what kind of forge it is: %w", base, ctx.Err())
		}
		if err != nil {
			unsettled = append(unsettled, err)
		}
		if len(unsettled) > 1 { // a host that is down is not asked six times
			break
		}
	}
	if len(unsettled) > 0 {
		return "", fmt.Errorf("asking %s what kind of forge it is: %w", base, errors.Join(unsettled...))
	}
	return Git, nil
}

func (p probe) ask(ctx context.Context, client *http.Client, base string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+p.path, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, enough))
	if err != nil {
		return "", err
	}
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500 {
		return "", fmt.Errorf("%s answers %d", p.path, resp.StatusCode)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/html" {
		return "", nil // a web page where JSON belongs: not this kind
	}
	return p.tell(resp.StatusCode, body), nil
}

// version tells Forgejo and Gitea: {"version":"1.26.0"}.
func version(kind string) func(int, []byte) string {
	return func(status int, body []byte) string {
		var v struct {
			Version string `json:"version"`
		}
		if status != http.StatusOK || json.Unmarshal(body, &v) != nil || v.Version == "" || v.Version[0] < '0' || v.Version[0] > '9' {
			return ""
		}
		return kind
	}
}

// gitlab answers its version to those with a token, and to others in its own
// words that it asks for one.
func gitlab(status int, body []byte) string {
	var v struct {
		Version  string `json:"version"`
		Revision string `json:"revision"`
		Message  string `json:"message"`
	}
	switch {
	case json.Unmarshal(body, &v) != nil:
	case status == http.StatusOK && v.Version != "" && v.Revision != "":
		return GitLab
	case status == http.StatusUnauthorized && v.Message == "401 Unauthorized":
		return GitLab
	}
	return ""
}

// enterprise is GitHub Enterprise Server, which names its version to all, or
// says that it asks everybody for a token.
func enterprise(status int, body []byte) string {
	var v struct {
		Installed string `json:"installed_version"`
		Docs      string `json:"documentation_url"`
	}
	switch {
	case json.Unmarshal(body, &v) != nil:
	case status == http.StatusOK && v.Installed != "":
		return GitHub
	case status == http.StatusUnauthorized && strings.HasPrefix(v.Docs, "https://docs.github.com/"):
		return GitHub
	}
	return ""
}

// gerrit puts four characters before its JSON that nobody else does.
func gerrit(status int, body []byte) string {
	rest, ok := strings.CutPrefix(strings.TrimSpace(string(body)), ")]}'")
	var v string
	if status == http.StatusOK && ok && json.Unmarshal([]byte(rest), &v) == nil && v != "" {
		return Gerrit
	}
	return ""
}

// sourcehut answers its GraphQL's path with a list of errors, in its own words.
func sourcehut(status int, body []byte) string {
	var v struct {
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	if status < 400 || json.Unmarshal(body, &v) != nil || len(v.Errors) == 0 {
		return ""
	}
	if m := v.Errors[0].Message; strings.Contains(m, "Authorization") && strings.Contains(m, "required") {
		return Sourcehut
	}
	return ""
}
