package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// subject reads what a person wrote on the command line: a package URL, the
// address of a repository, or the path of a Go module.
func subject(text string, tables *fact.Tables) (health.Dependency, error) {
	dep := health.Dependency{Direct: true, Scope: health.ScopeRuntime, Locations: []health.Location{}, Paths: [][]string{}}
	if strings.HasPrefix(text, "pkg:") {
		purl, err := packageurl.FromString(text)
		if err != nil {
			return dep, withHint(fmt.Errorf("%q isn't a package URL: %w", text, err), "write it like pkg:npm/left-pad or pkg:golang/github.com/spf13/cobra@v1.10.2")
		}
		dep.Purl, dep.Ecosystem, dep.Version = text, purl.Type, purl.Version
		dep.Name = purlName(purl)
		return dep, nil
	}
	path, version, versioned := strings.Cut(text, "@")
	bare := !strings.Contains(text, "://")
	if !bare || path == "" {
		path, versioned = text, false
	}
	repo, err := forge.Parse(path)
	if err != nil {
		return dep, withHint(fmt.Errorf("%q is no subject: %w", text, err), "give a package URL (pkg:npm/left-pad), a repository (github.com/owner/name) or its address")
	}
	if _, known := tables.Forge(repo.Host); bare && (versioned || !known) {
		// With a version, or on a host that is no forge we know, it is most likely
		// the path of a Go module.
		dep.Ecosystem, dep.Name, dep.Version, dep.Purl = "golang", path, version, "pkg:golang/"+text
		return dep, nil
	}
	dep.Name, dep.Source = repo.String(), repo.URL()
	if repo.Host == "github.com" || repo.Host == "bitbucket.org" {
		dep.Purl = packageurl.NewPackageURL(strings.TrimSuffix(strings.TrimSuffix(repo.Host, ".com"), ".org"), repo.Owner(), repo.Name(), "", nil, "").ToString()
	} else {
		vcs := packageurl.Qualifiers{{Key: "vcs_url", Value: "git+" + repo.URL()}}
		dep.Purl = packageurl.NewPackageURL(packageurl.TypeGeneric, "", repo.Name(), "", vcs, "").ToString()
	}
	return dep, nil
}

// purlName is the ecosystem's own spelling of the package that a purl names.
func purlName(p packageurl.PackageURL) string {
	switch {
	case p.Namespace == "":
		return p.Name
	case p.Type == packageurl.TypeMaven:
		return p.Namespace + ":" + p.Name
	}
	return p.Namespace + "/" + p.Name
}

// matching returns the findings that a person may mean by text: by package URL,
// by name, by repository, or by the end of a name where nothing else fits.
func matching(findings []health.Finding, text string) []health.Finding {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "https://"), "/")
	name, version, _ := strings.Cut(text, "@")
	if strings.HasPrefix(text, "@") || strings.HasPrefix(text, "pkg:") {
		name, version = text, ""
	}
	for _, is := range []func(f health.Finding) bool{
		func(f health.Finding) bool { return f.Purl == text || strings.HasPrefix(f.Purl, text+"@") },
		func(f health.Finding) bool { return f.Name == name && (version == "" || f.Version == version) },
		func(f health.Finding) bool { return strings.TrimPrefix(f.Repository, "https://") == text },
		func(f health.Finding) bool { return strings.HasSuffix(f.Name, "/"+name) },
	} {
		if found := slices.DeleteFunc(slices.Clone(findings), func(f health.Finding) bool { return !is(f) }); len(found) > 0 {
			return found
		}
	}
	return nil
}

// dependenciesMeant is matching for dependencies that aren't judged yet.
func dependenciesMeant(deps []health.Dependency, text string) []health.Dependency {
	findings := make([]health.Finding, len(deps))
	for i, d := range deps {
		findings[i] = health.Finding{Dependency: d, Repository: d.Source}
	}
	var out []health.Dependency
	for _, f := range matching(findings, text) {
		out = append(out, f.Dependency)
	}
	return out
}
