package manifest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var spdx = Format{
	Name:  "SPDX",
	Says:  "SPDX bill of materials, versions 2.1 to 2.3 as JSON or tag-value, and 3.0 as JSON-LD",
	Files: []string{"*.spdx", "*.spdx.json", "*.spdx3.json", "*.spdx.jsonld"},
	Sniff: spdxMarked,
	Tells: Tells{Direct: true, Scope: true, Paths: true, Lines: true},
	Read:  readSPDX,
}

// spdxMarked tells whether content begins like an SPDX document.
func spdxMarked(data []byte) bool {
	head := data[:min(len(data), headSize)]
	if bytes.Contains(head, []byte(`"bomFormat"`)) {
		return false
	}
	for _, mark := range []string{`"spdxVersion"`, `"SPDXRef-`, "SPDXVersion:", "spdx.org/rdf/3."} {
		if bytes.Contains(head, []byte(mark)) {
			return true
		}
	}
	return false
}

// readSPDX tells the serialisations apart by content; names don't.
func readSPDX(f *File) (Reading, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(f.Data), []byte("{")) {
		return readSPDXTags(f)
	}
	var kind struct {
		Version string          `json:"spdxVersion"`
		Graph   json.RawMessage `json:"@graph"`
	}
	if err := decodeJSON(f, &kind); err != nil {
		return Reading{}, err
	}
	switch {
	case kind.Graph != nil:
		return readSPDX3(f)
	case strings.HasPrefix(kind.Version, "SPDX-2."):
		return readSPDX2(f)
	case kind.Version != "":
		return Reading{}, f.wrong(0, "spdxVersion %q isn't known; 2.x and 3.0 are", clipped(kind.Version))
	}
	return Reading{}, f.wrong(0, "neither spdxVersion nor @graph: %w", ErrUnknown)
}

type spdx2Package struct {
	ID       string `json:"SPDXID"`
	Name     string `json:"name"`
	Version  string `json:"versionInfo"`
	Download string `json:"downloadLocation"`
	Declared string `json:"licenseDeclared"`
	Refs     []struct {
		Type    string `json:"referenceType"`
		Locator string `json:"referenceLocator"`
	} `json:"externalRefs"`
}

type spdx2Relation struct {
	From string `json:"spdxElementId"`
	Type string `json:"relationshipType"`
	To   string `json:"relatedSpdxElement"`
}

// spdxDocument is the id by which an SPDX 2 document refers to itself.
const spdxDocument = "SPDXRef-DOCUMENT"

func readSPDX2(f *File) (Reading, error) {
	var doc struct {
		Describes []string        `json:"documentDescribes"`
		Packages  []spdx2Package  `json:"packages"`
		Relations []spdx2Relation `json:"relationships"`
	}
	if err := decodeJSON(f, &doc); err != nil {
		return Reading{}, err
	}
	lines := map[string]int{}
	eachJSON(f.Data, func(keys []string, line int) bool {
		if len(keys) == 2 {
			lines[keys[1]] = line
		}
		return len(keys) == 1 && keys[0] == "packages"
	})
	b := sbom{subjects: doc.Describes}
	for i, p := range doc.Packages {
		p.take(&b, lines[strconv.Itoa(i)])
	}
	for _, rel := range doc.Relations {
		rel.take(&b)
	}
	return b.reading(f), nil
}

func (p spdx2Package) take(b *sbom, line int) {
	one := sbomPackage{
		id: p.ID, name: p.Name, version: p.Version, scope: health.ScopeRuntime, line: line,
		source: spdxSource(p.Download), licences: spdxLicences(p.Declared),
	}
	if one.id == "" {
		one.id = "package " + strconv.Itoa(len(b.packages))
	}
	for _, ref := range p.Refs {
		if ref.Type == "purl" && one.purl == "" {
			one.purl = ref.Locator
		}
	}
	b.packages = append(b.packages, one)
}

// take reads a relation as a need, in the direction that its type says.
func (rel spdx2Relation) take(b *sbom) {
	kind := strings.ToUpper(rel.Type)
	scope := health.ScopeRuntime
	switch {
	case strings.HasPrefix(kind, "DEV_"), strings.HasSuffix(kind, "_TOOL_OF"):
		scope = health.ScopeDevelopment
	case strings.HasPrefix(kind, "TEST_"):
		scope = health.ScopeTest
	case strings.HasPrefix(kind, "OPTIONAL_"):
		scope = health.ScopeOptional
	}
	switch {
	case kind == "DESCRIBES" && rel.From == spdxDocument:
		b.subjects = append(b.subjects, rel.To)
	case kind == "DESCRIBED_BY" && rel.To == spdxDocument:
		b.subjects = append(b.subjects, rel.From)
	case kind == "DEPENDS_ON", strings.HasSuffix(kind, "_LINK"), kind == "HAS_PREREQUISITE":
		b.relation = append(b.relation, sbomRelation{rel.From, rel.To, scope})
	case strings.HasSuffix(kind, "DEPENDENCY_OF"), strings.HasSuffix(kind, "_TOOL_OF"), kind == "PREREQUISITE_FOR":
		b.relation = append(b.relation, sbomRelation{rel.To, rel.From, scope})
	}
}

// spdxSource keeps an address of code under version control.
func spdxSource(download string) string {
	for _, prefix := range []string{"git+", "git://", "hg+", "svn+", "bzr+"} {
		if strings.HasPrefix(download, prefix) {
			return download
		}
	}
	return ""
}

func spdxLicences(declared string) []string {
	if declared == "" || declared == "NOASSERTION" || declared == "NONE" {
		return nil
	}
	return []string{declared}
}

// readSPDXTags reads "Tag: value" lines. A package begins with its name and
// ends where a file or a snippet begins; <text> may go over lines.
func readSPDXTags(f *File) (Reading, error) {
	var b sbom
	var current *spdx2Package
	version, line, inText := "", 0, false
	finish := func() {
		if current != nil {
			current.take(&b, line)
		}
		current = nil
	}
	for n, l := range lines(f.Data) {
		if inText {
			inText = !strings.Contains(l, "</text>")
			continue
		}
		tag, value, ok := strings.Cut(l, ":")
		tag, value = strings.TrimSpace(tag), strings.TrimSpace(value)
		if strings.HasPrefix(l, "#") || strings.TrimSpace(l) == "" {
			continue
		}
		if !ok || strings.ContainsAny(tag, " \t<{") {
			return Reading{}, f.wrong(n, "%q isn't a tag and a value", clipped(l))
		}
		inText = strings.Contains(value, "<text>") && !strings.Contains(value, "</text>")
		switch tag {
		case "SPDXVersion":
			version = value
		case "PackageName":
			if finish(); len(b.packages) > maxPackages {
				return Reading{}, f.wrong(n, "more than %d packages", maxPackages)
			}
			current, line = &spdx2Package{Name: value}, n
		case "FileName", "SnippetSPDXID", "LicenseID":
			finish()
		case "Relationship":
			if part := strings.Fields(value); len(part) >= 3 {
				spdx2Relation{From: part[0], Type: part[1], To: part[2]}.take(&b)
			}
		}
		if current != nil {
			current.tag(tag, value)
		}
	}
	finish()
	if version == "" {
		return Reading{}, f.wrong(0, "no SPDXVersion: not an SPDX bill of materials")
	}
	return b.reading(f), nil
}

// tag takes one of a package's tags.
func (p *spdx2Package) tag(tag, value string) {
	switch tag {
	case "SPDXID":
		p.ID = cmp.Or(p.ID, value)
	case "PackageVersion":
		p.Version = value
	case "PackageDownloadLocation":
		p.Download = value
	case "PackageLicenseDeclared":
		p.Declared = value
	case "ExternalRef":
		if part := strings.Fields(value); len(part) == 3 {
			p.Refs = append(p.Refs, struct {
				Type    string `json:"referenceType"`
				Locator string `json:"referenceLocator"`
			}{part[1], part[2]})
		}
	}
}
