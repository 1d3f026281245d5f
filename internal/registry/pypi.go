package registry

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"deps.dev/util/semver"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// PyPI asks the Python Package Index: two requests a package, since the
// document that names the repository has no project status, and the simple
// index, which has the status (https://peps.python.org/pep-0792/), no
// repository. Any other index is asked for its simple page alone.
type PyPI struct {
	Web      Web
	Settings PyPISettings
}

const (
	pypiSite   = "https://pypi.org"
	pypiIndex  = pypiSite + "/simple"
	pypiSimple = "application/vnd.pypi.simple.v1+json"
)

// pypiNames are what files call the Python Package Index.
var pypiNames = []string{"pypi.org", "pypi", "pypi.python.org", "files.pythonhosted.org"}

var (
	// pypiName is what a project may be called, and pypiRuns what is alike in
	// names, https://packaging.python.org/en/latest/specifications/name-normalization/.
	pypiName = regexp.MustCompile(`(?i)^([A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])$`)
	pypiRuns = regexp.MustCompile(`[-_.]+`)
)

// Package returns what is known of a project.
func (r PyPI) Package(ctx context.Context, dep health.Dependency) (health.Package, error) {
	name := strings.ToLower(pypiRuns.ReplaceAllString(dep.Name, "-"))
	p := newPackage(dep, pypiSite+"/project/"+name+"/")
	if !pypiName.MatchString(dep.Name) {
		return r.Web.unnamed(p), nil
	}
	index := cmp.Or(r.Settings.Index, pypiIndex)
	asked := []string{hostOf(index)}
	if index == pypiIndex {
		asked = pypiNames
	}
	if err := elsewhere(dep, asked...); err != nil {
		return r.Web.failed(ctx, p, err)
	}
	if index != pypiIndex {
		p.URL = index + "/" + name + "/"
		p.Gaps = append(p.Gaps, health.Gap{Part: health.PartSource, Why: "its index doesn't say where it is developed"})
	} else {
		var doc pypiDocument
		a, err := r.Web.json(ctx, pypiSite+"/pypi/"+name+"/json", "application/json", &doc)
		if err != nil {
			return r.Web.failed(ctx, p, err)
		}
		a.dated(&p)
		doc.describe(&p)
	}
	var page pypiPage
	a, err := r.Web.json(ctx, index+"/"+name+"/", pypiSimple, &page)
	switch {
	case err != nil && index != pypiIndex:
		return r.Web.failed(ctx, p, err)
	case err != nil:
		if err := fail(ctx, &p, health.PartStatus, err); err != nil {
			return health.Package{}, err
		}
	default:
		a.dated(&p)
		page.describe(&p)
	}
	p.Releases = inOrder(semver.PyPI, p.Releases)
	p.Latest = recommended(p.Releases)
	withdrawn(&p)
	return p, nil
}

// A pypiDocument is the part of a project's JSON document that is used.
type pypiDocument struct {
	Info struct {
		HomePage    loose            `json:"home_page"`
		ProjectURLs map[string]loose `json:"project_urls"`
		Classifiers []string         `json:"classifiers"`
		Expression  loose            `json:"license_expression"`
		License     loose            `json:"license"`
	} `json:"info"`
	Ownership *struct {
		Roles []struct{} `json:"roles"`
	} `json:"ownership"`
	// Releases are announced to go one day; the simple page then has to do.
	Releases map[string][]struct {
		Uploaded time.Time `json:"upload_time_iso_8601"`
		Yanked   bool      `json:"yanked"`
		Reason   loose     `json:"yanked_reason"`
	} `json:"releases"`
}

// pypiLabels are the labels of a link to the source, as well known
// (https://packaging.python.org/en/latest/specifications/well-known-project-urls/)
// or often used, the plainest first.
var pypiLabels = []string{"source", "repository", "sourcecode", "github", "gitlab", "code", "sourcerepository"}

func (d pypiDocument) describe(p *health.Package) {
	links := make(map[string]string)
	for label, address := range d.Info.ProjectURLs {
		links[pypiLabel(label)] = string(address)
	}
	for _, label := range pypiLabels {
		if p.Repository == "" && links[label] != "" {
			p.Repository, p.RepositoryFrom = declared(links[label]), "project URL "+label
		}
	}
	if p.Repository == "" {
		others := slices.Sorted(maps.Values(links))
		if p.Repository = declared(firstOnForge(append([]string{links["homepage"], string(d.Info.HomePage)}, others...)...)); p.Repository != "" {
			p.RepositoryFrom = "project URLs"
		}
	}
	p.Licences = licences(cmp.Or(string(d.Info.Expression), oneWordLicence(string(d.Info.License))))
	if d.Ownership != nil && d.Ownership.Roles != nil {
		n := len(d.Ownership.Roles)
		p.Publishers = &n
	}
	if slices.Contains(d.Info.Classifiers, "Development Status :: 7 - Inactive") {
		p.Status = append(p.Status, health.Notice{
			Kind: health.NoticeUnkept, Text: "it classifies itself as inactive", URL: p.URL,
		})
	}
	for v, files := range d.Releases {
		r := health.Release{Version: v, By: -1}
		for i, f := range files {
			addFile(&r, i == 0, f.Uploaded, f.Yanked, string(f.Reason))
		}
		p.Releases = append(p.Releases, r)
	}
}

// pypiLabel normalises a label: its letters and digits, in lower case.
func pypiLabel(label string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(label))
}

// oneWordLicence is a licence field that is a name and no whole text.
func oneWordLicence(text string) string {
	if len(text) > 60 || strings.Contains(text, "\n") {
		return ""
	}
	return text
}

// A pypiPage is the part of a project's page in the simple index that is used.
type pypiPage struct {
	Status struct {
		Status loose `json:"status"`
		Reason loose `json:"reason"`
	} `json:"project-status"`
	Versions []string `json:"versions"`
	Files    []struct {
		Name     string    `json:"filename"`
		Uploaded time.Time `json:"upload-time"`
		Yanked   pypiYank  `json:"yanked"`
	} `json:"files"`
}

// A pypiYank is false, true, or the reason.
type pypiYank struct {
	yanked bool
	why    string
}

func (y *pypiYank) UnmarshalJSON(b []byte) error {
	var why loose
	if err := why.UnmarshalJSON(b); err != nil {
		return err
	}
	*y = pypiYank{yanked: string(b) == "true" || why != "", why: string(why)}
	return nil
}

// addFile joins what is known of one file of a release: the first upload dates
// it, and it is withdrawn once all its files are.
func addFile(r *health.Release, first bool, at time.Time, yanked bool, why string) {
	if !at.IsZero() && (r.At.IsZero() || at.Before(r.At)) {
		r.At = at.UTC()
	}
	r.Yanked = yanked && (first || r.Yanked)
	if why = quote.Brief(why, noticeLength); r.Yanked {
		r.Why = cmp.Or(r.Why, why)
	} else {
		r.Why = ""
	}
}

func (d pypiPage) describe(p *health.Package) {
	if len(p.Releases) == 0 {
		p.Releases = d.releases()
	}
	kinds := map[string]health.NoticeKind{
		"archived": health.NoticeArchived, "quarantined": health.NoticeMalware, "deprecated": health.NoticeDeprecated,
	}
	status := string(d.Status.Status)
	if kind, ok := kinds[status]; ok {
		text := fmt.Sprintf("the index marks the project as %s", status) + prefixed(": ", string(d.Status.Reason))
		p.Status = append(p.Status, health.Notice{Kind: kind, Text: quote.Brief(text, noticeLength), URL: p.URL})
	}
}

func (d pypiPage) releases() []health.Release {
	out := make([]health.Release, len(d.Versions))
	at := make(map[string]int)
	for i, v := range d.Versions {
		out[i] = health.Release{Version: v, By: -1}
		at[v] = i
	}
	seen := make(map[string]bool)
	for _, f := range d.Files {
		if v := pypiVersionOf(f.Name, d.Versions); v != "" {
			addFile(&out[at[v]], !seen[v], f.Uploaded, f.Yanked.yanked, f.Yanked.why)
			seen[v] = true
		}
	}
	return out
}

// pypiVersionOf is the version that a distribution's file is of: the longest
// that its name holds, after the project's name.
func pypiVersionOf(file string, versions []string) string {
	best := ""
	for _, v := range versions {
		if len(v) > len(best) && (strings.Contains(file, "-"+v+"-") || strings.Contains(file, "-"+v+".")) {
			best = v
		}
	}
	return best
}
