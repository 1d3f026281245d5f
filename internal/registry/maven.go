package registry

import (
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"

	"deps.dev/util/maven"
	"deps.dev/util/semver"

	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// Maven asks Maven Central: two requests an artifact, its list of versions and
// the newest POM, and one for each parent POM until one says where the code
// is. The list has no dates; the newest version's is when its POM was put
// there. Parents and POMs never change, so they are asked for once.
type Maven struct {
	Web Web
}

// mavenName is "group:artifact".
var mavenName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*:[A-Za-z0-9_-][A-Za-z0-9._-]*$`)

// mavenNames are what files call Maven Central.
var mavenNames = []string{"repo1.maven.org", "repo.maven.apache.org", "central.sonatype.com"}

const (
	mavenCentral = "https://repo1.maven.org/maven2"
	maxParents   = 4
)

// Package returns what is known of an artifact.
func (m Maven) Package(ctx context.Context, dep health.Dependency) (health.Package, error) {
	group, artifact, _ := strings.Cut(dep.Name, ":")
	p := newPackage(dep, "https://central.sonatype.com/artifact/"+group+"/"+artifact)
	if !mavenName.MatchString(dep.Name) || strings.Contains(dep.Name, "..") {
		return m.Web.unnamed(p), nil
	}
	if err := elsewhere(dep, mavenNames...); err != nil {
		return m.Web.failed(ctx, p, err)
	}
	a, err := m.Web.get(ctx, mavenPath(group, artifact)+"/maven-metadata.xml", "")
	var meta maven.Metadata
	if err == nil {
		err = decodeXML(a.body, &meta)
	}
	if err != nil {
		return m.Web.failed(ctx, p, err)
	}
	a.dated(&p)
	for _, v := range meta.Versioning.Versions {
		p.Releases = append(p.Releases, health.Release{Version: quote.Brief(string(v), 100), By: -1})
	}
	p.Releases = inOrder(semver.Maven, p.Releases)
	p.Latest = recommended(p.Releases)
	if p.Latest == "" {
		p.Gaps = append(p.Gaps, health.Gap{Part: health.PartReleases, Why: "its list of versions is empty"})
		return p, nil
	}
	if err := m.describe(ctx, group, artifact, &p); err != nil {
		return health.Package{}, err
	}
	return p, nil
}

// mavenPart is what group, artifact and version may be made of, so that a POM
// can't lead a request out of the repository.
var mavenPart = regexp.MustCompile(`^[A-Za-z0-9_+-][A-Za-z0-9._+-]*$`)

func mavenPath(group, artifact string) string {
	return mavenCentral + "/" + strings.ReplaceAll(group, ".", "/") + "/" + artifact
}

// describe reads the newest version's POM, and its parents as far as needed.
func (m Maven) describe(ctx context.Context, group, artifact string, p *health.Package) error {
	pom, a, err := m.pom(ctx, group, artifact, p.Latest)
	if err != nil {
		return fail(ctx, p, health.PartSource, err)
	}
	a.dated(p)
	if r := released(p.Releases, p.Latest); r != nil {
		r.At = a.modified
	}
	pom.notices(p)
	for parents := 0; ; parents++ {
		if p.Repository = pom.source(); p.Repository != "" {
			p.RepositoryFrom = "POM"
		}
		if len(p.Licences) == 0 {
			for _, l := range pom.Licenses {
				p.Licences = append(p.Licences, licences(string(l.Name))...)
			}
		}
		up := pom.Parent
		if p.Repository != "" && len(p.Licences) > 0 || up.ArtifactID == "" || parents == maxParents {
			return nil
		}
		if pom, _, err = m.pom(ctx, string(up.GroupID), string(up.ArtifactID), string(up.Version)); err != nil {
			if p.Repository != "" {
				return context.Cause(ctx)
			}
			return fail(ctx, p, health.PartSource, err)
		}
	}
}

// A mavenPOM is a POM with the addresses that deps.dev's reading leaves out.
type mavenPOM struct {
	maven.Project
	Connection string
}

func (m Maven) pom(ctx context.Context, group, artifact, version string) (mavenPOM, answer, error) {
	for _, part := range []string{group, artifact, version} {
		if !mavenPart.MatchString(part) || strings.Contains(part, "..") {
			return mavenPOM{}, answer{}, Silence(fmt.Sprintf("its POM names what can't be looked up: %s", quote.Brief(part, 100)))
		}
	}
	address := fmt.Sprintf("%s/%s/%s-%s.pom", mavenPath(group, artifact), version, artifact, version)
	a, err := m.Web.get(fetch.WithMaxAge(ctx, fetch.Forever), address, "")
	if err != nil {
		return mavenPOM{}, answer{}, err
	}
	var pom mavenPOM
	var scm struct {
		Connection string `xml:"scm>connection"`
	}
	if err := cmp.Or(decodeXML(a.body, &pom.Project), decodeXML(a.body, &scm)); err != nil {
		return mavenPOM{}, answer{}, err
	}
	pom.Connection = strings.TrimSpace(scm.Connection)
	return pom, a, nil
}

var mavenProperty = regexp.MustCompile(`\$\{([^${}]+)\}`)

const (
	maxFills  = 5   // properties within properties
	maxFilled = 500 // bytes
)

// fill puts a POM's properties in place of their names. deps.dev's reading can
// do so too, but a POM whose properties double one another would make it write
// without end; here what grows too long is given up, and keeps its ${…}.
func (pom mavenPOM) fill(text string) string {
	values := map[string]string{
		"groupId": cmp.Or(string(pom.GroupID), string(pom.Parent.GroupID)), "artifactId": string(pom.ArtifactID),
		"version": cmp.Or(string(pom.Version), string(pom.Parent.Version)), "url": string(pom.URL),
	}
	for _, property := range pom.Properties.Properties {
		values[property.Name] = property.Value
	}
	for range maxFills {
		filled := mavenProperty.ReplaceAllStringFunc(text, func(name string) string {
			name = strings.TrimPrefix(strings.TrimPrefix(name[2:len(name)-1], "project."), "pom.")
			if value, ok := values[name]; ok && len(value) <= maxFilled {
				return strings.TrimSpace(value)
			}
			return "${" + name + "}"
		})
		if filled == text || len(filled) > maxFilled {
			break
		}
		text = filled
	}
	return text
}

// source is the address that a POM gives for its code: for browsing, for
// fetching, or its home page where that is on a forge.
func (pom mavenPOM) source() string {
	connection := strings.TrimPrefix(strings.TrimPrefix(pom.Connection, "scm:"), "git:")
	for _, address := range []string{string(pom.SCM.URL), connection, firstOnForge(pom.fill(string(pom.URL)))} {
		address = pom.fill(address)
		if address = declared(strings.TrimPrefix(strings.TrimPrefix(address, "scm:"), "git:")); address != "" && !strings.Contains(address, "${") {
			return address
		}
	}
	return ""
}

// notices says where an artifact went on.
func (pom mavenPOM) notices(p *health.Package) {
	r := pom.DistributionManagement.Relocation
	if r == (maven.Relocation{}) {
		return
	}
	group, artifact, _ := strings.Cut(p.Name, ":")
	to := quote.Brief(cmp.Or(string(r.GroupID), group)+":"+cmp.Or(string(r.ArtifactID), artifact), 200)
	if to != p.Name {
		p.Status = append(p.Status, health.Notice{
			Kind: health.NoticeMoved, Text: "its newest POM says that it moved to " + to, Successor: to, URL: p.URL,
		})
	}
}

// decodeXML reads a document in UTF-8 or Latin-1, which old POMs are in.
func decodeXML(text []byte, to any) error {
	d := xml.NewDecoder(strings.NewReader(string(text)))
	d.CharsetReader = func(charset string, r io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "iso-8859-1", "latin1", "windows-1252", "us-ascii", "ascii":
			b, err := io.ReadAll(r)
			runes := make([]rune, len(b))
			for i, c := range b {
				runes[i] = rune(c)
			}
			return strings.NewReader(string(runes)), err
		}
		return nil, fmt.Errorf("a charset that isn't known: %s", quote.Brief(charset, 30))
	}
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("the answer isn't the XML expected: %w", err)
	}
	return nil
}
