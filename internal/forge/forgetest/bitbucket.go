package forgetest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Bitbucket serves the world as Bitbucket Cloud does, under /2.0.
func Bitbucket(w World) http.Handler {
	b := bitbucketServer{w}
	mux := http.NewServeMux()
	for path, answer := range map[string]func(http.ResponseWriter, *http.Request, Repository){
		"": b.repository, "/commits/main": b.commits, "/refs/tags": b.tags, "/pullrequests": b.changes, "/pullrequests/activity": b.acts,
		"/src/main/{path...}": b.source,
	} {
		mux.HandleFunc("GET /2.0/repositories/{workspace}/{slug}"+path, func(w http.ResponseWriter, req *http.Request) {
			asked := req.PathValue("workspace") + "/" + req.PathValue("slug")
			r, ok := b.Find(asked)
			switch {
			case !ok || r.Private:
				write(w, http.StatusNotFound, object{"type": "error", "error": object{"message": "Repository not found"}})
			case !strings.EqualFold(asked, r.Address().Path):
				http.Redirect(w, req, strings.Replace(req.URL.RequestURI(), asked, r.Address().Path, 1), http.StatusFound)
			default:
				answer(w, req, r)
			}
		})
	}
	return mux
}

type bitbucketServer struct{ World }

// page answers with a page and the address of the next.
func (b bitbucketServer) page(w http.ResponseWriter, req *http.Request, all []any, most int) {
	q := req.URL.Query()
	size, _ := strconv.Atoi(q.Get("pagelen"))
	number, _ := strconv.Atoi(q.Get("page"))
	number = max(number, 1)
	if size <= 0 || size > most {
		write(w, http.StatusBadRequest, object{"type": "error", "error": object{"message": "Invalid pagelen"}})
		return
	}
	to := min(number*size, len(all))
	list := all[min((number-1)*size, len(all)):to]
	if list == nil {
		list = []any{}
	}
	answer := object{"pagelen": size, "values": list}
	if to < len(all) {
		q.Set("page", strconv.Itoa(number+1))
		next := *req.URL
		next.RawQuery = q.Encode()
		answer["next"] = "http://" + req.Host + next.String()
	}
	write(w, 200, answer)
}

func (b bitbucketServer) account(login string) object {
	p := b.Person(login)
	return object{"uuid": fmt.Sprintf("{%d}", p.ID), "nickname": p.Login, "display_name": p.Name, "type": "user"}
}

func (b bitbucketServer) repository(w http.ResponseWriter, _ *http.Request, r Repository) {
	o := object{"full_name": r.Address().Path, "created_on": stamp(r.Created), "mainbranch": nil, "owner": object{"type": "team"}}
	if !r.Empty {
		o["mainbranch"] = object{"name": "main"}
	}
	write(w, 200, o)
}

func (b bitbucketServer) commits(w http.ResponseWriter, req *http.Request, r Repository) {
	var all []any
	for i := len(r.Commits) - 1; i >= 0; i-- {
		c := r.Commits[i]
		p := b.Person(c.By)
		var parents []object
		for _, parent := range r.Parents(i) {
			parents = append(parents, object{"hash": r.SHA(parent)})
		}
		all = append(all, object{
			"hash": r.SHA(i), "date": stamp(c.At), "message": b.Message(c), "parents": parents,
			"author": object{"raw": p.Name + " <" + p.Email + ">", "user": b.account(c.By)},
		})
	}
	b.page(w, req, all, 100)
}

func (b bitbucketServer) tags(w http.ResponseWriter, req *http.Request, r Repository) {
	var all []any
	for _, t := range newest(r.Tags) {
		all = append(all, object{"name": t.Name, "date": nil, "target": object{"date": stamp(r.Commits[t.Commit].At)}})
	}
	b.page(w, req, all, 100)
}

func (b bitbucketServer) changes(w http.ResponseWriter, req *http.Request, r Repository) {
	var all []any
	for _, i := range newest(r.Changes) {
		o := object{"id": i.Number, "state": "OPEN", "created_on": stamp(i.Opened), "updated_on": stamp(b.At), "author": b.account(i.By)}
		switch {
		case i.Merged:
			o["state"] = "MERGED"
		case !i.Closed.IsZero():
			o["state"] = "DECLINED"
		}
		if slices.Contains(req.URL.Query()["state"], o["state"].(string)) {
			all = append(all, o)
		}
	}
	b.page(w, req, all, 50)
}

func (b bitbucketServer) acts(w http.ResponseWriter, req *http.Request, r Repository) {
	type dated struct {
		act Act
		o   object
	}
	var acts []dated
	for _, i := range r.Changes {
		whole := object{"pull_request": object{"id": i.Number}, "update": object{"state": "OPEN", "date": stamp(i.Opened), "author": b.account(i.By)}}
		acts = append(acts, dated{Act{At: i.Opened}, whole})
		for _, a := range i.Acts {
			o := object{"pull_request": object{"id": i.Number}}
			switch a.Kind {
			case "comment":
				o["comment"] = object{"created_on": stamp(a.At), "user": b.account(a.By)}
			case "review":
				o["approval"] = object{"date": stamp(a.At), "user": b.account(a.By)}
			case "merge":
				o["update"] = object{"state": "MERGED", "date": stamp(a.At), "author": b.account(a.By)}
			case "close":
				o["update"] = object{"state": "DECLINED", "date": stamp(a.At), "author": b.account(a.By)}
			}
			acts = append(acts, dated{a, o})
		}
	}
	slices.SortStableFunc(acts, func(x, y dated) int { return y.act.At.Compare(x.act.At) })
	var all []any
	for _, a := range acts {
		all = append(all, a.o)
	}
	b.page(w, req, all, 50)
}

func (b bitbucketServer) source(w http.ResponseWriter, req *http.Request, r Repository) {
	if path := req.PathValue("path"); path != "" {
		text, ok := r.Files[path]
		if !ok {
			write(w, http.StatusNotFound, object{"type": "error", "error": object{"message": "No such file or directory: " + path}})
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, text)
		return
	}
	var all []any
	folders := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		first, _, deep := strings.Cut(name, "/")
		switch {
		case !deep:
			all = append(all, object{"path": name, "type": "commit_file"})
		case !folders[first]:
			folders[first] = true
			all = append(all, object{"path": first, "type": "commit_directory"})
		}
	}
	b.page(w, req, all, 100)
}
