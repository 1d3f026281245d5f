package policy

import (
	_ "embed"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"github.com/mainstay-dev/mainstay/internal/config"
)

// Starter is a commented policy file that says the same as no file at all.
//
//go:embed starter.yaml
var Starter string

// Show writes the policy in force as YAML that could stand in a configuration
// file, each rule and waiver under a comment that says where it comes from.
func (p Policy) Show(w io.Writer) error {
	var section struct {
		Policy struct {
			Rules   []yaml.Node `yaml:"rules"`
			Waivers []yaml.Node `yaml:"waivers,omitempty"`
		} `yaml:"policy"`
	}
	for _, r := range p.rules {
		n, err := commented(r.source, r.From+": "+r.Text)
		if err != nil {
			return err
		}
		section.Policy.Rules = append(section.Policy.Rules, n)
	}
	for _, wv := range p.waivers {
		n, err := commented(wv.Waiver, wv.from)
		if err != nil {
			return err
		}
		section.Policy.Waivers = append(section.Policy.Waivers, n)
	}
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(section); err != nil {
		return fmt.Errorf("writing the policy: %w", err)
	}
	return enc.Close()
}

func commented[T config.Rule | config.Waiver](v T, comment string) (yaml.Node, error) {
	var n yaml.Node
	if err := n.Encode(v); err != nil {
		return n, fmt.Errorf("writing the policy: %w", err)
	}
	n.HeadComment = comment
	return n, nil
}
