package conformance_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mainstay-dev/mainstay/internal/conformance/hub"
	"github.com/mainstay-dev/mainstay/internal/forge/github"
	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestEveryFaultEndsInAGapWithAName(t *testing.T) {
	for name, c := range map[string]struct {
		trouble hub.Trouble
		says    string
		outage  bool
		most    int // requests, with the patience of a minute
	}{
		"a token that isn't valid": {hub.Unauthorised("Bad credentials"), "doesn't accept the token", true, 4},
		"no token":                 {hub.Unauthorised("This endpoint requires you to be authenticated."), "no token for github.com", false, 4},
		"points used up":           {hub.RateLimited(noon.Add(40 * time.Minute)), "rate limited until 2026-11-21T12:40:00Z", true, 4},
		"too fast, 403":            {hub.SecondaryLimit(http.StatusForbidden, 300), "until 2026-11-21T12:05:00Z", true, 4},
		"too fast, 429":            {hub.SecondaryLimit(http.StatusTooManyRequests, 300), "until 2026-11-21T12:05:00Z", true, 4},
		"always too fast":          {hub.SecondaryLimit(http.StatusTooManyRequests, 20), "until 2026-11-21T12:01:20Z", true, 16},
		"a bad gateway":            {hub.Gateway(http.StatusBadGateway, 0), "github.com answers 502", true, 32},
		"a gateway's timeout":      {hub.Gateway(http.StatusGatewayTimeout, 0), "github.com answers 504", true, 32},
		"a page":                   {hub.Portal(), "isn't JSON (text/html)", true, 12},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(noon))
				h := plausible(t)
				h.Trouble = []hub.Trouble{c.trouble}
				var waits []string
				got := read(t, h, github.Options{
					Patience: time.Minute,
					Waiting:  func(why string, until time.Time) { waits = append(waits, why+" "+until.UTC().Format(time.TimeOnly)) },
				}, names(40))
				for _, a := range got {
					why := a.Gaps.Why(health.PartRepository)
					if !strings.Contains(why, c.says) && (!c.outage || !strings.Contains(why, "asked")) || a.Gaps.Outage() != c.outage || a.Gaps.Gone() {
						t.Fatalf("%s: gaps %+v, want one that says %q", a.Repository, a.Gaps, c.says)
					}
				}
				if n := h.Stats().Requests; n > c.most {
					t.Errorf("%d requests, want %d at most", n, c.most)
				}
				if spent := time.Since(noon); spent > time.Minute+10*time.Second {
					t.Errorf("it took %v with the patience of a minute; waits %q", spent, waits)
				}
			})
		})
	}
}

func TestLimitsAreWaitedForAndSaid(t *testing.T) {
	for name, trouble := range map[string]hub.Trouble{
		"points": hub.RateLimited(noon.Add(30 * time.Second)),
		"403":    hub.SecondaryLimit(http.StatusForbidden, 30),
		"429":    hub.SecondaryLimit(http.StatusTooManyRequests, 30),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(noon))
				h := plausible(t)
				h.Latency = 10 * time.Millisecond
				h.Trouble = []hub.Trouble{hub.Times(1, trouble)}
				var waits []string
				whole(t, read(t, h, github.Options{
					Patience: time.Minute,
					Waiting:  func(why string, _ time.Time) { waits = append(waits, why) },
				}, names(30)))
				if len(waits) != 1 || !strings.Contains(waits[0], "github.com") {
					t.Errorf("waits told: %q", waits)
				}
				if spent := time.Since(noon); spent < 30*time.Second || spent > 40*time.Second {
					t.Errorf("it took %v", spent)
				}
			})
		})
	}
}

func TestNobodyWaitsUnheard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon))
		h := plausible(t)
		h.Trouble = []hub.Trouble{hub.SecondaryLimit(http.StatusForbidden, 5)}
		got := read(t, h, github.Options{Patience: time.Hour}, names(3))
		if !got[0].Gaps.Outage() || time.Now().After(noon.Add(time.Second)) {
			t.Errorf("waited %v without saying so; gaps %v", time.Since(noon), got[0].Gaps)
		}
	})
}

func TestLargeRequestsAreMadeSmaller(t *testing.T) {
	for name, set := range map[string]func(*hub.Hub){
		"502":               func(h *hub.Hub) { h.Trouble = []hub.Trouble{hub.Gateway(http.StatusBadGateway, 3)} },
		"504":               func(h *hub.Hub) { h.Trouble = []hub.Trouble{hub.Gateway(http.StatusGatewayTimeout, 3)} },
		"limited resources": func(h *hub.Hub) { h.Resources = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			h := plausible(t)
			set(h)
			learned := 0
			whole(t, read(t, h, github.Options{Learned: func(size int) { learned = size }}, names(40)))
			if learned < 1 || learned > 6 {
				t.Errorf("learned that a request holds %d repositories, where 3 is the most; sizes %v", learned, h.Stats().Sizes)
			}
			if n := h.Stats().Requests; n > 30 {
				t.Errorf("%d requests for 40 repositories: %v", n, h.Stats().Sizes)
			}
		})
	}
}

func TestBrokenConnectionIsNoOutage(t *testing.T) {
	h := plausible(t)
	var sent atomic.Int64
	whole(t, read(t, h, github.Options{HTTP: &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		if sent.Add(1) == 2 {
			return nil, io.ErrUnexpectedEOF
		}
		return h.Client().Transport.RoundTrip(req)
	})}}, names(12)))
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestAnswersInPartAreKept(t *testing.T) {
	h := plausible(t)
	h.Wall("acme/r1", "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.")
	repos := append(names(5), health.Repository{Host: "github.com", Path: "acme/gone"}, health.Repository{Host: "github.com", Path: "acme"})
	got := read(t, h, github.Options{}, repos)
	whole(t, []health.Activity{got[0], got[2], got[3], got[4]})
	if why := got[1].Gaps.Why(health.PartRepository); !strings.Contains(why, "SAML") || got[1].Gaps.Outage() || got[1].Gaps.Gone() {
		t.Errorf("forbidden: %+v", got[1].Gaps)
	}
	if !got[5].Gaps.Gone() || got[5].Gaps.Outage() {
		t.Errorf("gone: %+v", got[5].Gaps)
	}
	if got[6].Gaps.Gone() || got[6].Gaps.Why(health.PartRepository) == "" {
		t.Errorf("no address: %+v", got[6].Gaps)
	}
}

func TestBudgetIsNeverPassed(t *testing.T) {
	h := plausible(t)
	left := 10
	got := read(t, h, github.Options{Allow: func(points int) error {
		if points > left {
			return errors.New("the budget of points is used up")
		}
		left -= points
		return nil
	}}, names(40))
	unread := 0
	for _, a := range got {
		if strings.Contains(a.Gaps.Why(health.PartRepository), "the budget of points is used up") && a.Gaps.Outage() {
			unread++
		}
	}
	if spent := h.Stats().Points; spent > 10 || unread == 0 || unread == 40 {
		t.Errorf("%d points spent of 10, %d of 40 repositories unread", spent, unread)
	}
}

func TestHoursBudgetIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon))
		h := plausible(t)
		h.Budget = 20
		got := read(t, h, github.Options{}, names(40))
		unread := 0
		for _, a := range got {
			if strings.Contains(a.Gaps.Why(health.PartRepository), "points left until 2026-11-21T13:00:00Z") && a.Gaps.Outage() {
				unread++
			}
		}
		if n := h.Stats().Points; n > 20 || unread == 0 || unread == 40 {
			t.Errorf("%d points spent of 20, %d of 40 repositories unread", n, unread)
		}
	})
}

func TestWhatIsntKnownIsAFault(t *testing.T) {
	var faults []string
	h := hub.New(time.Now, func(what string) { faults = append(faults, what) })
	broken := hub.Plausible("acme/r0", noon)
	delete(broken, "isArchived")
	h.Add(broken)
	read(t, h, github.Options{}, names(1))
	if len(faults) != 1 || !strings.Contains(faults[0], "Repository.isArchived") {
		t.Errorf("faults: %q", faults)
	}
}
