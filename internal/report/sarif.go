package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// The parts of SARIF 2.1.0 that mainstay writes (OASIS, 2020).
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		URI     string      `json:"informationUri"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string       `json:"id"`
		Short         sarifMessage `json:"shortDescription"`
		Help          sarifMessage `json:"help"`
		Configuration struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
		Properties sarifTags `json:"properties"`
	}
	sarifTags struct {
		Tags []string `json:"tags"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		EndTime       string              `json:"endTimeUtc,omitempty"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string       `json:"level"`
		Message sarifMessage `json:"message"`
	}
	sarifResult struct {
		Rule         string             `json:"ruleId"`
		Index        int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifMessage       `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Related      []sarifLocation    `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
		Properties   sarifProperties    `json:"properties"`
	}
	sarifLocation struct {
		ID       int            `json:"id,omitempty"`
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifMessage  `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId"`
	}
	sarifRegion struct {
		Start int `json:"startLine"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
	sarifProperties struct {
		Purl  string       `json:"purl"`
		Grade health.Grade `json:"grade"`
		Score *float64     `json:"score"`
	}
)

// sarif writes a SARIF 2.1.0 log with one run. Services take an uploaded run
// for the complete present state and close what it no longer shows, so the
// invocation of an incomplete audit says that it didn't succeed and why.
func sarif(w io.Writer, rep health.Report, _ Options) error {
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: rep.Tool.Name, Version: rep.Tool.Version, URI: "https://github.com/mainstay-dev/mainstay", Rules: []sarifRule{}}
	index := map[string]int{}
	for _, r := range allRules(rep) {
		index[r.ID] = len(run.Tool.Driver.Rules)
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(r))
	}
	call := sarifInvocation{Successful: rep.Complete, EndTime: asDate(rep.AsOf)}
	for _, m := range rep.Missing {
		call.Notifications = append(call.Notifications, sarifNotification{Level: "error", Message: sarifText("couldn't be read: " + missingText(m))})
	}
	run.Invocations = []sarifInvocation{call}
	for _, f := range rep.Findings {
		for _, v := range f.Violations {
			r := sarifResultOf(f, v.Rule, index[v.Rule], v.Text)
			if v.Warn {
				r.Level = "warning"
			}
			if v.Known != "" {
				r.Suppressions = []sarifSuppression{{Kind: "external", Status: "accepted", Justification: v.Known}}
			}
			run.Results = append(run.Results, r)
		}
		for _, v := range f.Waived {
			r := sarifResultOf(f, v.Rule, index[v.Rule], cmp.Or(v.Text, f.Why))
			r.Suppressions = []sarifSuppression{{Kind: "external", Status: "accepted", Justification: v.Reason + " (until " + v.Until + ")"}}
			run.Results = append(run.Results, r)
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	log := sarifLog{Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
	if err := enc.Encode(log); err != nil {
		return fmt.Errorf("writing the report as SARIF: %w", err)
	}
	return nil
}

// allRules are the rules of the policy, and those that only a violation names
// because the report was judged elsewhere.
func allRules(rep health.Report) []health.Rule {
	var rules []health.Rule
	seen := map[string]bool{}
	add := func(r health.Rule) {
		if !seen[r.ID] {
			seen[r.ID] = true
			rules = append(rules, r)
		}
	}
	for _, r := range rep.Rules {
		add(r)
	}
	for _, f := range rep.Findings {
		for _, v := range f.Violations {
			add(health.Rule{ID: v.Rule, Text: v.Rule, Warn: v.Warn})
		}
		for _, v := range f.Waived {
			add(health.Rule{ID: v.Rule, Text: v.Rule})
		}
	}
	return rules
}

func sarifRuleOf(r health.Rule) sarifRule {
	rule := sarifRule{ID: r.ID, Short: sarifText(r.Text), Help: sarifText(cmp.Or(r.Help, r.Text)), Properties: sarifTags{Tags: []string{"maintenance", "supply-chain"}}}
	rule.Configuration.Level = "error"
	if r.Warn {
		rule.Configuration.Level = "warning"
	}
	return rule
}

func sarifResultOf(f health.Finding, rule string, index int, text string) sarifResult {
	said := joined(". ", f.Label()+": "+text, strings.TrimSuffix(sentence(whyText(f), text), "."), verdictText(f), prefixed("What to do: ", f.Action))
	r := sarifResult{Rule: rule, Index: index, Level: "error", Message: sarifText(said),
		Properties: sarifProperties{Purl: f.Purl, Grade: f.Grade, Score: f.Score.Score}}
	print := fingerprint(f, rule)
	// GitHub tracks an alert by the first of the two, others by any name.
	r.Fingerprints = map[string]string{"primaryLocationLineHash": print + ":1", "mainstay/v1": print}
	logical := []sarifLogical{{Name: cmp.Or(f.Purl, f.Label()), Kind: "module"}}
	r.Locations = []sarifLocation{{Logical: logical}}
	for i, p := range f.Locations {
		if i == 0 {
			r.Locations[0].Physical = physical(p)
			continue
		}
		r.Related = append(r.Related, sarifLocation{ID: i, Physical: physical(p), Message: &sarifMessage{Text: "also used here"}})
	}
	return r
}

func physical(l health.Location) *sarifPhysical {
	p := &sarifPhysical{Artifact: sarifArtifact{URI: (&url.URL{Path: l.Path}).String(), Base: "%SRCROOT%"}}
	if l.Line > 0 {
		p.Region = &sarifRegion{Start: l.Line}
	}
	return p
}

// sarifText escapes the links and the placeholders that SARIF allows within
// plain text.
func sarifText(s string) sarifMessage {
	return sarifMessage{Text: strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, `{`, `{{`, `}`, `}}`).Replace(s)}
}

// fingerprint identifies a broken rule across runs: it stays the same when the
// line moves and when the version changes.
func fingerprint(f health.Finding, rule string) string {
	var path string
	if len(f.Locations) > 0 {
		path = f.Locations[0].Path
	}
	return digest(rule, f.Ecosystem, f.Name, path)
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}
