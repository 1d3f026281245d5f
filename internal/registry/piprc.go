package registry

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/fetch"
)

// PyPISettings say where Python packages come from.
type PyPISettings struct {
	Index string // of the simple API, without a trailing slash; "" for the public one
	// Further tells that there are more indexes, so that a package may come from
	// one of them.
	Further bool
	Hosts   []fetch.Host
}

// ReadPyPISettings reads the index that pip uses: PIP_INDEX_URL, else what
// the user's pip.conf says (the one that PIP_CONFIG_FILE names, or that in
// configDir). Further indexes aren't asked: pip takes a package from any of
// them, so which one is meant can't be told.
func ReadPyPISettings(getenv func(string) string, configDir string) (PyPISettings, error) {
	path := getenv("PIP_CONFIG_FILE")
	if path == "" && configDir != "" {
		path = filepath.Join(configDir, "pip", "pip.conf")
	}
	var index, further string
	if path != "" {
		text, err := readSettings(path)
		if err != nil {
			return PyPISettings{}, fmt.Errorf("reading pip's settings: %w", err)
		}
		index, further = parsePipConf(text, "index-url"), parsePipConf(text, "extra-index-url")
	}
	index = cmp.Or(getenv("PIP_INDEX_URL"), index)
	s := PyPISettings{Further: further != "" || getenv("PIP_EXTRA_INDEX_URL") != ""}
	if index == "" {
		return s, nil
	}
	u, err := url.Parse(strings.TrimSpace(index))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return PyPISettings{}, fmt.Errorf("reading pip's settings: the index isn't an http or https address")
	}
	if u.User != nil {
		password, _ := u.User.Password()
		basic := base64.StdEncoding.EncodeToString([]byte(u.User.Username() + ":" + password))
		s.Hosts = []fetch.Host{{Name: strings.ToLower(u.Host), Header: "Authorization", Value: fetch.Secret("Basic " + basic)}}
		u.User = nil
	}
	s.Index = strings.TrimSuffix(u.String(), "/")
	return s, nil
}

// parsePipConf finds a setting of the section [global]. What pip reads as a
// list may go on in the next lines; they are part of the value.
func parsePipConf(text, name string) string {
	section, at, value := "", "", ""
	for line := range strings.Lines(text) {
		indented := strings.TrimLeft(line, " \t") != line
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			continue
		}
		if strings.HasPrefix(line, "[") {
			section, at = strings.Trim(line, "[]"), ""
			continue
		}
		if key, first, ok := strings.Cut(line, "="); ok && (!indented || at == "") {
			at = strings.ReplaceAll(strings.TrimSpace(key), "_", "-")
			line = first
		}
		if section == "global" && at == name {
			value = strings.TrimSpace(value + " " + strings.TrimSpace(line))
		}
	}
	return value
}
