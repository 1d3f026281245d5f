package policy

import (
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/config"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// selects is a compiled config.Selection.
type selects struct {
	direct     *bool
	ecosystems []string
	scopes     []health.Scope
	purls      []pattern
	except     []pattern
	depth      int // zero for any
}

func (c *compiler) selection(s config.Selection, path string) selects {
	out := selects{direct: s.Direct, ecosystems: s.Ecosystems}
	for i, e := range s.Ecosystems {
		if len(c.known.Ecosystems) > 0 {
			c.word(index(path+".ecosystems", i), "ecosystem", e, c.known.Ecosystems)
		}
	}
	for i, scope := range s.Scopes {
		c.word(index(path+".scopes", i), "scope", scope, scopes)
		out.scopes = append(out.scopes, health.Scope(scope))
	}
	if len(s.Scopes) == 0 {
		out.scopes = []health.Scope{health.ScopeRuntime, health.ScopeOptional}
		if c.dev {
			out.scopes = append(out.scopes, health.ScopeTest, health.ScopeDevelopment)
		}
	}
	for i, p := range s.Purls {
		made := c.pattern(p, index(path+".purls", i))
		out.purls = append(out.purls, made)
		if e := made.ecosystem(); len(s.Ecosystems) > 0 && e != "" && !slices.Contains(s.Ecosystems, e) {
			c.fail(index(path+".purls", i), "%q can never match: the rule looks at %s alone", p, strings.Join(s.Ecosystems, " and "))
		}
	}
	for i, p := range s.Except {
		out.except = append(out.except, c.pattern(p, index(path+".except", i)))
		if slices.Contains(s.Purls, p) {
			c.fail(index(path+".except", i), "%q is looked at and excepted", p)
		}
	}
	if s.MaxDepth != nil {
		out.depth = *s.MaxDepth
		switch {
		case out.depth < 1:
			c.fail(path+".max_depth", "the depth starts at 1, the direct dependencies")
		case out.depth == 1 && s.Direct != nil && !*s.Direct:
			c.fail(path+".max_depth", "the rule can never match: no transitive dependency has depth 1")
		}
	}
	return out
}

func (s selects) match(d health.Dependency) bool {
	in := func(p pattern) bool { return p.matches(d) }
	switch {
	case s.direct != nil && *s.direct != d.Direct,
		len(s.ecosystems) > 0 && !slices.Contains(s.ecosystems, d.Ecosystem),
		!slices.Contains(s.scopes, d.Scope) && d.Scope != "",
		len(s.purls) > 0 && !slices.ContainsFunc(s.purls, in),
		slices.ContainsFunc(s.except, in),
		s.depth > 0 && depth(d) > s.depth:
		return false
	}
	return true
}

// depth is the length of the shortest known path from the project: 1 for a
// direct dependency, and 2, the least that it can be, for any other whose path
// isn't known.
func depth(d health.Dependency) int {
	if d.Direct {
		return 1
	}
	least := 0
	for _, p := range d.Paths {
		if n := len(p) - 1; n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return max(2, least)
}

// A pattern is a package URL in which * stands for anything. Without a version
// it means every version.
type pattern string

func (c *compiler) pattern(s, path string) pattern {
	if s != "" && s != "*" && !strings.HasPrefix(s, "pkg:") {
		c.fail(path, "%q is no pattern of a package URL: pkg:golang/github.com/acme/*", s)
	}
	if strings.ContainsAny(s, " \t?#") {
		c.fail(path, "%q can never match: no package URL here has a space, ? or #", s)
	}
	return pattern(s)
}

// ecosystem is the type that the pattern asks for, "" where that is a pattern too.
func (p pattern) ecosystem() string {
	rest, ok := strings.CutPrefix(string(p), "pkg:")
	kind, _, found := strings.Cut(rest, "/")
	if !ok || !found || strings.Contains(kind, "*") {
		return ""
	}
	return kind
}

func (p pattern) matches(d health.Dependency) bool {
	if p == "" {
		return false
	}
	purl, _, _ := strings.Cut(d.Purl, "?")
	purl, _, _ = strings.Cut(purl, "#")
	return glob(string(p), purl) || glob(string(p), unversioned(purl))
}

// unversioned is a package URL without its version.
func unversioned(purl string) string {
	if at := strings.LastIndexByte(purl, '@'); at > strings.LastIndexByte(purl, '/') {
		return purl[:at]
	}
	return purl
}

// glob reports whether s is pattern with something, or nothing, for each *.
func glob(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	rest, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
