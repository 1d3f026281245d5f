package registry

import (
	"context"
	"regexp"
	"strings"
	"time"

	"deps.dev/util/semver"

	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// NuGet asks nuget.org: one request a package, one more for each page of a
// package with many versions, and one for the newest version's manifest where
// its project page isn't a repository's.
type NuGet struct {
	Web Web
}

const (
	nugetRegistration = "https://api.nuget.org/v3/registration5-gz-semver2/"
	nugetContent      = "https://api.nuget.org/v3-flatcontainer/"
	maxNuGetPages     = 40
)

// nugetNames are what files call nuget.org.
var nugetNames = []string{"api.nuget.org", "www.nuget.org", "nuget.org"}

var nugetName = regexp.MustCompile(`^\w+([_.-]\w+)*$`)

// Package returns what is known of a package.
func (r NuGet) Package(ctx context.Context, dep health.Dependency) (health.Package, error) {
	p := newPackage(dep, "https://www.nuget.org/packages/"+dep.Name)
	if !nugetName.MatchString(dep.Name) || len(dep.Name) > 100 {
		return r.Web.unnamed(p), nil
	}
	if err := elsewhere(dep, nugetNames...); err != nil {
		return r.Web.failed(ctx, p, err)
	}
	id := strings.ToLower(dep.Name)
	var index struct {
		Items []nugetPage `json:"items"`
	}
	a, err := r.Web.json(ctx, nugetRegistration+id+"/index.json", "application/json", &index)
	if err != nil {
		return r.Web.failed(ctx, p, err)
	}
	a.dated(&p)
	entries, err := r.entries(ctx, index.Items)
	if err != nil {
		return r.Web.failed(ctx, p, err)
	}
	latest := describeNuGet(entries, &p)
	if p.Repository == "" && latest.Version != "" {
		if err := r.manifest(ctx, id, latest.Version, &p); err != nil {
			return health.Package{}, err
		}
	}
	return p, nil
}

type nugetPage struct {
	ID    string      `json:"@id"`
	Items []nugetLeaf `json:"items"` // nil where the page is a document of its own
}

type nugetLeaf struct {
	Entry nugetEntry `json:"catalogEntry"`
}

type nugetEntry struct {
	Version     string            `json:"version"`
	Published   time.Time         `json:"published"`
	Listed      *bool             `json:"listed"` // absent: listed
	ProjectURL  loose             `json:"projectUrl"`
	Licence     loose             `json:"licenseExpression"`
	Deprecation *nugetDeprecation `json:"deprecation"`
}

type nugetDeprecation struct {
	Reasons   []string `json:"reasons"`
	Message   loose    `json:"message"`
	Alternate *struct {
		ID loose `json:"id"`
	} `json:"alternatePackage"`
}

// entries are the versions of all pages. A page elsewhere than below the
// registry's own address isn't read.
func (r NuGet) entries(ctx context.Context, pages []nugetPage) ([]nugetEntry, error) {
	var out []nugetEntry
	if len(pages) > maxNuGetPages {
		return nil, Silence("it has more pages of versions than are read")
	}
	for _, page := range pages {
		if page.Items == nil {
			if !strings.HasPrefix(page.ID, nugetRegistration) || strings.Contains(page.ID, "..") {
				return nil, Silence("a page of its versions is somewhere else")
			}
			if _, err := r.Web.json(ctx, page.ID, "application/json", &page); err != nil {
				return nil, err
			}
		}
		for _, leaf := range page.Items {
			out = append(out, leaf.Entry)
		}
	}
	return out, nil
}

func describeNuGet(entries []nugetEntry, p *health.Package) nugetEntry {
	byVersion := make(map[string]nugetEntry, len(entries))
	for _, e := range entries {
		if _, seen := byVersion[e.Version]; seen || e.Version == "" {
			continue
		}
		byVersion[e.Version] = e
		r := health.Release{Version: e.Version, At: e.Published.UTC(), Yanked: e.Listed != nil && !*e.Listed, By: -1}
		if r.At.Year() <= 1900 { // how the registry writes the date of an unlisted version
			r.At = time.Time{}
		}
		if r.Yanked {
			r.Why = "unlisted"
		}
		p.Releases = append(p.Releases, r)
	}
	p.Releases = inOrder(semver.NuGet, p.Releases)
	p.Latest = recommended(p.Releases)
	withdrawn(p)
	latest := byVersion[p.Latest]
	p.Licences = licences(string(latest.Licence))
	if p.Repository = declared(firstOnForge(string(latest.ProjectURL))); p.Repository != "" {
		p.RepositoryFrom = "project URL"
	}
	if d := latest.Deprecation; d != nil {
		n := health.Notice{Kind: health.NoticeDeprecated, URL: p.URL}
		n.Text = quote.Brief("deprecated"+prefixed(" as ", strings.Join(d.Reasons, ", "))+prefixed(": ", string(d.Message)), noticeLength)
		if d.Alternate != nil {
			n.Successor = quote.Brief(string(d.Alternate.ID), 100)
		}
		p.Status = append(p.Status, n)
	}
	return latest
}

// manifest reads the repository from a version's own manifest, which never
// changes.
func (r NuGet) manifest(ctx context.Context, id, version string, p *health.Package) error {
	version, _, _ = strings.Cut(strings.ToLower(version), "+")
	if !nugetVersion.MatchString(version) {
		return nil
	}
	a, err := r.Web.get(fetch.WithMaxAge(ctx, fetch.Forever), nugetContent+id+"/"+version+"/"+id+".nuspec", "")
	var spec struct {
		Repository struct {
			URL string `xml:"url,attr"`
		} `xml:"metadata>repository"`
	}
	if err == nil {
		err = decodeXML(a.body, &spec)
	}
	if err != nil {
		return fail(ctx, p, health.PartSource, err)
	}
	if p.Repository = declared(spec.Repository.URL); p.Repository != "" {
		p.RepositoryFrom = "nuspec"
	}
	return nil
}

var nugetVersion = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]*$`)
