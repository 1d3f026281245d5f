package manifest

import (
	"regexp"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var gemfileLock = Format{
	Name:      "Gemfile.lock",
	Ecosystem: ecosystemRuby,
	Says:      "Bundler lockfile; the Gemfile beside it gives lines and groups as far as they can be read without running it",
	Files:     []string{"Gemfile.lock", "*.gemfile.lock", "gems.locked"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:      readGemfileLock,
}

var (
	gemSpec = regexp.MustCompile(`^    (\S+) \(([^()]+)\)$`)
	gemNeed = regexp.MustCompile(`^      (\S+?)!?(?: \([^()]*\))?$`)
	gemAsk  = regexp.MustCompile(`^  (\S+?)!?(?: \([^()]*\))?$`)
)

// A gemSource is where the gems of a section come from.
type gemSource struct {
	section string // GEM, GIT, PATH, PLUGIN SOURCE
	remote  string
}

// readGemfileLock reads the sections: gems under the source that they come
// from, with what each needs, then what the Gemfile asks for.
func readGemfileLock(f *File) (Reading, error) {
	r := Reading{Project: folder(f.Path)}
	var g gemGraph
	var source gemSource
	var asked []string
	needs := map[string][]string{}
	current := ""
	for n, l := range lines(f.Data) {
		switch {
		case strings.HasPrefix(l, "<<<<<<<"), strings.HasPrefix(l, ">>>>>>>"):
			return Reading{}, f.wrong(n, "an unresolved merge conflict")
		case l != "" && l[0] != ' ':
			source, current = gemSource{section: l}, ""
		case source.section == "DEPENDENCIES":
			if m := gemAsk.FindStringSubmatch(l); m != nil {
				asked = append(asked, m[1])
			}
		case strings.HasPrefix(l, "  remote: "):
			source.remote = strings.TrimPrefix(l, "  remote: ")
		default:
			if m := gemSpec.FindStringSubmatch(l); m != nil && source.section != "CHECKSUMS" {
				current = m[1]
				g.take(source, m[1], m[2], health.Location{Path: f.Path, Line: n})
			} else if m := gemNeed.FindStringSubmatch(l); m != nil && current != "" {
				needs[current] = append(needs[current], m[1])
			}
		}
	}
	if source.section == "" {
		return Reading{}, f.wrong(0, "no section: not a Bundler lockfile")
	}
	for from, names := range needs {
		for _, to := range names {
			g.need(from, to, health.ScopeRuntime)
		}
	}
	gemfile := gemfileOf(f, &r)
	for _, name := range asked {
		entry := gemfile[name]
		scope := entry.scope
		if scope == "" {
			scope = health.ScopeRuntime
		}
		if !g.ask(r.Project, name, scope, entry.at) {
			g.askFor(r.Project, name, scope, needs, map[string]bool{})
		}
	}
	r.Dependencies = g.dependencies(r.Project)
	return r, nil
}

type gemGraph struct{ graph }

// take adds a gem. A version may end in the platform it was built for; the
// same gem then stands there once for each.
func (g *gemGraph) take(source gemSource, name, version string, at health.Location) {
	if source.section == "PATH" {
		return
	}
	version, _, _ = strings.Cut(version, "-")
	d := health.Dependency{
		Purl: purl(ecosystemRuby, name, version), Ecosystem: ecosystemRuby, Name: name, Version: version,
		Locations: []health.Location{at},
	}
	if source.section == "GIT" {
		d.Source = source.remote
	} else {
		d.Registry = source.remote
	}
	if g.has(name) {
		return
	}
	g.add(name, d)
}

// askFor asks for what a gem of the project's own needs: its specification is
// the project's, like the Gemfile. Such gems may need one another.
func (g *gemGraph) askFor(project, own string, scope health.Scope, needs map[string][]string, seen map[string]bool) {
	seen[own] = true
	for _, name := range needs[own] {
		if !g.ask(project, name, scope, health.Location{}) && !seen[name] {
			g.askFor(project, name, scope, needs, seen)
		}
	}
}

// A gemEntry is a line of a Gemfile.
type gemEntry struct {
	scope health.Scope
	at    health.Location
}

var (
	gemLine   = regexp.MustCompile(`^gem[\s(]+["']([^"']+)["'](.*)$`)
	gemGroup  = regexp.MustCompile(`groups?(?:\s*:|:?\s*=>)\s*(\[[^\]]*\]|:?["']?\w+["']?)`)
	groupLine = regexp.MustCompile(`^group[\s(]+(.*?)\)?\s+do\b`)
	blockLine = regexp.MustCompile(`\bdo\b(\s*\|[^|]*\|)?\s*$|^(if|unless|case|begin|while|until|def|class|module)\b`)
	groupName = regexp.MustCompile(`\w+`)
)

// gemfileOf reads the lines and groups of the Gemfile beside a lock. It is a
// program; what isn't written plainly isn't known, and counts as runtime.
func gemfileOf(f *File, r *Reading) map[string]gemEntry {
	name := strings.TrimSuffix(f.Path[strings.LastIndex(f.Path, "/")+1:], ".lock")
	if name == "gems.locked" {
		name = "gems.rb"
	}
	out := map[string]gemEntry{}
	beside, err := f.Beside(name)
	if err != nil {
		return out
	}
	r.Covers = append(r.Covers, beside.Path)
	var blocks []health.Scope // open blocks, "" for one that isn't a group
	for n, l := range lines(beside.Data) {
		l = strings.TrimSpace(l)
		if m := gemLine.FindStringSubmatch(l); m != nil {
			scope := health.ScopeRuntime
			for _, b := range blocks {
				if b != "" {
					scope = b
				}
			}
			if inline := gemGroup.FindStringSubmatch(m[2]); inline != nil {
				scope = gemGroupScope(inline[1])
			}
			out[m[1]] = gemEntry{scope: scope, at: health.Location{Path: beside.Path, Line: n}}
		}
		switch {
		case groupLine.MatchString(l):
			blocks = append(blocks, gemGroupScope(groupLine.FindStringSubmatch(l)[1]))
		case blockLine.MatchString(l):
			blocks = append(blocks, "")
		case l == "end" && len(blocks) > 0:
			blocks = blocks[:len(blocks)-1]
		}
	}
	return out
}

// gemGroupScope gives the scope of a list of groups: what is in any group that
// ships does ship.
func gemGroupScope(groups string) health.Scope {
	scope := health.ScopeDevelopment
	for _, g := range groupName.FindAllString(groups, -1) {
		if g == "optional" || g == "true" {
			continue
		}
		if s := groupScope(g); weaker(scope, s) {
			scope = s
		}
	}
	return scope
}
