package registry

import (
	"context"
	"regexp"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// Actions knows GitHub's actions and reusable workflows by their names alone:
// owner/name, and a path within the repository. There is no registry to ask;
// versions are the repository's tags and branches.
type Actions struct {
	Web Web
}

var actionName = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+)(/[^@?#\s]+)?$`)

// Package returns where an action is developed.
func (r Actions) Package(_ context.Context, dep health.Dependency) (health.Package, error) {
	m := actionName.FindStringSubmatch(dep.Name)
	if m == nil {
		return r.Web.unnamed(newPackage(dep, "")), nil
	}
	p := newPackage(dep, "https://github.com/"+m[1])
	source{repository: p.URL, directory: folder(m[2]), from: "name"}.declare(&p)
	return r.Web.unreleased(p), nil
}

// Swift knows packages by the address of their repository, which is what they
// are named after: github.com/apple/swift-nio.
type Swift struct {
	Web Web
}

var swiftName = regexp.MustCompile(`^[a-z0-9.-]+\.[a-z]{2,}/[^?#\s]+$`)

// Package returns where a package is developed.
func (r Swift) Package(_ context.Context, dep health.Dependency) (health.Package, error) {
	p := newPackage(dep, "")
	name := strings.TrimPrefix(dep.Name, "https://")
	switch {
	case dep.Source != "":
		source{repository: declared(dep.Source), from: "Package.resolved"}.declare(&p)
	case swiftName.MatchString(name):
		source{repository: "https://" + strings.TrimSuffix(name, ".git"), from: "name"}.declare(&p)
	default:
		return r.Web.unnamed(p), nil
	}
	return r.Web.unreleased(p), nil
}

// unreleased is a package that comes straight from its repository.
func (w Web) unreleased(p health.Package) health.Package {
	p.ReadAt, p.StraightFromSource = w.Now(), true
	p.Gaps = append(p.Gaps, health.Gap{Part: health.PartReleases, Why: "it comes straight from its repository: its versions are the tags"})
	return p
}
