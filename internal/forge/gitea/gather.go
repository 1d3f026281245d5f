package gitea

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge/rest"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// How much of a repository is read.
const (
	page         = 50 // what servers give at most, unless configured otherwise
	timelines    = 30 // change requests, and issues, whose acts are read one by one
	commentPages = 4
)

// A gathering asks the server for everything about one repository.
type gathering struct {
	*Client
	answers
	since time.Time
	path  string

	mu sync.Mutex // guards gaps, acts, actsUntil, texts
}

// gather fills the answers. The error is that of the repository itself; what
// goes wrong with a part is among the gaps.
func (g *gathering) gather(ctx context.Context) error {
	if _, err := g.api.Get(ctx, g.path, nil, &g.repo); err != nil {
		return err
	}
	g.follow()
	g.acts, g.actsUntil, g.texts = map[int][]act{}, map[int]time.Time{}, map[string]string{}
	asks := []func(context.Context){g.askItems, g.askReleases, g.askOwner}
	if !g.repo.Empty {
		asks = append(asks, g.askCommits, g.askTags, g.askFiles)
	}
	rest.Together(ctx, asks...)
	slices.SortStableFunc(g.gaps, func(a, b health.Gap) int { return cmp.Compare(a.Part, b.Part) })
	return nil
}

func (g *gathering) askOwner(ctx context.Context) { g.kind = g.owner(ctx, g.repo.Owner.Login) }

// follow goes on under the name that the server answers, so that a rename
// costs one redirect and not one with every request.
func (g *gathering) follow() {
	if owner, name, ok := strings.Cut(g.repo.FullName, "/"); ok && named(owner) && named(name) {
		g.path = "/repos/" + owner + "/" + name
	}
}

func (g *gathering) gap(gap health.Gap) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, known := range g.gaps {
		if known.Part == gap.Part {
			return
		}
	}
	g.gaps = append(g.gaps, gap)
}

func (g *gathering) missed(part health.Part, err error) { g.gap(rest.Gap(part, err)) }

// askCommits reads the window's commits. The stated total doesn't heed the
// window, so the pages are counted. Where the window is empty the head is still
// the last sign of life.
func (g *gathering) askCommits(ctx context.Context) {
	query := url.Values{"stat": {"false"}, "verification": {"false"}, "files": {"false"}}
	if !g.since.IsZero() {
		query.Set("since", g.since.UTC().Format(time.RFC3339))
	}
	list := rest.List{Path: g.path + "/commits", Query: query, SizeName: "limit", Size: page, Pages: 1 + g.CommitPages, TotalLies: true}
	var err error
	g.commits, g.earlier, err = rest.Pages(ctx, g.api, list, func(c commit) string { return c.SHA }, nil)
	if err != nil {
		g.missed(health.PartCommits, err)
		return
	}
	if len(g.commits) == 0 && g.repo.DefaultBranch != "" {
		var head branch
		if _, err := g.api.Get(ctx, g.path+"/branches/"+url.PathEscape(g.repo.DefaultBranch), nil, &head); err != nil {
			g.missed(health.PartCommits, err)
			return
		}
		g.head = &head
	}
}

func (g *gathering) askTags(ctx context.Context) {
	list := rest.List{Path: g.path + "/tags", SizeName: "limit", Size: page, Pages: 1}
	var err error
	if g.tags, _, err = rest.Pages(ctx, g.api, list, func(t tag) string { return t.Name }, nil); err != nil {
		g.missed(health.PartTags, err)
	}
}

func (g *gathering) askReleases(ctx context.Context) {
	switch {
	case !has(g.repo.HasReleases):
		g.gap(health.Gap{Part: health.PartReleases, Why: "releases are switched off"})
		return
	case g.repo.Releases != nil && *g.repo.Releases == 0:
		return
	}
	list := rest.List{Path: g.path + "/releases", SizeName: "limit", Size: page, Pages: 1}
	var err error
	if g.releases, _, err = rest.Pages(ctx, g.api, list, func(r release) int64 { return r.ID }, nil); err != nil {
		g.missed(health.PartReleases, err)
	}
}

// askFiles reads the names at the head's root and in the folders that hold
// governance documents, then the few texts whose words matter.
func (g *gathering) askFiles(ctx context.Context) {
	folders := []string{""}
	for len(folders) > 0 {
		folder := folders[0]
		folders = folders[1:]
		var entries []entry
		if _, err := g.api.Get(ctx, g.path+"/contents"+folder, nil, &entries); err != nil {
			g.missed(health.PartFiles, err)
			return
		}
		for _, e := range entries {
			switch {
			case e.Type != "dir":
				g.files = append(g.files, e.Path)
			case slices.Contains(workflows, e.Path):
				g.workflows = true
			case slices.Contains(governed, e.Path):
				folders = append(folders, "/"+e.Path)
			}
		}
	}
	for _, path := range g.wanted() {
		g.askText(ctx, path)
	}
	g.askChecks(ctx)
}

func (g *gathering) askText(ctx context.Context, path string) {
	var c content
	if _, err := g.api.Get(ctx, g.path+"/contents/"+escaped(path), nil, &c); err != nil {
		g.missed(health.PartFiles, err)
		return
	}
	if c.Encoding == "base64" {
		g.texts[path] = string(c.Content)
	}
}

// askChecks reads the state of the checks at the head, where any are
// configured.
func (g *gathering) askChecks(ctx context.Context) {
	if !g.checked() || g.repo.DefaultBranch == "" {
		return
	}
	var s status
	if _, err := g.api.Get(ctx, g.path+"/commits/"+url.PathEscape(g.repo.DefaultBranch)+"/status", nil, &s); err != nil {
		g.missed(health.PartChecks, err)
		return
	}
	g.checks = &s
}

func escaped(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}

// number is the last element of an item's address.
func number(address string) int {
	n, _ := strconv.Atoi(address[strings.LastIndex(address, "/")+1:]) // no number is 0, which is no item
	return n
}
