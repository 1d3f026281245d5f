package registry

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"time"

	"deps.dev/util/semver"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// Hex asks hex.pm: one request a package.
type Hex struct {
	Web Web
}

var hexName = regexp.MustCompile(`^[a-z]\w*$`)

// Package returns what is known of a package.
func (h Hex) Package(ctx context.Context, dep health.Dependency) (health.Package, error) {
	p := newPackage(dep, "https://hex.pm/packages/"+dep.Name)
	if !hexName.MatchString(dep.Name) {
		return h.Web.unnamed(p), nil
	}
	if err := elsewhere(dep, "hexpm", "hex.pm", "repo.hex.pm"); err != nil {
		return h.Web.failed(ctx, p, err)
	}
	var doc hexDocument
	a, err := h.Web.json(ctx, "https://hex.pm/api/packages/"+dep.Name, "application/json", &doc)
	if err != nil {
		return h.Web.failed(ctx, p, err)
	}
	a.dated(&p)
	doc.describe(&p)
	return p, nil
}

type hexDocument struct {
	Meta struct {
		Licences []string         `json:"licenses"`
		Links    map[string]loose `json:"links"`
	} `json:"meta"`
	Releases []struct {
		Version  string    `json:"version"`
		Inserted time.Time `json:"inserted_at"`
	} `json:"releases"`
	Retirements map[string]hexRetirement `json:"retirements"`
	Owners      []struct{}               `json:"owners"`
}

type hexRetirement struct {
	Reason  loose `json:"reason"`
	Message loose `json:"message"`
}

func (r hexRetirement) text() string { return string(r.Reason) + prefixed(": ", string(r.Message)) }

func (d hexDocument) describe(p *health.Package) {
	for _, r := range d.Releases {
		retired, yanked := d.Retirements[r.Version]
		p.Releases = append(p.Releases, health.Release{
			Version: r.Version, At: r.Inserted.UTC(), Yanked: yanked, Why: quote.Brief(retired.text(), noticeLength), By: -1,
		})
	}
	p.Releases = inOrder(semver.DefaultSystem, p.Releases)
	p.Latest = recommended(p.Releases)
	for _, l := range d.Meta.Licences {
		p.Licences = append(p.Licences, licences(l)...)
	}
	if d.Owners != nil {
		n := len(d.Owners)
		p.Publishers = &n
	}
	var links []string
	for _, label := range slices.Sorted(maps.Keys(d.Meta.Links)) {
		links = append(links, string(d.Meta.Links[label]))
	}
	if p.Repository = declared(firstOnForge(links...)); p.Repository != "" {
		p.RepositoryFrom = "links"
	}
	d.retired(p)
}

// retired declares a package whose newest version is retired for good: as
// deprecated, or as renamed.
func (d hexDocument) retired(p *health.Package) {
	if len(p.Releases) == 0 {
		return
	}
	r, ok := d.Retirements[p.Releases[len(p.Releases)-1].Version]
	kinds := map[loose]health.NoticeKind{"deprecated": health.NoticeDeprecated, "renamed": health.NoticeMoved}
	if kind := kinds[r.Reason]; ok && kind != "" {
		p.Status = append(p.Status, health.Notice{Kind: kind, Text: quote.Brief(r.text(), noticeLength), URL: p.URL})
		return
	}
	withdrawn(p)
}
