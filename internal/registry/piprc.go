package registry

import (
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
	Hosts []fetch.Host
}

// ReadPyPISettings reads the index that pip uses: PIP_INDEX_URL, else what
// the user's pip.conf says (the one that PIP_CONFIG_FILE names, or that in
// configDir). Further indexes are left out: pip takes a package from any of
// them, so which one is meant can't be told.
func ReadPyPISettings(getenv func(string) string, configDir string) (PyPISettings, error) {
	index := getenv("PIP_INDEX_URL")
	if index == "" {
		path := getenv("PIP_CONFIG_FILE")
		if path == "" && configDir != "" {
			path = filepath.Join(configDir, "pip", "pip.conf")
		}
		if path != "" {
			text, err := readSettings(path)
			if err != nil {
				return PyPISettings{}, fmt.Errorf("reading pip's settings: %w", err)
			}
			index = parsePipConf(text)
		}
	}
	if index == "" {
		return PyPISettings{}, nil
	}
	u, err := url.Parse(strings.TrimSpace(index))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return PyPISettings{}, fmt.Errorf("reading pip's settings: the index isn't an http or https address")
	}
	var s PyPISettings
	if u.User != nil {
		password, _ := u.User.Password()
		basic := base64.StdEncoding.EncodeToString([]byte(u.User.Username() + ":" + password))
		s.Hosts = []fetch.Host{{Name: strings.ToLower(u.Host), Header: "Authorization", Value: fetch.Secret("Basic " + basic)}}
		u.User = nil
	}
	s.Index = strings.TrimSuffix(u.String(), "/")
	return s, nil
}

// parsePipConf finds the index-url of the section [global].
func parsePipConf(text string) string {
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[]")
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if key = strings.TrimSpace(key); ok && section == "global" && (key == "index-url" || key == "index_url") {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
