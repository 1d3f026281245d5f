package hub

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
)

var at = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

// schema is GitHub's schema, nil where it isn't at hand.
func schema(t *testing.T) *ast.Schema {
	t.Helper()
	root := os.Getenv("MAINSTAY_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	path := filepath.Join(root, "github", "schema.graphql.gz")
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	s, err := Schema(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask sends a query and returns data and errors as JSON values.
func ask(t *testing.T, h *Hub, query string, variables map[string]any) map[string]any {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := h.Client().Post("https://api.github.com/graphql", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %s", resp.Status)
	}
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// three is a repository with three issues, given out of order.
func three() Object {
	issue := func(number int, state string, day int) Object {
		return Object{"__typename": "Issue", "number": number, "state": state, "createdAt": at.AddDate(0, 0, day), "author": Object{"__typename": "Bot", "login": "x"}}
	}
	return Object{
		"__typename": "Repository", "id": "R_1", "nameWithOwner": "Acme/widget", "isArchived": false,
		"issues": []Object{issue(2, "OPEN", -2), issue(3, "OPEN", -1), issue(1, "CLOSED", -3)},
		"files":  map[string]string{"README.md": "hello", "docs/a.md": ""},
	}
}

func TestExecution(t *testing.T) {
	for name, c := range map[string]struct{ query, want string }{
		"order and first": {
			`{ issues(first: 2, orderBy: {field: CREATED_AT, direction: DESC}) { totalCount pageInfo { hasNextPage } nodes { number } } }`,
			`{"issues": {"totalCount": 3, "pageInfo": {"hasNextPage": true}, "nodes": [{"number": 3}, {"number": 2}]}}`},
		"after": {
			`{ issues(first: 2, after: "cursor 2", orderBy: {field: CREATED_AT, direction: DESC}) { pageInfo { hasNextPage hasPreviousPage } nodes { number } } }`,
			`{"issues": {"pageInfo": {"hasNextPage": false, "hasPreviousPage": true}, "nodes": [{"number": 1}]}}`},
		"last": {
			`{ issues(last: 1, orderBy: {field: CREATED_AT, direction: ASC}) { nodes { number } } }`,
			`{"issues": {"nodes": [{"number": 3}]}}`},
		"states and aliases": {
			`{ open: issues(states: OPEN, first: 1) { totalCount } closed: issues(states: [CLOSED], first: 1) { totalCount } }`,
			`{"open": {"totalCount": 2}, "closed": {"totalCount": 1}}`},
		"fragments": {
			`{ issues(first: 1) { nodes { author { ... on Actor { login } ... on User { name } ... on Bot { __typename } } } } }`,
			`{"issues": {"nodes": [{"author": {"login": "x", "__typename": "Bot"}}]}}`},
		"files": {
			`{ root: object(expression: "HEAD:") { ... on Tree { entries { name type } } } readme: object(expression: "HEAD:README.md") { ... on Blob { text } } no: object(expression: "HEAD:x") { __typename } }`,
			`{"root": {"entries": [{"name": "README.md", "type": "blob"}, {"name": "docs", "type": "tree"}]}, "readme": {"text": "hello"}, "no": null}`},
	} {
		t.Run(name, func(t *testing.T) {
			h := New(time.Now, func(what string) { t.Error(what) }, three())
			h.Schema = schema(t)
			got := ask(t, h, `query($o: String!) { repository(owner: $o, name: "WIDGET") `+c.query+` }`, map[string]any{"o": "acme"})
			var want any
			if err := json.Unmarshal([]byte(c.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(map[string]any{"data": map[string]any{"repository": want}}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatCannotBeIsAFault(t *testing.T) {
	if schema(t) == nil {
		t.Skip("no schema at hand")
	}
	for query, says := range map[string]string{
		`{ repository(owner: "acme", name: "widget") { isFork } }`:                               "has no Repository.isFork",
		`{ repository(owner: "acme", name: "widget") { isarchived } }`:                           "isarchived",
		`{ repository(owner: "acme", name: "widget") { isArchived } }`:                           "is null",
		`{ repository(owner: "acme", name: "widget") { issues(first: 1) { nodes { state } } } }`: "no such word",
		`{ repository(owner: 1, name: "widget") { id } }`:                                        "String cannot represent",
	} {
		var faults []string
		broken := three()
		broken["isArchived"] = nil
		broken["issues"].([]Object)[0]["state"] = "AJAR"
		h := New(time.Now, func(what string) { faults = append(faults, what) }, broken)
		h.Schema = schema(t)
		ask(t, h, query, nil)
		if len(faults) == 0 || !strings.Contains(faults[0], says) {
			t.Errorf("%s: faults %q, want one that says %q", query, faults, says)
		}
	}
}

func TestLivesAreRepeatable(t *testing.T) {
	for _, c := range Characters {
		if diff := cmp.Diff(Live("acme/widget", at, c), Live("acme/widget", at, c)); diff != "" {
			t.Errorf("%s: two lives differ:\n%s", c.Name, diff)
		}
	}
	if cmp.Equal(Plausible("acme/a", at)["issues"], Plausible("acme/b", at)["issues"]) {
		t.Error("two names give one life")
	}
}
