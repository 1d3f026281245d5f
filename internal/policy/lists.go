package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/config"
)

// list complains about a list that allows and denies, or does neither.
func (c *compiler) list(l config.List, path string) {
	if (len(l.Allow) > 0) == (len(l.Deny) > 0) {
		c.fail(path, "name what to allow or what to deny, one of the two")
	}
}

// licences is met by a package whose licence can't be chosen so that the list
// permits it: of "MIT OR GPL-3.0-only" one permitted licence is enough, of
// "MIT AND GPL-3.0-only" both must be. Where a package states several
// expressions, each must be permitted.
func (c *compiler) licences(l config.List, path string) test {
	c.list(l, path)
	permitted := func(id string) bool {
		bare, _, _ := strings.Cut(id, " WITH ")
		named := func(pattern string) bool {
			p := strings.ToLower(pattern)
			return glob(p, strings.ToLower(id)) || glob(p, strings.ToLower(bare))
		}
		if len(l.Allow) > 0 {
			return slices.ContainsFunc(l.Allow, named)
		}
		return !slices.ContainsFunc(l.Deny, named)
	}
	return func(in input) string {
		known := slices.DeleteFunc(slices.Clone(in.f.Licences), func(s string) bool {
			return strings.TrimSpace(s) == "" || s == "NOASSERTION"
		})
		if len(known) == 0 {
			if l.Unknown {
				return "its licence isn't known"
			}
			return ""
		}
		for _, expression := range known {
			if !satisfiable(expression, permitted) {
				return "licence " + expression
			}
		}
		return ""
	}
}

// satisfiable reports whether a choice of licences in an SPDX expression is
// permitted. What isn't an expression counts as the name of one licence.
func satisfiable(expression string, permitted func(id string) bool) bool {
	p := expressionParser{permitted: permitted, words: strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(expression))}
	ok := p.or(0)
	if p.broken || len(p.words) > 0 {
		return permitted(strings.TrimSpace(expression))
	}
	return ok
}

type expressionParser struct {
	words     []string
	permitted func(id string) bool
	broken    bool
}

func (p *expressionParser) next(word string) bool {
	if len(p.words) > 0 && strings.EqualFold(p.words[0], word) {
		p.words = p.words[1:]
		return true
	}
	return false
}

func (p *expressionParser) or(depth int) bool {
	ok := p.and(depth)
	for p.next("OR") {
		right := p.and(depth)
		ok = ok || right
	}
	return ok
}

func (p *expressionParser) and(depth int) bool {
	ok := p.one(depth)
	for p.next("AND") {
		right := p.one(depth)
		ok = ok && right
	}
	return ok
}

func (p *expressionParser) one(depth int) bool {
	if len(p.words) == 0 || depth > 32 {
		p.broken = true
		return false
	}
	if p.next("(") {
		ok := p.or(depth + 1)
		p.broken = p.broken || !p.next(")")
		return ok
	}
	id := p.words[0]
	p.words = p.words[1:]
	if p.next("WITH") {
		if len(p.words) == 0 {
			p.broken = true
			return false
		}
		exception := p.words[0]
		p.words = p.words[1:]
		return p.permitted(id + " WITH " + exception)
	}
	return p.permitted(id)
}

// union are the members of the European Union, for which "EU" stands.
var union = []string{"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
	"NL", "PL", "PT", "RO", "SE", "SI", "SK"}

// jurisdiction is met by a forge whose operator sits where the list doesn't
// permit it.
func (c *compiler) jurisdiction(l config.List, path string) test {
	c.list(l, path)
	for i, code := range slices.Concat(l.Allow, l.Deny) {
		if len(code) != 2 || strings.ToUpper(code) != code {
			c.fail(index(path+map[bool]string{true: ".allow", false: ".deny"}[len(l.Allow) > 0], i),
				"%q is no jurisdiction: two capital letters, as of a country, or EU", code)
		}
	}
	named := func(list []string, code string) bool {
		return slices.Contains(list, code) || slices.Contains(list, "EU") && slices.Contains(union, code)
	}
	return func(in input) string {
		code := in.f.Jurisdiction
		switch {
		case code == "":
			if l.Unknown {
				return "its forge's jurisdiction isn't known"
			}
			return ""
		case len(l.Allow) > 0 && !named(l.Allow, code), len(l.Deny) > 0 && named(l.Deny, code):
			return fmt.Sprintf("its forge's operator sits in %s", code)
		}
		return ""
	}
}
