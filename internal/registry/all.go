package registry

import (
	"context"
	"errors"

	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// An Ask is the one question that every registry answers.
type Ask func(ctx context.Context, dep health.Dependency) (health.Package, error)

// Package asks.
func (a Ask) Package(ctx context.Context, dep health.Dependency) (health.Package, error) {
	return a(ctx, dep)
}

// A Registry is one of those that mainstay knows, with what the manual says
// of it.
type Registry struct {
	Ecosystem string // purl type
	Name      string
	Host      string // asked by default; "" where nobody is
	Requests  string // for a package that isn't in the cache
	Gives     Gifts
	// Private says how a private registry is configured; "" where it can't be.
	Private string
	Open    func(Web, Settings) Ask
}

// Gifts are what a registry tells of a package.
type Gifts struct {
	Versions   bool // all of them
	Dates      bool // of all versions
	Withdrawn  bool // yanked, retracted, retired, unlisted versions
	Status     bool // deprecated, abandoned, archived, moved
	Repository bool
	Publishers bool
	Licence    bool
}

// All are the registries, by ecosystem.
var All = []Registry{
	{
		Ecosystem: "cargo", Name: "crates.io", Host: "crates.io", Requests: "1, and at most one a second",
		Gives: Gifts{Versions: true, Dates: true, Withdrawn: true, Repository: true, Licence: true},
		Open:  func(w Web, _ Settings) Ask { return Crates{w}.Package },
	},
	{
		Ecosystem: "composer", Name: "Packagist", Host: "repo.packagist.org", Requests: "1",
		Gives: Gifts{Versions: true, Dates: true, Status: true, Repository: true, Licence: true},
		Open:  func(w Web, _ Settings) Ask { return Packagist{w}.Package },
	},
	{
		Ecosystem: "gem", Name: "RubyGems", Host: "rubygems.org", Requests: "1 or 2",
		Gives: Gifts{Versions: true, Dates: true, Repository: true, Licence: true},
		Open:  func(w Web, _ Settings) Ask { return RubyGems{w}.Package },
	},
	{
		Ecosystem: "github", Name: "GitHub Actions", Requests: "0",
		Gives: Gifts{Repository: true},
		Open:  func(w Web, _ Settings) Ask { return Actions{w}.Package },
	},
	{
		Ecosystem: "golang", Name: "Go module proxy", Host: "proxy.golang.org", Requests: "2, or 1 where the module cache has the newest go.mod; 1 or 2 more for a vanity path that isn't known",
		Gives:   Gifts{Versions: true, Withdrawn: true, Status: true, Repository: true},
		Private: "GOPROXY, GOPRIVATE, GONOPROXY, .netrc",
		Open:    func(w Web, s Settings) Ask { return Go{Web: w, Settings: s.Go}.Package },
	},
	{
		Ecosystem: "hex", Name: "Hex", Host: "hex.pm", Requests: "1",
		Gives: Gifts{Versions: true, Dates: true, Withdrawn: true, Status: true, Repository: true, Publishers: true, Licence: true},
		Open:  func(w Web, _ Settings) Ask { return Hex{w}.Package },
	},
	{
		Ecosystem: "maven", Name: "Maven Central", Host: "repo1.maven.org", Requests: "2, and 1 for each parent POM",
		Gives: Gifts{Versions: true, Status: true, Repository: true, Licence: true},
		Open:  func(w Web, _ Settings) Ask { return Maven{w}.Package },
	},
	{
		Ecosystem: "npm", Name: "npm", Host: "registry.npmjs.org", Requests: "1",
		Gives:   Gifts{Versions: true, Dates: true, Withdrawn: true, Status: true, Repository: true, Publishers: true, Licence: true},
		Private: "the user's .npmrc",
		Open:    func(w Web, s Settings) Ask { return NPM{Web: w, Settings: s.NPM}.Package },
	},
	{
		Ecosystem: "nuget", Name: "NuGet", Host: "api.nuget.org", Requests: "1 or 2, and 1 for each 64 versions of a large package",
		Gives: Gifts{Versions: true, Dates: true, Withdrawn: true, Status: true, Repository: true, Licence: true},
		Open:  func(w Web, _ Settings) Ask { return NuGet{w}.Package },
	},
	{
		Ecosystem: "pub", Name: "pub.dev", Host: "pub.dev", Requests: "1",
		Gives: Gifts{Versions: true, Dates: true, Withdrawn: true, Status: true, Repository: true},
		Open:  func(w Web, _ Settings) Ask { return Pub{w}.Package },
	},
	{
		Ecosystem: "pypi", Name: "PyPI", Host: "pypi.org", Requests: "2",
		Gives:   Gifts{Versions: true, Dates: true, Withdrawn: true, Status: true, Repository: true, Publishers: true, Licence: true},
		Private: "PIP_INDEX_URL or the user's pip.conf",
		Open:    func(w Web, s Settings) Ask { return PyPI{Web: w, Settings: s.PyPI}.Package },
	},
	{
		Ecosystem: "swift", Name: "Swift packages", Requests: "0",
		Gives: Gifts{Repository: true},
		Open:  func(w Web, _ Settings) Ask { return Swift{w}.Package },
	},
}

// Settings are the user's settings of the ecosystems' own tools.
type Settings struct {
	Go   GoSettings
	NPM  NPMSettings
	PyPI PyPISettings
}

// ReadSettings reads them from the environment, the user's home and the user's
// configuration directory. A file that can't be read is an error; the settings
// of the other tools are returned all the same.
func ReadSettings(getenv func(string) string, home, configDir string) (Settings, error) {
	var s Settings
	var errGo, errNPM, errPyPI error
	s.Go, errGo = ReadGoSettings(getenv, home, configDir)
	s.NPM, errNPM = ReadNPMSettings(getenv, home)
	s.PyPI, errPyPI = ReadPyPISettings(getenv, configDir)
	return s, errors.Join(errGo, errNPM, errPyPI)
}

// Hosts are what the HTTP client should know of the registries: the
// credentials that the settings hold, and the pace that a registry asks for.
func (s Settings) Hosts() []fetch.Host {
	var hosts []fetch.Host
	hosts = append(hosts, s.Go.Hosts...)
	hosts = append(hosts, s.NPM.Hosts...)
	hosts = append(hosts, s.PyPI.Hosts...)
	return append(hosts, cratesHost)
}
