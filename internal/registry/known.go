package registry

import "github.com/mainstay-dev/mainstay/internal/health"

// Known is the address of the repository that a package's name alone tells,
// and "" where its registry has to be asked.
func Known(dep health.Dependency) string {
	if dep.Ecosystem != "golang" {
		return ""
	}
	s, ok := goSource(dep.Name)
	if !ok {
		return ""
	}
	return s.repository
}
