package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// decodeJSON decodes the whole of a file, and names the line of what is wrong.
func decodeJSON(f *File, v any) error {
	if bytes.Count(f.Data, []byte("{")) > maxJSONObjects {
		return f.wrong(0, "more than %d objects", maxJSONObjects)
	}
	err := json.Unmarshal(f.Data, v)
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return f.wrong(lineAt(f.Data, int(e.Offset)), "%w", err)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return f.wrong(lineAt(f.Data, int(e.Offset)), "%s is a %s, which it can't be here", orThat(e.Field), e.Value)
	}
	return f.wrong(0, "%w", err)
}

func orThat(field string) string {
	if field == "" {
		return "the value"
	}
	return field
}

// eachJSON calls f for the members of objects and the elements of arrays of a
// valid JSON text, with the keys that lead there (an element's is its index)
// and the line. It goes into a value only where f says so.
func eachJSON(data []byte, f func(keys []string, line int) bool) {
	w := jsonWalk{data: data, line: 1, f: f}
	w.value(nil)
}

type jsonWalk struct {
	data []byte
	at   int
	line int
	f    func([]string, int) bool
}

func (w *jsonWalk) space() {
	for ; w.at < len(w.data); w.at++ {
		switch w.data[w.at] {
		case '\n':
			w.line++
		case ' ', '\t', '\r', ',', ':':
		default:
			return
		}
	}
}

// value reads one value; keys lead to it.
func (w *jsonWalk) value(keys []string) {
	w.space()
	if w.at == len(w.data) {
		return
	}
	switch w.data[w.at] {
	case '{', '[':
		w.members(keys, w.data[w.at] == '{')
	default:
		w.skip()
	}
}

func (w *jsonWalk) members(keys []string, named bool) {
	w.at++
	for i := 0; ; i++ {
		w.space()
		if w.at == len(w.data) {
			return
		}
		if w.data[w.at] == '}' || w.data[w.at] == ']' {
			w.at++
			return
		}
		line, key := w.line, ""
		if named {
			start := w.at
			w.skip()
			key = unquote(w.data[start:w.at])
			w.space()
		} else {
			key = strconv.Itoa(i)
		}
		inner := append(keys[:len(keys):len(keys)], key)
		if w.f(inner, line) {
			w.value(inner)
		} else {
			w.skip()
		}
	}
}

// skip passes one value.
func (w *jsonWalk) skip() {
	w.space()
	for depth := 0; w.at < len(w.data); {
		switch c := w.data[w.at]; c {
		case '"':
			w.text()
		case '{', '[':
			depth++
			w.at++
		case '}', ']':
			depth--
			w.at++
		case '\n':
			w.line++
			w.at++
		case ',', ':', ' ', '\t', '\r':
			w.at++
			continue
		default:
			for w.at < len(w.data) && strings.IndexByte("{}[]\",: \t\r\n", w.data[w.at]) < 0 {
				w.at++
			}
		}
		if depth <= 0 {
			return
		}
	}
}

// text passes a string.
func (w *jsonWalk) text() {
	for w.at++; w.at < len(w.data); w.at++ {
		switch w.data[w.at] {
		case '\\':
			w.at++
		case '"':
			w.at++
			return
		}
	}
	w.at = len(w.data)
}

func unquote(quoted []byte) string {
	if len(quoted) >= 2 && bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return ""
	}
	return s
}

// relaxed turns JSON with comments and trailing commas into JSON, every byte in
// its place.
func relaxed(data []byte) []byte {
	out := bytes.Clone(data)
	comma := -1 // a comma after which nothing has come yet
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '"':
			comma = -1
			for i++; i < len(out) && out[i] != '"'; i++ {
				if out[i] == '\\' {
					i++
				}
			}
		case c == '/' && i+1 < len(out) && (out[i+1] == '/' || out[i+1] == '*'):
			i = blankComment(out, i)
		case c == ',':
			comma = i
		case (c == '}' || c == ']') && comma >= 0:
			out[comma], comma = ' ', -1
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			comma = -1
		}
	}
	return out
}

// blankComment writes spaces over the comment at i and returns its last byte.
func blankComment(out []byte, i int) int {
	end := []byte("\n")
	if out[i+1] == '*' {
		end = []byte("*/")
	}
	stop := len(out)
	if n := bytes.Index(out[i+2:], end); n >= 0 {
		stop = i + 2 + n
		if len(end) == 2 {
			stop += 2
		}
	}
	for k := i; k < stop; k++ {
		if out[k] != '\n' {
			out[k] = ' '
		}
	}
	return stop - 1
}
