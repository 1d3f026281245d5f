package registry

import (
	"regexp"
	"strings"

	"golang.org/x/mod/module"
)

// noticeLength is how many runes of a declaration are kept.
const noticeLength = 300

// modulePathIn is what looks like a module path or a repository's address: a
// host with a dot, a slash, and more.
var modulePathIn = regexp.MustCompile(`(?:https?://)?([a-z0-9][a-z0-9.-]*\.[a-z]{2,})(/[A-Za-z0-9._~/-]+)`)

// majorIn is a major version that a text names as the one to use.
var majorIn = regexp.MustCompile(`(?i)\b(?:use|to|upgrade|migrate|switch|superseded by)\b[^.;]{0,60}?\bv([2-9]|[1-9][0-9])\b`)

// successor finds the module that a text says to use in place of path: another
// module path or repository in it, else another major version of path itself;
// "" where it names neither.
func successor(path, text string) string {
	own, major, _ := module.SplitPathVersion(path)
	for _, m := range modulePathIn.FindAllStringSubmatch(text, -1) {
		found := m[1] + strings.TrimRight(m[2], "./-~")
		found = strings.TrimSuffix(strings.TrimPrefix(found, "pkg.go.dev/"), ".git")
		if strings.Contains(found, "/issues/") || strings.Contains(found, "/pull/") || strings.Contains(found, "/discussions/") ||
			strings.Contains(found, "/blob/") || strings.Contains(found, "/tree/") || strings.Contains(found, "/wiki") ||
			strings.Contains(found, "/releases") {
			continue
		}
		if found != path && strings.Contains(found, "/") && module.CheckPath(found) == nil {
			return found
		}
	}
	if m := majorIn.FindStringSubmatch(text); m != nil {
		if next := withMajor(own, m[1]); next != path && "v"+m[1] != strings.TrimLeft(major, "/.") {
			return next
		}
	}
	return ""
}

// withMajor is the path of a major version: prefix/v3, or gopkg.in/name.v3.
func withMajor(prefix, major string) string {
	if strings.HasPrefix(prefix, "gopkg.in/") {
		return prefix + ".v" + major
	}
	return prefix + "/v" + major
}
