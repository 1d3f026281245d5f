package github

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// How much of a repository one request asks for. Commits, tags and releases
// cost one unit each whatever their number; every issue and change request
// costs one for the events nested in it.
const (
	commitsPage = 100
	tagsPage    = 30
	releasePage = 20
	itemsPage   = 30
	eventsPage  = 10
)

// query builds the text and variables of the requests that the client sends.
// Fields that older GitHub Enterprise Servers lack are left out by name.
type query struct {
	lacks []string
}

// optional are the fields whose absence costs a part of the evidence and no
// more, with the text that asks for each.
var optional = map[string]string{
	"archivedAt":              `archivedAt`,
	"fundingLinks":            `fundingLinks { platform url }`,
	"isSecurityPolicyEnabled": `isSecurityPolicyEnabled`,
	"securityPolicyUrl":       `securityPolicyUrl`,
	"sponsors":                `owner { ... on Sponsorable { sponsors(first: 1) { totalCount } } }`,
	"statusCheckRollup":       `checked: defaultBranchRef { target { ... on Commit { statusCheckRollup { state } } } }`,
}

// related names the field of optional that goes where another word is unknown
// to the server: types go with the fields they belong to.
var related = map[string]string{"Sponsorable": "sponsors", "FundingLink": "fundingLinks"}

// fragments are what is asked of every repository. The parents of commits are
// left out: a connection under each of 100 commits would more than double the
// price, and a merge tells by its message.
const fragments = `
fragment who on Actor { __typename login }
fragment commit on Commit { committedDate message author { name email user { login } } }
fragment act on Node {
  __typename
  ... on IssueComment { createdAt authorAssociation author { ...who } }
  ... on PullRequestReview { createdAt authorAssociation author { ...who } }
  ... on LabeledEvent { createdAt actor { ...who } }
  ... on ClosedEvent { createdAt actor { ...who } }
  ... on ReopenedEvent { createdAt actor { ...who } }
  ... on MergedEvent { createdAt actor { ...who } }
}
fragment tree on Tree { entries { name type } }
fragment text on Blob { text }
fragment repository on Repository {
  id nameWithOwner createdAt isArchived isDisabled isEmpty isMirror mirrorUrl hasIssuesEnabled
  licenseInfo { spdxId }
  owner { __typename login }
  %s
  defaultBranchRef { target { ... on Commit {
    ...commit
    history(first: 100, since: $since) { totalCount pageInfo { hasNextPage endCursor } nodes { ...commit } }
  } } }
  tags: refs(refPrefix: "refs/tags/", first: 30, orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) {
    nodes { name target {
      ... on Commit { committedDate }
      ... on Tag { tagger { date } target { ... on Commit { committedDate } } }
    } }
  }
  releases(first: 20, orderBy: {field: CREATED_AT, direction: DESC}) {
    nodes { tagName createdAt publishedAt isPrerelease isDraft author { login } }
  }
  openIssues: issues(states: OPEN, first: 1) { totalCount }
  openChanges: pullRequests(states: OPEN, first: 1) { totalCount }
  issues(first: $items, orderBy: {field: CREATED_AT, direction: DESC}) {
    pageInfo { hasNextPage }
    nodes {
      number createdAt closedAt authorAssociation author { ...who }
      timelineItems(first: $events, itemTypes: [ISSUE_COMMENT, LABELED_EVENT, CLOSED_EVENT, REOPENED_EVENT]) {
        pageInfo { hasNextPage } nodes { ...act }
      }
    }
  }
  pullRequests(first: $items, orderBy: {field: CREATED_AT, direction: DESC}) {
    pageInfo { hasNextPage }
    nodes {
      number createdAt closedAt merged mergedAt mergedBy { ...who } authorAssociation author { ...who }
      timelineItems(first: $events, itemTypes: [ISSUE_COMMENT, PULL_REQUEST_REVIEW, LABELED_EVENT, CLOSED_EVENT, MERGED_EVENT, REOPENED_EVENT]) {
        pageInfo { hasNextPage } nodes { ...act }
      }
    }
  }
  root: object(expression: "HEAD:") { ...tree }
  dotGithub: object(expression: "HEAD:.github") { ...tree }
  workflows: object(expression: "HEAD:.github/workflows") { ...tree }
  %s
}`

// texts are the files whose words are read, with the alias of each and its
// place in the answer. A file that isn't there answers null and costs nothing,
// so the spellings of a readme are all asked for at once.
var texts = []struct {
	alias, path string
	of          func(*files) **blob
}{
	{"readme", "README.md", func(f *files) **blob { return &f.Readme }},
	{"readmeLower", "readme.md", func(f *files) **blob { return &f.ReadmeLower }},
	{"readmeTitle", "Readme.md", func(f *files) **blob { return &f.ReadmeTitle }},
	{"readmeRST", "README.rst", func(f *files) **blob { return &f.ReadmeRST }},
	{"readmePlain", "README", func(f *files) **blob { return &f.ReadmePlain }},
	{"readmeTxt", "README.txt", func(f *files) **blob { return &f.ReadmeTxt }},
	{"readmeAdoc", "README.adoc", func(f *files) **blob { return &f.ReadmeAdoc }},
	{"readmeMarkdown", "README.markdown", func(f *files) **blob { return &f.ReadmeMarkdown }},
	{"readmeGithub", ".github/README.md", func(f *files) **blob { return &f.ReadmeGithub }},
	{"mailmap", ".mailmap", func(f *files) **blob { return &f.Mailmap }},
	{"insights", "SECURITY-INSIGHTS.yml", func(f *files) **blob { return &f.Insights }},
	{"insightsLower", "security-insights.yml", func(f *files) **blob { return &f.InsightsLower }},
	{"insightsGithub", ".github/SECURITY-INSIGHTS.yml", func(f *files) **blob { return &f.InsightsGithub }},
	{"publiccode", "publiccode.yml", func(f *files) **blob { return &f.Publiccode }},
	{"security", "SECURITY.md", func(f *files) **blob { return &f.Security }},
	{"securityGithub", ".github/SECURITY.md", func(f *files) **blob { return &f.SecurityGithub }},
	{"fundingFile", ".github/FUNDING.yml", func(f *files) **blob { return &f.FundingFile }},
	{"goMod", "go.mod", func(f *files) **blob { return &f.GoMod }},
}

// A request is one GraphQL request as it goes over the wire.
type request struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables"`
	points    int
}

// overview asks for everything about the repositories, given as owner and name.
func (q query) overview(repos [][2]string, since time.Time, items int) request {
	r := request{Variables: map[string]any{"since": sinceVariable(since), "items": items, "events": eventsPage}}
	var head, body strings.Builder
	head.WriteString("query($since: GitTimestamp, $items: Int!, $events: Int!")
	for i, repo := range repos {
		fmt.Fprintf(&head, ", $owner%d: String!, $name%d: String!", i, i)
		fmt.Fprintf(&body, "  r%d: repository(owner: $owner%d, name: $name%d, followRenames: true) { ...repository }\n", i, i, i)
		r.Variables[fmt.Sprintf("owner%d", i)], r.Variables[fmt.Sprintf("name%d", i)] = repo[0], repo[1]
	}
	r.Query = head.String() + ") {\n  rateLimit { cost remaining resetAt }\n" + body.String() + "}" +
		fmt.Sprintf(fragments, q.extras(), blobs())
	r.points = points(len(repos) * unitsOf(items))
	return r
}

// extras are the optional fields that the server has.
func (q query) extras() string {
	var lines []string
	for name, text := range optional {
		if !slices.Contains(q.lacks, name) {
			lines = append(lines, text)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n  ")
}

func blobs() string {
	var lines []string
	for _, t := range texts {
		lines = append(lines, fmt.Sprintf("%s: object(expression: %q) { ...text }", t.alias, "HEAD:"+t.path))
	}
	return strings.Join(lines, "\n  ")
}

// A bookmark is the place in a repository's history where the next page begins.
type bookmark struct{ id, cursor string }

// pages asks for one more page of each repository's commits.
func pages(marks []bookmark, since time.Time) request {
	r := request{Variables: map[string]any{"since": sinceVariable(since)}, points: points(len(marks))}
	var head, body strings.Builder
	head.WriteString("query($since: GitTimestamp")
	for i, mark := range marks {
		fmt.Fprintf(&head, ", $id%d: ID!, $after%d: String!", i, i)
		fmt.Fprintf(&body, `  r%d: node(id: $id%d) { ... on Repository { defaultBranchRef { target { ... on Commit {
    history(first: 100, after: $after%d, since: $since) { totalCount pageInfo { hasNextPage endCursor } nodes { ...commit } }
  } } } } }
`, i, i, i)
		r.Variables[fmt.Sprintf("id%d", i)], r.Variables[fmt.Sprintf("after%d", i)] = mark.id, mark.cursor
	}
	r.Query = head.String() + ") {\n  rateLimit { cost remaining resetAt }\n" + body.String() + `}
fragment commit on Commit { committedDate message author { name email user { login } } }`
	return r
}

// sinceVariable is null for the beginning of time.
func sinceVariable(since time.Time) any {
	if since.IsZero() {
		return nil
	}
	return since.UTC().Format(time.RFC3339)
}

// unitsOf is the number of requests that GitHub's formula counts for one
// repository: history, tags, releases, sponsors, issues, change requests and
// the two counts of open ones, and the events of every issue and change request.
func unitsOf(items int) int { return 8 + 2*items }

// points is GitHub's documented price: a hundred units are a point, and no
// request is free.
// https://docs.github.com/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api
func points(units int) int { return max(1, (units+50)/100) }

// Price says what reading n repositories takes, when all goes well and nothing
// is known yet about the size of requests that the server can answer. Commits
// beyond the first hundred of a repository come on top, where they are asked
// for: a request and a point for up to twenty repositories and a hundred
// commits of each.
func Price(n int) (requests, cost int) {
	p := newPace(0)
	var flying []int
	for n > 0 || len(flying) > 0 {
		for n > 0 && len(flying) < atOnce {
			size := min(n, p.take())
			n -= size
			flying = append(flying, size)
			requests++
			cost += points(size * unitsOf(itemsPage))
		}
		p.fine(flying[0])
		flying = flying[1:]
	}
	return requests, cost
}
