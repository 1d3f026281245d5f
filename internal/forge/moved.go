package forge

import (
	"net/url"
	"regexp"
	"strings"
)

var gopkg = regexp.MustCompile(`^(.+)\.v[0-9]+(?:-unstable)?$`)

// moved maps the well-known addresses under which a repository can be fetched,
// but not looked at, to the forge where it is developed or mirrored whole.
func moved(host string, elements []string, query string) (string, []string, bool) {
	switch {
	case host == "gitbox.apache.org" || host == "git-wip-us.apache.org" || host == "git.apache.org":
		return apacheHome(elements, query)
	case len(elements) == 0:
		return "", nil, false
	case host == "raw.githubusercontent.com" || host == "codeload.github.com" || host == "ssh.github.com" || host == "git.github.com":
		return "github.com", elements, true
	case host == "api.github.com" && elements[0] == "repos":
		return "github.com", elements[1:], true
	case host == "altssh.gitlab.com":
		return "gitlab.com", elements, true
	case host == "altssh.bitbucket.org":
		return "bitbucket.org", elements, true
	case host == "gopkg.in":
		return gopkgHome(elements)
	case host == "golang.org" && len(elements) >= 2 && elements[0] == "x":
		return "github.com", []string{"golang", elements[1]}, true
	case host == "cs.opensource.google" && len(elements) >= 3 && elements[0] == "go" && elements[1] == "x":
		return "github.com", []string{"golang", elements[2]}, true
	case host == "go.googlesource.com":
		return "github.com", []string{"golang", elements[0]}, true
	case host == "ssh.dev.azure.com" && len(elements) == 4: // v3/organisation/project/name
		return "dev.azure.com", []string{elements[1], elements[2], "_git", elements[3]}, true
	}
	return "", nil, false
}

// gopkgHome follows gopkg.in's own rule: yaml.v3 is go-yaml/yaml, and
// user/pkg.v3 is user/pkg.
func gopkgHome(elements []string) (string, []string, bool) {
	if m := gopkg.FindStringSubmatch(elements[0]); m != nil {
		return "github.com", []string{"go-" + m[1], m[1]}, true
	}
	if len(elements) > 1 {
		if m := gopkg.FindStringSubmatch(elements[1]); m != nil {
			return "github.com", []string{elements[0], m[1]}, true
		}
	}
	return "", nil, false
}

// apacheHome finds the name in repos/asf/NAME.git, repos/asf?p=NAME.git and
// NAME.git; Apache mirrors all of them to one organisation.
func apacheHome(elements []string, query string) (string, []string, bool) {
	name := ""
	if values, err := url.ParseQuery(strings.ReplaceAll(query, ";", "&")); err == nil {
		name = values.Get("p")
	}
	if name == "" && len(elements) > 0 {
		name = elements[len(elements)-1]
	}
	if name = strings.TrimSuffix(name, ".git"); name == "" || name == "asf" || name == "repos" {
		return "", nil, false
	}
	return "github.com", []string{"apache", name}, true
}
