package hub

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Times lets a trouble answer n times and then no more.
func Times(n int, t Trouble) Trouble {
	var left atomic.Int64
	left.Store(int64(n))
	return func(w http.ResponseWriter, q Question) bool {
		return left.Add(-1) >= 0 && t(w, q)
	}
}

// Unauthorised is what a token that isn't valid meets, or none at all.
func Unauthorised(message string) Trouble {
	return func(w http.ResponseWriter, _ Question) bool {
		return refuse(w, http.StatusUnauthorized, message)
	}
}

// RateLimited is what meets a request after the hour's last point: status 200,
// no data, and headers that say when the budget is full again.
func RateLimited(reset time.Time) Trouble {
	return func(w http.ResponseWriter, _ Question) bool {
		w.Header().Set("X-RateLimit-Limit", "5000")
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
		w.Header().Set("X-RateLimit-Resource", "graphql")
		answer(w, nil, []problem{{Type: "RATE_LIMITED", Message: "API rate limit exceeded for user ID 1."}})
		return true
	}
}

// SecondaryLimit is what meets requests that come too fast, with status 403 or
// 429; after is in seconds.
func SecondaryLimit(status, after int) Trouble {
	return func(w http.ResponseWriter, _ Question) bool {
		w.Header().Set("Retry-After", strconv.Itoa(after))
		return refuse(w, status, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
	}
}

// Gateway is what a request meets that takes too long: an HTML page with
// status 502 or 504, where it asks for more than so many repositories.
func Gateway(status, above int) Trouble {
	return func(w http.ResponseWriter, q Question) bool {
		if q.Repositories <= above {
			return false
		}
		return page(w, status, "We couldn't respond to your request in time.")
	}
}

// Portal is a page where an answer belongs: what proxies and logins send.
func Portal() Trouble {
	return func(w http.ResponseWriter, _ Question) bool { return page(w, http.StatusOK, "Please log in") }
}

// Lacks is a server whose schema doesn't have a field yet.
func Lacks(typename, field string) Trouble {
	word := regexp.MustCompile(`\b` + regexp.QuoteMeta(field) + `\b`)
	return func(w http.ResponseWriter, q Question) bool {
		if !word.MatchString(q.Query) {
			return false
		}
		answer(w, nil, []problem{{
			Message:    fmt.Sprintf("Field '%s' doesn't exist on type '%s'", field, typename),
			Extensions: map[string]any{"code": "undefinedField", "typeName": typename, "fieldName": field},
		}})
		return true
	}
}

// LacksType is a server whose schema doesn't have a type yet.
func LacksType(typename string) Trouble {
	word := regexp.MustCompile(`\bon ` + regexp.QuoteMeta(typename) + `\b`)
	return func(w http.ResponseWriter, q Question) bool {
		if !word.MatchString(q.Query) {
			return false
		}
		answer(w, nil, []problem{{
			Message:    fmt.Sprintf("No such type %s, so it can't be a fragment condition", typename),
			Extensions: map[string]any{"code": "undefinedType", "typeName": typename},
		}})
		return true
	}
}

// exhausted takes from an answer what a request above so many repositories
// doesn't get for the undocumented limit on computing: whole repositories, or
// the entries of their lists.
func exhausted(data Object, above int) []problem {
	var problems []problem
	for i := above; ; i++ {
		alias := "r" + strconv.Itoa(i)
		r, ok := data[alias].(Object)
		if !ok {
			return problems
		}
		path := []any{alias}
		if list, ok := r["pullRequests"].(Object); ok && i%2 == 0 {
			path = append(path, "pullRequests", "nodes")
			if nodes, ok := list["nodes"].([]any); ok {
				clear(nodes)
			}
		} else {
			data[alias] = nil
		}
		problems = append(problems, problem{Type: "RESOURCE_LIMITS_EXCEEDED", Path: path, Message: "Resource limits for this query exceeded."})
	}
}

func refuse(w http.ResponseWriter, status int, message string) bool {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"message": %q, "documentation_url": "https://docs.github.com/rest"}`, message)
	return true
}

func page(w http.ResponseWriter, status int, title string) bool {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(strings.ReplaceAll("<!DOCTYPE html><title>TITLE</title><h1>TITLE</h1>", "TITLE", title)))
	return true
}
