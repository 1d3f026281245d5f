package manifest

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"deps.dev/util/pypi"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var requirements = Format{
	Name:      "requirements.txt",
	Ecosystem: ecosystemPython,
	Says: "pip requirements with includes, constraints and addresses; what pip-compile or uv wrote tells who needs whom; " +
		"the scope is by the file's name",
	Files: []string{"*requirements*.txt", "requirements/*.txt"},
	Lock:  true, // over the .in file that it was compiled from
	Tells: Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:  readRequirements,
}

var requirementsIn = Format{
	Name:      "requirements.in",
	Ecosystem: ecosystemPython,
	Says:      "what a requirements file is compiled from",
	Files:     []string{"*requirements*.in", "requirements/*.in"},
	Ranges:    true,
	Tells:     Tells{Direct: true, Scope: true, Lines: true},
	Read:      readRequirements,
}

var constraints = Format{
	Name:      "constraints.txt",
	Ecosystem: ecosystemPython,
	Says:      "pip constraints: they choose versions for the requirements that name them, and ask for nothing by themselves",
	Files:     []string{"*constraints*.txt"},
	Last:      true,
	Read: func(f *File) (Reading, error) {
		at := health.Location{Path: f.Path}
		return Reading{Notes: []Note{{Location: at, Text: "no requirements name these constraints, so they say nothing"}}}, nil
	},
}

// A pipLine is one logical line of a requirements file.
type pipLine struct {
	text string
	line int
	via  []string // what the comment below says needs it
}

func readRequirements(f *File) (Reading, error) {
	p := pipFiles{seen: map[string]bool{}, pins: map[string]string{}, r: Reading{Project: folder(f.Path)}}
	if p.r.Project == "requirements" {
		p.r.Project = folder(path.Dir(f.Path)) // the folder's name tells nothing
	}
	if err := p.read(f); err != nil {
		return Reading{}, err
	}
	if strings.HasSuffix(f.Path, ".txt") {
		if in, err := f.Beside(strings.TrimSuffix(path.Base(f.Path), ".txt") + ".in"); err == nil {
			p.r.Covers = append(p.r.Covers, in.Path)
		}
	}
	p.r.Dependencies = p.dependencies()
	return p.r, nil
}

// pipFiles reads a requirements file and what it includes.
type pipFiles struct {
	r        Reading
	seen     map[string]bool
	pins     map[string]string // versions that constraints set
	registry string
	found    []pipFound
}

type pipFound struct {
	dep health.Dependency
	via []string
}

// read takes a file's lines; it returns what is wrong with this file, and notes
// what is wrong with those it includes.
func (p *pipFiles) read(f *File) error {
	p.seen[f.Path] = true
	for _, l := range pipLines(f.Data) {
		if strings.HasPrefix(l.text, "-") {
			p.option(f, l)
			continue
		}
		text, _ := cutOptions(l.text)
		req, err := parseRequirement(text)
		if err != nil {
			return f.wrong(l.line, "%w", err)
		}
		p.add(f, l, req)
	}
	return nil
}

func (p *pipFiles) add(f *File, l pipLine, req requirement) {
	if req.local || req.name == "" || len(p.found) > maxPackages {
		return
	}
	d := pythonPackage(req.name, req.version)
	d.Source = req.source
	d.Scope = groupScope(strings.TrimSuffix(f.Path, path.Ext(f.Path)))
	d.Locations = []health.Location{{Path: f.Path, Line: l.line}}
	p.found = append(p.found, pipFound{d, l.via})
}

// option reads a line that begins with one.
func (p *pipFiles) option(f *File, l pipLine) {
	name, value := l.text, ""
	if i := strings.IndexAny(l.text, "= \t"); i > 0 {
		name, value = l.text[:i], strings.Trim(l.text[i+1:], "= \t\"'")
	} else if len(l.text) > 2 && !strings.HasPrefix(l.text, "--") {
		name, value = l.text[:2], l.text[2:] // -rother.txt
	}
	switch name {
	case "-r", "--requirement":
		p.include(f, l, value, false)
	case "-c", "--constraint":
		p.include(f, l, value, true)
	case "-i", "--index-url":
		p.registry = value
	case "-e", "--editable":
		p.add(f, l, fromAddress(value))
	}
}

func (p *pipFiles) include(f *File, l pipLine, name string, constraint bool) {
	if p.seen[path.Join(path.Dir(f.Path), name)] {
		return
	}
	other, err := f.Beside(name)
	switch {
	case err == nil && constraint:
		p.constrain(other)
		return
	case err == nil:
		err = p.read(other)
	case errors.Is(err, fs.ErrNotExist):
		err = errors.New("no such file")
	}
	if err != nil {
		at := path.Join(path.Dir(f.Path), name)
		p.r.Missing = append(p.r.Missing, health.Missing{
			Subject: at, Why: "included by " + position(f.Path, l.line) + ": " + missingWhy(err, at),
		})
	}
}

// constrain takes the versions that a constraints file pins.
func (p *pipFiles) constrain(f *File) {
	p.seen[f.Path] = true
	p.r.Covers = append(p.r.Covers, f.Path)
	for _, l := range pipLines(f.Data) {
		text, _ := cutOptions(l.text)
		if req, err := parseRequirement(text); err == nil && req.version != "" {
			p.pins[req.name] = req.version
		}
	}
}

// dependencies puts constraints and comments to use. Without comments
// everything in the files is asked for.
func (p *pipFiles) dependencies() []health.Dependency {
	var g pythonGraph
	compiled := false
	for i, found := range p.found {
		d := found.dep
		if d.Version == "" && d.Source == "" && p.pins[d.Name] != "" {
			d = pythonPackage(d.Name, p.pins[d.Name])
			d.Scope, d.Locations = found.dep.Scope, found.dep.Locations
		}
		if d.Source == "" {
			d.Registry = p.registry
		}
		p.found[i].dep = d
		g.put(d)
		compiled = compiled || len(found.via) > 0
	}
	for _, found := range p.found {
		d := found.dep
		id := d.Label()
		asked := len(found.via) == 0
		for _, via := range found.via {
			name, _, _ := strings.Cut(via, "[")
			needing := g.find(pypi.CanonPackageName(name), "")
			if len(needing) == 0 {
				asked = true // a file, a group, or the project's own name
			}
			for _, from := range needing {
				g.need(from, id, health.ScopeRuntime)
			}
		}
		if asked || !compiled {
			g.ask(p.r.Project, id, d.Scope, health.Location{})
		}
	}
	return g.dependencies(p.r.Project)
}

// pipLines joins continued lines and takes comments off, but for those in which
// pip-compile and uv say what needs a package:
//
//	# via requests
//	# via
//	#   -r requirements.in
//	#   tox
func pipLines(data []byte) []pipLine {
	var out []pipLine
	var parts []string // of a line that goes on
	from, via := 0, false
	for n, l := range lines(data) {
		if len(out) > maxPackages {
			break
		}
		l = strings.TrimSpace(l)
		if strings.HasPrefix(l, "#") && parts == nil {
			via = viaComment(out, strings.TrimSpace(l[1:]), via)
			continue
		}
		if parts == nil {
			from, via = n, false
		}
		bare, comment, _ := cutComment(l)
		part, continued := strings.CutSuffix(bare, `\`)
		parts = append(parts, strings.TrimSpace(part))
		if continued {
			continue
		}
		if text := strings.TrimSpace(strings.Join(parts, " ")); text != "" {
			out = append(out, pipLine{text: text, line: from})
			via = viaComment(out, strings.TrimSpace(comment), false)
		}
		parts = nil
	}
	if text := strings.TrimSpace(strings.Join(parts, " ")); text != "" {
		out = append(out, pipLine{text: text, line: from})
	}
	return out
}

// viaComment takes a comment after a requirement, and reports whether a list
// goes on in the comments below.
func viaComment(out []pipLine, comment string, open bool) bool {
	if len(out) == 0 {
		return false
	}
	last := &out[len(out)-1]
	if rest, ok := strings.CutPrefix(comment, "via"); ok && (rest == "" || rest[0] == ' ') {
		comment = strings.TrimSpace(rest)
	} else if !open {
		return false
	}
	for name := range strings.SplitSeq(comment, ", ") {
		if name = strings.TrimSpace(name); name != "" {
			last.via = append(last.via, name)
		}
	}
	return true
}

// cutComment splits at a sign that begins a line or stands after a space.
func cutComment(l string) (text, comment string, ok bool) {
	for i := range len(l) {
		if l[i] == '#' && (i == 0 || l[i-1] == ' ' || l[i-1] == '\t') {
			return strings.TrimSpace(l[:i]), l[i+1:], true
		}
	}
	return l, "", false
}

var pipOption = regexp.MustCompile(`\s--?[a-z][a-z-]*[= ]`)

// cutOptions splits a requirement from its options, such as --hash.
func cutOptions(text string) (requirement, options string) {
	if at := pipOption.FindStringIndex(text); at != nil {
		return strings.TrimSpace(text[:at[0]]), text[at[0]:]
	}
	return text, ""
}
