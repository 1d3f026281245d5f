package forge

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A Head is what was read of the files at a repository's head, by any forge.
type Head struct {
	Paths []string // of the files; those in folders that say nothing can be left out
	// Texts are those of the Wanted files, as far as they were read, by path.
	Texts map[string]string
	// Link is a person's address of a file; nil where the forge has none.
	Link func(file string) string
}

// Describe writes what the files say into the Activity: Files, Licence,
// Funding, Security, CI, Mirror and the notices. What an API has already told
// of licence, checks and private reporting stays.
func (h Head) Describe(a *health.Activity) {
	link := h.Link
	if link == nil {
		link = func(string) string { return "" }
	}
	a.Files = []string{}
	for _, p := range h.Paths {
		if governance(p) {
			a.Files = append(a.Files, p)
		}
	}
	slices.Sort(a.Files)
	a.Licence = cmp.Or(a.Licence, h.licence())
	a.CI = cmp.Or(a.CI, h.checks())
	if a.Funding == nil {
		a.Funding = h.funding(a.Home())
	}
	h.security(&a.Security, link)
	for _, file := range slices.Sorted(slices.Values(h.Paths)) {
		text, ok := h.Texts[file]
		if !ok || lesserReadme(file, h.Paths) {
			continue
		}
		for _, n := range Notices(a.Home(), file, text) {
			n.URL = link(file)
			if !slices.ContainsFunc(a.Notices, func(old health.Notice) bool { return old.Kind == n.Kind }) {
				a.Notices = append(a.Notices, n)
			}
		}
		if strings.HasPrefix(strings.ToLower(path.Base(file)), "readme") {
			a.Mirror = cmp.Or(a.Mirror, mirrorOf(a.Home(), text))
		}
	}
}

// The folders in which forges look for a project's own documents; "." is the
// root.
var documentFolders = []string{".", ".github", ".gitlab", ".gitea", ".forgejo", "docs", "doc"}

var (
	licenceName    = lazily(`(?i)^(?:li[cs]en[cs]e|copying|unlicense|copyright)(?:[.-][a-z0-9.-]+)?$`)
	governanceName = lazily(`(?i)^(?:(?:readme|contributing|governance|maintainers|owners|codeowners|code[_-]of[_-]conduct|security|support|authors|roadmap|` +
		`changelog|changes|history|releases?|emeritus|adopters|steering)(?:\.(?:md|rst|txt|adoc|org|markdown))?|security-insights\.ya?ml|publiccode\.ya?ml|` +
		`funding\.(?:yml|json)|owners_aliases|security\.txt|codemeta\.json|citation\.cff|\.mailmap)$`)
	wantedName = lazily(`(?i)^(?:readme(?:\.(?:md|rst|txt|adoc|org|markdown))?|security(?:\.(?:md|rst|txt|adoc))?|security-insights\.ya?ml|publiccode\.ya?ml|funding\.yml|go\.mod|\.mailmap)$`)
)

// governance reports whether a file is one of the documents that say how a
// project is run.
func governance(file string) bool {
	folder, name := path.Dir(file), path.Base(file)
	return slices.Contains(documentFolders, strings.ToLower(folder)) && (governanceName().MatchString(name) || licenceName().MatchString(name))
}

// Wanted are the files whose text Describe can use, the most telling first, at
// most limit of them.
func Wanted(paths []string, limit int) []string {
	var out []string
	for _, p := range paths {
		folder, name := strings.ToLower(path.Dir(p)), path.Base(p)
		switch {
		case licenceName().MatchString(name):
			if folder == "." {
				out = append(out, p)
			}
		case wantedName().MatchString(name) && slices.Contains(documentFolders, folder):
			if (name != "go.mod" && name != ".mailmap" || folder == ".") && !lesserReadme(p, paths) {
				out = append(out, p)
			}
		}
	}
	rank := func(p string) int {
		order := []string{"readme", ".mailmap", "li", "copying", "security-insights", "go.mod", "security", "funding"}
		name := strings.ToLower(path.Base(p))
		i := slices.IndexFunc(order, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		if i < 0 {
			i = len(order)
		}
		return i
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) })
	return out[:min(limit, len(out))]
}

// lesserReadme reports whether a file is a README that no forge shows, since
// there is another: the root's goes before those of the folders, Markdown
// before plain text.
func lesserReadme(file string, paths []string) bool {
	place := func(p string) int {
		if !strings.HasPrefix(strings.ToLower(path.Base(p)), "readme") {
			return -1
		}
		folder := slices.Index([]string{".", ".github", "docs"}, strings.ToLower(path.Dir(p)))
		if folder < 0 {
			return -1
		}
		form := slices.Index([]string{".md", ".markdown", ".rst", ".adoc", ".org", ".txt", ""}, strings.ToLower(path.Ext(p)))
		if form < 0 {
			form = 9
		}
		return folder*10 + form
	}
	mine := place(file)
	if mine < 0 {
		return strings.HasPrefix(strings.ToLower(path.Base(file)), "readme")
	}
	return slices.ContainsFunc(paths, func(p string) bool { at := place(p); return at >= 0 && at < mine })
}

var checks = lazily(`^(?:\.(?:github|forgejo|gitea)/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.travis\.ya?ml|\.circleci/config\.ya?ml|\.cirrus\.(?:ya?ml|star)|` +
	`\.?azure-pipelines.*\.ya?ml|\.?appveyor\.ya?ml|\.drone\.(?:ya?ml|star|jsonnet)|\.woodpecker(?:\.ya?ml|/.+\.ya?ml)|\.build\.ya?ml|\.builds/.+\.ya?ml|[Jj]enkinsfile|` +
	`bitbucket-pipelines\.yml|\.buildkite/.+|\.semaphore/.+|\.zuul\.ya?ml|\.?zuul\.d/.+|cloudbuild\.ya?ml|\.tekton/.+|\.prow(?:\.ya?ml|/.+)|\.sourcehut/.+|\.packit\.ya?ml|\.teamcity/.+)$`)

// checks is whether the head has a configuration for continuous integration.
func (h Head) checks() health.CheckState {
	if slices.ContainsFunc(h.Paths, checks().MatchString) {
		return health.CheckPresent
	}
	return health.CheckNone
}

var private = lazily(`(?i)/security/advisories/new|report a vulnerability|private vulnerability|hackerone\.com|bugcrowd\.com|huntr\.(?:dev|com)|intigriti\.com|` +
	`mailto:|[a-z0-9._%+-]+ ?(?:@|\[at\]|\(at\)) ?[a-z0-9-]+ ?(?:\.|\[dot\]) ?[a-z]{2,}|confidential issue`)

// security adds the policy that the files hold.
func (h Head) security(s *health.Security, link func(string) string) {
	for _, file := range slices.Sorted(slices.Values(h.Paths)) {
		name := strings.ToLower(path.Base(file))
		if !governance(file) || !strings.HasPrefix(name, "security.") && name != "security" {
			continue
		}
		s.Policy = true
		s.URL = cmp.Or(s.URL, link(file))
		s.PrivateReporting = s.PrivateReporting || private().MatchString(h.Texts[file])
	}
}

var mirror = lazily(`(?i)\b(?:this|the) (?:[a-z]+ )?(?:repo|repository|project) is (?:just |only |now )*(?:a|an|the)? ?(?:(?:read[- ]only|official|unofficial|automatic|github|git|public)[, ]+)*mirror of\b`)

// mirrorOf is where a README says that development happens, where it calls the
// repository a mirror: an address, or "elsewhere".
func mirrorOf(repo health.Repository, readme string) string {
	for _, s := range sentences(head(readme, noticeLines)) {
		if at := mirror().FindStringIndex(s); at != nil {
			if to, ok := named(repo, s[at[1]:]+" "); ok {
				return to.String()
			}
			return "elsewhere"
		}
	}
	return ""
}
