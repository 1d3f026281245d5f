package manifest

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var cycloneJSON = Format{
	Name:  "CycloneDX JSON",
	Says:  "CycloneDX bill of materials, versions 1.2 to 1.7, as JSON",
	Files: []string{"bom.json", "*.cdx.json", "*-cdx.json", "*cyclonedx*.json", "*sbom*.json", "bom.*.json", "bom-*.json", "*.bom.json", "*-bom.json"},
	Sniff: func(head []byte) bool {
		return bytes.Contains(head, []byte(`"bomFormat"`)) && bytes.Contains(head, []byte(`"CycloneDX"`))
	},
	Tells: Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:  readCycloneJSON,
}

var cycloneXML = Format{
	Name:  "CycloneDX XML",
	Says:  "CycloneDX bill of materials, versions 1.0 to 1.7, as XML",
	Files: []string{"bom.xml", "*.cdx.xml", "*-cdx.xml", "*cyclonedx*.xml", "*sbom*.xml", "bom.*.xml", "bom-*.xml", "*.bom.xml", "*-bom.xml"},
	Sniff: func(head []byte) bool { return bytes.Contains(head, []byte(cycloneNamespace)) },
	Tells: Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:  readCycloneXML,
}

// cycloneNamespace begins the namespace of every version.
const cycloneNamespace = "http://cyclonedx.org/schema/bom/1."

// readCycloneJSON reads an SPDX bill, too: most names that bills go by don't
// tell the kind.
func readCycloneJSON(f *File) (Reading, error) {
	if spdxMarked(f.Data) {
		return readSPDX(f)
	}
	var bom cyclonedx.BOM
	if err := decodeJSON(f, &bom); err != nil {
		return Reading{}, err
	}
	// The library takes any object.
	if bom.BOMFormat != cyclonedx.BOMFormat {
		return Reading{}, f.wrong(0, "bomFormat isn't CycloneDX: %w", ErrUnknown)
	}
	lines := map[string]int{}
	eachJSON(f.Data, func(keys []string, line int) bool {
		if len(keys)%2 == 0 {
			lines[strings.Join(keys, ".")] = line
			return true
		}
		return keys[len(keys)-1] == "components" && len(keys) < 2*maxNesting
	})
	return cycloneBill(&bom, func(keys string, _ int) int { return lines[keys] }).reading(f), nil
}

func readCycloneXML(f *File) (Reading, error) {
	var bom cyclonedx.BOM
	if err := decodeXML(f, &bom); err != nil {
		return Reading{}, err
	}
	if !strings.HasPrefix(bom.XMLNS, cycloneNamespace) {
		return Reading{}, f.wrong(0, "the namespace isn't CycloneDX's: %w", ErrUnknown)
	}
	lines := componentLines(f.Data)
	return cycloneBill(&bom, func(_ string, n int) int {
		if n < len(lines) {
			return lines[n]
		}
		return 0
	}).reading(f), nil
}

// cycloneBill takes the components in the order of the text, nested ones after
// the one that holds them; line gives the line of one by its keys or by its
// place in that order.
func cycloneBill(bom *cyclonedx.BOM, line func(keys string, n int) int) sbom {
	var b sbom
	if bom.Metadata != nil && bom.Metadata.Component != nil {
		subject := bom.Metadata.Component
		b.project = label(subject.Name, subject.Version)
		b.subjects = []string{subject.BOMRef}
	}
	var take func(list *[]cyclonedx.Component, keys, parent string, depth int)
	take = func(list *[]cyclonedx.Component, keys, parent string, depth int) {
		if list == nil || depth == maxNesting {
			return
		}
		for i, c := range *list {
			own := keys + "components." + strconv.Itoa(i)
			p := cyclonePackage(c)
			p.line = line(own, len(b.packages))
			if p.id == "" || p.id == parent {
				p.id = own
			}
			b.packages = append(b.packages, p)
			if parent != "" {
				b.relation = append(b.relation, sbomRelation{parent, p.id, p.scope})
			}
			take(c.Components, own+".", p.id, depth+1)
		}
	}
	take(bom.Components, "", "", 0)
	scopes := map[string]health.Scope{}
	for _, p := range b.packages {
		scopes[p.id] = p.scope
	}
	if bom.Dependencies != nil {
		for _, d := range *bom.Dependencies {
			if d.Dependencies == nil {
				continue
			}
			for _, to := range *d.Dependencies {
				b.relation = append(b.relation, sbomRelation{d.Ref, to, scopes[to]})
			}
		}
	}
	return b
}

func cyclonePackage(c cyclonedx.Component) sbomPackage {
	p := sbomPackage{
		id: c.BOMRef, group: c.Group, name: c.Name, version: c.Version, purl: c.PackageURL, scope: health.ScopeRuntime,
	}
	switch c.Scope {
	case cyclonedx.ScopeOptional:
		p.scope = health.ScopeOptional
	case cyclonedx.ScopeExcluded:
		p.scope = health.ScopeDevelopment
	}
	if c.Licenses != nil {
		for _, l := range *c.Licenses {
			switch {
			case l.Expression != "":
				p.licences = append(p.licences, l.Expression)
			case l.License != nil && l.License.ID != "":
				p.licences = append(p.licences, l.License.ID)
			}
		}
	}
	if c.ExternalReferences != nil {
		for _, ref := range *c.ExternalReferences {
			if ref.Type == cyclonedx.ERTypeVCS && p.home == "" {
				p.home = ref.URL
			}
		}
	}
	return p
}

// componentLines returns the lines of the components of a bill in XML, in the
// order of the text.
func componentLines(data []byte) []int {
	in := xml.NewDecoder(bytes.NewReader(data))
	in.CharsetReader = charsetReader
	var out []int
	var path []string
	for {
		line, _ := in.InputPos()
		token, err := in.RawToken()
		if err != nil {
			return out
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			if t.Name.Local == "component" && ofTheBill(path) {
				out = append(out, line)
			}
		case xml.EndElement:
			path = path[:max(len(path)-1, 0)]
		}
	}
}

// ofTheBill tells whether elements lead to a component of the bill itself, not
// of its tools or of another component's ancestors.
func ofTheBill(path []string) bool {
	if len(path) < 3 || len(path) > 2*maxNesting || path[0] != "bom" {
		return false
	}
	for i, name := range path[1:] {
		if name != [2]string{"components", "component"}[i%2] {
			return false
		}
	}
	return true
}
