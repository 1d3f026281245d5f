package bitbucket

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/rest"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// How much of a repository is read.
const (
	changesPage = 50
	actPages    = 6 // of 50 acts on all change requests together
	mostTexts   = 5
)

// answers are what the server said about one repository.
type answers struct {
	repo    repository
	commits []commit
	earlier bool // there are commits in the window before these
	tags    []tag
	changes []change
	more    bool // there are older change requests
	acts    []act
	// actsFrom is the date from which acts are complete, zero for all.
	actsFrom time.Time
	files    []string
	texts    map[string]string
	gaps     health.Gaps
}

type (
	repository struct {
		FullName  string    `json:"full_name"`
		CreatedOn time.Time `json:"created_on"`
		Branch    *struct {
			Name string `json:"name"`
		} `json:"mainbranch"`
		Owner struct {
			Type string `json:"type"` // team, user
		} `json:"owner"`
	}
	account struct {
		UUID     string `json:"uuid"`
		Nickname string `json:"nickname"`
		Name     string `json:"display_name"`
		Type     string `json:"type"` // user, team, app_user
	}
	commit struct {
		Hash    string    `json:"hash"`
		Date    time.Time `json:"date"`
		Message string    `json:"message"`
		Author  struct {
			Raw  string   `json:"raw"` // Name <address>
			User *account `json:"user"`
		} `json:"author"`
		Parents []struct {
			Hash string `json:"hash"`
		} `json:"parents"`
	}
	tag struct {
		Name   string    `json:"name"`
		Date   time.Time `json:"date"` // of an annotated tag
		Target *struct {
			Date time.Time `json:"date"`
		} `json:"target"`
	}
	change struct {
		ID        int       `json:"id"`
		State     string    `json:"state"` // OPEN, MERGED, DECLINED, SUPERSEDED
		CreatedOn time.Time `json:"created_on"`
		Author    *account  `json:"author"`
	}
	// An act is one entry of the list of what was done on change requests.
	act struct {
		Change struct {
			ID int `json:"id"`
		} `json:"pull_request"`
		Comment *struct {
			CreatedOn time.Time `json:"created_on"`
			User      *account  `json:"user"`
		} `json:"comment"`
		Approval         *verdict `json:"approval"`
		ChangesRequested *verdict `json:"changes_requested"`
		Update           *struct {
			State  string    `json:"state"`
			Date   time.Time `json:"date"`
			Author *account  `json:"author"`
		} `json:"update"`
	}
	verdict struct {
		Date time.Time `json:"date"`
		User *account  `json:"user"`
	}
	entry struct {
		Path string `json:"path"`
		Type string `json:"type"` // commit_file, commit_directory
	}
	// A page is one page of a list; Next is the address of the following one.
	page[T any] struct {
		Values []T    `json:"values"`
		Next   string `json:"next"`
	}
)

// pages reads a list until it ends, enough says so, or there were most pages;
// more reports that it goes on.
func pages[T any](ctx context.Context, api rest.API, path string, query url.Values, most int, enough func([]T) bool) (all []T, more bool, err error) {
	next := api.Base + path + "?" + query.Encode()
	for range most {
		var p page[T]
		if _, err := api.Follow(ctx, next, &p); err != nil {
			return all, true, err
		}
		all = append(all, p.Values...)
		if p.Next == "" {
			return all, false, nil
		}
		if enough != nil && enough(p.Values) {
			return all, true, nil
		}
		next = p.Next
	}
	return all, true, nil
}

// A gathering asks the server for everything about one repository.
type gathering struct {
	*Client
	answers
	since time.Time
	path  string

	mu sync.Mutex // guards gaps
}

func (g *gathering) gather(ctx context.Context) error {
	if _, err := g.api.Get(ctx, g.path, nil, &g.repo); err != nil {
		return err
	}
	if workspace, slug, ok := strings.Cut(g.repo.FullName, "/"); ok && named(workspace) && named(slug) {
		g.path = "/repositories/" + workspace + "/" + slug
	}
	g.texts = map[string]string{}
	g.gaps = health.Gaps{
		{Part: health.PartReleases, Why: g.Host + " has no release entries"},
		{Part: health.PartIssues, Why: g.Host + " doesn't tell when an issue was closed"},
	}
	asks := []func(context.Context){g.askChanges}
	if g.repo.Branch != nil {
		asks = append(asks, g.askCommits, g.askTags, g.askFiles)
	}
	rest.Together(ctx, asks...)
	slices.SortStableFunc(g.gaps, func(a, b health.Gap) int { return cmp.Compare(a.Part, b.Part) })
	return nil
}

func (g *gathering) missed(part health.Part, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gaps = append(g.gaps, rest.Gap(part, err))
}

// askCommits reads commits, newest first, until a whole page is older than the
// window: a single old date among newer ones is a clock's fault.
func (g *gathering) askCommits(ctx context.Context) {
	query := url.Values{
		"pagelen": {"100"},
		"fields":  {"next,values.hash,values.date,values.message,values.author.raw,values.author.user,values.parents.hash"},
	}
	old := func(page []commit) bool {
		return !slices.ContainsFunc(page, func(c commit) bool { return !c.Date.Before(g.since) })
	}
	var err error
	g.commits, g.earlier, err = pages(ctx, g.api, g.path+"/commits/"+url.PathEscape(g.repo.Branch.Name), query, 1+g.CommitPages, old)
	if err != nil {
		g.missed(health.PartCommits, err)
		return
	}
	g.earlier = g.earlier && !old(g.commits[max(0, len(g.commits)-100):])
}

func (g *gathering) askTags(ctx context.Context) {
	query := url.Values{"pagelen": {"50"}, "sort": {"-target.date"}, "fields": {"next,values.name,values.date,values.target.date"}}
	var err error
	if g.tags, _, err = pages[tag](ctx, g.api, g.path+"/refs/tags", query, 1, nil); err != nil {
		g.missed(health.PartTags, err)
	}
}

// askChanges reads the newest change requests, and what was done on all of them
// back to the day the oldest was opened.
func (g *gathering) askChanges(ctx context.Context) {
	query := url.Values{
		"state": {"OPEN", "MERGED", "DECLINED", "SUPERSEDED"}, "sort": {"-created_on"}, "pagelen": {strconv.Itoa(changesPage)},
	}
	var err error
	if g.changes, g.more, err = pages[change](ctx, g.api, g.path+"/pullrequests", query, 1, nil); err != nil {
		g.missed(health.PartChanges, err)
		return
	}
	if len(g.changes) == 0 {
		return
	}
	from := g.changes[0].CreatedOn
	for _, c := range g.changes {
		if c.CreatedOn.Before(from) {
			from = c.CreatedOn
		}
	}
	passed := func(page []act) bool {
		return len(page) > 0 && page[len(page)-1].at().Before(from)
	}
	var more bool
	g.acts, more, err = pages(ctx, g.api, g.path+"/pullrequests/activity", url.Values{"pagelen": {"50"}}, actPages, passed)
	if err != nil {
		// When one was closed is told by its acts alone.
		g.changes = nil
		g.missed(health.PartChanges, err)
		return
	}
	if n := len(g.acts); more && n > 0 && !g.acts[n-1].at().Before(from) {
		g.actsFrom = g.acts[n-1].at()
	}
}

func (a act) at() time.Time {
	switch {
	case a.Comment != nil:
		return a.Comment.CreatedOn
	case a.Approval != nil:
		return a.Approval.Date
	case a.ChangesRequested != nil:
		return a.ChangesRequested.Date
	case a.Update != nil:
		return a.Update.Date
	}
	return time.Time{}
}

func (g *gathering) askFiles(ctx context.Context) {
	root := g.path + "/src/" + url.PathEscape(g.repo.Branch.Name) + "/"
	query := url.Values{"pagelen": {"100"}, "fields": {"next,values.path,values.type"}}
	entries, _, err := pages[entry](ctx, g.api, root, query, 3, nil)
	if err != nil {
		g.missed(health.PartFiles, err)
		return
	}
	for _, e := range entries {
		if e.Type == "commit_file" {
			g.files = append(g.files, e.Path)
		}
	}
	for _, path := range forge.Wanted(g.files, mostTexts) {
		text, err := g.api.Text(ctx, root+(&url.URL{Path: path}).EscapedPath())
		if err != nil {
			g.missed(health.PartFiles, err)
			return
		}
		g.texts[path] = text
	}
}
