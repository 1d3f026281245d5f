package forgetest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Gitea serves the world as Gitea and Forgejo do, under /api/v1.
func Gitea(w World) http.Handler {
	g := giteaServer{w}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/version", func(w http.ResponseWriter, _ *http.Request) { write(w, 200, object{"version": "1.26.0"}) })
	mux.HandleFunc("GET /api/v1/orgs/"+Owner, func(w http.ResponseWriter, _ *http.Request) { write(w, 200, object{"username": Owner}) })
	for path, answer := range map[string]func(http.ResponseWriter, *http.Request, Repository){
		"": g.repository, "/commits": g.commits, "/branches/main": g.branch, "/tags": g.tags, "/releases": g.releases,
		"/issues": g.issues, "/pulls": g.changes, "/issues/comments": g.comments, "/issues/{number}/timeline": g.timeline,
		"/contents": g.contents, "/contents/{path...}": g.contents, "/commits/main/status": g.status,
	} {
		mux.HandleFunc("GET /api/v1/repos/{owner}/{name}"+path, g.found(answer))
	}
	return mux
}

type giteaServer struct{ World }

// found answers as the repository's rights and names ask for.
func (g giteaServer) found(answer func(http.ResponseWriter, *http.Request, Repository)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		asked := req.PathValue("owner") + "/" + req.PathValue("name")
		r, ok := g.Find(asked)
		switch {
		case !ok || r.Private:
			write(w, http.StatusNotFound, object{"message": "The target couldn't be found.", "errors": []string{}})
		case !strings.EqualFold(asked, r.Address().Path):
			http.Redirect(w, req, strings.Replace(req.URL.RequestURI(), asked, r.Address().Path, 1), http.StatusTemporaryRedirect)
		default:
			answer(w, req, r)
		}
	}
}

func (g giteaServer) user(login string) object {
	p := g.Person(login)
	return object{"id": p.ID, "login": p.Login, "full_name": p.Name, "email": fmt.Sprintf("%d+%s@noreply.%s", p.ID, p.Login, Host)}
}

func (g giteaServer) repository(w http.ResponseWriter, _ *http.Request, r Repository) {
	archived := time.Unix(0, 0)
	if r.Archived {
		archived = r.ArchivedAt
	}
	write(w, 200, object{
		"owner": object{"id": 6, "login": Owner}, "name": r.Name, "full_name": Owner + "/" + r.Name, "empty": r.Empty,
		"mirror": r.Mirror != "", "original_url": r.Mirror, "default_branch": "main", "archived": r.Archived, "archived_at": stamp(archived),
		"created_at": stamp(r.Created), "open_issues_count": Open(r.Issues), "open_pr_counter": Open(r.Changes), "release_counter": len(r.Releases),
		"has_issues": !r.IssuesOff, "has_pull_requests": !r.ChangesOff, "has_releases": true, "licenses": []string{},
	})
}

// commits has totals that don't heed the date, as the real one does.
func (g giteaServer) commits(w http.ResponseWriter, req *http.Request, r Repository) {
	var all []any
	for _, i := range r.window(sinceOf(req)) {
		c := r.Commits[i]
		p := g.Person(c.By)
		who := object{"name": p.Name, "email": p.Email, "date": stamp(c.At)}
		var parents []object
		for _, parent := range r.Parents(i) {
			parents = append(parents, object{"sha": r.SHA(parent)})
		}
		all = append(all, object{
			"sha": r.SHA(i), "commit": object{"author": who, "committer": who, "message": g.Message(c)}, "author": g.user(c.By), "parents": parents,
		})
	}
	limit, _ := strconv.Atoi(req.URL.Query().Get("limit"))
	number, _ := strconv.Atoi(req.URL.Query().Get("page"))
	limit, number = min(limit, 50), max(number, 1)
	w.Header().Set("X-PerPage", strconv.Itoa(limit))
	w.Header().Set("X-Total-Count", strconv.Itoa(len(r.Commits)))
	if number*limit < len(r.Commits) {
		w.Header().Set("Link", fmt.Sprintf(`<http://%s/?page=%d>; rel="next"`, req.Host, number+1))
	}
	list := all[min((number-1)*limit, len(all)):min(number*limit, len(all))]
	if list == nil {
		list = []any{}
	}
	write(w, 200, list)
}

func (g giteaServer) branch(w http.ResponseWriter, _ *http.Request, r Repository) {
	last := r.Commits[len(r.Commits)-1]
	p := g.Person(last.By)
	write(w, 200, object{"name": "main", "commit": object{
		"message": g.Message(last), "timestamp": stamp(last.At), "author": object{"name": p.Name, "email": p.Email, "username": p.Login},
	}})
}

func (g giteaServer) tags(w http.ResponseWriter, req *http.Request, r Repository) {
	var all []any
	for _, t := range newest(r.Tags) {
		all = append(all, object{"name": t.Name, "commit": object{"sha": r.SHA(t.Commit), "created": stamp(r.Commits[t.Commit].At)}})
	}
	page(w, req, "limit", all)
}

func (g giteaServer) releases(w http.ResponseWriter, req *http.Request, r Repository) {
	var all []any
	for i, e := range newest(r.Releases) {
		all = append(all, object{
			"id": i + 1, "tag_name": e.Tag, "draft": e.Draft, "prerelease": e.Prerelease, "created_at": stamp(e.At), "published_at": stamp(e.At), "author": g.user(e.By),
		})
	}
	page(w, req, "limit", all)
}

func (g giteaServer) item(i Item) object {
	o := object{
		"id": 1000 + i.Number, "number": i.Number, "user": g.user(i.By), "state": "open", "comments": i.count("comment"),
		"created_at": stamp(i.Opened), "closed_at": stamp(i.Closed), "labels": []object{},
	}
	if !i.Closed.IsZero() {
		o["state"] = "closed"
	}
	if i.has("label") {
		o["labels"] = []object{{"id": 1, "name": "bug"}}
	}
	return o
}

func (g giteaServer) issues(w http.ResponseWriter, req *http.Request, r Repository) {
	if q := req.URL.Query(); q.Get("state") != "all" || q.Get("type") != "issues" || r.IssuesOff {
		write(w, http.StatusNotFound, object{"message": "not served"})
		return
	}
	var all []any
	for _, i := range newest(r.Issues) {
		all = append(all, g.item(i))
	}
	page(w, req, "limit", all)
}

func (g giteaServer) changes(w http.ResponseWriter, req *http.Request, r Repository) {
	if req.URL.Query().Get("state") != "all" || r.ChangesOff {
		write(w, http.StatusNotFound, object{"message": "not served"})
		return
	}
	var all []any
	for _, i := range newest(r.Changes) {
		o := g.item(i)
		o["merged"], o["merged_at"], o["merged_by"] = i.Merged, nil, nil
		if i.Merged {
			o["merged_at"] = stamp(i.Closed)
		}
		if n := i.count("review"); n > 0 {
			o["review_comments"] = n
		}
		all = append(all, o)
	}
	page(w, req, "limit", all)
}

func (g giteaServer) act(r Repository, i Item, n int) object {
	kind := string(i.Acts[n].Kind)
	if kind == "merge" {
		kind = "merge_pull"
	}
	o := object{
		"id": i.Number*100 + n, "type": kind, "user": g.user(i.Acts[n].By), "created_at": stamp(i.Acts[n].At), "issue_url": "", "pull_request_url": "",
	}
	if slices.ContainsFunc(r.Changes, func(c Item) bool { return c.Number == i.Number }) {
		o["pull_request_url"] = fmt.Sprintf("http://%s/%s/%s/pulls/%d", Host, Owner, r.Name, i.Number)
	} else {
		o["issue_url"] = fmt.Sprintf("http://%s/%s/%s/issues/%d", Host, Owner, r.Name, i.Number)
	}
	return o
}

func (g giteaServer) comments(w http.ResponseWriter, req *http.Request, r Repository) {
	var all []any
	for _, i := range slices.Concat(r.Issues, r.Changes) {
		for n, a := range i.Acts {
			if a.Kind == "comment" && !a.At.Before(sinceOf(req)) {
				o := g.act(r, i, n)
				delete(o, "type")
				all = append(all, o)
			}
		}
	}
	page(w, req, "limit", all)
}

func (g giteaServer) timeline(w http.ResponseWriter, req *http.Request, r Repository) {
	for _, i := range slices.Concat(r.Issues, r.Changes) {
		if strconv.Itoa(i.Number) == req.PathValue("number") {
			var all []any
			for n := range i.Acts {
				all = append(all, g.act(r, i, n))
			}
			page(w, req, "limit", all)
			return
		}
	}
	write(w, http.StatusNotFound, object{"message": "no such issue"})
}

// contents lists a folder, or holds a file.
func (g giteaServer) contents(w http.ResponseWriter, req *http.Request, r Repository) {
	path := req.PathValue("path")
	if text, ok := r.Files[path]; ok {
		write(w, 200, object{"path": path, "type": "file", "encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte(text))})
		return
	}
	list := []object{}
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		rest := name
		if path != "" {
			var below bool
			if rest, below = strings.CutPrefix(name, path+"/"); !below {
				continue
			}
		}
		first, _, deep := strings.Cut(rest, "/")
		full := strings.TrimPrefix(path+"/"+first, "/")
		kind := "file"
		if deep {
			kind = "dir"
		}
		if !seen[full] {
			seen[full] = true
			list = append(list, object{"path": full, "name": first, "type": kind})
		}
	}
	if len(list) == 0 {
		write(w, http.StatusNotFound, object{"message": "no such folder"})
		return
	}
	write(w, 200, list)
}

func (g giteaServer) status(w http.ResponseWriter, _ *http.Request, r Repository) {
	state := "failure"
	if r.Passing {
		state = "success"
	}
	write(w, 200, object{"state": state, "total_count": 1})
}
