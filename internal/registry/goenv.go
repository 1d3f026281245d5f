package registry

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/fetch"
)

// defaultGoProxy is what the go command uses where nothing is set.
const defaultGoProxy = "https://proxy.golang.org,direct"

// maxGoEnv bounds the go command's own file of settings.
const maxGoEnv = 1 << 20

// GoSettings are the settings of the go command that say where modules come from.
type GoSettings struct {
	// Proxies are asked in turn, as GOPROXY says.
	Proxies []GoProxy
	// NoProxy are the glob patterns of modules that no proxy may be asked for:
	// GONOPROXY, or else GOPRIVATE.
	NoProxy string
	// Private are the glob patterns of modules that nobody outside is to hear
	// of: GOPRIVATE and GONOSUMDB, whatever GONOPROXY lets a proxy know.
	Private string
	// ModCache is the go command's module cache, "" for none. What it holds of a
	// version never changes, so a go.mod that is there isn't asked for.
	ModCache string
	// Hosts are the logins that GOPROXY's own addresses hold, and how many
	// requests a proxy can be asked at once: it is made for the go command.
	Hosts []fetch.Host
}

// proxyConcurrency is how many requests are under way to a module proxy.
const proxyConcurrency = 16

// A GoProxy is one entry of GOPROXY.
type GoProxy struct {
	// URL is an http, https or file address without a trailing slash, or one
	// of the words "direct" and "off".
	URL string
	// OnError goes on to the next entry after any error, not only where the
	// module isn't found: the entry is followed by "|".
	OnError bool
}

// ReadGoSettings reads the settings as the go command does: the environment
// wins over the go command's own file (which GOENV names, or forbids with
// "off"), and that over the documented default. home and configDir are the
// user's home and configuration directory.
func ReadGoSettings(getenv func(string) string, home, configDir string) (GoSettings, error) {
	file, err := readGoEnv(getenv, configDir)
	if err != nil {
		return GoSettings{}, err
	}
	setting := func(name string) string {
		if v := getenv(name); v != "" {
			return v
		}
		return file[name]
	}
	list := setting("GOPROXY")
	if list == "" {
		list = defaultGoProxy
	}
	proxies, hosts, err := parseGoProxy(list)
	if err != nil {
		return GoSettings{}, err
	}
	noProxy := setting("GONOPROXY")
	if noProxy == "" {
		noProxy = setting("GOPRIVATE")
	}
	if noProxy == "none" { // the documented way to say: no pattern at all
		noProxy = ""
	}
	for _, p := range proxies {
		if u, err := url.Parse(p.URL); err == nil && u.Host != "" {
			hosts = append(hosts, fetch.Host{Name: strings.ToLower(u.Host), Concurrency: proxyConcurrency})
		}
	}
	private := setting("GOPRIVATE") + "," + setting("GONOSUMDB")
	return GoSettings{Proxies: proxies, NoProxy: noProxy, Private: private, ModCache: modCache(setting, home), Hosts: hosts}, nil
}

// modCache is where the go command keeps modules.
func modCache(setting func(string) string, home string) string {
	if dir := setting("GOMODCACHE"); dir != "" {
		return dir
	}
	if list := filepath.SplitList(setting("GOPATH")); len(list) > 0 && list[0] != "" {
		return filepath.Join(list[0], "pkg", "mod")
	}
	if home == "" {
		return ""
	}
	return filepath.Join(home, "go", "pkg", "mod")
}

// readGoEnv reads the file that "go env -w" writes.
func readGoEnv(getenv func(string) string, configDir string) (map[string]string, error) {
	path := getenv("GOENV")
	if path == "off" || path == "" && configDir == "" {
		return nil, nil
	}
	if path == "" {
		path = filepath.Join(configDir, "go", "env")
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the go command's settings: %w", err)
	}
	if info.Size() > maxGoEnv {
		return nil, fmt.Errorf("reading the go command's settings: %s has %d bytes, more than %d", path, info.Size(), maxGoEnv)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the go command's settings: %w", err)
	}
	return parseGoEnv(string(text)), nil
}

// parseGoEnv reads lines of NAME=VALUE. A line that isn't one, a comment say,
// is left out, as the go command does.
func parseGoEnv(text string) map[string]string {
	settings := make(map[string]string)
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		if ok && name != "" && 'A' <= name[0] && name[0] <= 'Z' {
			settings[name] = value
		}
	}
	return settings
}

// parseGoProxy reads a GOPROXY list. Logins are taken out of the addresses, so
// that no message and no cache shows them.
func parseGoProxy(list string) (proxies []GoProxy, hosts []fetch.Host, err error) {
	for list != "" {
		entry, rest, onError := list, "", false
		if i := strings.IndexAny(list, ",|"); i >= 0 {
			entry, rest, onError = list[:i], list[i+1:], list[i] == '|'
		}
		list = rest
		switch entry = strings.TrimSpace(entry); entry {
		case "":
			continue
		case "off", "direct":
			return append(proxies, GoProxy{URL: entry}), hosts, nil // nothing after it counts
		}
		address, host, err := parseProxyURL(entry)
		if err != nil {
			return nil, nil, err
		}
		proxies = append(proxies, GoProxy{URL: address, OnError: onError})
		if host != nil {
			hosts = append(hosts, *host)
		}
	}
	if len(proxies) == 0 {
		return nil, nil, errors.New("GOPROXY names no proxy: set it to a list of addresses, direct or off")
	}
	return proxies, hosts, nil
}

func parseProxyURL(entry string) (string, *fetch.Host, error) {
	if strings.ContainsAny(entry, ".:/") && !strings.Contains(entry, ":/") && !filepath.IsAbs(entry) && !strings.HasPrefix(entry, "/") {
		entry = "https://" + entry
	}
	u, err := url.Parse(entry)
	if err != nil {
		return "", nil, errors.New("GOPROXY has an entry that is no address") // the entry may hold a password
	}
	switch u.Scheme {
	case "http", "https":
		if u.Host == "" {
			return "", nil, fmt.Errorf("GOPROXY has an address without a host (%s:)", u.Scheme)
		}
	case "file":
	default:
		return "", nil, fmt.Errorf("GOPROXY has an entry that is neither an http, https or file address nor direct or off (scheme %q)", u.Scheme)
	}
	var host *fetch.Host
	if u.User != nil {
		password, _ := u.User.Password()
		basic := base64.StdEncoding.EncodeToString([]byte(u.User.Username() + ":" + password))
		host = &fetch.Host{Name: strings.ToLower(u.Host), Header: "Authorization", Value: fetch.Secret("Basic " + basic)}
		u.User = nil
	}
	return strings.TrimSuffix(u.String(), "/"), host, nil
}
