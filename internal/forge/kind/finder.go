package kind

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/mainstay-dev/mainstay/internal/fact"
)

// A Memory keeps what a host turned out to be. Both functions may be nil.
type Memory struct {
	// Recall is what is remembered of a host, "" for nothing.
	Recall func(host string) string
	Store  func(host, kind string)
}

// A Finder knows the kinds of hosts.
type Finder struct {
	// Configured are the kinds that the user's configuration states, by host.
	Configured map[string]string
	Tables     *fact.Tables
	Memory     Memory
	// HTTP asks hosts that nobody knows; nil asks none.
	HTTP *http.Client

	mu    sync.Mutex
	found map[string]*finding
}

// A finding is one host's kind, asked for once however many want to know.
type finding struct {
	once sync.Once
	kind string
	err  error
}

// Kind is the kind of a host: as configured, as the table has it, as
// remembered, or as the host itself answers. With an error the kind is Git,
// which asks nothing of a host but its repositories.
func (f *Finder) Kind(ctx context.Context, host string) (string, error) {
	host = strings.ToLower(host)
	if kind := f.Configured[host]; kind != "" {
		return kind, nil
	}
	if known, ok := f.Tables.Forge(host); ok {
		return plain(known.Kind), nil
	}
	f.mu.Lock()
	if f.found == nil {
		f.found = map[string]*finding{}
	}
	one := f.found[host]
	if one == nil {
		one = &finding{}
		f.found[host] = one
	}
	f.mu.Unlock()
	one.once.Do(func() { one.kind, one.err = f.ask(ctx, host) })
	return one.kind, one.err
}

func (f *Finder) ask(ctx context.Context, host string) (string, error) {
	if f.Memory.Recall != nil {
		if kind := f.Memory.Recall(host); kind != "" {
			return kind, nil
		}
	}
	if f.HTTP == nil {
		return Git, nil
	}
	kind, err := Probe(ctx, f.HTTP, host)
	if err != nil {
		return Git, err
	}
	if f.Memory.Store != nil {
		f.Memory.Store(host, kind)
	}
	return kind, nil
}

// plain is a kind of the table, where everything without an interface that is
// known here is git.
func plain(kind string) string {
	switch kind {
	case GitHub, GitLab, Forgejo, Gitea, Bitbucket, Gerrit, Sourcehut:
		return kind
	}
	return Git
}

// API is the address of the interface of a host of a kind, "" where the kind
// has none.
func API(kind, host string) string {
	switch kind {
	case GitHub:
		if host == "github.com" {
			return "https://api.github.com"
		}
		return "https://" + host + "/api/v3"
	case GitLab:
		return "https://" + host + "/api/v4"
	case Forgejo, Gitea:
		return "https://" + host + "/api/v1"
	case Bitbucket:
		if host == "bitbucket.org" {
			return "https://api.bitbucket.org/2.0"
		}
		return "https://" + host + "/2.0"
	case Gerrit:
		if name, ok := strings.CutSuffix(host, ".googlesource.com"); ok {
			return "https://" + name + "-review.googlesource.com"
		}
		return "https://" + host
	case Sourcehut:
		return "https://" + host + "/query"
	}
	return ""
}
