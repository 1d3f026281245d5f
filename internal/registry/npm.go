package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"deps.dev/util/semver"

	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// NPM asks an npm registry for a package's full document: one request a
// package. A document too large to be read is asked for in its short form,
// which has no dates. A version that its author deprecated counts as withdrawn,
// and a package whose latest version is as deprecated.
type NPM struct {
	Web      Web
	Settings NPMSettings
}

// npmName is what a package may be called, by the registry's old and new rules.
var npmName = regexp.MustCompile(`^(@[A-Za-z0-9~._-]+/)?[A-Za-z0-9~_!'()*-][A-Za-z0-9~._!'()*-]*$`)

const npmShort = "application/vnd.npm.install-v1+json"

// Package returns what is known of a package.
func (n NPM) Package(ctx context.Context, dep health.Dependency) (health.Package, error) {
	p := newPackage(dep, "https://www.npmjs.com/package/"+dep.Name)
	if !npmName.MatchString(dep.Name) {
		return n.Web.unnamed(p), nil
	}
	base, err := n.Settings.registryOf(dep)
	if err != nil {
		return n.Web.failed(ctx, p, err)
	}
	address := base + "/" + strings.ReplaceAll(dep.Name, "/", "%2f")
	var doc npmDocument
	a, err := n.Web.json(ctx, address, "application/json", &doc)
	if _, large := errors.AsType[*fetch.TooLarge](err); large {
		doc = npmDocument{}
		if a, err = n.Web.json(ctx, address, npmShort, &doc); err == nil {
			p.Gaps = append(p.Gaps, health.Gap{Part: health.PartSource, Why: "its document is too large, and the short form doesn't say"})
		}
	}
	if err != nil {
		return n.Web.failed(ctx, p, err)
	}
	a.dated(&p)
	doc.describe(&p)
	return p, nil
}

// An npmDocument is the part of a package's document that is used.
type npmDocument struct {
	Tags        map[string]string     `json:"dist-tags"`
	Versions    map[string]npmVersion `json:"versions"`
	Time        map[string]loose      `json:"time"`
	Maintainers []struct{}            `json:"maintainers"`
	Repository  npmRepository         `json:"repository"`
	Homepage    loose                 `json:"homepage"`
	License     npmLicence            `json:"license"`
}

type npmVersion struct {
	Deprecated npmDeprecated `json:"deprecated"`
	Repository npmRepository `json:"repository"`
	Homepage   loose         `json:"homepage"`
	License    npmLicence    `json:"license"`
}

// npmShorthand is how npm writes a repository on GitHub.
var npmShorthand = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$`)

// holding is the version that npm puts in place of a malicious package.
const holding = "0.0.1-security"

func (d npmDocument) describe(p *health.Package) {
	for v, doc := range d.Versions {
		at, err := time.Parse(time.RFC3339, string(d.Time[v]))
		if err != nil {
			at = time.Time{}
		}
		p.Releases = append(p.Releases, health.Release{
			Version: v, At: at.UTC(), Yanked: doc.Deprecated != "", Why: quote.Brief(string(doc.Deprecated), noticeLength), By: -1,
		})
	}
	p.Releases = inOrder(semver.NPM, p.Releases)
	if len(p.Releases) == 0 {
		why := "the registry lists no version"
		if _, unpublished := d.Time["unpublished"]; unpublished {
			why = "its author unpublished it"
		}
		p.Gaps = append(p.Gaps, health.Gap{Part: health.PartPackage, Why: why, Gone: true})
		return
	}
	p.Latest = cmp.Or(d.Tags["latest"], recommended(p.Releases))
	latest := d.Versions[p.Latest]
	repository := latest.Repository
	if repository.URL == "" {
		repository = d.Repository
	}
	if npmShorthand.MatchString(repository.URL) {
		repository.URL = "https://github.com/" + repository.URL
	}
	p.Repository, p.Directory = declared(repository.URL), folder(repository.Directory)
	if p.Repository == "" {
		p.Repository = declared(firstOnForge(string(latest.Homepage), string(d.Homepage)))
	}
	if p.Repository != "" {
		p.RepositoryFrom = "package.json"
	}
	p.Licences = licences(cmp.Or(string(latest.License), string(d.License)))
	if d.Maintainers != nil {
		n := len(d.Maintainers)
		p.Publishers = &n
	}
	switch {
	case p.Latest == holding:
		p.Repository, p.RepositoryFrom = "", ""
		p.Status = append(p.Status, health.Notice{
			Kind: health.NoticeMalware, Text: "npm removed it for security reasons and holds its name", URL: p.URL,
		})
	case latest.Deprecated != "":
		text := string(latest.Deprecated)
		p.Status = append(p.Status, health.Notice{
			Kind: health.NoticeDeprecated, Text: quote.Brief(text, noticeLength), Successor: npmSuccessor(p.Name, text), URL: p.URL,
		})
	}
}

// npmNamed is a package that a deprecation message tells to use.
var npmNamed = regexp.MustCompile("(?i)\\b(?:use|to|by|favou?r of|as)\\s+(?:the\\s+)?[`'\"]?(@[a-z0-9~._-]+/[a-z0-9~._-]*[a-z0-9]|[`'\"][a-z0-9~._-]*[a-z0-9][`'\"])")

// npmSuccessor finds the package that a message names: with its scope, or in
// quotes. A bare word could be any word.
func npmSuccessor(name, text string) string {
	for _, m := range npmNamed.FindAllStringSubmatch(text, -1) {
		if found := strings.Trim(m[1], "`'\""); found != name {
			return found
		}
	}
	return ""
}

// registryOf is the address of the registry that a package comes from: the one
// that the user configured for it. A lockfile may name another; that one isn't
// asked, since whoever wrote the lockfile chose it, and the default one isn't
// asked either, since it may have another package of that name.
func (s NPMSettings) registryOf(dep health.Dependency) (string, error) {
	if dep.Source != "" {
		return "", elsewhere(dep)
	}
	scope, _, _ := strings.Cut(dep.Name, "/")
	if base, ok := s.Scopes[scope]; ok && strings.HasPrefix(scope, "@") {
		return base, nil
	}
	base := cmp.Or(s.Registry, npmDefault)
	if dep.Registry == "" || sameHost(dep.Registry, base) || base == npmDefault && slices.ContainsFunc(npmMirrors, func(m string) bool { return sameHost(dep.Registry, m) }) {
		return base, nil
	}
	for _, other := range s.Scopes {
		if sameHost(dep.Registry, other) {
			return other, nil
		}
	}
	return "", elsewhere(dep)
}

const npmDefault = "https://registry.npmjs.org"

// npmMirrors serve what the default registry has.
var npmMirrors = []string{npmDefault, "https://registry.yarnpkg.com", "https://registry.npmmirror.com"}

func sameHost(a, b string) bool {
	u, errA := url.Parse(a)
	v, errB := url.Parse(b)
	return errA == nil && errB == nil && u.Host != "" && strings.EqualFold(u.Host, v.Host)
}

// loose is a string, or nothing where the document has something else.
type loose string

func (l *loose) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*l = loose(s)
	}
	return nil
}

// npmDeprecated is a message; some documents say true, or have an empty one to
// take a deprecation back.
type npmDeprecated string

func (d *npmDeprecated) UnmarshalJSON(b []byte) error {
	var s string
	switch {
	case json.Unmarshal(b, &s) == nil:
		*d = npmDeprecated(s)
	case string(b) == "true":
		*d = "deprecated, without a reason"
	}
	return nil
}

// npmRepository is an address, or an object that has one.
type npmRepository struct{ URL, Directory string }

func (r *npmRepository) UnmarshalJSON(b []byte) error {
	var object struct{ URL, Directory loose }
	if json.Unmarshal(b, &object) == nil {
		*r = npmRepository{string(object.URL), string(object.Directory)}
		return nil
	}
	var s loose
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	r.URL = string(s)
	return nil
}

// npmLicence is an expression, or an old object that has its name.
type npmLicence string

func (l *npmLicence) UnmarshalJSON(b []byte) error {
	var object struct{ Type loose }
	if json.Unmarshal(b, &object) == nil {
		*l = npmLicence(object.Type)
		return nil
	}
	var s loose
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*l = npmLicence(s)
	return nil
}
