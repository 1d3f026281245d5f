package fetch

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// maxNetrc bounds a .netrc file, which is one line a host.
const maxNetrc = 1 << 20

// Netrc reads the hosts that a .netrc file has logins for, as basic
// authentication. Each login is for the machine it names alone: the entry
// "default" is for any host that asks, so it is left out, and so is a macro.
// Of several logins for one machine the first counts.
func Netrc(r io.Reader) ([]Host, error) {
	words := bufio.NewScanner(io.LimitReader(r, maxNetrc))
	words.Split(bufio.ScanWords)
	var hosts []Host
	seen := make(map[string]bool)
	var machine, login, password string
	finish := func() {
		if machine != "" && login != "" && !seen[machine] {
			seen[machine] = true
			basic := base64.StdEncoding.EncodeToString([]byte(login + ":" + password))
			hosts = append(hosts, Host{Name: machine, Header: "Authorization", Value: Secret("Basic " + basic)})
		}
		machine, login, password = "", "", ""
	}
	next := func() string {
		words.Scan()
		return words.Text()
	}
	for words.Scan() {
		switch words.Text() {
		case "machine":
			finish()
			machine = strings.ToLower(next())
		case "login":
			login = next()
		case "password":
			password = next()
		case "default", "macdef":
			// Both end what can be told apart word by word: a default holds for
			// every host, and a macro's text may hold any word.
			finish()
			return hosts, words.Err()
		}
	}
	finish()
	return hosts, words.Err()
}

// UserNetrc reads the user's own file: the one that the environment variable
// NETRC names, else .netrc in the home directory (_netrc on Windows). No file
// is no hosts.
func UserNetrc(getenv func(string) string) ([]Host, error) {
	path := getenv("NETRC")
	if path == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, nil // no home, no file there
		}
		path = filepath.Join(home, ".netrc")
		if runtime.GOOS == "windows" {
			if _, err := os.Stat(path); err != nil {
				path = filepath.Join(home, "_netrc")
			}
		}
	}
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the logins: %w", err)
	}
	defer f.Close()
	hosts, err := Netrc(f)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return hosts, nil
}
