package rest

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// A List is how to read a list that comes in pages, by number.
type List struct {
	Path  string
	Query url.Values
	// SizeName is the parameter that states the size of a page: "limit",
	// "per_page"; Size is what to ask for. A server may give less.
	SizeName string
	Size     int
	// Pages bounds how many are read.
	Pages int
	// TotalLies tells that the stated total and the link to a next page don't
	// heed the query's filter: a page that isn't full is then the last.
	TotalLies bool
}

// Pages reads a list until enough says so (nil for never), the list ends, or
// its bound is reached; more reports that there is more. What two pages both
// have, because the list moved while it was read, is there once by key. A list
// that ends before the total that the server stated is an error beside what
// was read.
func Pages[T any, K comparable](ctx context.Context, a API, l List, key func(T) K, enough func([]T) bool) (all []T, more bool, err error) {
	seen := map[K]bool{}
	first, total, stated := 0, 0, false
	query := maps.Clone(l.Query)
	if query == nil {
		query = url.Values{}
	}
	query.Set(l.SizeName, strconv.Itoa(l.Size))
	for page := 1; page <= l.Pages; page++ {
		if page > 1 {
			query.Set("page", strconv.Itoa(page))
		}
		var part []T
		answer, err := a.Get(ctx, l.Path, query, &part)
		if err != nil {
			return all, true, err
		}
		if page == 1 {
			first = len(part)
			total, stated = answer.Total()
		}
		for _, entry := range part {
			if k := key(entry); !seen[k] {
				seen[k] = true
				all = append(all, entry)
			}
		}
		if enough != nil && enough(all) {
			return all, true, nil
		}
		if l.last(answer, len(part), first, len(all), total, stated) {
			if stated && !l.TotalLies && len(all) < total {
				return all, true, &Refusal{Why: fmt.Sprintf("%s states %d entries and gives %d", a.Host, total, len(all)), Outage: true}
			}
			return all, false, nil
		}
	}
	return all, true, nil
}

// last reports whether no page follows. A page that is merely shorter than
// asked for proves nothing, since servers bound it and filter after counting.
func (l List) last(answer Answer, n, first, have, total int, stated bool) bool {
	switch {
	case n == 0:
		return true
	case l.TotalLies:
		return n < max(first, answer.perPage()) || answer.Next() == "" && n < l.Size
	case answer.Next() != "":
		return false
	case stated:
		return have >= total
	}
	return n < l.Size
}

// atOnce is the number of repositories read side by side; how many requests
// one host gets at once is the HTTP client's business.
const atOnce = 4

// Each reads repositories a few at a time and yields each as soon as it is
// read, one call at a time. The error is only for the end of the context.
func Each(ctx context.Context, repos []health.Repository, read func(context.Context, health.Repository) health.Activity, yield func(int, health.Activity)) error {
	var one sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, repo := range repos {
		group.Go(func() error {
			a := read(ctx, repo)
			if err := ctx.Err(); err != nil {
				return err
			}
			one.Lock()
			defer one.Unlock()
			yield(i, a)
			return nil
		})
	}
	return group.Wait()
}

// Together runs what can be asked at the same time about one repository.
func Together(ctx context.Context, asks ...func(context.Context)) {
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, ask := range asks {
		group.Go(func() error { ask(ctx); return nil })
	}
	_ = group.Wait() // no ask fails: each notes its own gap
}

// Misaddressed is the Activity of what can't be a repository of a forge.
func Misaddressed(repo health.Repository, at time.Time, host string) health.Activity {
	return forge.Unread(repo, at, health.Gap{Part: health.PartRepository, Why: "it isn't the address of a repository on " + host})
}
