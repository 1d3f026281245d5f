package manifest

import (
	"cmp"
	"encoding/xml"
	"path"
	"regexp"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var msbuildProject = Format{
	Name:      "*.csproj",
	Ecosystem: ecosystemNuGet,
	Says: "MSBuild project (C#, F#, Visual Basic) with central package management and Directory.Build.props; " +
		"conditions aren't evaluated, other imports aren't followed",
	Files:  []string{"*.csproj", "*.fsproj", "*.vbproj"},
	Ranges: true,
	Tells:  Tells{Direct: true, Scope: true, Lines: true},
	Read:   readMSBuildProject,
}

var centralPackages = Format{
	Name:      "Directory.Packages.props",
	Ecosystem: ecosystemNuGet,
	Says:      "NuGet's central package versions; read by itself only where no project refers to it",
	Files:     []string{"Directory.Packages.props"},
	Last:      true,
	Tells:     Tells{Direct: true, Lines: true},
	Read:      readCentralPackages,
}

var projectExtensions = []string{".csproj", ".fsproj", ".vbproj"}

// An msbuildFile is a project, or a file of properties that projects import.
type msbuildFile struct {
	XMLName    xml.Name        `xml:"Project"`
	Properties []pomProperties `xml:"PropertyGroup"`
	Items      []struct {
		Packages []msbuildReference `xml:"PackageReference"`
		Global   []msbuildReference `xml:"GlobalPackageReference"`
		Versions []msbuildReference `xml:"PackageVersion"`
	} `xml:"ItemGroup"`
}

type msbuildReference struct {
	Include         string `xml:"Include,attr"`
	Update          string `xml:"Update,attr"`
	Version         string `xml:"Version,attr"`
	VersionElement  string `xml:"Version"`
	Override        string `xml:"VersionOverride,attr"`
	OverrideElement string `xml:"VersionOverride"`
	Private         string `xml:"PrivateAssets,attr"`
	PrivateElement  string `xml:"PrivateAssets"`

	at     health.Location
	global bool
}

// UnmarshalXML keeps the line.
func (r *msbuildReference) UnmarshalXML(in *xml.Decoder, start xml.StartElement) error {
	line, _ := in.InputPos()
	type plain msbuildReference
	err := in.DecodeElement((*plain)(r), &start)
	r.at.Line = line
	return err
}

func (r msbuildReference) name() string { return strings.TrimSpace(r.Include) }

func (r msbuildReference) version() string {
	return strings.TrimSpace(cmp.Or(r.Override, r.OverrideElement, r.Version, r.VersionElement))
}

// scope is development for what is kept from the project's users.
func (r msbuildReference) scope() health.Scope {
	if r.global || strings.EqualFold(strings.TrimSpace(cmp.Or(r.Private, r.PrivateElement)), "all") {
		return health.ScopeDevelopment
	}
	return health.ScopeRuntime
}

func parseMSBuild(f *File) (*msbuildFile, error) {
	var p msbuildFile
	if err := decodeXML(f, &p); err != nil {
		return nil, err
	}
	for _, items := range p.Items {
		for _, list := range [][]msbuildReference{items.Packages, items.Global, items.Versions} {
			for i := range list {
				list[i].at.Path = f.Path
			}
		}
		for i := range items.Global {
			items.Global[i].global = true
		}
	}
	return &p, nil
}

// references lists what a file includes; an update only changes it.
func (p *msbuildFile) references() []msbuildReference {
	var out []msbuildReference
	for _, items := range p.Items {
		for _, list := range [][]msbuildReference{items.Packages, items.Global} {
			for _, ref := range list {
				if ref.name() != "" {
					out = append(out, ref)
				}
			}
		}
	}
	return out
}

// An msbuildContext is what the files above a project set for it.
type msbuildContext struct {
	properties map[string]string // by name in lower case
	central    map[string]string // versions by name in lower case
	inherited  []msbuildReference
}

var msbuildProperty = regexp.MustCompile(`\$\(([\w.-]+)\)`)

// expand replaces $(Properties), whose names aren't case-sensitive; one that
// isn't known stays.
func (c *msbuildContext) expand(text string) string {
	return expandProperties(text, msbuildProperty, func(name string) (string, bool) {
		value, ok := c.properties[strings.ToLower(name)]
		return value, ok
	})
}

func (c *msbuildContext) take(p *msbuildFile) {
	for _, group := range p.Properties {
		for name, value := range group {
			if lower := strings.ToLower(name); c.properties[lower] == "" {
				c.properties[lower] = value
			}
		}
	}
	for _, items := range p.Items {
		for _, v := range items.Versions {
			if lower := strings.ToLower(v.name()); c.central[lower] == "" {
				c.central[lower] = v.version()
			}
		}
	}
}

func readMSBuildProject(f *File) (Reading, error) {
	own, err := parseMSBuild(f)
	if err != nil {
		return Reading{}, err
	}
	r := Reading{Project: strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path))}
	c := msbuildContext{properties: map[string]string{}, central: map[string]string{}}
	c.take(own)
	c.readAbove(f, &r)
	for _, ref := range append(own.references(), c.inherited...) {
		d := nugetPackage(ref.name(), nugetVersion(c.expand(cmp.Or(ref.version(), c.central[strings.ToLower(ref.name())]))))
		d.Direct, d.Scope = true, ref.scope()
		d.Locations = []health.Location{ref.at}
		d.Paths = [][]string{{r.Project, d.Label()}}
		r.add(d)
	}
	return r, nil
}

// readAbove finds the files that MSBuild imports by itself: the nearest of each
// name, in the project's folder or further up.
func (c *msbuildContext) readAbove(f *File, r *Reading) {
	for _, name := range []string{"Directory.Packages.props", "Directory.Build.props"} {
		for up := ""; strings.Count(up, "/") < maxParents; up = "../" + up {
			above, err := f.Beside(up + name)
			if err != nil {
				continue
			}
			p, err := parseMSBuild(above)
			if err != nil {
				r.Missing = append(r.Missing, health.Missing{Subject: above.Path, Why: missingWhy(err, above.Path)})
				break
			}
			c.take(p)
			c.inherited = append(c.inherited, p.references()...)
			r.Covers = append(r.Covers, above.Path)
			break
		}
	}
}

// nugetVersion returns a version, "" for a range, a floating version or a
// property that isn't known. "[1.2.3]" is exactly that version.
func nugetVersion(version string) string {
	if exact, ok := strings.CutPrefix(version, "["); ok && strings.HasSuffix(exact, "]") && !strings.Contains(exact, ",") {
		version = strings.TrimSuffix(exact, "]")
	}
	if strings.ContainsAny(version, "[](),*$") {
		return ""
	}
	return version
}

// readCentralPackages reads the list by itself.
func readCentralPackages(f *File) (Reading, error) {
	p, err := parseMSBuild(f)
	if err != nil {
		return Reading{}, err
	}
	r := Reading{Project: folder(f.Path)}
	c := msbuildContext{properties: map[string]string{}, central: map[string]string{}}
	c.take(p)
	for _, items := range p.Items {
		for _, list := range [][]msbuildReference{items.Versions, items.Global} {
			for _, ref := range list {
				if ref.name() == "" {
					continue
				}
				d := nugetPackage(ref.name(), nugetVersion(c.expand(ref.version())))
				d.Direct, d.Scope = true, ref.scope()
				d.Locations = []health.Location{ref.at}
				r.add(d)
			}
		}
	}
	return r, nil
}
