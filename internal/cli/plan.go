package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/github"
	"github.com/mainstay-dev/mainstay/internal/forge/kind"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/registry"
)

// requestsAPackage is what a package's registry is asked in the common case, by
// ecosystem; the others take one request.
var requestsAPackage = map[string]int{"golang": 2, "maven": 2, "pypi": 2, "github": 0, "swift": 0}

// untold stands for the hosts of packages whose names don't tell where they
// are developed.
const untold = "where their registries will tell"

// plan says what an audit of these dependencies would ask, what it would cost
// and what is left to spend. The one thing that it asks is how much that is,
// which costs nothing; a repository that only its registry can name counts
// apart.
func (s *session) plan(ctx context.Context, w io.Writer, deps []health.Dependency) error {
	sent := map[string]bool{} // versions that the resolver is asked about
	packages := map[string]map[string]bool{}
	hosts := map[string]map[string]bool{}
	add := func(to map[string]map[string]bool, key, value string) {
		if to[key] == nil {
			to[key] = map[string]bool{}
		}
		to[key][value] = true
	}
	for _, dep := range deps {
		if s.resolver != nil && s.resolver.Sends(dep) {
			sent[dep.Key()] = true
		}
		if _, asked := s.audits.Registries[dep.Ecosystem]; asked {
			add(packages, dep.Ecosystem, dep.Name)
		}
		repo, err := forge.Parse(cmp.Or(dep.Source, registry.Known(dep)))
		if err != nil {
			add(hosts, untold, dep.Name)
			continue
		}
		add(hosts, repo.Host, repo.String())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d dependencies\n\n", len(deps))
	requests, points := 0, 0
	if s.resolver != nil {
		n := (len(sent) + registry.DepsDevBatch - 1) / registry.DepsDevBatch
		requests += n
		fmt.Fprintf(&b, "resolver\n  %-40s %5d versions      %6d requests, or as many as its answer has pages; what it knows isn't asked below\n",
			registry.DepsDevHost, len(sent), n)
	}
	fmt.Fprintf(&b, "registries\n")
	for _, ecosystem := range sorted(packages) {
		each, known := requestsAPackage[ecosystem]
		if !known {
			each = 1
		}
		n := len(packages[ecosystem]) * each
		requests += n
		fmt.Fprintf(&b, "  %-40s %5d packages      %6d requests\n", ecosystem, len(packages[ecosystem]), n)
	}
	fmt.Fprintf(&b, "repositories\n")
	for _, host := range sorted(hosts) {
		n := len(hosts[host])
		k, why := s.apis.expected(host)
		switch {
		case host == untold:
			fmt.Fprintf(&b, "  %-40s %5d packages      by git or an API, once the registries have told where\n", host, n)
		case why != "":
			fmt.Fprintf(&b, "  %-40s %5d repositories  by git, up to %d requests each: %s\n", host, n, requestsByGit, why)
		case k.name == kind.GitHub:
			asked, cost := github.Price(n)
			requests, points = requests+asked, points+cost
			fmt.Fprintf(&b, "  %-40s %5d repositories  %6d requests, %d points%s\n", host, n, asked, cost, s.left(ctx, host))
		default:
			asked := int(math.Ceil(float64(n) * k.requests))
			requests += asked
			fmt.Fprintf(&b, "  %-40s %5d repositories  %6d requests\n", host, n, asked)
		}
	}
	fmt.Fprintf(&b, "\n%d requests and %d points at most; what the cache holds is not asked again.\n", requests, points)
	if s.ask.maxPoints > 0 {
		fmt.Fprintf(&b, "--max-points %d is the cap; what it leaves out will be reported as missing.\n", s.ask.maxPoints)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// left says what a host's budget holds, where it said so.
func (s *session) left(ctx context.Context, host string) string {
	a, err := s.apis.allowance(ctx, host)
	if err != nil {
		return " (" + err.Error() + ")"
	}
	return fmt.Sprintf(" of %d left until %s", a.Remaining, a.Reset.UTC().Format(time.TimeOnly))
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
