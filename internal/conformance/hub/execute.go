package hub

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// An Object is a fixture: a GraphQL object as plain JSON. Its fields have the
// schema's names, "__typename" among them; a connection is the list of all its
// nodes, in any order; a field that isn't there can't be asked for.
type Object = map[string]any

// An execution answers one query from fixtures.
type execution struct {
	doc       *ast.QueryDocument
	schema    *ast.Schema // nil without one
	variables map[string]any
	resolve   func(path []any, parent Object, f *ast.Field, args map[string]any) (value any, known bool)
	// kept are answers to keep, nil for none: a fixture's whole answer by what
	// was asked of it.
	kept func(f *ast.Field, value Object, answer func() any) any
	// fault hears of a fixture or a query that can't be right.
	fault func(string)
}

// object answers a selection on an object. What has no answer is null.
func (e *execution) object(path []any, from Object, set ast.SelectionSet) Object {
	out := Object{}
	e.fill(out, path, from, set)
	return out
}

func (e *execution) fill(out Object, path []any, from Object, set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			e.merge(out, s.Alias, e.field(append(slices.Clone(path), s.Alias), from, s))
		case *ast.InlineFragment:
			if e.is(from, s.TypeCondition) {
				e.fill(out, path, from, s.SelectionSet)
			}
		case *ast.FragmentSpread:
			f := e.doc.Fragments.ForName(s.Name)
			if f == nil {
				e.fault("the query has no fragment " + s.Name)
			} else if e.is(from, f.TypeCondition) {
				e.fill(out, path, from, f.SelectionSet)
			}
		}
	}
}

// merge joins what two selections of the same alias answer.
func (e *execution) merge(out Object, alias string, value any) {
	if old, ok := out[alias].(Object); ok {
		if more, ok := value.(Object); ok {
			for k, v := range more {
				e.merge(old, k, v)
			}
			return
		}
	}
	out[alias] = value
}

// abstract are the interfaces that queries name, where no schema tells.
var abstract = []string{"Actor", "Node", "Sponsorable", "GitObject", "RepositoryOwner", "Comment"}

func (e *execution) is(from Object, condition string) bool {
	name, _ := from["__typename"].(string)
	if condition == "" || condition == name {
		return true
	}
	if e.schema == nil {
		return slices.Contains(abstract, condition)
	}
	return slices.ContainsFunc(e.schema.PossibleTypes[condition], func(d *ast.Definition) bool { return d.Name == name })
}

func (e *execution) field(path []any, from Object, f *ast.Field) any {
	args := arguments(f, e.variables)
	value, known := e.resolve(path, from, f, args)
	if !known {
		value, known = from[f.Name]
	}
	if !known {
		e.fault(fmt.Sprintf("the fixture at %v has no %v.%s", path, from["__typename"], f.Name))
		return nil
	}
	e.check(path, value, f)
	return e.value(path, value, f, args)
}

// check compares a fixture's value with the schema: no null where there can't
// be one, and no word that an enumeration doesn't have.
func (e *execution) check(path []any, value any, f *ast.Field) {
	if e.schema == nil || f.Definition == nil {
		return
	}
	if value == nil && f.Definition.Type.NonNull {
		e.fault(fmt.Sprintf("the fixture at %v is null, and %s can't be", path, f.Name))
	}
	def := e.schema.Types[f.Definition.Type.Name()]
	if word, ok := value.(string); ok && def != nil && def.Kind == ast.Enum && def.EnumValues.ForName(word) == nil {
		e.fault(fmt.Sprintf("the fixture at %v is %q, and %s has no such word", path, word, def.Name))
	}
}

func (e *execution) value(path []any, value any, f *ast.Field, args map[string]any) any {
	switch v := value.(type) {
	case Object:
		if len(f.SelectionSet) == 0 {
			e.fault(fmt.Sprintf("the query selects nothing of the object at %v", path))
		}
		if e.kept != nil && len(path) == 1 {
			return e.kept(f, v, func() any { return e.object(path, v, f.SelectionSet) })
		}
		return e.object(path, v, f.SelectionSet)
	case []Object:
		if connection(f.SelectionSet) {
			return e.connection(path, v, f, args)
		}
		out := make([]any, len(v))
		for i, node := range v {
			out[i] = e.object(append(slices.Clone(path), i), node, f.SelectionSet)
		}
		return out
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	}
	return value
}

// connection reports whether a selection is one on a connection.
func connection(set ast.SelectionSet) bool {
	return slices.ContainsFunc(set, func(s ast.Selection) bool {
		f, ok := s.(*ast.Field)
		return ok && slices.Contains([]string{"nodes", "edges", "totalCount", "pageInfo"}, f.Name)
	})
}

// connection answers a page of a list: filtered, ordered, cut.
func (e *execution) connection(path []any, all []Object, f *ast.Field, args map[string]any) any {
	nodes := order(filter(all, args), args)
	page, start := cut(nodes, args)
	whole := Object{
		"__typename": "Connection",
		"totalCount": len(nodes),
		"nodes":      page,
		"pageInfo": Object{
			"__typename":      "PageInfo",
			"hasNextPage":     start+len(page) < len(nodes),
			"hasPreviousPage": start > 0,
			"startCursor":     cursor(start),
			"endCursor":       cursor(start + len(page)),
		},
	}
	if number, ok := number(args["first"]); ok && (number < 1 || number > 100) {
		e.fault(fmt.Sprintf("first: %d at %v: a page has 1 to 100 entries", number, path))
	}
	return e.object(path, whole, f.SelectionSet)
}

func cursor(i int) string { return "cursor " + strconv.Itoa(i) }

// filter keeps what the arguments ask for.
func filter(all []Object, args map[string]any) []Object {
	var out []Object
	states, types := words(args["states"]), words(args["itemTypes"])
	prefix, _ := args["refPrefix"].(string)
	since, _ := args["since"].(string)
	for _, node := range all {
		state, _ := node["state"].(string)
		typename, _ := node["__typename"].(string)
		of, _ := node["prefix"].(string)
		if len(states) > 0 && !slices.Contains(states, state) ||
			len(types) > 0 && !slices.Contains(types, shout(typename)) ||
			prefix != "" && prefix != of ||
			since != "" && stamp(node["committedDate"]) < since {
			continue
		}
		out = append(out, node)
	}
	return out
}

// order sorts by the field that orderBy names, newest first where it says so.
func order(nodes []Object, args map[string]any) []Object {
	by, ok := args["orderBy"].(map[string]any)
	if !ok {
		return nodes
	}
	key := func(node Object) string { return stamp(node["createdAt"]) }
	if by["field"] == "TAG_COMMIT_DATE" {
		key = func(node Object) string {
			target, _ := node["target"].(Object)
			if inner, ok := target["target"].(Object); ok {
				target = inner
			}
			return stamp(target["committedDate"])
		}
	}
	out := slices.Clone(nodes)
	slices.SortStableFunc(out, func(a, b Object) int {
		if by["direction"] == "DESC" {
			return cmp.Compare(key(b), key(a))
		}
		return cmp.Compare(key(a), key(b))
	})
	return out
}

// cut is the page that first, last and after ask for, and where it begins.
func cut(nodes []Object, args map[string]any) ([]Object, int) {
	start := 0
	if after, ok := args["after"].(string); ok {
		start, _ = strconv.Atoi(strings.TrimPrefix(after, "cursor "))
		start = min(start, len(nodes))
	}
	rest := nodes[start:]
	if n, ok := number(args["first"]); ok {
		rest = rest[:min(n, len(rest))]
	} else if n, ok := number(args["last"]); ok {
		start = max(start, len(nodes)-n)
		rest = nodes[start:]
	}
	return append([]Object{}, rest...), start
}

// shout turns a type's name into the enumeration's: IssueComment, ISSUE_COMMENT.
func shout(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}

func stamp(value any) string {
	switch v := value.(type) {
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	case string:
		return v
	}
	return ""
}

func words(value any) []string {
	var out []string
	switch v := value.(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, one := range v {
			out = append(out, fmt.Sprint(one))
		}
	}
	return out
}

func number(value any) (int, bool) {
	switch v := value.(type) {
	case int64:
		return int(v), true
	case int:
		return v, true
	case float64:
		return int(v), true
	case json.Number:
		n, err := strconv.Atoi(v.String())
		return n, err == nil
	}
	return 0, false
}

// arguments are a field's arguments with the variables put in.
func arguments(f *ast.Field, variables map[string]any) map[string]any {
	out := map[string]any{}
	for _, arg := range f.Arguments {
		value, err := arg.Value.Value(variables)
		if err == nil && value != nil {
			out[arg.Name] = value
		}
	}
	return out
}
