package manifest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// An spdx3Element is any element of an SPDX 3 graph: those of the kinds that
// matter here have different fields.
type spdx3Element struct {
	Type        string          `json:"type"`
	ID          string          `json:"spdxId"`
	Name        string          `json:"name"`
	Version     string          `json:"software_packageVersion"`
	PackageURL  string          `json:"software_packageUrl"`
	Download    string          `json:"software_downloadLocation"`
	Identifiers json.RawMessage `json:"externalIdentifier"`
	Root        json.RawMessage `json:"rootElement"`
	Kind        string          `json:"relationshipType"`
	From        string          `json:"from"`
	To          json.RawMessage `json:"to"`
	Scope       string          `json:"scope"`
	Licence     string          `json:"simplelicensing_licenseExpression"`
}

// readSPDX3 reads JSON-LD as SPDX writes it: one flat graph.
func readSPDX3(f *File) (Reading, error) {
	var doc struct {
		Graph []spdx3Element `json:"@graph"`
	}
	if err := decodeJSON(f, &doc); err != nil {
		return Reading{}, err
	}
	lines := map[string]int{}
	eachJSON(f.Data, func(keys []string, line int) bool {
		if len(keys) == 2 {
			lines[keys[1]] = line
		}
		return len(keys) == 1 && keys[0] == "@graph"
	})
	var b sbom
	licences := map[string]string{}
	declared := map[string]string{}
	for i, e := range doc.Graph {
		switch {
		case strings.HasSuffix(e.Type, "Package"):
			b.packages = append(b.packages, e.spdx3Package(lines[strconv.Itoa(i)]))
		case e.Type == "SpdxDocument" || strings.HasSuffix(e.Type, "Sbom"):
			b.subjects = append(b.subjects, spdx3IDs(e.Root)...)
		case e.Licence != "":
			licences[e.ID] = e.Licence
		case e.Kind == "hasDeclaredLicense":
			for _, to := range spdx3IDs(e.To) {
				declared[e.From] = to
			}
		case e.Kind == "dependsOn" || e.Kind == "hasOptionalDependency" || e.Kind == "hasPrerequisite" || strings.HasSuffix(e.Kind, "Link"):
			for _, to := range spdx3IDs(e.To) {
				b.relation = append(b.relation, sbomRelation{e.From, to, e.scope()})
			}
		}
	}
	for i, p := range b.packages {
		b.packages[i].licences = spdxLicences(licences[declared[p.id]])
	}
	slices.Sort(b.subjects)
	b.subjects = slices.Compact(b.subjects)
	return b.reading(f), nil
}

func (e spdx3Element) spdx3Package(line int) sbomPackage {
	p := sbomPackage{
		id: e.ID, name: e.Name, version: e.Version, purl: e.PackageURL,
		source: spdxSource(e.Download), scope: health.ScopeRuntime, line: line,
	}
	var identifiers []struct {
		Type string `json:"externalIdentifierType"`
		ID   string `json:"identifier"`
	}
	if json.Unmarshal(e.Identifiers, &identifiers) == nil {
		for _, id := range identifiers {
			if strings.EqualFold(id.Type, "packageUrl") && p.purl == "" {
				p.purl = id.ID
			}
		}
	}
	return p
}

func (e spdx3Element) scope() health.Scope {
	switch {
	case e.Scope == "development":
		return health.ScopeDevelopment
	case e.Scope == "test":
		return health.ScopeTest
	case e.Kind == "hasOptionalDependency":
		return health.ScopeOptional
	}
	return health.ScopeRuntime
}

// spdx3IDs reads one id or a list of them.
func spdx3IDs(raw json.RawMessage) []string {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}
	}
	return nil
}
