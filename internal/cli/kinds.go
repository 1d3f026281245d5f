package cli

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/mainstay-dev/mainstay/internal/audit"
	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/forge/bitbucket"
	"github.com/mainstay-dev/mainstay/internal/forge/gerrit"
	"github.com/mainstay-dev/mainstay/internal/forge/git"
	"github.com/mainstay-dev/mainstay/internal/forge/gitea"
	"github.com/mainstay-dev/mainstay/internal/forge/github"
	"github.com/mainstay-dev/mainstay/internal/forge/gitlab"
	"github.com/mainstay-dev/mainstay/internal/forge/kind"
	"github.com/mainstay-dev/mainstay/internal/forge/sourcehut"
)

// A forgeKind is one kind of forge with an API: what follows from its host, how
// a token is shown to it, and what reads it.
type forgeKind struct {
	name string
	// header and scheme carry the token: "Authorization" and "Bearer ".
	header, scheme string
	// open tells that public repositories can be read without a token.
	open bool
	// requests is what a repository takes, as measured for the manual.
	requests float64
	tells    func() forge.Tells
	make     func(s *session, p place) (audit.Forge, error)
}

// forgeKinds lists the kinds. A new one is a package below forge and one entry
// here.
var forgeKinds = []forgeKind{
	{kind.GitHub, "Authorization", "Bearer ", false, 0.2, github.Tells, makeGitHub},
	{kind.GitLab, "PRIVATE-TOKEN", "", true, 2.3, gitlab.Tells, func(s *session, p place) (audit.Forge, error) {
		return gitlab.New(gitlab.Options{Host: p.host, API: p.api, HTTP: s.client.HTTP(), Token: p.token != "", Now: s.w.Now, Rules: s.rules(), CommitPages: s.commitPages(pagesBesideGit)})
	}},
	{kind.Forgejo, "Authorization", "token ", true, 14, gitea.Tells, makeGitea},
	{kind.Gitea, "Authorization", "token ", true, 14, gitea.Tells, makeGitea},
	{kind.Bitbucket, "Authorization", "Bearer ", false, 7.5, bitbucket.Tells, func(s *session, p place) (audit.Forge, error) {
		return bitbucket.New(bitbucket.Options{Host: p.host, API: p.api, HTTP: s.client.HTTP(), Token: p.token != "", Now: s.w.Now, Rules: s.rules(), CommitPages: s.commitPages(pagesBesideGit)})
	}},
	{kind.Gerrit, "Authorization", "Bearer ", true, 2, gerrit.Tells, func(s *session, p place) (audit.Forge, error) {
		return gerrit.New(gerrit.Options{Host: p.host, API: p.api, HTTP: s.client.HTTP(), Token: p.token != "", Now: s.w.Now, Rules: s.rules()})
	}},
	{kind.Sourcehut, "Authorization", "Bearer ", false, 2, sourcehut.Tells, func(s *session, p place) (audit.Forge, error) {
		return sourcehut.New(sourcehut.Options{Host: p.host, API: p.api, HTTP: s.client.HTTP(), Token: p.token != "", Now: s.w.Now})
	}},
}

// ForgeTells is what each kind of forge tells, for the manual; plain git is the
// kind "git".
func ForgeTells() map[string]forge.Tells {
	out := map[string]forge.Tells{kind.Git: git.Tells()}
	for _, k := range forgeKinds {
		out[k.name] = k.tells()
	}
	return out
}

// requestsByGit is what reading a repository by git takes at most, as measured.
const requestsByGit = 10

// How many pages of commits an API is asked for after the first. Beside git
// there is a number from which on one transfer by git is cheaper: the third
// where a page is a request, the fourth where many repositories share one, as at
// GitHub.
const (
	pagesBesideGit       = 1
	sharedPagesBesideGit = 2
	pagesWithoutGit      = 20
)

func (s *session) commitPages(besideGit int) int {
	if s.ask.source == sourceAPI {
		return pagesWithoutGit
	}
	return besideGit
}

func makeGitea(s *session, p place) (audit.Forge, error) {
	return gitea.New(gitea.Options{Host: p.host, API: p.api, HTTP: s.client.HTTP(), Token: p.token != "", Now: s.w.Now, Rules: s.rules(), CommitPages: s.commitPages(pagesBesideGit)})
}

// makeGitHub builds a GitHub's client: the one kind that counts points, and
// whose best size of a request is learned.
func makeGitHub(s *session, p place) (audit.Forge, error) {
	u, err := url.Parse(p.api)
	if err != nil {
		return nil, fmt.Errorf("reading the address of the API of %s: %w", p.host, err)
	}
	raw, _, _ := s.store.Get("batch", p.host)
	size, err := strconv.Atoi(string(raw))
	if err != nil {
		size = 0 // nothing learned yet
	}
	return github.New(github.Options{
		Host: p.host, API: p.api, HTTP: s.client.HTTP(), Now: s.w.Now, Rules: s.rules(), Patience: s.ask.patience,
		Waiting: func(why string, until time.Time) {
			s.waiting(fetch.Wait{Host: p.host, Why: why, For: until.Sub(s.w.Now())})
		},
		Allow: func(points int) error { return s.budget.Spend(u.Host, points, s.w.Now()) },
		Spent: func(cost, remaining int, reset time.Time) {
			s.budget.Report(u.Host, fetch.Allowance{Remaining: remaining, Reset: reset})
			s.spent(cost)
		},
		Size: size,
		Learned: func(size int) {
			// Without it the next run starts small again.
			_ = s.store.Put("batch", p.host, []byte(strconv.Itoa(size)), s.now)
		},
		CommitPages: s.commitPages(sharedPagesBesideGit), WholeHistories: s.ask.source != sourceAPI,
	})
}
