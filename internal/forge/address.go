package forge

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// The longest address that is read.
const maxAddress = 2048

// Parse reads the address of a repository in any spelling that manifests and
// registries use: web pages of it and of its files, clone addresses (https,
// ssh, git, scp's host:path), the prefixes of package managers (git+https:,
// scm:git:, github:), with or without scheme, user and ".git". A password in it
// is dropped.
//
// The error says why an address is none of a git repository: a gist, another
// version control system, a page without a repository, or a shape that nobody
// writes who means well.
func Parse(declared string) (health.Repository, error) {
	repo, err := parse(declared)
	if err != nil {
		if len(declared) > 200 {
			declared = declared[:200]
		}
		return health.Repository{}, fmt.Errorf("%q is no repository's address: %w", declared, err)
	}
	return repo, nil
}

func parse(declared string) (health.Repository, error) {
	s := strings.Trim(declared, " \t\r\n<>\"'")
	switch {
	case s == "":
		return health.Repository{}, errors.New("it is empty")
	case len(s) > maxAddress:
		return health.Repository{}, fmt.Errorf("it has more than %d bytes", maxAddress)
	}
	s, err := unprefixed(s)
	if err != nil {
		return health.Repository{}, err
	}
	host, path, query, err := split(s)
	if err != nil {
		return health.Repository{}, err
	}
	host, elements, err := home(host, path, query)
	if err != nil {
		return health.Repository{}, err
	}
	repo := health.Repository{Host: host, Path: strings.Join(elements, "/")}
	return repo, check(repo, elements)
}

var (
	otherSystem = regexp.MustCompile(`(?i)^(?:scm:)?(svn|hg|bzr|cvs|darcs|fossil|p4|perforce|mercurial|subversion|bazaar|static|path|file)(?:[:|+]|$)`)
	scmPrefix   = regexp.MustCompile(`(?i)^(?:scm[:|])?(?:git[:|]|git\+)?`)
	shorthand   = regexp.MustCompile(`(?i)^(github|gitlab|bitbucket|codeberg|gist):([^/:].*)$`)
)

// unprefixed takes off what package managers put before an address.
func unprefixed(s string) (string, error) {
	if m := otherSystem.FindStringSubmatch(s); m != nil {
		return "", fmt.Errorf("%s isn't git", strings.ToLower(m[1]))
	}
	if m := shorthand.FindStringSubmatch(s); m != nil {
		switch forge := strings.ToLower(m[1]); forge {
		case "gist":
			return "", errors.New("a gist has no activity to read")
		case "bitbucket", "codeberg":
			return "https://" + forge + ".org/" + m[2], nil
		default:
			return "https://" + forge + ".com/" + m[2], nil
		}
	}
	if prefix := scmPrefix.FindString(s); !strings.HasPrefix(s[len(prefix):], "//") {
		s = s[len(prefix):]
	} else { // git://host
		s = strings.TrimPrefix(strings.TrimPrefix(s, "scm:"), "scm|")
	}
	return s, nil
}

var (
	scheme  = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*)://`)
	scpForm = regexp.MustCompile(`^(?:[^@/\s]*@)?([A-Za-z0-9.-]+):(.+)$`)
	port    = regexp.MustCompile(`^[0-9]{1,5}(?:/|$)`)
)

// split takes an address apart into host, path and query.
func split(s string) (host, path, query string, err error) {
	m := scheme.FindStringSubmatch(s)
	switch {
	case m != nil:
		s = s[len(m[0]):]
	case strings.HasPrefix(s, "//"):
		s = s[2:]
	}
	kind := "" // scp's form, or the address without its scheme
	if m != nil {
		kind = strings.ToLower(m[1])
	}
	switch kind {
	case "", "http", "https", "git", "ssh":
	default:
		return "", "", "", fmt.Errorf("%s:// isn't read", kind)
	}
	s, _, _ = strings.Cut(s, "#")
	s, query, _ = strings.Cut(s, "?")
	authority, rest, _ := strings.Cut(s, "/")
	if i := strings.LastIndexByte(authority, '@'); i >= 0 { // a user, and perhaps a password
		authority = authority[i+1:]
		s = authority + "/" + rest
	}
	if m := scpForm.FindStringSubmatch(s); m != nil && kind != "http" && kind != "https" && !port.MatchString(m[2]) {
		authority, rest = m[1], m[2]
	}
	if rest, err = url.PathUnescape(rest); err != nil {
		return "", "", "", errors.New("its path is badly escaped")
	}
	host = strings.TrimSuffix(strings.ToLower(authority), ".")
	if name, number, ok := strings.Cut(host, ":"); ok {
		// A port of another protocol says nothing of where the web pages are.
		if kind == "ssh" || kind == "git" || number == "443" && kind == "https" || number == "80" && kind == "http" {
			host = name
		}
	}
	return host, rest, query, nil
}

var validHost = regexp.MustCompile(`^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?::[0-9]{1,5})?$`)
var validElement = regexp.MustCompile(`^[A-Za-z0-9._~][A-Za-z0-9._~+-]*$`)

// check refuses what no forge would take for a repository.
func check(repo health.Repository, elements []string) error {
	name, _, _ := strings.Cut(repo.Host, ":")
	switch {
	case !validHost.MatchString(repo.Host) || len(repo.Host) > 255:
		return errors.New("it has no valid host")
	case !strings.Contains(name, ".") && name != "localhost":
		return fmt.Errorf("%s is no full host name", name)
	case len(elements) == 0:
		return errors.New("it names a host and no repository")
	}
	for _, e := range elements {
		if !validElement.MatchString(e) || strings.Trim(e, ".") == "" || len(e) > 255 {
			return fmt.Errorf("%q can't be part of it", e)
		}
	}
	return nil
}

// pages are the path elements that begin the part of a forge's web address
// that lies inside of a repository.
var pages = []string{"tree", "blob", "raw", "src", "blame", "commit", "commits", "branches", "tags", "issues", "pull", "pulls", "merge_requests",
	"releases", "wiki", "wikis", "actions", "graphs", "network", "archive", "compare", "edit", "discussions", "tarball", "zipball", "packages", "log", "refs"}

// home is the host and path under which the repository at an address is known.
func home(host, path, query string) (string, []string, error) {
	elements := slices.DeleteFunc(strings.Split(path, "/"), func(e string) bool { return e == "" || e == "." })
	host = strings.TrimPrefix(host, "www.")
	if h, e, ok := moved(host, elements, query); ok {
		host, elements = h, e
	}
	if i := slices.Index(elements, "-"); i >= 0 { // GitLab's pages
		elements = elements[:i]
	}
	for i, e := range elements {
		if i >= 2 && slices.Contains(pages, e) {
			elements = elements[:i]
			break
		}
	}
	switch host {
	case "gist.github.com":
		return "", nil, errors.New("a gist has no activity to read")
	case "hg.sr.ht":
		return "", nil, errors.New("mercurial isn't git")
	case "sr.ht":
		host = "git.sr.ht"
	}
	if owned(host) {
		if len(elements) < 2 {
			return "", nil, errors.New("it names no repository")
		}
		if host == "github.com" && slices.Contains([]string{"apps", "collections", "features", "gist", "marketplace", "orgs", "search", "settings", "sponsors", "topics", "users"}, elements[0]) {
			return "", nil, errors.New("it is a page of the forge")
		}
		elements = elements[:2]
	}
	if n := len(elements); n > 0 {
		last, _, _ := strings.Cut(elements[n-1], "@") // pip's revision
		if elements[n-1] = strings.TrimSuffix(last, ".git"); elements[n-1] == "" {
			return "", nil, errors.New("it names no repository")
		}
	}
	return host, elements, nil
}

// owned reports whether a host has repositories as owner/name and no deeper.
func owned(host string) bool {
	switch host {
	case "github.com", "bitbucket.org", "codeberg.org", "gitee.com", "git.sr.ht", "gitea.com", "notabug.org":
		return true
	}
	return false
}
