package manifest

import (
	"cmp"
	"encoding/xml"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var pomXML = Format{
	Name:      "pom.xml",
	Ecosystem: ecosystemMaven,
	Says: "Maven project with properties, parents and dependency management of the same repository, and profiles; " +
		"what parents elsewhere manage stays without a version",
	Files: []string{"pom.xml", "*.pom"},
	Tells: Tells{Direct: true, Scope: true, Lines: true},
	Read:  readPOM,
}

// Bounds of a project's inheritance and of its properties, which may refer to
// one another.
const (
	maxParents       = 16
	maxPropertyDepth = 16
	maxPropertySize  = 1 << 10
)

type pomCoordinates struct {
	GroupID    string `xml:"groupId"`
	ArtifactID string `xml:"artifactId"`
	Version    string `xml:"version"`
}

type pomProject struct {
	XMLName xml.Name `xml:"project"`
	pomCoordinates
	Parent struct {
		pomCoordinates
		RelativePath *string `xml:"relativePath"`
	} `xml:"parent"`
	Properties   pomProperties   `xml:"properties"`
	Managed      []pomDependency `xml:"dependencyManagement>dependencies>dependency"`
	Dependencies []pomDependency `xml:"dependencies>dependency"`
	Profiles     []struct {
		Activation struct {
			ByDefault string `xml:"activeByDefault"`
		} `xml:"activation"`
		Properties   pomProperties   `xml:"properties"`
		Managed      []pomDependency `xml:"dependencyManagement>dependencies>dependency"`
		Dependencies []pomDependency `xml:"dependencies>dependency"`
	} `xml:"profiles>profile"`

	file *File
}

type pomDependency struct {
	pomCoordinates
	Type       string `xml:"type"`
	Classifier string `xml:"classifier"`
	Scope      string `xml:"scope"`
	Optional   string `xml:"optional"`

	at       health.Location
	inactive bool // of a profile that isn't active by default
}

// UnmarshalXML keeps the line.
func (d *pomDependency) UnmarshalXML(in *xml.Decoder, start xml.StartElement) error {
	line, _ := in.InputPos()
	type plain pomDependency
	err := in.DecodeElement((*plain)(d), &start)
	d.at.Line = line
	return err
}

// pomProperties are elements with any name.
type pomProperties map[string]string

// UnmarshalXML reads each child as a property.
func (p *pomProperties) UnmarshalXML(in *xml.Decoder, _ xml.StartElement) error {
	if *p == nil {
		*p = pomProperties{}
	}
	for {
		token, err := in.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			var value string
			if err := in.DecodeElement(&value, &t); err != nil {
				return err
			}
			(*p)[t.Name.Local] = strings.TrimSpace(value)
		case xml.EndElement:
			return nil
		}
	}
}

func parsePOM(f *File) (*pomProject, error) {
	var p pomProject
	if err := decodeXML(f, &p); err != nil {
		return nil, err
	}
	p.file = f
	locate := func(list []pomDependency) {
		for i := range list {
			list[i].at.Path = f.Path
		}
	}
	locate(p.Dependencies)
	locate(p.Managed)
	for _, profile := range p.Profiles {
		locate(profile.Dependencies)
		locate(profile.Managed)
	}
	return &p, nil
}

func readPOM(f *File) (Reading, error) {
	own, err := parsePOM(f)
	if err != nil {
		return Reading{}, err
	}
	var r Reading
	m := newPOM(own, &r)
	r.Project = m.expand(m.groupID() + ":" + own.ArtifactID)
	r.Own = []string{r.Project}
	for _, d := range m.dependencies {
		if dep, ok := m.dependency(d); ok {
			dep.Paths = [][]string{{r.Project, dep.Label()}}
			r.add(dep)
		}
	}
	return r, nil
}

// A pom is a project with what it inherits.
type pom struct {
	*pomProject
	chain        []*pomProject // the project, its parent, and so on
	properties   map[string]string
	managed      map[string]pomDependency
	dependencies []pomDependency
}

// newPOM follows the parents that are in the same tree. The project goes before
// its parents, and the profiles that are active by default before the rest.
func newPOM(own *pomProject, r *Reading) *pom {
	m := &pom{pomProject: own, properties: map[string]string{}, managed: map[string]pomDependency{}}
	for p := own; p != nil && len(m.chain) < maxParents; p = parentOf(p, r) {
		m.chain = append(m.chain, p)
	}
	for _, p := range m.chain {
		for _, profile := range p.Profiles {
			active := strings.TrimSpace(profile.Activation.ByDefault) == "true"
			if active {
				m.take(profile.Properties)
			}
			for _, d := range profile.Dependencies {
				d.inactive = !active
				m.dependencies = append(m.dependencies, d)
			}
		}
		m.take(p.Properties)
		m.dependencies = append(m.dependencies, p.Dependencies...)
	}
	m.builtIn()
	m.manage()
	return m
}

// take adds properties that aren't there yet.
func (m *pom) take(properties pomProperties) {
	for name, value := range properties {
		if _, ok := m.properties[name]; !ok {
			m.properties[name] = value
		}
	}
}

// manage fills in dependency management, whose keys may have properties.
func (m *pom) manage() {
	for _, p := range m.chain {
		lists := [][]pomDependency{p.Managed}
		for _, profile := range p.Profiles {
			if strings.TrimSpace(profile.Activation.ByDefault) == "true" {
				lists = append([][]pomDependency{profile.Managed}, lists...)
			}
		}
		for _, d := range slices.Concat(lists...) {
			key := m.key(d)
			if _, ok := m.managed[key]; !ok {
				m.managed[key] = d
			}
		}
	}
}

// builtIn adds the properties that every project has.
func (m *pom) builtIn() {
	set := func(name, value string) {
		for _, prefix := range []string{"project.", "pom."} {
			m.properties[prefix+name] = value
		}
	}
	version := m.Version
	if version == "" {
		version = m.Parent.Version
	}
	set("groupId", m.groupID())
	set("artifactId", m.ArtifactID)
	set("version", version)
	set("parent.groupId", m.Parent.GroupID)
	set("parent.artifactId", m.Parent.ArtifactID)
	set("parent.version", m.Parent.Version)
}

func (m *pom) groupID() string { return cmp.Or(m.GroupID, m.Parent.GroupID) }

// parentOf reads the parent of a project where it is in the same tree, which
// its coordinates have to confirm.
func parentOf(p *pomProject, r *Reading) *pomProject {
	if p.Parent.ArtifactID == "" {
		return nil
	}
	at := "../pom.xml"
	if p.Parent.RelativePath != nil {
		at = strings.TrimSpace(*p.Parent.RelativePath)
	}
	if at == "" {
		return nil
	}
	f, err := p.file.Beside(at)
	if err != nil && !strings.HasSuffix(at, ".xml") {
		at = path.Join(at, "pom.xml")
		f, err = p.file.Beside(at)
	}
	if err != nil {
		return nil // it comes from a repository of packages
	}
	parent, err := parsePOM(f)
	if err != nil {
		r.Missing = append(r.Missing, health.Missing{Subject: f.Path, Why: missingWhy(err, f.Path)})
		return nil
	}
	if parent.ArtifactID != p.Parent.ArtifactID {
		return nil
	}
	return parent
}

var pomProperty = regexp.MustCompile(`\$\{([^${}]+)\}`)

// expand replaces ${properties}; one that isn't known stays.
func (m *pom) expand(text string) string {
	return expandProperties(text, pomProperty, func(name string) (string, bool) {
		value, ok := m.properties[name]
		return value, ok
	})
}

// expandProperties replaces references, whose name is the pattern's only group,
// by values that may refer to others. The result is bounded, since properties
// can double one another.
func expandProperties(text string, pattern *regexp.Regexp, lookup func(string) (string, bool)) string {
	text = strings.TrimSpace(text)
	for range maxPropertyDepth {
		if len(text) > maxPropertySize {
			return ""
		}
		next := pattern.ReplaceAllStringFunc(text, func(ref string) string {
			if value, ok := lookup(pattern.FindStringSubmatch(ref)[1]); ok && len(value) <= maxPropertySize {
				return value
			}
			return ref
		})
		if next == text {
			break
		}
		text = next
	}
	return text
}

// key is what management is found by.
func (m *pom) key(d pomDependency) string {
	return strings.Join([]string{
		m.expand(d.GroupID), m.expand(d.ArtifactID), cmp.Or(m.expand(d.Type), "jar"), m.expand(d.Classifier),
	}, ":")
}

func (m *pom) dependency(d pomDependency) (health.Dependency, bool) {
	managed := m.managed[m.key(d)]
	group, artifact := m.expand(d.GroupID), m.expand(d.ArtifactID)
	if group == "" || artifact == "" {
		return health.Dependency{}, false
	}
	version := mavenVersion(m.expand(cmp.Or(d.Version, managed.Version)))
	dep := mavenPackage(group, artifact, version)
	dep.Direct = true
	switch scope := m.expand(cmp.Or(d.Scope, managed.Scope)); {
	case scope == "test":
		dep.Scope = health.ScopeTest
	case d.inactive || m.expand(cmp.Or(d.Optional, managed.Optional)) == "true":
		dep.Scope = health.ScopeOptional
	default:
		dep.Scope = health.ScopeRuntime
	}
	dep.Locations = []health.Location{d.at}
	return dep, true
}

// mavenVersion returns a version, "" for a range or a property nobody set.
func mavenVersion(version string) string {
	if strings.ContainsAny(version, "[](),${}") {
		return ""
	}
	return version
}

func mavenPackage(group, artifact, version string) health.Dependency {
	name := group + ":" + artifact
	return health.Dependency{
		Purl: purl(ecosystemMaven, name, version), Ecosystem: ecosystemMaven, Name: name, Version: version,
	}
}
