// Package hub is a GitHub that runs on this machine: its GraphQL interface over
// fixtures that are plain JSON, with the faults that the real one has shown.
// A query is validated against GitHub's own schema where that is at hand, and
// priced by the documented formula. It is for tests and benchmarks, and knows
// nothing of who asks.
package hub

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// A Hub answers GraphQL requests at /graphql and /api/graphql, and at
// /rate_limit what is left of the budget.
type Hub struct {
	// Schema validates queries; nil validates none.
	Schema *ast.Schema
	// Fault hears of queries that don't fit the schema and of fixtures that
	// don't fit the query: a test fails there.
	Fault func(string)
	// Now is the clock. Budget is the number of points an hour, 5,000 where 0.
	Now    func() time.Time
	Budget int
	// Latency is how long every answer takes, and PerPoint what every point adds.
	Latency, PerPoint time.Duration
	// Resources is the number of repositories that one request can compute; what
	// is asked for beyond is left out in part or in whole. 0 has no limit.
	Resources int
	// Invent makes a repository that nobody added, from its name with owner; nil,
	// or a nil Object, for none.
	Invent func(name string) Object
	// Keep has the hub render every answer about a repository once, for
	// benchmarks in which it shouldn't be what is measured. It can't be combined
	// with Resources.
	Keep bool
	// Trouble is asked about every request before it is answered, in order,
	// and may answer in its place.
	Trouble []Trouble

	mu           sync.Mutex
	repositories map[string]Object // by lower-case name with owner
	renamed      map[string]string
	walled       map[string]string
	rendered     map[string]json.RawMessage
	stats        Stats
}

// Stats count what was asked.
type Stats struct {
	Requests, Points, Nodes int
	// MostAtOnce is the largest number of requests under way together.
	MostAtOnce int
	underWay   int
	// Sizes are the numbers of repositories of each request, in order.
	Sizes []int
}

// A Question is one request as it arrived.
type Question struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables"`

	HTTP         *http.Request `json:"-"`
	Repositories int           `json:"-"` // asked for at the top
	Price        Price         `json:"-"`
	Now          time.Time     `json:"-"`
	doc          *ast.QueryDocument
}

// A Trouble may answer a question in place of the hub; it returns whether it did.
type Trouble func(w http.ResponseWriter, q Question) bool

// New returns a hub with some repositories. It reads the clock now, and tells
// fault what GitHub would refuse.
func New(now func() time.Time, fault func(string), repositories ...Object) *Hub {
	h := &Hub{Fault: fault, Now: now, repositories: map[string]Object{}, renamed: map[string]string{}, walled: map[string]string{}, rendered: map[string]json.RawMessage{}}
	for _, r := range repositories {
		h.Add(r)
	}
	return h
}

// Add adds a repository, under its nameWithOwner.
func (h *Hub) Add(r Object) {
	h.mu.Lock()
	defer h.mu.Unlock()
	name, _ := r["nameWithOwner"].(string)
	h.repositories[strings.ToLower(name)] = r
}

// Rename has a repository answer under an old name too.
func (h *Hub) Rename(old, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.renamed[strings.ToLower(old)] = strings.ToLower(name)
}

// Wall has a repository answer with an error that forbids it.
func (h *Hub) Wall(name, message string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.walled[strings.ToLower(name)] = message
}

// Stats returns what was asked so far.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.stats
	s.Sizes = slices.Clone(s.Sizes)
	return s
}

// A problem is an entry of an answer's errors.
type problem struct {
	Type       string         `json:"type,omitempty"`
	Path       []any          `json:"path,omitempty"`
	Message    string         `json:"message"`
	Extensions map[string]any `json:"extensions,omitempty"`
}

// ServeHTTP answers one request.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/rate_limit") {
		h.allowance(w)
		return
	}
	if r.Method != http.MethodPost || r.URL.Path != "/graphql" && r.URL.Path != "/api/graphql" {
		h.Fault("unexpected request: " + r.Method + " " + r.URL.Path)
		http.NotFound(w, r)
		return
	}
	q, op, problems := h.read(r)
	h.begin(q)
	defer h.end()
	if wait := h.Latency + time.Duration(q.Price.Points)*h.PerPoint; wait > 0 {
		select {
		case <-time.After(wait):
		case <-r.Context().Done():
			return
		}
	}
	for _, trouble := range h.Trouble {
		if trouble(w, q) {
			return
		}
	}
	if len(problems) > 0 {
		answer(w, nil, problems)
		return
	}
	data, problems := h.execute(q, op)
	if h.Resources > 0 {
		problems = append(problems, exhausted(data, h.Resources)...)
	}
	answer(w, data, problems)
}

// read parses, validates and prices a request.
func (h *Hub) read(r *http.Request) (Question, *ast.OperationDefinition, []problem) {
	q := Question{HTTP: r, Now: h.Now()}
	decoder := json.NewDecoder(r.Body)
	decoder.UseNumber()
	if err := decoder.Decode(&q); err != nil {
		h.Fault("reading a request: " + err.Error())
		return q, nil, []problem{{Message: "Problems parsing JSON"}}
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: q.Query})
	if err != nil {
		h.Fault("reading a query: " + err.Error())
		return q, nil, []problem{{Message: err.Error()}}
	}
	q.doc = doc
	op := doc.Operations[0]
	if h.Schema != nil {
		if problems := h.validate(doc, op, &q); len(problems) > 0 {
			return q, op, problems
		}
	}
	q.Price = PriceOf(doc, op, q.Variables)
	for _, s := range op.SelectionSet {
		if f, ok := s.(*ast.Field); ok && f.Name != "rateLimit" {
			q.Repositories++
		}
	}
	if q.Price.Nodes > 500_000 {
		return q, op, []problem{{Type: "MAX_NODE_LIMIT_EXCEEDED", Message: fmt.Sprintf("This query requests up to %d possible nodes", q.Price.Nodes)}}
	}
	return q, op, nil
}

func (h *Hub) validate(doc *ast.QueryDocument, op *ast.OperationDefinition, q *Question) []problem {
	var problems []problem
	report := func(err error) {
		h.Fault("GitHub would refuse the query: " + err.Error())
		problems = append(problems, problem{Message: err.Error()})
	}
	for _, err := range validator.ValidateWithRules(h.Schema, doc, nil) {
		report((*gqlerror.Error)(err))
	}
	if len(problems) > 0 {
		return problems
	}
	variables, err := validator.VariableValues(h.Schema, op, q.Variables)
	if err != nil {
		report(err)
		return problems
	}
	q.Variables = variables
	return nil
}

func (h *Hub) begin(q Question) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stats.Requests++
	h.stats.Points += q.Price.Points
	h.stats.Nodes += q.Price.Nodes
	h.stats.Sizes = append(h.stats.Sizes, q.Repositories)
	h.stats.underWay++
	h.stats.MostAtOnce = max(h.stats.MostAtOnce, h.stats.underWay)
}

func (h *Hub) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stats.underWay--
}

// execute answers a query from the fixtures.
func (h *Hub) execute(q Question, op *ast.OperationDefinition) (Object, []problem) {
	var problems []problem
	e := execution{doc: q.doc, schema: h.Schema, variables: q.Variables, fault: h.Fault}
	e.resolve = func(path []any, parent Object, f *ast.Field, args map[string]any) (any, bool) {
		switch typename, _ := parent["__typename"].(string); typename + "." + f.Name {
		case "Query.rateLimit":
			return h.rateLimit(q), true
		case "Query.repository":
			r, message := h.find(args)
			if message != "" {
				problems = append(problems, problem{Type: "FORBIDDEN", Path: path, Message: message})
				return nil, true
			}
			if r == nil {
				problems = append(problems, problem{Type: "NOT_FOUND", Path: path,
					Message: fmt.Sprintf("Could not resolve to a Repository with the name '%v/%v'.", args["owner"], args["name"])})
				return nil, true
			}
			return r, true
		case "Query.node":
			return h.node(args["id"]), true
		case "Repository.object":
			expression, _ := args["expression"].(string)
			return gitObject(parent, strings.TrimPrefix(expression, "HEAD:")), true
		}
		return nil, false
	}
	if h.Keep {
		e.kept = func(f *ast.Field, value Object, answer func() any) any { return h.keep(q, f, value, answer) }
	}
	data := e.object(nil, Object{"__typename": "Query"}, op.SelectionSet)
	return data, problems
}

// keep returns the answer about a repository as it was rendered before, where
// the same was asked of it: the same fragments, with the same variables but for
// those that name repositories.
func (h *Hub) keep(q Question, f *ast.Field, value Object, answer func() any) any {
	if f.Name != "repository" {
		return answer()
	}
	_, fragments, _ := strings.Cut(q.Query, "fragment ")
	key := fmt.Sprint(value["id"], q.Variables["since"], q.Variables["items"], q.Variables["events"], fragments)
	h.mu.Lock()
	raw, ok := h.rendered[key]
	h.mu.Unlock()
	if ok {
		return raw
	}
	raw, err := json.Marshal(answer())
	if err != nil {
		h.Fault("rendering an answer: " + err.Error())
		return nil
	}
	h.mu.Lock()
	h.rendered[key] = raw
	h.mu.Unlock()
	return raw
}

func (h *Hub) rateLimit(q Question) Object {
	limit, remaining, reset := h.budget(q.Now)
	return Object{
		"__typename": "RateLimit", "cost": q.Price.Points, "limit": limit, "used": limit - remaining, "nodeCount": q.Price.Nodes,
		"remaining": remaining, "resetAt": reset,
	}
}

// budget is the number of points an hour, what is left of them, and when the
// hour is over.
func (h *Hub) budget(now time.Time) (limit, remaining int, reset time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	limit = cmp.Or(h.Budget, 5000)
	return limit, max(0, limit-h.stats.Points), now.Truncate(time.Hour).Add(time.Hour)
}

func (h *Hub) allowance(w http.ResponseWriter) {
	limit, remaining, reset := h.budget(h.Now())
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = fmt.Fprintf(w, `{"resources": {"graphql": {"limit": %d, "used": %d, "remaining": %d, "reset": %d}}}`,
		limit, limit-remaining, remaining, reset.Unix())
}

func (h *Hub) find(args map[string]any) (repository any, forbidden string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	name := strings.ToLower(fmt.Sprintf("%v/%v", args["owner"], args["name"]))
	if to, ok := h.renamed[name]; ok && args["followRenames"] != false {
		name = to
	}
	if message, ok := h.walled[name]; ok {
		return nil, message
	}
	r, ok := h.repositories[name]
	if !ok && h.Invent != nil {
		if r = h.Invent(fmt.Sprintf("%v/%v", args["owner"], args["name"])); r != nil {
			h.repositories[name] = r
		}
	}
	if r == nil {
		return nil, ""
	}
	return r, ""
}

func (h *Hub) node(id any) any {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.repositories {
		if r["id"] == id {
			return r
		}
	}
	h.Fault(fmt.Sprintf("nobody gave out the id %v", id))
	return nil
}

// gitObject is what stands at a path of a repository's "files": the text of a
// file, or the entries of a folder, null where there is neither.
func gitObject(r Object, path string) any {
	files, _ := r["files"].(map[string]string)
	if text, ok := files[path]; ok {
		return Object{"__typename": "Blob", "text": text, "byteSize": len(text), "isBinary": false, "isTruncated": false}
	}
	folder := path
	if folder != "" {
		folder += "/"
	}
	kinds := map[string]string{}
	for name := range files {
		if rest, ok := strings.CutPrefix(name, folder); ok {
			entry, _, deeper := strings.Cut(rest, "/")
			kinds[entry] = "blob"
			if deeper {
				kinds[entry] = "tree"
			}
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	var entries []Object
	for name, kind := range kinds {
		entries = append(entries, Object{"__typename": "TreeEntry", "name": name, "type": kind})
	}
	slices.SortFunc(entries, func(a, b Object) int { return strings.Compare(a["name"].(string), b["name"].(string)) })
	return Object{"__typename": "Tree", "entries": entries}
}

func answer(w http.ResponseWriter, data Object, problems []problem) {
	body := map[string]any{}
	if data != nil {
		body["data"] = data
	}
	if len(problems) > 0 {
		body["errors"] = problems
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(body)
}

// Client is an HTTP client that reaches the hub without a network.
func (h *Hub) Client() *http.Client { return &http.Client{Transport: inside{h}} }

type inside struct{ hub *Hub }

func (i inside) RoundTrip(req *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	i.hub.ServeHTTP(rec, req)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	resp := rec.Result()
	resp.Request = req
	return resp, nil
}
