package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/audit"
	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/git"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/registry"
)

// connect builds what asks registries and forges. Nothing is asked yet.
func (s *session) connect(ctx context.Context) error {
	var err error
	if s.store, err = openCache(s.w); err != nil {
		return err
	}
	s.budget = fetch.NewBudget(s.ask.maxPoints)
	settings, err := s.registrySettings()
	if err != nil {
		return err
	}
	if s.apis, err = s.forges(); err != nil {
		return err
	}
	logins, err := fetch.UserNetrc(s.w.Getenv)
	if err != nil {
		return withHint(err, "mend the file, or set NETRC to another one")
	}
	s.client, err = fetch.New(fetch.Options{
		Now: s.w.Now, Agent: "mainstay/" + s.w.Version,
		Hosts: slices.Concat(s.apis.credentials(), settings.Hosts(), logins), Store: s.store,
		MaxAge: s.ask.maxAge, MaxStale: s.ask.maxStale, Offline: s.ask.offline,
		Patience: s.ask.patience, Waiting: s.waiting, Concurrency: s.ask.jobs,
	})
	if err != nil {
		return err
	}
	s.audits.Registries = s.registries(settings)
	if s.ask.resolver == resolverDepsDev {
		s.resolver = &registry.DepsDev{
			Web: registry.Web{HTTP: s.client.HTTP(), Now: s.w.Now}, Settings: settings,
			Store: s.store, MaxAge: s.ask.maxAge, Offline: s.ask.offline,
		}
		s.audits.Resolver = forgiving{s.resolver, s.note}
	}
	s.audits.Forge, err = s.sources(ctx)
	return err
}

// registrySettings are those of the ecosystems' own tools, with the logins that
// they hold.
func (s *session) registrySettings() (registry.Settings, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // no such folder: the environment and the defaults remain
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		dir = "" // no such folder: the environment and the defaults remain
	}
	settings, err := registry.ReadSettings(s.w.Getenv, home, dir)
	if err != nil {
		return settings, withHint(err, "'go env GOPROXY', 'npm config list' and 'pip config list' show what their own tools make of them")
	}
	return settings, nil
}

// registries maps each ecosystem to what answers for it.
func (s *session) registries(settings registry.Settings) map[string]audit.Registry {
	web := registry.Web{HTTP: s.client.HTTP(), Now: s.w.Now}
	all := make(map[string]audit.Registry, len(registry.All))
	for _, r := range registry.All {
		all[r.Ecosystem] = r.Open(web, settings)
	}
	return all
}

// forgiving is a Resolver whose failure is told and leaves packages to their
// registries.
type forgiving struct {
	audit.Resolver
	note func(format string, args ...any)
}

func (f forgiving) Packages(ctx context.Context, deps []health.Dependency) ([]health.Package, error) {
	packages, err := f.Resolver.Packages(ctx, deps)
	if err != nil && ctx.Err() == nil {
		f.note("registries were asked in place of deps.dev: %v", err)
		err = nil
	}
	return packages, err
}

// gitJobs is how many repositories git reads at once: transfers wait for the
// network most of the time.
const gitJobs = 16

// mirrors reads the addresses that git reads hosts at, "host=address" and
// spaces between. They come from the environment and not from a project's
// configuration, since a project must not say where the truth about it is.
func mirrors(text string) (map[string]string, error) {
	bases := map[string]string{}
	for _, entry := range strings.Fields(text) {
		host, base, ok := strings.Cut(entry, "=")
		if !ok || host == "" || base == "" {
			return nil, withHint(fmt.Errorf("MAINSTAY_MIRRORS has %q", entry), "write it like github.com=https://mirror.example/github.com")
		}
		bases[host] = base
	}
	return bases, nil
}

// mirrored is a Forge some of whose hosts are read at mirrors: what a mirror
// doesn't hold isn't gone.
type mirrored struct {
	git   *git.Forge
	bases map[string]string
}

var _ audit.Historian = mirrored{} // asked for less than everything by who finds it one

func (m mirrored) Activities(ctx context.Context, repos []health.Repository, since time.Time, yield func(int, health.Activity)) error {
	return m.git.Activities(ctx, repos, since, func(i int, a health.Activity) { yield(i, m.told(repos[i], a)) })
}

func (m mirrored) Histories(ctx context.Context, repos []health.Repository, since time.Time, yield func(int, health.Activity)) error {
	return m.git.Histories(ctx, repos, since, func(i int, a health.Activity) { yield(i, m.told(repos[i], a)) })
}

func (m mirrored) told(repo health.Repository, a health.Activity) health.Activity {
	if base, ok := m.bases[repo.Host]; ok && a.Gaps.Gone() {
		a.Gaps = health.Gaps{{Part: health.PartRepository, Why: "the mirror at " + base + " doesn't hold it", Outage: true}}
	}
	return a
}

// sources joins what forges' APIs and git tell, and remembers both.
func (s *session) sources(ctx context.Context) (audit.Forge, error) {
	sources := audit.Sources{}
	if s.ask.source != sourceAPI {
		bases, err := mirrors(s.w.Getenv("MAINSTAY_MIRRORS"))
		if err != nil {
			return nil, err
		}
		plain, err := git.New(ctx, git.Options{
			Dir: filepath.Join(s.store.Dir(), "git"), Rules: s.rules(), Now: s.w.Now, Env: s.w.Environ, Bases: bases,
			Jobs: gitJobs, MaxAge: s.ask.maxAge, Offline: s.ask.offline, // what is stale is remembered above, and told
		})
		if err != nil {
			return nil, withHint(err, "install git, or ask APIs alone with --source api")
		}
		sources.Git = mirrored{plain, bases}
	}
	s.apis.kinds.HTTP = s.client.HTTP()
	sources.API = func(ctx context.Context, host string) (audit.Forge, string) {
		if s.ask.source == sourceGit {
			return nil, "--source git asks no API"
		}
		return s.apis.api(ctx, host)
	}
	scope := func(repo health.Repository) string {
		if p := s.apis.places[repo.Host]; s.ask.source == sourceAuto && p.token == "" {
			return "auto without a token"
		}
		return s.ask.source
	}
	return s.remembering(sources, scope), nil
}

// remembering keeps what a source tells, each answer as it comes.
func (s *session) remembering(f audit.Forge, scope func(health.Repository) string) audit.Remembering {
	return audit.Remembering{
		Forge: f, Memory: s.store, Scope: scope, Now: s.now,
		MaxAge: s.ask.maxAge, MaxStale: s.ask.maxStale, Offline: s.ask.offline, Used: s.used,
	}
}

// used notes an answer from memory; a stale one is told.
func (s *session) used(repo health.Repository, readAt time.Time, why string) {
	s.mu.Lock()
	s.kept++
	s.mu.Unlock()
	if why != "" {
		s.note("%s is judged by evidence of %s: %s", repo, readAt.UTC().Format(time.DateOnly), why)
	}
}

// note adds a sentence to what the report says of itself.
func (s *session) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

// waiting tells people why nothing moves, where they would notice.
func (s *session) waiting(wait fetch.Wait) {
	if !s.ask.quiet && wait.For >= time.Second {
		s.progress.say("waiting %s for %s: %s", wait.For.Round(time.Second), wait.Host, wait.Why)
	}
}

// rules tell people from programs, for every source alike.
func (s *session) rules() forge.Rules { return forge.Rules{Tables: s.tables} }
