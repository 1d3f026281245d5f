package manifest

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// decodeTOML decodes a file, and names the line of what is wrong.
func decodeTOML(f *File, v any) error {
	if len(f.Data) > maxTOMLSize {
		return f.wrong(0, "larger than %d MiB, which is too much for TOML", maxTOMLSize>>20)
	}
	if bytes.Count(f.Data, []byte("=")) > maxTOMLValues {
		return f.wrong(0, "more than %d values", maxTOMLValues)
	}
	n := 0
	for l := range bytes.Lines(f.Data) {
		n++
		if len(l) > maxTOMLLine {
			return f.wrong(n, "line longer than %d MiB", maxTOMLLine>>20)
		}
	}
	if err := boundTOML(f); err != nil {
		return err
	}
	err := toml.Unmarshal(f.Data, v)
	if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, _ := e.Position()
		return f.wrong(line, "%s", strings.TrimPrefix(e.Error(), "toml: "))
	}
	if err != nil {
		return f.wrong(0, "%s", strings.TrimPrefix(err.Error(), "toml: "))
	}
	return nil
}

// boundTOML refuses keys that nest tables beyond measure. What is wrong with
// the syntax is for the decoder to say.
func boundTOML(f *File) error {
	var p unstable.Parser
	p.Reset(f.Data)
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind == unstable.Comment {
			continue
		}
		n := 0
		for key := e.Key(); key.Next(); n++ {
			if n == maxTOMLDepth {
				return f.wrong(lineAt(f.Data, int(key.Node().Raw.Offset)), "a key of more than %d parts", maxTOMLDepth)
			}
		}
	}
	return nil
}

// eachTOML calls f for every key and every element of an array in a valid TOML
// text, with the keys that lead there (an element's is its index) and the line.
func eachTOML(data []byte, f func(keys []string, line int)) {
	w := tomlWalk{data: data, line: 1, f: f, elements: map[string]int{}}
	w.parser.Reset(data)
	var table []string
	for w.parser.NextExpression() {
		switch e := w.parser.Expression(); e.Kind {
		case unstable.Table:
			table = w.resolve(w.keys(nil, e))
			f(table, w.line)
		case unstable.ArrayTable:
			table = w.element(w.keys(nil, e))
			f(table, w.line)
		case unstable.KeyValue:
			keys := w.keys(table, e)
			f(keys, w.line)
			w.value(keys, e.Value())
		}
	}
}

type tomlWalk struct {
	data     []byte
	parser   unstable.Parser
	at, line int
	f        func([]string, int)
	elements map[string]int // how many tables an array of tables has
}

// pass counts lines up to a node; nodes come in the order of the text.
func (w *tomlWalk) pass(n *unstable.Node) {
	if to := int(n.Raw.Offset); to > w.at {
		w.line += bytes.Count(w.data[w.at:to], []byte("\n"))
		w.at = to
	}
}

func (w *tomlWalk) keys(table []string, e *unstable.Node) []string {
	keys := table[:len(table):len(table)]
	first := true
	for it := e.Key(); it.Next(); first = false {
		if first {
			w.pass(it.Node())
		}
		keys = append(keys, string(it.Node().Data))
	}
	return keys
}

// element returns the keys of one more table of an array of tables.
func (w *tomlWalk) element(keys []string) []string {
	keys = w.resolve(keys)
	name := strings.Join(keys, "\x00")
	w.elements[name]++
	return append(keys, strconv.Itoa(w.elements[name]-1))
}

// resolve puts the index of the last table behind keys that name an array of
// tables on the way.
func (w *tomlWalk) resolve(keys []string) []string {
	var out []string
	for i, key := range keys {
		out = append(out, key)
		if n := w.elements[strings.Join(out, "\x00")]; n > 0 && i < len(keys)-1 {
			out = append(out, strconv.Itoa(n-1))
		}
	}
	return out
}

func (w *tomlWalk) value(keys []string, n *unstable.Node) {
	if n.Kind != unstable.Array {
		return
	}
	it := n.Children()
	for i := 0; it.Next(); i++ {
		if it.Node().Raw.Length > 0 {
			w.pass(it.Node())
		}
		w.f(append(keys[:len(keys):len(keys)], strconv.Itoa(i)), w.line)
	}
}

// tomlLines keeps the lines that eachTOML tells, by the keys joined with dots.
func tomlLines(data []byte, keep func(keys []string) bool) map[string]int {
	out := map[string]int{}
	eachTOML(data, func(keys []string, line int) {
		if keep(keys) {
			out[strings.Join(keys, ".")] = line
		}
	})
	return out
}
