package forgetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// GitHub serves the world as GitHub does, at /graphql.
func GitHub(w World) http.Handler {
	g := githubServer{w}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /graphql", g.graphql)
	return mux
}

type githubServer struct{ World }

func (g githubServer) graphql(w http.ResponseWriter, req *http.Request) {
	var asked struct {
		Query     string
		Variables map[string]any
	}
	if err := json.NewDecoder(req.Body).Decode(&asked); err != nil {
		write(w, http.StatusBadRequest, object{"message": err.Error()})
		return
	}
	root := object{
		"rateLimit": object{"cost": 1, "remaining": 4999, "resetAt": stamp(g.At.Add(time.Hour))},
		"repository": func(args map[string]any) any {
			r, ok := g.Find(fmt.Sprintf("%s/%s", args["owner"], args["name"]))
			if !ok || r.Private {
				return nil
			}
			return g.repository(r)
		},
		"node": func(args map[string]any) any {
			r, _ := g.Find(fmt.Sprint(args["id"]))
			return g.repository(r)
		},
	}
	var e graph
	data, _ := e.run(asked.Query, asked.Variables, root)
	for alias, v := range data.(object) {
		if v == nil {
			e.problem(object{"type": "NOT_FOUND", "path": []string{alias}, "message": "Could not resolve to a Repository"})
		}
	}
	answer := object{"data": data}
	if len(e.problems) > 0 {
		answer["errors"] = e.problems
	}
	write(w, 200, answer)
}

func (g githubServer) actor(login string) object {
	p := g.Person(login)
	kind := "User"
	if p.Bot {
		kind = "Bot"
	}
	return object{"__typename": kind, "login": p.Login}
}

func (g githubServer) association(login string) string {
	if g.Person(login).Member {
		return "MEMBER"
	}
	return "NONE"
}

func (g githubServer) repository(r Repository) object {
	var archived any
	if r.Archived {
		archived = stamp(r.ArchivedAt)
	}
	o := object{
		"__typename": "Repository", "id": r.Address().Path, "nameWithOwner": r.Address().Path, "createdAt": stamp(r.Created),
		"isArchived": r.Archived, "archivedAt": archived, "isDisabled": false, "isEmpty": r.Empty, "isMirror": r.Mirror != "", "mirrorUrl": nil,
		"hasIssuesEnabled": !r.IssuesOff, "licenseInfo": g.licence(r), "fundingLinks": []any{}, "isSecurityPolicyEnabled": nil, "securityPolicyUrl": nil,
		"owner":            object{"__typename": "Organization", "login": Owner, "sponsors": connection{}},
		"defaultBranchRef": nil, "refs": connection{g.tags(r)}, "releases": connection{g.releases(r)},
		"issues": g.items(r.Issues, false), "pullRequests": g.items(r.Changes, true),
		"object": func(args map[string]any) any {
			return file(r, strings.TrimPrefix(fmt.Sprint(args["expression"]), "HEAD:"))
		},
	}
	if n := len(r.Commits); n > 0 {
		head := g.commit(r.Commits[n-1])
		head["history"] = func(args map[string]any) any {
			since, _ := time.Parse(time.RFC3339, fmt.Sprint(args["since"])) // none is the beginning
			var nodes []any
			for _, i := range r.window(since) {
				nodes = append(nodes, g.commit(r.Commits[i]))
			}
			return connection{nodes}
		}
		head["statusCheckRollup"] = nil
		if _, ok := r.Files[".github/workflows/test.yml"]; ok {
			head["statusCheckRollup"] = object{"state": map[bool]string{true: "SUCCESS", false: "FAILURE"}[r.Passing]}
		}
		o["defaultBranchRef"] = object{"target": head}
	}
	return o
}

func (g githubServer) commit(c Commit) object {
	p := g.Person(c.By)
	return object{
		"__typename": "Commit", "committedDate": stamp(c.At), "message": g.Message(c),
		"author": object{"name": p.Name, "email": p.Email, "user": g.actor(c.By)},
	}
}

func (g githubServer) tags(r Repository) []any {
	var out []any
	for _, t := range newest(r.Tags) {
		out = append(out, object{"name": t.Name, "target": object{"__typename": "Commit", "committedDate": stamp(r.Commits[t.Commit].At)}})
	}
	return out
}

func (g githubServer) releases(r Repository) []any {
	var out []any
	for _, e := range newest(r.Releases) {
		out = append(out, object{
			"tagName": e.Tag, "createdAt": stamp(e.At), "publishedAt": stamp(e.At), "isPrerelease": e.Prerelease, "isDraft": e.Draft, "author": g.actor(e.By),
		})
	}
	return out
}

// items answers a list of issues or change requests, those that are open where
// only they are asked for.
func (g githubServer) items(items []Item, changes bool) func(map[string]any) any {
	return func(args map[string]any) any {
		var nodes []any
		for _, i := range newest(items) {
			if args["states"] == "OPEN" && !i.Closed.IsZero() {
				continue
			}
			o := object{
				"number": i.Number, "createdAt": stamp(i.Opened), "closedAt": stamp(i.Closed), "authorAssociation": g.association(i.By),
				"author": g.actor(i.By), "timelineItems": connection{g.acts(i)},
			}
			if changes {
				o["merged"], o["mergedAt"], o["mergedBy"] = i.Merged, nil, nil
				if i.Merged {
					o["mergedAt"], o["mergedBy"] = stamp(i.Closed), g.actor(i.Acts[len(i.Acts)-1].By)
				}
			}
			nodes = append(nodes, o)
		}
		return connection{nodes}
	}
}

func (g githubServer) acts(i Item) []any {
	kinds := map[string]string{
		"comment": "IssueComment", "review": "PullRequestReview", "label": "LabeledEvent", "close": "ClosedEvent", "reopen": "ReopenedEvent", "merge": "MergedEvent",
	}
	var out []any
	for _, a := range i.Acts {
		o := object{"__typename": kinds[string(a.Kind)], "createdAt": stamp(a.At)}
		if a.Kind == "comment" || a.Kind == "review" {
			o["author"], o["authorAssociation"] = g.actor(a.By), g.association(a.By)
		} else {
			o["actor"] = g.actor(a.By)
		}
		out = append(out, o)
	}
	return out
}

// file is a folder's entries or a file's text, null for what isn't there.
func file(r Repository, path string) any {
	if text, ok := r.Files[path]; ok {
		return object{"__typename": "Blob", "text": text}
	}
	var entries []any
	var seen []string
	for name := range r.Files {
		rest, ok := strings.CutPrefix(name, path+"/")
		if path == "" {
			rest, ok = name, true
		}
		if !ok {
			continue
		}
		first, _, deep := strings.Cut(rest, "/")
		if !slices.Contains(seen, first) {
			seen = append(seen, first)
			entries = append(entries, object{"name": first, "type": map[bool]string{true: "tree", false: "blob"}[deep]})
		}
	}
	if entries == nil {
		return nil
	}
	return object{"__typename": "Tree", "entries": entries}
}

// licence is what GitHub recognises.
func (g githubServer) licence(r Repository) any {
	if r.Files["LICENSE"] != mit {
		return nil
	}
	return object{"spdxId": "MIT"}
}
