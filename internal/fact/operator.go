package fact

import "strings"

// An Operator is who runs a forge or a registry, and under which law. All rows
// are from memory: read the operator's imprint before relying on one.
type Operator struct {
	Name string
	// Jurisdiction is the ISO 3166 code of the operator's seat and Group "EU",
	// "EEA" or "other"; both are "" where it isn't known.
	Jurisdiction string
	Group        string
	Notes        string
	URL          string
}

// A Forge is a host of repositories.
type Forge struct {
	// Kind is github, gitlab, forgejo, gitea, bitbucket, sourcehut, gerrit,
	// cgit or other.
	Kind     string
	Operator Operator
}

// A Registry is where packages of an ecosystem are published.
type Registry struct {
	Name     string
	Operator Operator
}

func (t *Tables) addForge(row []string) error {
	t.forges[row[0]] = Forge{Kind: row[2], Operator: Operator{Name: row[1], Jurisdiction: row[3], Group: row[4], Notes: row[5], URL: row[6]}}
	return nil
}

func (t *Tables) addRegistry(row []string) error {
	t.registries[row[0]] = append(t.registries[row[0]],
		Registry{Name: row[1], Operator: Operator{Name: row[2], Jurisdiction: row[3], Group: row[4], Notes: row[5], URL: row[6]}})
	return nil
}

// Forge is what is known of a host, false where nothing is.
func (t *Tables) Forge(host string) (Forge, bool) {
	f, ok := t.forges[strings.ToLower(host)]
	return f, ok
}

// Registries are the registries of an ecosystem (a purl type), in the table's
// order.
func (t *Tables) Registries(ecosystem string) []Registry { return t.registries[ecosystem] }
