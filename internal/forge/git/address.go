package git

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A refusedError says that an address isn't asked at all.
type refusedError string

func (e refusedError) Error() string { return string(e) }

// address is where a repository is read, and the only protocol that git may
// use for it. Without a configured base it is https to a public name: an
// outsider's address must not make git ask the machines of this network.
func (f *Forge) address(repo health.Repository) (address, protocol string, err error) {
	if base, ok := f.o.Bases[repo.Host]; ok {
		protocol, err = protocolOf(base)
		return strings.TrimSuffix(base, "/") + "/" + repo.Path, protocol, err
	}
	if !public(repo.Host) {
		return "", "", refusedError(fmt.Sprintf("%s is no public host; configure it to have it read", repo.Host))
	}
	return "https://" + repo.Host + "/" + repo.Path, "https", nil
}

// protocolOf is the protocol of a configured base, an error for one that isn't
// used.
func protocolOf(base string) (string, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	switch {
	case u.User != nil && u.Scheme != "ssh":
		return "", fmt.Errorf("%s: a user or a password has no place in it", u.Redacted())
	case u.Scheme == "https" && u.Host != "", u.Scheme == "ssh" && u.Host != "", u.Scheme == "file" && u.Host == "" && u.Path != "":
		return u.Scheme, nil
	case u.Scheme == "http" && loopback(u.Hostname()):
		return u.Scheme, nil
	case u.Scheme == "http":
		return "", fmt.Errorf("%s: plain http is for loopback addresses alone", base)
	}
	return "", fmt.Errorf("%q is no address of https, ssh or file", base)
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback() || host == "localhost"
}

// public reports whether a host has the name of a public one.
func public(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil || !strings.Contains(host, ".") {
		return false
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch last {
	case "local", "localhost", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "test", "invalid", "arpa":
		return false
	}
	return strings.Trim(last, "0123456789") != "" // 127.1 is an address too
}
