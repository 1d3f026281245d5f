package manifest

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var goMod = Format{
	Name:      "go.mod",
	Ecosystem: ecosystemGo,
	Says:      "Go module: require, replace, exclude, tool",
	Files:     []string{"go.mod"},
	Tells:     Tells{Direct: true, Scope: true, Lines: true},
	Read:      readGoMod,
}

var goWork = Format{
	Name:      "go.work",
	Ecosystem: ecosystemGo,
	Says:      "Go workspace: its modules, with its own replacements",
	Files:     []string{"go.work"},
	Lock:      true, // its replacements hold for the modules it uses
	Tells:     Tells{Direct: true, Scope: true, Lines: true},
	Read:      readGoWork,
}

func readGoMod(f *File) (Reading, error) {
	mod, err := parseGoMod(f)
	if err != nil {
		return Reading{}, err
	}
	return goModules(f, mod, mod.Replace), nil
}

// parseGoMod parses strictly, as the go command does with the main module. A
// version that it would still resolve, such as a branch, stays as written.
func parseGoMod(f *File) (*modfile.File, error) {
	asWritten := func(_, version string) (string, error) { return version, nil }
	mod, err := modfile.Parse(f.Path, f.Data, asWritten)
	if err != nil {
		return nil, modfileError(f, err)
	}
	return mod, nil
}

// modfileError keeps the first of modfile's errors, with its line.
func modfileError(f *File, err error) error {
	if list, ok := errors.AsType[modfile.ErrorList](err); ok && len(list) > 0 {
		first := list[0]
		first.Filename = ""
		return f.wrong(first.Pos.Line, "%s", strings.TrimPrefix((&modfile.Error{Verb: first.Verb, ModPath: first.ModPath, Err: first.Err}).Error(), ": "))
	}
	return f.wrong(0, "%w", err)
}

// goModules reads the requirements of one module, under the replacements that
// apply to it.
func goModules(f *File, mod *modfile.File, replacements []*modfile.Replace) Reading {
	r := Reading{Project: folder(f.Path)}
	if mod.Module != nil {
		r.Project = mod.Module.Mod.Path
		r.Own = []string{r.Project}
	}
	for _, req := range mod.Require {
		line := lineOf(req.Syntax)
		by := replacementOf(req.Mod, replacements)
		if by != nil && modfile.IsDirectoryPath(by.New.Path) {
			r.Notes = append(r.Notes, Note{
				Location: health.Location{Path: f.Path, Line: line},
				Text:     fmt.Sprintf("%s is replaced by the folder %s, so it is not judged", req.Mod.Path, by.New.Path),
			})
			continue
		}
		r.add(goModule(f, mod, req, by))
	}
	for _, x := range mod.Exclude {
		r.Notes = append(r.Notes, Note{
			Location: health.Location{Path: f.Path, Line: lineOf(x.Syntax)},
			Text:     fmt.Sprintf("%s is excluded", x.Mod),
		})
	}
	return r
}

// goModule makes a dependency of a requirement and what replaces it, nil for
// nothing. What is judged is the code that is built: the replacement.
func goModule(f *File, mod *modfile.File, req *modfile.Require, by *modfile.Replace) health.Dependency {
	d := health.Dependency{
		Ecosystem: ecosystemGo,
		Name:      req.Mod.Path,
		Version:   req.Mod.Version,
		Direct:    !req.Indirect,
		Scope:     health.ScopeRuntime,
		Locations: []health.Location{{Path: f.Path, Line: lineOf(req.Syntax)}},
	}
	if req.Indirect && providesTool(mod, req.Mod.Path) {
		d.Scope = health.ScopeDevelopment // for packages, the go command would say direct
	}
	if by != nil {
		if by.New.Path != req.Mod.Path || by.New.Version != req.Mod.Version {
			d.Replaces = label(req.Mod.Path, req.Mod.Version)
		}
		d.Name, d.Version = by.New.Path, by.New.Version
	}
	if d.Direct && mod.Module != nil {
		d.Paths = [][]string{{mod.Module.Mod.Path, d.Label()}}
	}
	d.Purl = purl(d.Ecosystem, d.Name, d.Version)
	return d
}

// providesTool tells whether a tool of the module is found in the module at
// modPath: the requirement with the longest matching path holds it.
func providesTool(mod *modfile.File, modPath string) bool {
	for _, tool := range mod.Tool {
		holder := ""
		for _, req := range mod.Require {
			if p := req.Mod.Path; len(p) > len(holder) && (tool.Path == p || strings.HasPrefix(tool.Path, p+"/")) {
				holder = p
			}
		}
		if holder == modPath {
			return true
		}
	}
	return false
}

// replacementOf returns the replacement of a module: one for its version goes
// before one for every version.
func replacementOf(m module.Version, replacements []*modfile.Replace) *modfile.Replace {
	var any *modfile.Replace
	for _, r := range replacements {
		switch {
		case r.Old.Path != m.Path:
		case r.Old.Version == m.Version:
			return r
		case r.Old.Version == "":
			any = r
		}
	}
	return any
}

func lineOf(l *modfile.Line) int {
	if l == nil {
		return 0
	}
	return l.Start.Line
}

// readGoWork reads the modules of a workspace. They need each other, not
// anybody else; the workspace's replacements go before a module's own.
func readGoWork(f *File) (Reading, error) {
	work, err := modfile.ParseWork(f.Path, f.Data, nil)
	if err != nil {
		return Reading{}, modfileError(f, err)
	}
	r := Reading{Project: folder(f.Path)}
	for _, use := range work.Use {
		name := path.Join(use.Path, "go.mod")
		member, err := f.Beside(name)
		if err != nil {
			r.Missing = append(r.Missing, health.Missing{
				Subject: path.Join(path.Dir(f.Path), name),
				Why:     fmt.Sprintf("named by %s: %s", position(f.Path, lineOf(use.Syntax)), err),
			})
			continue
		}
		mod, err := parseGoMod(member)
		if err != nil {
			r.Missing = append(r.Missing, health.Missing{Subject: member.Path, Why: missingWhy(err, member.Path)})
			continue
		}
		one := goModules(member, mod, append(work.Replace[:len(work.Replace):len(work.Replace)], mod.Replace...))
		r.Own = append(r.Own, one.Own...)
		r.Covers = append(r.Covers, member.Path)
		r.Dependencies = append(r.Dependencies, one.Dependencies...)
		r.Notes = append(r.Notes, one.Notes...)
	}
	return r, nil
}
