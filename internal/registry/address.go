package registry

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// forgeHosts are the forges whose addresses are worth taking for a repository
// where a package only names its home page.
var forgeHosts = []string{"github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "git.sr.ht", "gitea.com"}

// notOwners are first elements of a path on a forge that are no owner's name.
var notOwners = []string{"sponsors", "orgs", "users", "apps", "marketplace", "topics", "about", "features"}

// onForge reports whether an address is that of a repository on a well-known
// forge, or of a page within one.
func onForge(address string) bool {
	u, err := url.Parse(strings.TrimPrefix(address, "git+"))
	if err != nil || !slices.Contains(forgeHosts, strings.TrimPrefix(strings.ToLower(u.Host), "www.")) {
		return false
	}
	elements := strings.Split(strings.Trim(u.Path, "/"), "/")
	return len(elements) >= 2 && elements[0] != "" && elements[1] != "" && !slices.Contains(notOwners, elements[0])
}

// firstOnForge is the first of the addresses that is a repository's.
func firstOnForge(addresses ...string) string {
	for _, a := range addresses {
		if onForge(a) {
			return a
		}
	}
	return ""
}

// declared makes what a package says of its source fit to be handed on: one
// line, no login in it. "" stays "".
func declared(address string) string {
	address = quote.Brief(address, 500)
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	host, path, _ := strings.Cut(rest, "/")
	if at := strings.LastIndex(host, "@"); at >= 0 && host[:at] != "git" {
		host = host[at+1:]
	}
	return strings.TrimSuffix(scheme+"://"+host+"/"+path, "/")
}

// folder makes a declared directory fit to be handed on: within the
// repository, without a leading or trailing slash.
func folder(dir string) string {
	dir = strings.Trim(strings.TrimPrefix(quote.Brief(dir, 200), "./"), "/")
	if slices.Contains(strings.Split(dir, "/"), "..") || dir == "." {
		return ""
	}
	return dir
}

// elsewhere is the error of a dependency whose file takes it from a repository,
// or from another registry than those that are asked, by host or by name. The
// usual one isn't asked in its place: it may have another package of that name.
func elsewhere(dep health.Dependency, asked ...string) error {
	if dep.Source != "" {
		return Silence("it comes from " + declared(dep.Source) + " and not from a registry")
	}
	if dep.Registry == "" || slices.Contains(asked, dep.Registry) {
		return nil
	}
	named := dep.Registry
	if u, err := url.Parse(strings.TrimPrefix(strings.TrimPrefix(named, "registry+"), "sparse+")); err == nil && u.Host != "" {
		if slices.Contains(asked, strings.ToLower(u.Host)) || slices.Contains(asked, strings.ToLower(u.Host)+strings.TrimSuffix(u.Path, "/")) {
			return nil
		}
		named = u.Host
	}
	return Silence(fmt.Sprintf("it comes from the registry %s, which isn't configured, so it isn't asked", quote.Brief(named, 100)))
}
