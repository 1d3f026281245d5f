package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// cyclonedx writes a CycloneDX 1.6 bill of materials in which each component
// carries its verdict as properties in the name space "mainstay:". Where the
// audit is incomplete the composition says so.
func cyclonedx(w io.Writer, rep health.Report, _ Options) error {
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{
		Timestamp: asDate(rep.AsOf),
		Tools: &cdx.ToolsChoice{Components: &[]cdx.Component{
			{Type: cdx.ComponentTypeApplication, Name: rep.Tool.Name, Version: rep.Tool.Version}}},
		Properties: &[]cdx.Property{{Name: "mainstay:complete", Value: strconv.FormatBool(rep.Complete)}},
	}
	components := make([]cdx.Component, 0, len(rep.Findings))
	refs := make([]cdx.BOMReference, 0, len(rep.Findings))
	seen := map[string]bool{"": true} // a reference names one component
	for i, f := range rep.Findings {
		c := component(f)
		if seen[c.BOMRef] {
			c.BOMRef = "component-" + strconv.Itoa(i+1)
		}
		seen[c.BOMRef] = true
		components = append(components, c)
		refs = append(refs, cdx.BOMReference(c.BOMRef))
	}
	bom.Components = &components
	aggregate := cdx.CompositionAggregateUnknown
	if !rep.Complete {
		aggregate = cdx.CompositionAggregateIncomplete
	}
	if len(refs) > 0 {
		bom.Compositions = &[]cdx.Composition{{Aggregate: aggregate, Assemblies: &refs}}
	}
	enc := cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON)
	enc.SetPretty(true)
	if err := enc.EncodeVersion(bom, cdx.SpecVersion1_6); err != nil {
		return fmt.Errorf("writing the report as CycloneDX: %w", err)
	}
	return nil
}

func component(f health.Finding) cdx.Component {
	c := cdx.Component{BOMRef: f.Purl, Type: cdx.ComponentTypeLibrary, Name: f.Name, Version: f.Version, PackageURL: f.Purl, Scope: cdx.ScopeRequired}
	if !f.Scope.Ships() {
		c.Scope = cdx.ScopeExcluded
	} else if f.Scope == health.ScopeOptional {
		c.Scope = cdx.ScopeOptional
	}
	if u := link(f.Repository); u != "" {
		c.ExternalReferences = &[]cdx.ExternalReference{{Type: cdx.ERTypeVCS, URL: u}}
	}
	switch len(f.Licences) {
	case 0:
	case 1:
		c.Licenses = &cdx.Licenses{{Expression: f.Licences[0]}}
	default:
		var all cdx.Licenses
		for _, l := range f.Licences {
			all = append(all, cdx.LicenseChoice{License: &cdx.License{Name: l}})
		}
		c.Licenses = &all
	}
	var places []cdx.EvidenceOccurrence
	for _, l := range f.Locations {
		at := cdx.EvidenceOccurrence{Location: l.Path}
		if l.Line > 0 {
			at.Line = &l.Line
		}
		places = append(places, at)
	}
	if len(places) > 0 {
		c.Evidence = &cdx.Evidence{Occurrences: &places}
	}
	properties := verdictProperties(f)
	c.Properties = &properties
	return c
}

func verdictProperties(f health.Finding) []cdx.Property {
	var out []cdx.Property
	add := func(name, value string) {
		if value != "" {
			out = append(out, cdx.Property{Name: "mainstay:" + name, Value: value})
		}
	}
	add("grade", string(f.Grade))
	add("score", bare(f.Score.Score))
	add("interval", bare(&f.Interval[0])+" "+bare(&f.Interval[1]))
	add("coverage", bare(&f.Coverage))
	add("confidence", string(f.Confidence))
	add("risk", bare(f.Risk))
	add("why", f.Why)
	add("action", f.Action)
	add("direct", strconv.FormatBool(f.Direct))
	for _, d := range f.Dimensions {
		add("dimension:"+d.ID, bare(&d.Score))
	}
	for _, c := range f.Ceilings {
		add("ceiling", c.ID+": "+c.Reason)
	}
	for _, m := range f.Measurements {
		add("metric:"+m.Metric, strings.TrimRight(bare(m.Value)+" "+m.Unit, " "))
	}
	for _, v := range f.Violations {
		add("violation", joined(", ", v.Rule+": "+v.Text, v.Known))
	}
	for _, v := range f.Waived {
		add("waived", v.Rule+": "+v.Reason+" (until "+v.Until+")")
	}
	return out
}
