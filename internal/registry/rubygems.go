package registry

import (
	"cmp"
	"context"
	"regexp"
	"strings"
	"time"

	"deps.dev/util/semver"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// RubyGems asks rubygems.org: one request a gem, and a second for one whose
// versions don't name its source. Yanked versions vanish from its answers, so
// none is known.
type RubyGems struct {
	Web Web
}

// gemNames are what files call rubygems.org.
var gemNames = []string{"rubygems.org", "index.rubygems.org"}

var gemName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

const gemsAPI = "https://rubygems.org/api/v1/"

// Package returns what is known of a gem.
func (r RubyGems) Package(ctx context.Context, dep health.Dependency) (health.Package, error) {
	p := newPackage(dep, "https://rubygems.org/gems/"+dep.Name)
	if !gemName.MatchString(dep.Name) || strings.Trim(dep.Name, ".") == "" {
		return r.Web.unnamed(p), nil
	}
	if err := elsewhere(dep, gemNames...); err != nil {
		return r.Web.failed(ctx, p, err)
	}
	var versions []gemVersion
	a, err := r.Web.json(ctx, gemsAPI+"versions/"+dep.Name+".json", "application/json", &versions)
	if err != nil {
		return r.Web.failed(ctx, p, err)
	}
	a.dated(&p)
	describeGem(versions, &p)
	if p.Repository != "" {
		return p, nil
	}
	var gem struct {
		Source   loose `json:"source_code_uri"`
		Homepage loose `json:"homepage_uri"`
		Issues   loose `json:"bug_tracker_uri"`
	}
	a, err = r.Web.json(ctx, gemsAPI+"gems/"+dep.Name+".json", "application/json", &gem)
	if err != nil {
		err = fail(ctx, &p, health.PartSource, err)
		return p, err
	}
	a.dated(&p)
	p.Repository = declared(cmp.Or(string(gem.Source), firstOnForge(string(gem.Homepage), string(gem.Issues))))
	if p.Repository != "" {
		p.RepositoryFrom = "gem"
	}
	return p, nil
}

type gemVersion struct {
	Number     string           `json:"number"`
	Created    time.Time        `json:"created_at"`
	Prerelease bool             `json:"prerelease"`
	Licences   []string         `json:"licenses"`
	Metadata   map[string]loose `json:"metadata"`
}

// describeGem fills in what the versions say. One number may be listed for
// several platforms: the earliest dates it, and the first describes it.
func describeGem(versions []gemVersion, p *health.Package) {
	byNumber := make(map[string]gemVersion)
	for _, v := range versions {
		old, seen := byNumber[v.Number]
		if !seen {
			p.Releases = append(p.Releases, health.Release{Version: v.Number, Prerelease: v.Prerelease, By: -1})
		}
		if seen && v.Created.Before(old.Created) {
			old.Created = v.Created
		}
		if !seen {
			old = v
		}
		byNumber[v.Number] = old
	}
	for i, r := range p.Releases {
		p.Releases[i].At = byNumber[r.Version].Created.UTC()
	}
	p.Releases = inOrder(semver.RubyGems, p.Releases)
	p.Latest = recommended(p.Releases)
	latest := byNumber[p.Latest]
	for _, l := range latest.Licences {
		p.Licences = append(p.Licences, licences(l)...)
	}
	m := latest.Metadata
	p.Repository = declared(cmp.Or(
		string(m["source_code_uri"]), firstOnForge(string(m["homepage_uri"]), string(m["bug_tracker_uri"]), string(m["changelog_uri"])),
	))
	if p.Repository != "" {
		p.RepositoryFrom = "gemspec"
	}
}
