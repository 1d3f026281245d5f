package health

import "slices"

// A Scope says what a dependency is needed for.
type Scope string

// The scopes, from the one that ships to the ones that don't.
const (
	ScopeRuntime     Scope = "runtime"
	ScopeOptional    Scope = "optional"
	ScopeTest        Scope = "test"
	ScopeDevelopment Scope = "development"
)

// Ships reports whether a dependency of this scope reaches the project's users.
func (s Scope) Ships() bool { return s != ScopeDevelopment && s != ScopeTest }

// A Location is the place in a file that names a dependency. Line counts from
// one; zero means that the format has no lines worth naming.
type Location struct {
	Path string `json:"path"`
	Line int    `json:"line,omitempty"`
}

// A Dependency is one package at one version that a project uses.
type Dependency struct {
	// Purl identifies package and version; it is "" where the file names
	// something that has no package URL.
	Purl      string `json:"purl"`
	Ecosystem string `json:"ecosystem"` // purl type: golang, npm, pypi, …
	Name      string `json:"name"`      // the ecosystem's own full spelling
	Version   string `json:"version"`   // as the file states it; "" where it doesn't
	Direct    bool   `json:"direct"`
	Scope     Scope  `json:"scope"`

	Locations []Location `json:"locations"`
	// Paths lead from the project over a direct dependency to this one, where
	// the format tells. The first element names the project.
	Paths [][]string `json:"paths"`

	// Source is the address that the file takes the code from in place of the
	// ecosystem's registry: a git URL, a fork that replaces the package. "" where
	// it comes from the registry; then the registry says where it is developed.
	Source string `json:"source,omitempty"`
	// DevelopedAt is the address of the repository that the file names for a
	// package that comes from its registry (bills of materials do); it counts
	// where the registry names none.
	DevelopedAt string `json:"developedAt,omitempty"`
	// Replaces names what this dependency stands in for, as "name@version".
	Replaces string `json:"replaces,omitempty"`
	// Registry is the address of the registry that the file or its lockfile
	// names, "" for the ecosystem's default.
	Registry string `json:"registry,omitempty"`
	// Licences are SPDX expressions that the file itself states (SBOMs do).
	Licences []string `json:"licences,omitempty"`
}

// Label is how a dependency is called in paths and for people: name@version, or
// the name alone where there is no version.
func (d Dependency) Label() string {
	if d.Version == "" {
		return d.Name
	}
	return d.Name + "@" + d.Version
}

// Through are the direct dependencies that bring this one in, by their labels
// and as far as its paths tell; none for one that is only used directly.
func (d Dependency) Through() []string {
	var out []string
	for _, p := range d.Paths {
		if len(p) > 2 && !slices.Contains(out, p[1]) {
			out = append(out, p[1])
		}
	}
	return out
}

// Key is what makes two dependencies the same: ecosystem, name and version.
func (d Dependency) Key() string { return d.Ecosystem + " " + d.Name + " " + d.Version }

// Merge joins what two files say about the same dependency: every location and
// path is kept, direct wins over transitive, and the scope that ships wins.
func (d Dependency) Merge(other Dependency) Dependency {
	d.Locations = union(d.Locations, other.Locations)
	for _, p := range other.Paths {
		if !slices.ContainsFunc(d.Paths, func(q []string) bool { return slices.Equal(p, q) }) {
			d.Paths = append(d.Paths, p)
		}
	}
	d.Direct = d.Direct || other.Direct
	if scopeRank(other.Scope) < scopeRank(d.Scope) {
		d.Scope = other.Scope
	}
	d.Licences = union(d.Licences, other.Licences)
	for _, f := range []struct{ to, from *string }{
		{&d.Purl, &other.Purl}, {&d.Source, &other.Source}, {&d.DevelopedAt, &other.DevelopedAt}, {&d.Replaces, &other.Replaces}, {&d.Registry, &other.Registry},
	} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	return d
}

func scopeRank(s Scope) int {
	return slices.Index([]Scope{ScopeRuntime, ScopeOptional, ScopeTest, ScopeDevelopment}, s)
}

func union[T comparable](a, b []T) []T {
	if len(b) == 0 {
		return a
	}
	out := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
