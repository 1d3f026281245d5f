package forgetest

import (
	"fmt"
	"strconv"
	"strings"
	"text/scanner"
)

// graph executes GraphQL queries over plain values: objects, lists of them, and
// functions of a field's arguments. It knows what the forges' clients use:
// variables, aliases, fragments, and connections that heed first. A field that
// an object doesn't have is an error, as it would be there.
type graph struct {
	variables map[string]any
	fragments map[string]fragment
	problems  []object
	// lacks are fields that this server is too old to know, and arguments.
	lacks []string
}

type fragment struct {
	on   string
	what []selection
}

type selection struct {
	alias, name, on, spread string
	args                    map[string]any
	what                    []selection
}

// connection is a list that answers pageInfo and nodes, bounded by first.
type connection struct{ nodes []any }

// variable stands for one until the query is executed.
type variable string

// run executes a query on a root object.
func (g *graph) run(query string, variables map[string]any, root object) (data any, complexity int) {
	g.variables, g.fragments = variables, map[string]fragment{}
	p := &parser{}
	p.Init(strings.NewReader(query))
	p.Mode = scanner.ScanIdents | scanner.ScanInts | scanner.ScanStrings
	p.Error = func(_ *scanner.Scanner, msg string) { panic("graphql: " + msg) }
	p.next()
	var operation []selection
	for p.token != scanner.EOF {
		switch word := p.word(); word {
		case "query":
			if p.token == '(' {
				p.skip('(', ')')
			}
			operation = p.selections()
		case "fragment":
			name := p.word()
			p.want("on")
			g.fragments[name] = fragment{p.word(), p.selections()}
		default:
			panic("graphql: unexpected " + word)
		}
	}
	data = g.object(root, operation)
	return data, g.complexity(operation)
}

func (g *graph) object(o object, what []selection) any {
	out := object{}
	for _, s := range what {
		switch {
		case s.spread != "" || s.on != "":
			f := fragment{s.on, s.what}
			if s.spread != "" {
				f = g.fragments[s.spread]
			}
			if fits(o, f.on) {
				part, _ := g.object(o, f.what).(object)
				merge(out, part)
			}
		default:
			merge(out, object{s.alias: g.field(o, s)})
		}
	}
	return out
}

// merge adds what was selected of a field another time.
func merge(into, more object) {
	for k, v := range more {
		old, both := into[k].(object)
		if new, ok := v.(object); ok && both {
			merge(old, new)
			continue
		}
		into[k] = v
	}
}

// fits reports whether an object is of a type: its own, or one of several.
func fits(o object, on string) bool {
	name, typed := o["__typename"].(string)
	return !typed || name == on || on == "Actor" || on == "Node" || on == "Sponsorable"
}

func (g *graph) field(o object, s selection) any {
	value, ok := o[s.name]
	for _, lack := range g.lacks {
		if lack == s.name {
			ok = false
		}
		if _, used := s.args[lack]; used {
			g.problem(object{"message": "argument not accepted", "extensions": object{"code": "argumentNotAccepted", "argumentName": lack}})
			return nil
		}
	}
	if !ok {
		g.problem(object{"message": fmt.Sprintf("Field '%s' doesn't exist", s.name), "extensions": object{"code": "undefinedField", "fieldName": s.name}})
		return nil
	}
	args := map[string]any{}
	for k, v := range s.args {
		args[k] = g.value(v)
	}
	if f, ok := value.(func(map[string]any) any); ok {
		value = f(args)
	}
	return g.answer(value, args, s)
}

func (g *graph) answer(value any, args map[string]any, s selection) any {
	switch v := value.(type) {
	case nil:
		return nil
	case object:
		return g.object(v, s.what)
	case connection:
		nodes, from := v.nodes, 0
		if after, ok := args["after"].(string); ok {
			from, _ = strconv.Atoi(after) // its own cursors are numbers
			nodes = nodes[from:]
		}
		if first, ok := args["first"]; ok {
			n := int(number(first))
			nodes = nodes[:min(n, len(nodes))]
		}
		return g.object(object{
			"nodes": nodes, "totalCount": len(v.nodes), "count": len(v.nodes),
			"pageInfo": object{"hasNextPage": from+len(nodes) < len(v.nodes), "endCursor": fmt.Sprint(from + len(nodes))},
		}, s.what)
	case []any:
		out := []any{}
		for _, e := range v {
			out = append(out, g.answer(e, nil, s))
		}
		return out
	}
	if len(s.what) > 0 {
		g.problem(object{"message": "selection on a value: " + s.name})
	}
	return value
}

func (g *graph) problem(p object) { g.problems = append(g.problems, p) }

func (g *graph) value(v any) any {
	if name, ok := v.(variable); ok {
		return g.variables[string(name)]
	}
	return v
}

func number(v any) float64 {
	switch n := v.(type) {
	case float64:
		return n
	case int:
		return float64(n)
	}
	return 0
}

// complexity is GitLab's: a field counts one and what is below it, and a
// connection one hundredth more for each entry that it may have.
func (g *graph) complexity(what []selection) int {
	total := 0
	for _, s := range what {
		switch {
		case s.spread != "":
			total += g.complexity(g.fragments[s.spread].what)
		case s.on != "":
			total += g.complexity(s.what)
		default:
			c := 1 + g.complexity(s.what)
			if first, ok := s.args["first"]; ok {
				c += int(float64(c) * number(g.value(first)) / 100)
			} else if s.name == "blobs" {
				c *= 2
			}
			if s.name == "mergedAt" {
				c = 5
			}
			total += c
		}
	}
	return total
}

type parser struct {
	scanner.Scanner
	token rune
}

func (p *parser) next() { p.token = p.Scan() }

func (p *parser) word() string {
	text := p.TokenText()
	p.next()
	return text
}

func (p *parser) want(text string) {
	if got := p.word(); got != text {
		panic(fmt.Sprintf("graphql: %q where %q belongs, at %s", got, text, p.Pos()))
	}
}

func (p *parser) skip(open, shut rune) {
	for depth := 0; ; {
		switch p.token {
		case open:
			depth++
		case shut:
			depth--
		case scanner.EOF:
			panic("graphql: it ends in the middle")
		}
		p.next()
		if depth == 0 {
			return
		}
	}
}

func (p *parser) selections() []selection {
	var out []selection
	p.want("{")
	for p.token != '}' {
		if p.token == scanner.EOF {
			panic("graphql: it ends in the middle")
		}
		out = append(out, p.selection())
	}
	p.want("}")
	return out
}

func (p *parser) selection() selection {
	if p.token == '.' {
		for range 3 {
			p.want(".")
		}
		name := p.word()
		if name == "on" {
			return selection{on: p.word(), what: p.selections()}
		}
		return selection{spread: name}
	}
	s := selection{name: p.word()}
	s.alias = s.name
	if p.token == ':' {
		p.next()
		s.name = p.word()
	}
	if p.token == '(' {
		p.next()
		s.args = map[string]any{}
		for p.token != ')' {
			if p.token == ',' {
				p.next()
				continue
			}
			name := p.word()
			p.want(":")
			s.args[name] = p.value()
		}
		p.next()
	}
	if p.token == '{' {
		s.what = p.selections()
	}
	return s
}

func (p *parser) value() any {
	switch p.token {
	case '$':
		p.next()
		return variable(p.word())
	case scanner.Int:
		n := 0
		_, _ = fmt.Sscan(p.TokenText(), &n) // it scanned as one
		p.next()
		return n
	case scanner.String:
		text := p.word()
		return strings.Trim(text, `"`)
	case '[', '{':
		shut := map[rune]rune{'[': ']', '{': '}'}[p.token]
		p.next()
		var list []any
		for p.token != shut {
			if p.token == ',' || p.token == ':' {
				p.next()
				continue
			}
			list = append(list, p.value())
		}
		p.next()
		return list
	}
	return p.word()
}
