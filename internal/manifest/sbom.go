package manifest

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// An sbom is what the kinds of bills of materials have in common.
type sbom struct {
	project  string // what the bill calls its subject
	packages []sbomPackage
	relation []sbomRelation
	subjects []string // ids of what the bill is about
}

type sbomPackage struct {
	id       string
	group    string
	name     string
	version  string
	purl     string
	source   string // where its code was taken from, if it says so
	home     string // where it is developed, if it says so
	licences []string
	scope    health.Scope
	line     int
}

// A sbomRelation says that one package needs another.
type sbomRelation struct {
	from, to string
	scope    health.Scope
}

// reading makes dependencies of all packages but the subject. What has no
// package URL is listed, too: a bill that names it asks about it.
func (b sbom) reading(f *File) Reading {
	r := Reading{Project: cmp.Or(b.project, folder(f.Path))}
	subjects := b.subjectIDs()
	var g graph
	for _, p := range b.packages {
		d := p.dependency()
		if subjects[p.id] {
			r.Project = cmp.Or(b.project, d.Label())
			continue
		}
		if d.Name == "" {
			continue
		}
		d.Locations = []health.Location{{Path: f.Path, Line: p.line}}
		g.add(p.id, d)
	}
	for _, rel := range b.relation {
		if subjects[rel.from] {
			g.ask(r.Project, rel.to, rel.scope, health.Location{})
		} else {
			g.need(rel.from, rel.to, rel.scope)
		}
	}
	g.askOrphans(r.Project)
	r.Dependencies = g.dependencies(r.Project)
	return r
}

// subjectIDs are the packages that the bill is about. Where there is nothing
// else in it, they are its content.
func (b sbom) subjectIDs() map[string]bool {
	ids := map[string]bool{}
	for _, id := range b.subjects {
		ids[id] = true
	}
	if !slices.ContainsFunc(b.packages, func(p sbomPackage) bool { return !ids[p.id] }) {
		return nil
	}
	return ids
}

func (p sbomPackage) dependency() health.Dependency {
	d, ok := fromPurl(p.purl)
	if !ok {
		d = health.Dependency{Name: p.name}
		if p.group != "" {
			d.Name = p.group + "/" + p.name
		}
	}
	if p.version != "" && p.version != d.Version {
		d.Version = p.version
		if ok {
			d.Purl = purl(d.Ecosystem, d.Name, d.Version)
		}
	}
	if ok {
		d.DevelopedAt = cmp.Or(d.DevelopedAt, p.home, p.source) // its registry serves it
	} else {
		d.Source, d.DevelopedAt = p.source, p.home
	}
	d.Licences, d.Scope = p.licences, p.scope
	return d
}

// fromPurl reads a package URL into a dependency by the ecosystem's own full
// name. A qualifier may name a registry or the code's address.
func fromPurl(text string) (health.Dependency, bool) {
	p, err := packageurl.FromString(strings.TrimSpace(text))
	if err != nil || p.Name == "" {
		return health.Dependency{}, false
	}
	name := p.Name
	if p.Namespace != "" {
		separator := "/"
		if p.Type == ecosystemMaven {
			separator = ":"
		}
		name = p.Namespace + separator + p.Name
	}
	if p.Type == ecosystemGo {
		name = goPurlName(text, name)
	}
	qualifiers := p.Qualifiers.Map()
	p.Qualifiers, p.Subpath = nil, ""
	return health.Dependency{
		Purl: p.ToString(), Ecosystem: p.Type, Name: name, Version: p.Version,
		Registry: qualifiers["repository_url"], DevelopedAt: qualifiers["vcs_url"],
	}, true
}

// goPurlName returns the module path as it was written: package URLs of Go are
// folded to lower case, which names another module.
func goPurlName(text, folded string) string {
	path := strings.TrimSpace(text)
	path = path[strings.Index(path, "/")+1:]
	path, _, _ = strings.Cut(path, "#")
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "@")
	decoded, err := url.PathUnescape(path)
	if err != nil || !strings.EqualFold(decoded, folded) {
		return folded
	}
	return decoded
}
