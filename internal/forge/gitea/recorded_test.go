package gitea

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

var (
	recordedAt    = time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC)
	recordedSince = time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC)
)

// recordings answers with what a real Gitea 1.26 answered. What it was not
// asked at the time is derived from what it was, and says so in derive; any
// other request fails the test.
type recordings struct {
	t   *testing.T
	dir string

	mu    sync.Mutex
	asked []string
}

func record(t *testing.T) *recordings {
	t.Helper()
	shared := os.Getenv("MAINSTAY_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared")
	}
	dir := filepath.Join(shared, "recordings", "gitea")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the recordings of a real server aren't here: %v", err)
	}
	return &recordings{t: t, dir: dir}
}

// paths name the recorded answers, by the path below the repository.
var paths = map[string]string{
	"": "repo", "/commits": "commits", "/tags": "tags", "/releases": "releases", "/issues": "issues",
	"/pulls": "pulls", "/issues/comments": "issuecomments", "/contents": "contents",
	"/issues/1/timeline": "issue1.timeline", "/issues/14/timeline": "pull14.timeline",
}

var repositoryPath = regexp.MustCompile(`^/api/v1/repos/acme/([a-z]+)(/.*)?$`)

func (r *recordings) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.asked = append(r.asked, req.Method+" "+req.URL.String())
	r.mu.Unlock()
	m := repositoryPath.FindStringSubmatch(req.URL.Path)
	if req.URL.Path == "/api/v1/orgs/acme" {
		return r.answer(req, "org.acme", nil)
	}
	if m == nil || req.Method != http.MethodGet {
		r.t.Errorf("unexpected request %s %s", req.Method, req.URL)
		return nil, fmt.Errorf("unexpected request")
	}
	if _, err := os.Stat(filepath.Join(r.dir, m[1]+".repo.json")); err != nil {
		return r.answer(req, "missing", nil)
	}
	if req.URL.Query().Get("page") != "" { // the window's second page was not recorded: it has the other ten
		if m[2] != "/commits" || req.URL.Query().Get("page") != "2" {
			r.t.Errorf("unexpected request %s", req.URL)
		}
		return r.answer(req, m[1]+".commits", r.secondPage(m[1]))
	}
	if name, ok := paths[m[2]]; ok {
		return r.answer(req, m[1]+"."+name, nil)
	}
	if body := r.derive(m[1], m[2]); body != nil {
		return r.answer(req, m[1]+".repo", body)
	}
	r.t.Errorf("unexpected request %s", req.URL)
	return nil, fmt.Errorf("unexpected request")
}

// secondPage is the first page of the window again, ten commits of it, under
// other names.
func (r *recordings) secondPage(repo string) []byte {
	var commits []map[string]any
	r.read(repo+".commits", &commits)
	commits = commits[len(commits)-10:]
	for i := range commits {
		commits[i]["sha"] = fmt.Sprintf("%040d", i)
	}
	return r.write(commits)
}

var timelinePath = regexp.MustCompile(`^/issues/(\d+)/timeline$`)

// derive makes the answers that were not recorded out of those that were: a
// branch out of the list of branches, the timeline of a change request out of
// that of number 14, the timeline of a labelled issue out of that of number 1,
// a file of
// the root as one of a line.
func (r *recordings) derive(repo, path string) []byte {
	if name, ok := strings.CutPrefix(path, "/branches/"); ok {
		var branches []map[string]any
		r.read(repo+".branches", &branches)
		for _, b := range branches {
			if b["name"] == name {
				return r.write(b)
			}
		}
	}
	if strings.HasPrefix(path, "/contents/.gitea") {
		return []byte("[]")
	}
	if name, ok := strings.CutPrefix(path, "/contents/"); ok {
		return r.write(map[string]any{"path": name, "encoding": "base64", "content": "IyBsaXZlbHkK"})
	}
	m := timelinePath.FindStringSubmatch(path)
	if m == nil {
		return nil
	}
	if repo == "quiet" && m[1] == "7" {
		return []byte("[]")
	}
	var acts, out []map[string]any
	kind := "merge_pull"
	switch n, _ := strconv.Atoi(m[1]); {
	case n > 12:
		r.read("lively.pull14.timeline", &acts)
	case n == 4 || n == 8 || n == 12:
		kind = "label"
		r.read("lively.issue1.timeline", &acts)
	default:
		kind = "close"
		r.read("lively.issue1.timeline", &acts)
	}
	for _, a := range acts {
		if a["type"] == kind {
			out = append(out, a)
		}
	}
	return r.write(out)
}

func (r *recordings) read(name string, into any) {
	body, err := os.ReadFile(filepath.Join(r.dir, name+".json"))
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *recordings) write(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		r.t.Fatal(err)
	}
	return body
}

// answer is a recorded answer with its status and headers, with another body
// where one is given.
func (r *recordings) answer(req *http.Request, name string, body []byte) (*http.Response, error) {
	head, err := os.ReadFile(filepath.Join(r.dir, name+".headers"))
	if err != nil {
		return nil, err
	}
	if body == nil {
		if body, err = os.ReadFile(filepath.Join(r.dir, name+".json")); err != nil {
			return nil, err
		}
	}
	status, fields, _ := bytes.Cut(head, []byte("\n"))
	var text bytes.Buffer
	text.Write(bytes.TrimSpace(status))
	text.WriteString("\r\n")
	for line := range bytes.Lines(fields) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || bytes.HasPrefix(line, []byte("Transfer-Encoding")) || bytes.HasPrefix(line, []byte("Content-Length")) {
			continue
		}
		text.Write(line)
		text.WriteString("\r\n")
	}
	fmt.Fprintf(&text, "Content-Length: %d\r\n\r\n", len(body))
	text.Write(body)
	resp, err := http.ReadResponse(bufio.NewReader(&text), req)
	return resp, err
}

func tables(t *testing.T) *fact.Tables {
	t.Helper()
	tables, err := fact.Load()
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// readRecorded reads one of the recorded repositories.
func readRecorded(t *testing.T, r *recordings, repo string) health.Activity {
	t.Helper()
	c, err := New(Options{
		Host: "git.example.test", API: "http://127.0.0.1:13100/api/v1", HTTP: &http.Client{Transport: r},
		Now: func() time.Time { return recordedAt }, Rules: forge.Rules{Tables: tables(t)}, CommitPages: 9,
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []health.Activity
	repos := []health.Repository{{Host: "git.example.test", Path: "acme/" + repo}}
	if err := c.Activities(t.Context(), repos, recordedSince, func(_ int, a health.Activity) { out = append(out, a) }); err != nil {
		t.Fatal(err)
	}
	if len(out) != 1 {
		t.Fatalf("%d activities for one repository", len(out))
	}
	return out[0]
}

// TestRecorded reads what a real server answered for four repositories.
func TestRecorded(t *testing.T) {
	type facts struct {
		Commits, Tags, Releases, Issues, Changes, People int
		OpenIssues, OpenChanges                          int
		LastCommit                                       string
		Notices                                          []health.NoticeKind
		Requests                                         int
	}
	for _, test := range []struct {
		repo string
		want facts
	}{
		// Sixty commits in the window, though the server says 108.
		{"lively", facts{Commits: 60, Tags: 7, Releases: 7, Issues: 12, Changes: 5, People: 4, OpenIssues: 3, OpenChanges: 1, LastCommit: "2026-10-25", Requests: 29}},
		{"quiet", facts{Commits: 1, Tags: 2, Releases: 1, Issues: 6, Changes: 1, People: 3, OpenIssues: 6, OpenChanges: 1, LastCommit: "2025-03-01", Requests: 13}},
		{"dormant", facts{Commits: 1, Tags: 1, People: 1, LastCommit: "2021-05-11", Notices: []health.NoticeKind{health.NoticeArchived}, Requests: 9}},
		{"oneman", facts{Commits: 3, Tags: 1, People: 1, LastCommit: "2026-10-02", Requests: 8}},
	} {
		t.Run(test.repo, func(t *testing.T) {
			r := record(t)
			a := readRecorded(t, r, test.repo)
			got := facts{
				Commits: len(a.Commits), Tags: len(a.Tags), Releases: len(a.Releases), Issues: len(a.Issues), Changes: len(a.Changes),
				People: len(a.People), OpenIssues: *a.OpenIssues, OpenChanges: *a.OpenChanges, LastCommit: a.Commits[0].At.Format(time.DateOnly),
				Requests: len(r.asked),
			}
			for _, n := range a.Notices {
				got.Notices = append(got.Notices, n.Kind)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s\nasked:\n%s", diff, strings.Join(r.asked, "\n"))
			}
			if len(a.Gaps) > 0 {
				t.Errorf("gaps: %v", a.Gaps)
			}
			if !a.Since.Equal(recordedSince) {
				t.Errorf("since %v", a.Since)
			}
		})
	}
}

// TestRecordedEvents looks at one issue and one change request that a real
// server told about: the timeline knows who, the item when.
func TestRecordedEvents(t *testing.T) {
	a := readRecorded(t, record(t), "lively")
	day := func(s string) time.Time {
		at, err := time.Parse(time.RFC3339, s+"T12:00:00Z")
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	find := func(items []health.Item, number int) health.Item {
		for _, i := range items {
			if i.Number == number {
				return i
			}
		}
		t.Fatalf("no number %d", number)
		return health.Item{}
	}
	change := find(a.Changes, 14)
	reviewer, merger := change.Events[0].By, change.Events[1].By
	want := health.Item{
		Number: 14, Opened: day("2026-05-25"), By: change.By, Closed: day("2026-05-28"), Merged: true,
		Events: []health.Event{{At: day("2026-05-27"), By: reviewer, Kind: health.EventReview}, {At: day("2026-05-28"), By: merger, Kind: health.EventMerge}},
	}
	if diff := cmp.Diff(want, change); diff != "" {
		t.Errorf("change request 14: -want +got\n%s", diff)
	}
	for _, who := range []int{merger, a.Releases[0].By} {
		if who < 0 || !a.People[who].Maintainer {
			t.Errorf("person %d isn't a maintainer: %v", who, a.People)
		}
	}
	issue := find(a.Issues, 2)
	if len(issue.Events) != 2 || issue.Events[0].Kind != health.EventComment || issue.Events[0].By != a.Releases[0].By ||
		issue.Events[1].At != day("2026-02-03") || issue.Events[1].By < 0 || issue.Events[1].Kind != health.EventClose {
		t.Errorf("issue 2: %+v", issue)
	}
}

// TestRecordedMissing asks the real server's recording for what it doesn't have.
func TestRecordedMissing(t *testing.T) {
	a := readRecorded(t, record(t), "nothing")
	if !a.Gaps.Gone() || a.Gaps.Outage() {
		t.Errorf("gaps: %v", a.Gaps)
	}
}
