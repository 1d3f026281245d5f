package gitlab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/forge/rest"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// How much of a project one request asks for.
const (
	itemsPage    = 30
	notesPage    = 10
	releasesPage = 30
)

// lacks are the names of fields and arguments that a server doesn't know.
type lacks []string

// fullPaths is the argument that makes one list out of many projects; older
// servers are asked for each by itself.
const fullPaths = "fullPaths"

func (l lacks) batches() bool { return slices.Contains(l, fullPaths) }

// optional are the fields whose absence costs a part of the evidence and no
// more.
var optional = []string{
	"openMergeRequestsCount", "systemNoteIconName", "maxAccessLevelOfAuthor", "bot", "mergeUser", "upcomingRelease",
	"committedDate", "pipelines", "group",
}

// texts are the files whose words are read, and names the others whose being
// there matters. A path that isn't there costs nothing.
var (
	texts = []string{
		"README.md", "readme.md", "Readme.md", "README.rst", "README", "README.txt", "README.adoc", "README.markdown",
		"LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "COPYING", "COPYING.md", "SECURITY.md", ".gitlab/SECURITY.md", "docs/SECURITY.md",
		"CONTRIBUTING.md", "CONTRIBUTING", ".mailmap", "SECURITY-INSIGHTS.yml", ".gitlab/SECURITY-INSIGHTS.yml", "publiccode.yml",
		"FUNDING.yml", ".github/FUNDING.yml", "go.mod",
	}
	names = []string{
		"CONTRIBUTING.rst", "docs/CONTRIBUTING.md", ".gitlab/CONTRIBUTING.md", "CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS",
		"MAINTAINERS", "MAINTAINERS.md", "OWNERS", "GOVERNANCE.md", "docs/GOVERNANCE.md", "CODE_OF_CONDUCT.md", "AUTHORS", "CHANGELOG.md",
		".gitlab-ci.yml", ".woodpecker.yml", "Jenkinsfile",
	}
)

// fields are what is asked of every project. Notes tell comments and, among
// the system's own, approvals; who closed an item isn't among them.
const fields = `
fragment who on User { id username name bot }
fragment acts on NoteConnection {
  pageInfo { hasNextPage }
  nodes { system systemNoteIconName createdAt maxAccessLevelOfAuthor author { ...who } }
}
fragment project on Project {
  fullPath createdAt archived group { id } issuesEnabled mergeRequestsEnabled openIssuesCount openMergeRequestsCount
  repository {
    empty rootRef
    tree { lastCommit { committedDate authoredDate authorName authorEmail message pipelines(first: 1) { nodes { status } } } }
    texts: blobs(paths: $texts) { nodes { path rawTextBlob } }
    names: blobs(paths: $names) { nodes { path } }
  }
  releases(first: %d, sort: RELEASED_AT_DESC) { nodes { tagName createdAt releasedAt upcomingRelease author { ...who } } }
  issues(first: %d, sort: CREATED_DESC) {
    pageInfo { hasNextPage }
    nodes { iid createdAt closedAt author { ...who } notes(first: %d) { ...acts } }
  }
  mergeRequests(first: %d, sort: CREATED_DESC) {
    pageInfo { hasNextPage }
    nodes { iid createdAt state mergedAt closedAt author { ...who } mergeUser { ...who } notes(first: %d) { ...acts } }
  }
}`

// A request is one GraphQL request as it goes over the wire.
type request struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables"`
}

// overview asks for projects: in one list, or each by itself on a server that
// has no such list.
func overview(paths []string, l lacks) request {
	r := request{Variables: map[string]any{"texts": texts, "names": names}}
	head := "query($texts: [String!]!, $names: [String!]!"
	if l.batches() {
		r.Variables["path"] = paths[0]
		r.Query = head + ", $path: ID!) {\n  project(fullPath: $path) { ...project }\n}"
	} else {
		r.Variables["paths"] = paths
		r.Query = head + fmt.Sprintf(", $paths: [String!]) {\n  projects(fullPaths: $paths, first: %d) { nodes { ...project } }\n}", len(paths))
	}
	body := fmt.Sprintf(fields, releasesPage, itemsPage, notesPage, itemsPage, notesPage)
	for _, name := range l {
		body = without(body, name)
	}
	r.Query += body
	return r
}

// without takes a field out of the text of a query, with its arguments and
// what is asked below it.
func without(text, name string) string {
	words := strings.Index(text, " "+name)
	for words >= 0 {
		end := words + 1 + len(name)
		if end < len(text) && (text[end] == ' ' || text[end] == '(' || text[end] == '\n') {
			return text[:words] + text[span(text, end):]
		}
		next := strings.Index(text[end:], " "+name)
		if next < 0 {
			break
		}
		words = end + next
	}
	return text
}

// span is the end of what belongs to a field that ends at i: (…) and {…}.
func span(text string, i int) int {
	for {
		j := i
		for j < len(text) && text[j] == ' ' {
			j++
		}
		if j >= len(text) || text[j] != '(' && text[j] != '{' {
			return i
		}
		depth := 0
		for ; j < len(text); j++ {
			switch text[j] {
			case '(', '{':
				depth++
			case ')', '}':
				depth--
			}
			if depth == 0 {
				break
			}
		}
		i = j + 1
	}
}

// errTooMuch marks a request that a smaller one may replace.
var errTooMuch = errors.New("the request was too large")

func tooMuch(err error) bool {
	if errors.Is(err, errTooMuch) {
		return true
	}
	r, ok := errors.AsType[*rest.Refusal](err)
	return ok && (r.Status == 502 || r.Status == 504 || r.Status == 500 || r.Status == 503)
}

// A reply is the answer to one request.
type reply struct {
	Data struct {
		Project  *project `json:"project"`
		Projects *struct {
			Nodes []*project `json:"nodes"`
		} `json:"projects"`
	} `json:"data"`
	Errors []struct {
		Message    string `json:"message"`
		Extensions struct {
			Code     string `json:"code"`
			Field    string `json:"fieldName"`
			Argument string `json:"argumentName"`
		} `json:"extensions"`
	} `json:"errors"`
}

// ask asks for projects and returns those that were told of, by lower-case
// path. What the server doesn't know is left out from then on.
func (s *session) ask(ctx context.Context, batch []target) (map[string]*project, error) {
	var paths []string
	for _, t := range batch {
		paths = append(paths, t.path)
	}
	for range len(optional) + 2 {
		s.mu.Lock()
		l := slices.Clone(s.lacks)
		s.mu.Unlock()
		if l.batches() && len(paths) > 1 {
			return nil, errTooMuch
		}
		var r reply
		if _, err := s.graph.Post(ctx, "", overview(paths, l), &r); err != nil {
			return nil, err
		}
		again, err := s.judge(r)
		if err != nil {
			return nil, err
		}
		if !again {
			found := r.projects()
			for _, p := range found {
				p.lacks = l
			}
			return found, nil
		}
	}
	return nil, &rest.Refusal{Why: s.Host + " knows too little GraphQL: it is older than what is read here", Outage: true}
}

// judge says whether an answer is one, and whether to ask again without what
// it says the server doesn't know.
func (s *session) judge(r reply) (again bool, err error) {
	for _, e := range r.Errors {
		name := e.Extensions.Field
		if e.Extensions.Argument != "" {
			name = e.Extensions.Argument
		}
		if name == fullPaths || slices.Contains(optional, name) && e.Extensions.Code == "undefinedField" {
			s.mu.Lock()
			if !slices.Contains(s.lacks, name) {
				s.lacks = append(s.lacks, name)
			}
			s.mu.Unlock()
			again = true
		}
	}
	if again || len(r.Errors) == 0 {
		return again, nil
	}
	said := r.Errors[0].Message
	if strings.Contains(said, "complexity") || strings.Contains(said, "timed out") || strings.Contains(said, "Timeout") {
		return false, fmt.Errorf("%w: %s says %q", errTooMuch, s.Host, quote.Brief(said, quote.Sentence))
	}
	if len(r.projects()) > 0 {
		return false, nil // about a part of it, which is then missing where it is null
	}
	return false, &rest.Refusal{Why: fmt.Sprintf("%s says %q", s.Host, quote.Brief(said, quote.Sentence)), Outage: true}
}

func (r reply) projects() map[string]*project {
	out := map[string]*project{}
	nodes := []*project{r.Data.Project}
	if r.Data.Projects != nil {
		nodes = r.Data.Projects.Nodes
	}
	for _, p := range nodes {
		if p != nil {
			out[strings.ToLower(p.FullPath)] = p
		}
	}
	return out
}
