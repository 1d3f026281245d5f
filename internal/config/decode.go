package config

import (
	"encoding"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Places tells where the values of a file were written, by their path in it:
// "policy.rules[0].when.grade".
type Places struct {
	file  string
	lines map[string]int
}

// File is the file that the values are from, "" for none.
func (p Places) File() string { return p.file }

// Line is the line of the value at path, or of the nearest one around it.
func (p Places) Line(path string) int {
	for {
		if line, ok := p.lines[path]; ok {
			return line
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return 1
		}
		path = path[:cut]
	}
}

// At is "mainstay.yaml:12" for the value at path, "" where there is no file.
func (p Places) At(path string) string {
	if p.file == "" {
		return ""
	}
	return p.file + ":" + strconv.Itoa(p.Line(path))
}

// Errorf makes an error of what is wrong with the value at path.
func (p Places) Errorf(path, format string, args ...any) *Error {
	return &Error{File: p.file, Line: p.Line(path), Text: fmt.Sprintf(format, args...)}
}

// An Error is something wrong in a configuration file.
type Error struct {
	File string
	Line int
	Text string
}

func (e *Error) Error() string {
	if e.File == "" {
		return e.Text
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text)
}

// Errors are all that is wrong in a file, one a line, in the file's order.
type Errors []*Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the errors one by one.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, err := range e {
		out[i] = err
	}
	return out
}

// A decoder fills Go values from YAML nodes, and remembers every complaint and
// every place.
type decoder struct {
	places Places
	errs   Errors
}

func (d *decoder) fail(line int, format string, args ...any) {
	d.errs = append(d.errs, &Error{File: d.places.file, Line: line, Text: fmt.Sprintf(format, args...)})
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// syntax turns the parser's own message into ours.
func (d *decoder) syntax(err error) error {
	text, line := err.Error(), 1
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		text = text[len(m[0]):]
		if m[1] != "" {
			line, _ = strconv.Atoi(m[1]) // the pattern leaves only digits
		}
	}
	return Errors{{File: d.places.file, Line: line, Text: "not valid YAML: " + text}}
}

func (d *decoder) decode(n *yaml.Node, into any) {
	d.value(n, reflect.ValueOf(into).Elem(), "")
}

func (d *decoder) value(n *yaml.Node, v reflect.Value, path string) {
	d.places.lines[path] = n.Line
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.fail(n.Line, "anchors and aliases aren't allowed here")
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if n.Kind != yaml.ScalarNode {
			d.fail(n.Line, "%s is a single value", last(path))
		} else if err := u.UnmarshalText([]byte(n.Value)); err != nil {
			d.fail(n.Line, "%s: %v", last(path), err)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.fields(n, v, path)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			d.fail(n.Line, "%s is a list", last(path))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, item := range n.Content {
			d.value(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		d.pairs(n, path, func(key, value *yaml.Node) {
			item := reflect.New(v.Type().Elem()).Elem()
			d.value(value, item, join(path, key.Value))
			v.SetMapIndex(reflect.ValueOf(key.Value), item)
		})
	default:
		d.scalar(n, v, path)
	}
}

// pairs calls f with the keys and values of a mapping, and complains about
// keys that stand twice.
func (d *decoder) pairs(n *yaml.Node, path string, f func(key, value *yaml.Node)) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return // "policy:" with nothing below it
	}
	if n.Kind != yaml.MappingNode {
		d.fail(n.Line, "%s has keys and values below it", last(path))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if at, ok := seen[key.Value]; ok {
			d.fail(key.Line, "%q stands here a second time, first in line %d", key.Value, at)
			continue
		}
		seen[key.Value] = key.Line
		f(key, n.Content[i+1])
	}
}

func (d *decoder) fields(n *yaml.Node, v reflect.Value, path string) {
	known := map[string]reflect.Value{}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if name != "-" {
			known[name] = v.Field(i)
		}
	}
	d.pairs(n, path, func(key, value *yaml.Node) {
		field, ok := known[key.Value]
		if !ok {
			d.fail(key.Line, "unknown key %q in %s: %s", key.Value, last(path), Suggest(key.Value, slices.Sorted(maps.Keys(known))))
			return
		}
		at := join(path, key.Value)
		d.value(value, field, at)
		d.places.lines[at] = key.Line
	})
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		d.fail(n.Line, "%s needs a value", last(path))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
	case reflect.Bool:
		b, err := strconv.ParseBool(n.Value)
		if err != nil {
			d.fail(n.Line, "%s is true or false, not %q", last(path), n.Value)
		}
		v.SetBool(b)
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if err != nil {
			d.fail(n.Line, "%s is a whole number, not %q", last(path), n.Value)
		}
		v.SetInt(int64(i))
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.Value, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			d.fail(n.Line, "%s is a number, not %q", last(path), n.Value)
			return
		}
		v.SetFloat(f)
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// last names a value for a message by the end of its path: "rules[2]".
func last(path string) string {
	if path == "" {
		return "the configuration"
	}
	return path[strings.LastIndexByte(path, '.')+1:]
}
