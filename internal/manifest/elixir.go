package manifest

import (
	"regexp"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var mixLock = Format{
	Name:      "mix.lock",
	Ecosystem: ecosystemElixir,
	Says:      "Mix lockfile; the mix.exs beside it tells what is direct, as far as it can be read without running it",
	Files:     []string{"mix.lock"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readMixLock,
}

// readMixLock reads one Elixir map. An entry is a tuple:
//
//	"key": {:hex, :name, "1.2.3", "checksum", [:mix], [{:dep, "~> 1.0", [hex: :dep, optional: true]}], "hexpm", "checksum"},
//	"key": {:git, "https://…", "revision", []},
func readMixLock(f *File) (Reading, error) {
	p := elixirParser{text: string(f.Data), line: 1}
	if !p.eat("%{") {
		return Reading{}, f.wrong(p.line, "a map should begin here")
	}
	type entry struct {
		key   string
		value term
		line  int
	}
	var entries []entry
	var g graph
	for !p.eat("}") {
		e := entry{line: p.line}
		ok := false
		if e.key, ok = p.quoted(); !ok || e.key == "" || !p.eat(":") && !p.eat("=>") {
			return Reading{}, f.wrong(p.line, "a quoted name and its value should stand here")
		}
		if e.value, ok = p.term(0); !ok {
			return Reading{}, f.wrong(p.line, "what stands for %q can't be read", clipped(e.key))
		}
		p.eat(",")
		if d, ok := mixPackage(e.value); ok {
			d.Locations = []health.Location{{Path: f.Path, Line: e.line}}
			if d.Name == "" {
				d = renamed(d, e.key)
			}
			g.add(e.key, d)
		}
		if entries = append(entries, e); len(entries) > maxPackages {
			return Reading{}, f.wrong(e.line, "more than %d packages", maxPackages)
		}
	}
	for _, e := range entries {
		for _, need := range e.value.at(5).list {
			scope := health.ScopeRuntime
			if need.at(2).keyword("optional").text == "true" {
				scope = health.ScopeOptional
			}
			g.need(e.key, need.at(0).text, scope)
		}
	}
	r := Reading{Project: folder(f.Path)}
	mixAsks(f, &r, &g)
	r.Dependencies = g.dependencies(r.Project)
	return r, nil
}

func mixPackage(t term) (health.Dependency, bool) {
	switch t.at(0).text {
	case "hex":
		d := renamed(health.Dependency{Version: t.at(2).text}, t.at(1).text)
		if repository := t.at(6).text; repository != "" && repository != "hexpm" {
			d.Registry = repository
		}
		return d, d.Name != ""
	case "git":
		return health.Dependency{Source: t.at(1).text}, true
	}
	return health.Dependency{}, false // a folder
}

func renamed(d health.Dependency, name string) health.Dependency {
	d.Ecosystem, d.Name, d.Purl = ecosystemElixir, name, purl(ecosystemElixir, name, d.Version)
	return d
}

var (
	mixDep  = regexp.MustCompile(`^\{\s*:(\w+)\s*,(.*)$`)
	mixOnly = regexp.MustCompile(`\bonly:\s*(\[[^\]]*\]|:\w+)`)
)

// mixAsks finds the dependencies of the mix.exs beside a lock by their form:
// a line with {:name, …}. Those it has under another form stay transitive.
func mixAsks(f *File, r *Reading, g *graph) {
	beside, err := f.Beside("mix.exs")
	if err != nil {
		return
	}
	r.Covers = append(r.Covers, beside.Path)
	for n, l := range lines(beside.Data) {
		m := mixDep.FindStringSubmatch(strings.TrimSpace(l))
		if m == nil {
			continue
		}
		scope := health.ScopeRuntime
		if only := mixOnly.FindStringSubmatch(m[2]); only != nil && !strings.Contains(only[1], "prod") {
			scope = gemGroupScope(only[1])
		} else if strings.Contains(m[2], "optional: true") {
			scope = health.ScopeOptional
		}
		g.ask(r.Project, m[1], scope, health.Location{Path: beside.Path, Line: n})
	}
}

// A term is an Elixir value: text for atoms, strings and numbers, or the
// elements of a list or tuple. In a keyword list, key names an element.
type term struct {
	text string
	key  string
	list []term
}

// at returns an element, an empty term where there is none.
func (t term) at(i int) term {
	if i < len(t.list) {
		return t.list[i]
	}
	return term{}
}

// keyword returns the element of a key.
func (t term) keyword(key string) term {
	for _, e := range t.list {
		if e.key == key {
			return e
		}
	}
	return term{}
}

// elixirParser reads the few kinds of terms that a lock is made of.
type elixirParser struct {
	text string
	at   int
	line int
}

func (p *elixirParser) space() {
	for ; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case '\n':
			p.line++
		case ' ', '\t', '\r':
		case '#':
			if end := strings.IndexByte(p.text[p.at:], '\n'); end >= 0 {
				p.at += end - 1
			} else {
				p.at = len(p.text) - 1
			}
		default:
			return
		}
	}
}

// eat passes a token if it comes next.
func (p *elixirParser) eat(token string) bool {
	p.space()
	if !strings.HasPrefix(p.text[p.at:], token) {
		return false
	}
	p.at += len(token)
	return true
}

var elixirEscapes = strings.NewReplacer(`\"`, `"`, `\\`, `\`)

func (p *elixirParser) quoted() (string, bool) {
	if !p.eat(`"`) {
		return "", false
	}
	for i := p.at; i < len(p.text); i++ {
		switch p.text[i] {
		case '\\':
			i++
		case '\n':
			return "", false
		case '"':
			s := p.text[p.at:i]
			p.at = i + 1
			return elixirEscapes.Replace(s), true
		}
	}
	return "", false
}

// word passes an atom's or a number's letters.
func (p *elixirParser) word() string {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte("{}[],:\"# \t\r\n", p.text[p.at]) < 0 {
		p.at++
	}
	return p.text[start:p.at]
}

// maxTermDepth bounds nesting; a lock has four levels.
const maxTermDepth = 32

func (p *elixirParser) term(depth int) (term, bool) {
	p.space()
	if depth == maxTermDepth || p.at == len(p.text) {
		return term{}, false
	}
	switch p.text[p.at] {
	case '"':
		s, ok := p.quoted()
		return term{text: s}, ok
	case '{':
		p.at++
		return p.elements("}", depth)
	case '[':
		p.at++
		return p.elements("]", depth)
	case ':':
		p.at++
		if p.at < len(p.text) && p.text[p.at] == '"' {
			s, ok := p.quoted()
			return term{text: s}, ok
		}
	}
	w := p.word()
	if w == "" {
		return term{}, false
	}
	if p.at+1 < len(p.text) && p.text[p.at] == ':' && p.text[p.at+1] == ' ' {
		p.at++
		value, ok := p.term(depth + 1)
		value.key = w
		return value, ok
	}
	return term{text: w}, true
}

func (p *elixirParser) elements(end string, depth int) (term, bool) {
	var t term
	for !p.eat(end) {
		e, ok := p.term(depth + 1)
		if !ok {
			return term{}, false
		}
		t.list = append(t.list, e)
		p.eat(",")
	}
	return t, true
}
