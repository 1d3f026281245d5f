package registry

import (
	"cmp"
	"context"
	"regexp"
	"time"

	"deps.dev/util/semver"

	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// Crates asks crates.io: one request a crate, for everything but its owners.
type Crates struct {
	Web Web
}

// cratesHost is what crates.io's crawler policy asks for: at most one request
// a second, https://crates.io/data-access.
var cratesHost = fetch.Host{Name: "crates.io", Pace: time.Second}

// cratesNames are what files call crates.io.
var cratesNames = []string{"crates.io", "index.crates.io", "github.com/rust-lang/crates.io-index"}

var crateName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)

// Package returns what is known of a crate.
func (c Crates) Package(ctx context.Context, dep health.Dependency) (health.Package, error) {
	p := newPackage(dep, "https://crates.io/crates/"+dep.Name)
	if !crateName.MatchString(dep.Name) {
		return c.Web.unnamed(p), nil
	}
	if err := elsewhere(dep, cratesNames...); err != nil {
		return c.Web.failed(ctx, p, err)
	}
	var doc crateDocument
	a, err := c.Web.json(ctx, "https://crates.io/api/v1/crates/"+dep.Name, "application/json", &doc)
	if err != nil {
		return c.Web.failed(ctx, p, err)
	}
	a.dated(&p)
	doc.describe(&p)
	return p, nil
}

type crateDocument struct {
	Crate struct {
		Repository loose `json:"repository"`
		Homepage   loose `json:"homepage"`
	} `json:"crate"`
	Versions []struct {
		Number  string    `json:"num"`
		Created time.Time `json:"created_at"`
		Yanked  bool      `json:"yanked"`
		Message loose     `json:"yank_message"`
		Licence loose     `json:"license"`
	} `json:"versions"`
}

func (d crateDocument) describe(p *health.Package) {
	licence := make(map[string]string)
	for _, v := range d.Versions {
		licence[v.Number] = string(v.Licence)
		p.Releases = append(p.Releases, health.Release{
			Version: v.Number, At: v.Created.UTC(), Yanked: v.Yanked, Why: quote.Brief(string(v.Message), noticeLength), By: -1,
		})
	}
	p.Releases = inOrder(semver.Cargo, p.Releases)
	p.Latest = recommended(p.Releases)
	p.Licences = licences(licence[p.Latest])
	p.Repository = declared(cmp.Or(string(d.Crate.Repository), firstOnForge(string(d.Crate.Homepage))))
	if p.Repository != "" {
		p.RepositoryFrom = "Cargo.toml"
	}
	withdrawn(p)
}
