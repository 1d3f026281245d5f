package manifest

import (
	"strings"

	"github.com/package-url/packageurl-go"
)

// Ecosystems are purl types.
const (
	ecosystemGo        = "golang"
	ecosystemNPM       = "npm"
	ecosystemPython    = "pypi"
	ecosystemRust      = "cargo"
	ecosystemMaven     = "maven"
	ecosystemRuby      = "gem"
	ecosystemPHP       = "composer"
	ecosystemNuGet     = "nuget"
	ecosystemElixir    = "hex"
	ecosystemDart      = "pub"
	ecosystemSwift     = "swift"
	ecosystemActions   = "github" // actions and reusable workflows are repositories there
	ecosystemContainer = "docker"
)

// purl writes the package URL of a package by its ecosystem's own full name,
// "" where there is no name.
func purl(ecosystem, name, version string) string {
	if ecosystem == "" || name == "" {
		return ""
	}
	namespace, base := "", name
	separator := "/"
	if ecosystem == ecosystemMaven {
		separator = ":"
	}
	if i := strings.LastIndex(name, separator); i >= 0 {
		namespace, base = name[:i], name[i+1:]
	}
	p := packageurl.NewPackageURL(ecosystem, namespace, base, version, nil, "")
	if err := p.Normalize(); err != nil {
		return ""
	}
	return p.ToString()
}
