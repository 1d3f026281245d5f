package registry

import (
	"cmp"
	"context"
	"regexp"
	"time"

	"deps.dev/util/semver"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// Pub asks pub.dev: one request a package.
type Pub struct {
	Web Web
}

var pubName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Package returns what is known of a package.
func (r Pub) Package(ctx context.Context, dep health.Dependency) (health.Package, error) {
	p := newPackage(dep, "https://pub.dev/packages/"+dep.Name)
	if !pubName.MatchString(dep.Name) {
		return r.Web.unnamed(p), nil
	}
	if err := elsewhere(dep, "pub.dev", "pub.dartlang.org"); err != nil {
		return r.Web.failed(ctx, p, err)
	}
	var doc pubDocument
	a, err := r.Web.json(ctx, "https://pub.dev/api/packages/"+dep.Name, "application/vnd.pub.v2+json", &doc)
	if err != nil {
		return r.Web.failed(ctx, p, err)
	}
	a.dated(&p)
	doc.describe(&p)
	return p, nil
}

type pubDocument struct {
	Discontinued bool  `json:"isDiscontinued"`
	ReplacedBy   loose `json:"replacedBy"`
	Latest       struct {
		Pubspec struct {
			Repository loose `json:"repository"`
			Homepage   loose `json:"homepage"`
			Issues     loose `json:"issue_tracker"`
		} `json:"pubspec"`
	} `json:"latest"`
	Versions []struct {
		Version   string    `json:"version"`
		Published time.Time `json:"published"`
		Retracted bool      `json:"retracted"`
	} `json:"versions"`
}

func (d pubDocument) describe(p *health.Package) {
	for _, v := range d.Versions {
		p.Releases = append(p.Releases, health.Release{Version: v.Version, At: v.Published.UTC(), Yanked: v.Retracted, By: -1})
	}
	p.Releases = inOrder(semver.DefaultSystem, p.Releases)
	p.Latest = recommended(p.Releases)
	spec := d.Latest.Pubspec
	p.Repository = declared(cmp.Or(string(spec.Repository), firstOnForge(string(spec.Homepage), string(spec.Issues))))
	if p.Repository != "" {
		p.RepositoryFrom = "pubspec.yaml"
	}
	withdrawn(p)
	if d.Discontinued {
		instead := quote.Brief(string(d.ReplacedBy), 100)
		p.Status = append(p.Status, health.Notice{
			Kind: health.NoticeUnkept, Text: "discontinued by its publisher" + prefixed(", who suggests ", instead), Successor: instead, URL: p.URL,
		})
	}
}
