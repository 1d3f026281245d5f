package sourcehut

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestActivities(t *testing.T) {
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	created := time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC)
	for _, test := range []struct {
		name, path, answer string
		token              bool
		status             int
		created            time.Time
		gap                health.Part // besides those that are always there
		outage             bool
	}{
		{"with a token", "~jane/tool", `{"data":{"user":{"repository":{"created":"2020-02-03T04:05:06Z"}}}}`, true, 200, created, "", false},
		{"without", "~jane/tool", "", false, 0, time.Time{}, health.PartStatus, false},
		{"not there", "~jane/tool", `{"data":{"user":{"repository":null}}}`, true, 200, time.Time{}, health.PartStatus, false},
		{"a token that isn't accepted", "~jane/tool", `{"errors":[{"message":"Invalid OAuth bearer token"}]}`, true, 403, time.Time{}, health.PartStatus, true},
		{"an error", "~jane/tool", `{"errors":[{"message":"internal system error"}]}`, true, 200, time.Time{}, health.PartStatus, true},
		{"no address of that kind", "jane/tool", "", true, 0, time.Time{}, health.PartRepository, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			asked := 0
			client := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				asked++
				body, err := io.ReadAll(req.Body)
				if err != nil || !strings.Contains(string(body), `"owner":"jane"`) {
					t.Errorf("asked %s, %v", body, err)
				}
				return &http.Response{
					StatusCode: test.status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(test.answer)), Request: req,
				}, nil
			})}
			c, err := New(Options{Host: "git.sr.ht", API: "https://git.sr.ht/query", HTTP: client, Token: test.token, Now: func() time.Time { return at }})
			if err != nil {
				t.Fatal(err)
			}
			var got health.Activity
			repos := []health.Repository{{Host: "git.sr.ht", Path: test.path}}
			if err := c.Activities(t.Context(), repos, at.AddDate(-2, 0, 0), func(_ int, a health.Activity) { got = a }); err != nil {
				t.Fatal(err)
			}
			if !got.CreatedAt.Equal(test.created) || got.Gaps.Outage() != test.outage {
				t.Errorf("created %v, gaps %v", got.CreatedAt, got.Gaps)
			}
			if test.gap != "" && got.Gaps.Why(test.gap) == "" {
				t.Errorf("no gap for %s: %v", test.gap, got.Gaps)
			}
			if test.gap != health.PartRepository && (got.Mirror != "mailing list" || got.Gaps.Why(health.PartChanges) == "" || got.Gaps.Why(health.PartCommits) == "") {
				t.Errorf("mirror %q, gaps %v", got.Mirror, got.Gaps)
			}
			if want := test.status != 0; (asked == 1) != want {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}
