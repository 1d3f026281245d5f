package forgetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

// object is a JSON object.
type object = map[string]any

// write answers with JSON.
func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

// page answers with one page of a list, with the headers that Gitea and GitLab
// share.
func page(w http.ResponseWriter, req *http.Request, size string, all []any) {
	q := req.URL.Query()
	per, _ := strconv.Atoi(q.Get(size))
	if per <= 0 || per > 100 {
		per = 20
	}
	number, _ := strconv.Atoi(q.Get("page"))
	number = max(number, 1)
	from, to := min((number-1)*per, len(all)), min(number*per, len(all))
	w.Header().Set("X-Total-Count", strconv.Itoa(len(all)))
	if to < len(all) {
		next := *req.URL
		q.Set("page", strconv.Itoa(number+1))
		next.RawQuery = q.Encode()
		w.Header().Set("Link", fmt.Sprintf(`<http://%s%s>; rel="next"`, req.Host, next.String()))
	}
	list := all[from:to]
	if list == nil {
		list = []any{}
	}
	write(w, http.StatusOK, list)
}

// stamp is a time as forges write it, null for none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// A Server is one forge's host, which counts what it is asked.
type Server struct {
	// URL is where it listens; HTTP is a client for it.
	URL  string
	HTTP *http.Client

	mu       sync.Mutex
	requests []string
}

// Serve serves a forge's answers until the test is over.
func Serve(t interface{ Cleanup(func()) }, forge http.Handler) *Server {
	s := &Server{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, req.Method+" "+req.URL.RequestURI())
		s.mu.Unlock()
		forge.ServeHTTP(w, req)
	}))
	t.Cleanup(server.Close)
	s.URL, s.HTTP = server.URL, server.Client()
	return s
}

// Requests are those that came so far.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

// window is the part of a repository's history since a date, newest first.
func (r Repository) window(since time.Time) []int {
	var out []int
	for i := len(r.Commits) - 1; i >= 0; i-- {
		if !r.Commits[i].At.Before(since) {
			out = append(out, i)
		}
	}
	return out
}

// sinceOf reads a date from a query.
func sinceOf(req *http.Request) time.Time {
	at, err := time.Parse(time.RFC3339, req.URL.Query().Get("since"))
	if err != nil {
		return time.Time{}
	}
	return at
}

// has reports whether something of a kind was done on an item.
func (i Item) has(kind string) bool {
	for _, a := range i.Acts {
		if string(a.Kind) == kind {
			return true
		}
	}
	return false
}

// count is the number of acts of a kind.
func (i Item) count(kind string) int {
	n := 0
	for _, a := range i.Acts {
		if string(a.Kind) == kind {
			n++
		}
	}
	return n
}
