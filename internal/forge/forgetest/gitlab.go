package forgetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// GitLabOptions are how a GitLab differs from the newest.
type GitLabOptions struct {
	// Lacks are fields and arguments that this version doesn't know.
	Lacks []string
	// Complexity is the limit of a query, 0 for the one without a token.
	Complexity int
}

// GitLab serves the world as GitLab does, under /api/v4 and /api/graphql.
func GitLab(w World, o GitLabOptions) http.Handler {
	if o.Complexity == 0 {
		o.Complexity = 200
	}
	g := gitlabServer{w, o}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v4/version", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusUnauthorized, object{"message": "401 Unauthorized"})
	})
	mux.HandleFunc("POST /api/graphql", g.graphql)
	for path, answer := range map[string]func(http.ResponseWriter, *http.Request, Repository){
		"": g.project, "/repository/commits": g.commits, "/repository/tags": g.tags, "/events": g.events,
	} {
		mux.HandleFunc("GET /api/v4/projects/{path}"+path, g.found(answer))
	}
	return mux
}

type gitlabServer struct {
	World
	o GitLabOptions
}

func (g gitlabServer) found(answer func(http.ResponseWriter, *http.Request, Repository)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		asked := req.PathValue("path")
		r, ok := g.Find(asked)
		switch {
		case !ok || r.Private:
			write(w, http.StatusNotFound, object{"message": "404 Project Not Found"})
		case !strings.EqualFold(asked, r.Address().Path):
			http.Redirect(w, req, strings.Replace(req.URL.RequestURI(), url.PathEscape(asked), url.PathEscape(r.Address().Path), 1), http.StatusMovedPermanently)
		default:
			answer(w, req, r)
		}
	}
}

func (g gitlabServer) project(w http.ResponseWriter, _ *http.Request, r Repository) {
	write(w, 200, object{"id": 1, "path_with_namespace": r.Address().Path})
}

func (g gitlabServer) commits(w http.ResponseWriter, req *http.Request, r Repository) {
	var all []any
	for _, i := range r.window(sinceOf(req)) {
		c := r.Commits[i]
		p := g.Person(c.By)
		parents := []string{}
		for _, parent := range r.Parents(i) {
			parents = append(parents, r.SHA(parent))
		}
		all = append(all, object{
			"id": r.SHA(i), "committed_date": stamp(c.At), "author_name": p.Name, "author_email": p.Email, "message": g.Message(c), "parent_ids": parents,
		})
	}
	page(w, req, "per_page", all)
}

func (g gitlabServer) tags(w http.ResponseWriter, req *http.Request, r Repository) {
	var all []any
	for _, t := range newest(r.Tags) {
		all = append(all, object{"name": t.Name, "commit": object{"committed_date": stamp(r.Commits[t.Commit].At)}})
	}
	page(w, req, "per_page", all)
}

func (g gitlabServer) events(w http.ResponseWriter, req *http.Request, r Repository) {
	if req.URL.Query().Get("action") != "closed" {
		write(w, http.StatusBadRequest, object{"error": "not served"})
		return
	}
	var all []any
	add := func(items []Item, kind string) {
		for _, i := range items {
			for n, a := range i.Acts {
				if a.Kind == "close" {
					p := g.Person(a.By)
					all = append(all, object{
						"id": i.Number*100 + n, "target_type": kind, "target_iid": i.Number, "created_at": stamp(a.At),
						"author": object{"id": p.ID, "username": p.Login, "name": p.Name},
					})
				}
			}
		}
	}
	add(r.Issues, "Issue")
	add(r.Changes, "MergeRequest")
	page(w, req, "per_page", all)
}

func (g gitlabServer) graphql(w http.ResponseWriter, req *http.Request) {
	var asked struct {
		Query     string
		Variables map[string]any
	}
	if err := json.NewDecoder(req.Body).Decode(&asked); err != nil {
		write(w, http.StatusBadRequest, object{"errors": []object{{"message": err.Error()}}})
		return
	}
	root := object{
		"projects": func(args map[string]any) any {
			var nodes []any
			paths, _ := args["fullPaths"].([]any)
			for _, path := range paths {
				if p := g.visible(fmt.Sprint(path)); p != nil {
					nodes = append(nodes, p)
				}
			}
			return connection{nodes}
		},
		"project": func(args map[string]any) any {
			if p := g.visible(fmt.Sprint(args["fullPath"])); p != nil {
				return p
			}
			return nil
		},
	}
	e := graph{lacks: g.o.Lacks}
	data, complexity := e.run(asked.Query, asked.Variables, root)
	switch {
	case complexity > g.o.Complexity:
		message := fmt.Sprintf("Query has complexity of %d, which exceeds max complexity of %d", complexity, g.o.Complexity)
		write(w, 200, object{"errors": []object{{"message": message}}})
	case len(e.problems) > 0:
		write(w, 200, object{"errors": e.problems})
	default:
		write(w, 200, object{"data": data})
	}
}

// visible is a project under its own name; GraphQL follows no renames, and
// says nothing of what it hides.
func (g gitlabServer) visible(path string) object {
	r, ok := g.Find(path)
	if !ok || r.Private || !strings.EqualFold(path, r.Address().Path) {
		return nil
	}
	return g.object(r)
}

func (g gitlabServer) user(login string) object {
	p := g.Person(login)
	return object{"id": fmt.Sprintf("gid://gitlab/User/%d", p.ID), "username": p.Login, "name": p.Name, "bot": p.Bot}
}

func (g gitlabServer) object(r Repository) object {
	o := object{
		"fullPath": r.Address().Path, "createdAt": stamp(r.Created), "archived": r.Archived, "group": object{"id": "gid://gitlab/Group/1"},
		"issuesEnabled": !r.IssuesOff, "mergeRequestsEnabled": !r.ChangesOff, "openIssuesCount": Open(r.Issues), "openMergeRequestsCount": Open(r.Changes),
		"repository": g.repository(r), "releases": connection{}, "issues": nil, "mergeRequests": nil,
	}
	var releases []any
	for _, e := range newest(r.Releases) {
		releases = append(releases, object{
			"tagName": e.Tag, "createdAt": stamp(e.At), "releasedAt": stamp(e.At), "upcomingRelease": e.Draft, "author": g.user(e.By),
		})
	}
	o["releases"] = connection{releases}
	if !r.IssuesOff {
		o["issues"] = g.items(r.Issues, false)
	}
	if !r.ChangesOff {
		o["mergeRequests"] = g.items(r.Changes, true)
	}
	return o
}

func (g gitlabServer) repository(r Repository) object {
	o := object{
		"empty": r.Empty, "rootRef": "main", "tree": nil,
		"blobs": func(args map[string]any) any {
			var nodes []any
			paths, _ := args["paths"].([]any)
			for _, path := range paths {
				if text, ok := r.Files[fmt.Sprint(path)]; ok {
					nodes = append(nodes, object{"path": path, "rawTextBlob": text})
				}
			}
			return connection{nodes}
		},
	}
	if !r.Empty && len(r.Commits) > 0 {
		last := r.Commits[len(r.Commits)-1]
		p := g.Person(last.By)
		var pipelines []any
		if _, ok := r.Files[".gitlab-ci.yml"]; ok {
			state := "FAILED"
			if r.Passing {
				state = "SUCCESS"
			}
			pipelines = append(pipelines, object{"status": state})
		}
		o["tree"] = object{"lastCommit": object{
			"committedDate": stamp(last.At), "authoredDate": stamp(last.At), "authorName": p.Name, "authorEmail": p.Email, "message": last.Subject,
			"pipelines": connection{pipelines},
		}}
	}
	return o
}

func (g gitlabServer) items(items []Item, changes bool) connection {
	var nodes []any
	for _, i := range newest(items) {
		o := object{
			"iid": fmt.Sprint(i.Number), "createdAt": stamp(i.Opened), "closedAt": stamp(i.Closed), "author": g.user(i.By), "notes": g.notes(i),
		}
		if changes {
			o["state"], o["mergedAt"], o["mergeUser"] = "opened", nil, nil
			switch merge := slices.IndexFunc(i.Acts, func(a Act) bool { return a.Kind == "merge" }); {
			case i.Merged:
				o["state"], o["mergedAt"], o["closedAt"], o["mergeUser"] = "merged", stamp(i.Closed), nil, g.user(i.Acts[merge].By)
			case !i.Closed.IsZero():
				o["state"] = "closed"
			}
		}
		nodes = append(nodes, o)
	}
	return connection{nodes}
}

// notes are comments and approvals; closings and labels have no notes of their
// own here.
func (g gitlabServer) notes(i Item) connection {
	var nodes []any
	for _, a := range i.Acts {
		access := "Guest"
		if g.Person(a.By).Member {
			access = "Maintainer"
		}
		o := object{
			"system": false, "systemNoteIconName": nil, "createdAt": stamp(a.At), "maxAccessLevelOfAuthor": access, "author": g.user(a.By),
		}
		switch a.Kind {
		case "review":
			o["system"], o["systemNoteIconName"] = true, "approval"
		case "comment":
		default:
			continue
		}
		nodes = append(nodes, o)
	}
	return connection{nodes}
}
