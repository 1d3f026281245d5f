package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Kinds are the kinds of forges that a configuration can name.
func Kinds() []string {
	return []string{"bitbucket", "forgejo", "gerrit", "git", "gitea", "github", "gitlab", "sourcehut"}
}

var (
	hostName  = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)
	tokenName = regexp.MustCompile(`^[A-Z][A-Z0-9_]*_TOKEN$`)
)

// forges checks the section of that name. A configuration comes with the
// project that is audited, so it may come from a stranger; it must not be able
// to have a secret sent where it doesn't belong. Therefore a token has a
// variable of its own, named as one, and the variables of the well-known hosts
// can't be given to others.
func (d *decoder) forges(fs []Forge) {
	seen := map[string]bool{}
	for i, f := range fs {
		path := fmt.Sprintf("forges[%d]", i)
		fail := func(key, format string, args ...any) {
			d.errs = append(d.errs, d.places.Errorf(path+"."+key, format, args...))
		}
		switch {
		case f.Host == "":
			fail("host", "a forge needs a host")
		case !hostName.MatchString(f.Host):
			fail("host", "%q is no host name: lower case, without scheme and path", f.Host)
		case seen[f.Host]:
			fail("host", "%s stands here a second time", f.Host)
		}
		seen[f.Host] = true
		if !slices.Contains(Kinds(), f.Kind) {
			fail("kind", "no such kind of forge: %q: %s", f.Kind, Suggest(f.Kind, Kinds()))
		}
		if why := badAPI(f.API); why != "" {
			fail("api", "%s", why)
		}
		switch f.TokenEnv {
		case "":
		case "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN", "FORGEJO_TOKEN", "GITEA_TOKEN", "BITBUCKET_TOKEN":
			fail("token_env", "%s is used for its own hosts without being named here: give %s a variable of its own", f.TokenEnv, f.Host)
		default:
			if !tokenName.MatchString(f.TokenEnv) {
				fail("token_env", "%q isn't the name of a token's variable: capital letters, ending in _TOKEN", f.TokenEnv)
			}
		}
		if f.CAFile != "" && !filepath.IsLocal(f.CAFile) {
			fail("ca_file", "%q must lie beside the configuration file or below it", f.CAFile)
		}
	}
}

// badAPI says what is wrong with the address of an API, "" for nothing.
func badAPI(api string) string {
	if api == "" {
		return ""
	}
	u, err := url.Parse(api)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fmt.Sprintf("%q is no address like https://git.example.eu/api/v1", api)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "an API is asked over https; http is for loopback addresses alone"
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Sprintf("an API is asked over https, not %s", u.Scheme)
	}
	return ""
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || strings.EqualFold(host, "localhost")
}
