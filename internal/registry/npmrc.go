package registry

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/fetch"
)

// NPMSettings say where npm packages come from.
type NPMSettings struct {
	Registry string            // "" for the public one
	Scopes   map[string]string // "@scope" → registry
	Hosts    []fetch.Host      // the registries' credentials
}

// maxSettings bounds a file of settings.
const maxSettings = 1 << 20

// readSettings reads a user's file of settings; no file is no settings.
func readSettings(path string) (string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSettings+1))
	if err != nil {
		return "", err
	}
	if len(text) > maxSettings {
		return "", fmt.Errorf("%s has more than %d bytes", path, maxSettings)
	}
	return string(text), nil
}

// ReadNPMSettings reads the user's own .npmrc, or the file that
// NPM_CONFIG_USERCONFIG names. A project's .npmrc isn't read: it belongs to
// whoever wrote the project, and could send the user's credentials elsewhere.
func ReadNPMSettings(getenv func(string) string, home string) (NPMSettings, error) {
	path := getenv("NPM_CONFIG_USERCONFIG")
	if path == "" && home != "" {
		path = filepath.Join(home, ".npmrc")
	}
	text := ""
	if path != "" {
		var err error
		if text, err = readSettings(path); err != nil {
			return NPMSettings{}, fmt.Errorf("reading npm's settings: %w", err)
		}
	}
	s := parseNPMRC(text, getenv)
	for _, name := range []string{"NPM_CONFIG_REGISTRY", "npm_config_registry"} {
		if base := npmRegistry(getenv(name)); base != "" {
			s.Registry = base
		}
	}
	return s, nil
}

// npmVariable is how an .npmrc names a variable of the environment.
var npmVariable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// parseNPMRC reads the lines of an .npmrc that say where packages come from.
func parseNPMRC(text string, getenv func(string) string) NPMSettings {
	s := NPMSettings{Scopes: make(map[string]string)}
	logins := make(map[string]*npmLogin)
	var order []string
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(line, "=")
		key, value = strings.TrimSpace(key), strings.Trim(strings.TrimSpace(value), `"'`)
		if !ok || strings.HasPrefix(key, "#") || strings.HasPrefix(key, ";") {
			continue
		}
		value = npmVariable.ReplaceAllStringFunc(value, func(v string) string { return getenv(v[2 : len(v)-1]) })
		if rest, ok := strings.CutPrefix(key, "//"); ok {
			where, what := rest[:strings.LastIndex(rest, ":")+1], rest[strings.LastIndex(rest, ":")+1:]
			host, _, _ := strings.Cut(strings.TrimSuffix(where, ":"), "/")
			if logins[host] == nil {
				logins[host] = new(npmLogin)
				order = append(order, host)
			}
			logins[host].set(what, value)
			continue
		}
		if key == "registry" {
			s.Registry = npmRegistry(value)
		} else if scope, ok := strings.CutSuffix(key, ":registry"); ok && strings.HasPrefix(scope, "@") {
			if base := npmRegistry(value); base != "" {
				s.Scopes[scope] = base
			}
		}
	}
	for _, host := range order {
		if value := logins[host].header(); value != "" && host != "" {
			s.Hosts = append(s.Hosts, fetch.Host{Name: strings.ToLower(host), Header: "Authorization", Value: value})
		}
	}
	return s
}

// npmRegistry is a registry's address without a trailing slash; "" where it
// isn't one.
func npmRegistry(value string) string {
	u, err := url.Parse(strings.TrimSpace(value))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return ""
	}
	return strings.TrimSuffix(u.String(), "/")
}

// An npmLogin is what an .npmrc says of one host.
type npmLogin struct{ token, basic, name, password string }

func (l *npmLogin) set(what, value string) {
	switch what {
	case "_authToken":
		l.token = value
	case "_auth":
		l.basic = value
	case "username":
		l.name = value
	case "_password":
		l.password = value
	}
}

func (l *npmLogin) header() fetch.Secret {
	switch {
	case l.token != "":
		return fetch.Secret("Bearer " + l.token)
	case l.basic != "":
		return fetch.Secret("Basic " + l.basic)
	case l.name != "" && l.password != "":
		password, err := base64.StdEncoding.DecodeString(l.password)
		if err != nil {
			return ""
		}
		return fetch.Secret("Basic " + base64.StdEncoding.EncodeToString([]byte(l.name+":"+string(password))))
	}
	return ""
}
