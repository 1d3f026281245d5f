package fact

import (
	"net/url"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// Sovereignty is whom a dependency rests on, from the tables and from who wrote
// its commits in the 24 months before a date; nil where nothing is known.
func (t *Tables) Sovereignty(s health.Subject, at time.Time) *health.Sovereignty {
	out := health.Sovereignty{Registry: t.registryOf(s.Dependency)}
	if a := s.Activity; a != nil {
		out.Forge = t.forgeOf(a.Home().Host)
		out.Mirror = a.Mirror
		if a.Gaps.Why(health.PartCommits) == "" {
			out.Organisation, out.Share, out.Unknown = concentration(a, at.AddDate(-2, 0, 0), at)
		}
	}
	if out == (health.Sovereignty{}) {
		return nil
	}
	return &out
}

func (t *Tables) forgeOf(host string) *health.Operator {
	f, ok := t.Forge(host)
	if !ok {
		return nil
	}
	return f.Operator.of(strings.ToLower(host))
}

// usual are the registries that an ecosystem's tools ask unless told otherwise,
// of those that have several in the table.
var usual = map[string]string{"golang": "Go module proxy", "maven": "Maven Central", "npm": "npm registry", "pypi": "PyPI"}

// registryOf is the registry that a dependency comes from: the one its file
// names, or its ecosystem's usual one.
func (t *Tables) registryOf(dep health.Dependency) *health.Operator {
	rows := t.Registries(dep.Ecosystem)
	if dep.Registry != "" {
		host := dep.Registry
		if u, err := url.Parse(dep.Registry); err == nil && u.Host != "" {
			host = u.Hostname()
		}
		if !wellKnown[strings.ToLower(host)] { // somebody's own: the table doesn't know it
			return &health.Operator{Service: host}
		}
	}
	name := usual[dep.Ecosystem]
	for _, r := range rows {
		if r.Name == name || name == "" && len(rows) == 1 {
			return r.Operator.of(r.Name)
		}
	}
	return nil
}

// wellKnown are the hosts of the usual registries, which lockfiles name though
// nobody chose them.
var wellKnown = map[string]bool{
	"registry.npmjs.org": true, "registry.yarnpkg.com": true, "pypi.org": true, "files.pythonhosted.org": true, "proxy.golang.org": true,
	"repo.maven.apache.org": true, "repo1.maven.org": true, "crates.io": true, "index.crates.io": true, "static.crates.io": true, "github.com": true,
	"rubygems.org": true, "api.nuget.org": true, "packagist.org": true, "repo.packagist.org": true, "hex.pm": true, "repo.hex.pm": true, "pub.dev": true,
}

func (o Operator) of(service string) *health.Operator {
	return &health.Operator{Service: service, Name: o.Name, Jurisdiction: o.Jurisdiction, Group: o.Group, URL: o.URL, FromMemory: true}
}

// concentration is the employer whose people wrote most commits of a span, its
// share, and the share of those whose employer isn't known. Programs' commits
// and merges are left out; a co-author's employer counts as much as the author's.
func concentration(a *health.Activity, from, to time.Time) (largest string, share, unknown *float64) {
	counts := map[string]int{}
	total := 0
	count := func(person int) {
		if person < 0 || a.People[person].Bot != "" {
			return
		}
		total++
		organisation := ""
		if p := a.People[person]; p.Affiliation == health.AffiliationEmployed {
			organisation = p.Organisation
		}
		counts[organisation]++
	}
	for _, c := range a.Commits {
		if c.Merge || c.At.Before(from) || c.At.After(to) {
			continue
		}
		count(c.By)
		for _, with := range c.With {
			count(with)
		}
	}
	if total == 0 {
		return "", nil, nil
	}
	for name, n := range counts {
		if name != "" && (largest == "" || n > counts[largest] || n == counts[largest] && name < largest) {
			largest = name
		}
	}
	of := func(n int) *float64 { v := float64(n) / float64(total); return &v }
	if largest == "" {
		return "", of(0), of(counts[""])
	}
	return largest, of(counts[largest]), of(counts[""])
}
