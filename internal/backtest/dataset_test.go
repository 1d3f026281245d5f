package backtest

import (
	"compress/gzip"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// small is a dataset of three repositories: one goes on, one falls silent, one
// is silent and comes back.
func small(t *testing.T) map[string]string {
	t.Helper()
	unix := func(date string) string {
		at, err := time.Parse(time.DateOnly, date)
		if err != nil {
			t.Fatal(err)
		}
		return strconv.FormatInt(at.Unix(), 10)
	}
	commits := "repo_idx,author_ts,committer_ts,merge,author_id,bot,domclass,domid,landed_ts,first_parent,person\n"
	commit := func(repo, date, merge, bot, class, domain, person string) {
		commits += strings.Join([]string{repo, "", unix(date), merge, "x", bot, class, domain, "", "1", person}, ",") + "\n"
	}
	for _, year := range []string{"2019", "2020", "2021", "2022", "2023"} {
		commit("1", year+"-03-01", "0", "0", "org", "d1", "0")
		commit("1", year+"-09-01", "0", "0", "freemail", "", "1")
		commit("1", year+"-09-02", "1", "0", "noreply", "", "1")
	}
	commit("2", "2019-05-01", "0", "0", "freemail", "", "0")
	commit("2", "2021-10-01", "0", "1", "", "", "1")
	commit("3", "2018-05-01", "0", "0", "freemail", "", "0")
	commit("3", "2021-12-01", "0", "0", "freemail", "", "0")
	return map[string]string{
		"repos.jsonl.gz": `{"repo":"a/on","repo_idx":1,"role":"sample_go","analysis":true,"family":"a/on","snapshot_ts":1777797336,"modules":["a.example/on"]}
{"repo":"b/off","repo_idx":2,"role":"sample_go","analysis":true,"family":"b/off","snapshot_ts":1777797336,"asof":{"2021":{"notice":true,"kw":"repo is deprecated"}}}

{"repo":"c/back","repo_idx":3,"role":"sample_actions","analysis":true,"family":"c/back","snapshot_ts":1777797336}
`,
		"commits.csv.gz": commits,
		"tags.csv.gz":    "repo_idx,name,ts,semver,prerelease,kind,commit_ts\n1,\"v1,odd\"," + unix("2020-01-01") + ",1,0,a,\n1,v2," + unix("2020-08-01") + ",1,0,a,\n1,undated,,0,0,a,\n",
		"pulls.csv.gz":   "repo_idx,pr,head_commit_ts,has_merge_ref\n1,1," + unix("2020-01-01") + ",0\n",
		"witness.csv.gz": "repo_idx,version,first_seen_ts,pseudo_version_ts,module\n",
	}
}

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		z := gzip.NewWriter(f)
		if _, err := z.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReadNamesFileAndLine(t *testing.T) {
	for _, c := range []struct{ name, file, from, to, want string }{
		{"not JSON", "repos.jsonl.gz", `{"repo":"b/off"`, `{"repo":`, "repos.jsonl.gz:2: "},
		{"a blank line counts", "repos.jsonl.gz", `"repo":"c/back"`, `"repo":"c"`, `repos.jsonl.gz:4: repo "c" is not owner/name`},
		{"twice the same index", "repos.jsonl.gz", `"repo_idx":2`, `"repo_idx":1`, "repos.jsonl.gz:2: repo_idx 1 is also that of a/on"},
		{"no index", "repos.jsonl.gz", `"repo_idx":2,`, ``, "repos.jsonl.gz:2: no repo_idx"},
		{"a column is gone", "commits.csv.gz", ",person", ",people", `commits.csv.gz:1: no column "person"`},
		{"not a number", "tags.csv.gz", "\n1,v2", "\none,v2", `tags.csv.gz:3: column repo_idx: "one" is not a whole number`},
		{"not a flag", "commits.csv.gz", ",x,0,org", ",x,maybe,org", `commits.csv.gz:2: column bot: "maybe" is neither 0 nor 1`},
		{"a field too many", "pulls.csv.gz", ",0\n", ",0,0\n", "pulls.csv.gz:2: wrong number of fields"},
		{"an open quote", "tags.csv.gz", `odd"`, `odd`, "tags.csv.gz:"},
		{"an unknown repository", "pulls.csv.gz", "\n1,", "\n9,", "pulls.csv.gz:2: repo_idx 9 is not in repos.jsonl.gz"},
		{"no header", "witness.csv.gz", "repo_idx,version,first_seen_ts,pseudo_version_ts,module\n", "", "witness.csv.gz:1: reading the header: unexpected EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := small(t)
			broken := strings.Replace(files[c.file], c.from, c.to, 1)
			if broken == files[c.file] {
				t.Fatal("nothing broken")
			}
			files[c.file] = broken
			if _, err := Read(write(t, files)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
	for name := range small(t) {
		files := small(t)
		delete(files, name)
		if _, err := Read(write(t, files)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestReadFindsTheEndOfATornFile(t *testing.T) {
	dir := write(t, small(t))
	name := filepath.Join(dir, "commits.csv.gz")
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, whole[:len(whole)-20], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "commits.csv.gz:") {
		t.Errorf("error %v", err)
	}
}

func TestCases(t *testing.T) {
	d, err := Read(write(t, small(t)))
	if err != nil {
		t.Fatal(err)
	}
	type outcome struct {
		repo                      string
		year                      int
		abandoned, silent, stable bool
	}
	var got []outcome
	for _, c := range Cases(d, AsOfDates()) {
		got = append(got, outcome{c.History.Repository.Path, c.AsOf.Year(), c.Abandoned, c.Silent, c.StableButAlive})
	}
	want := []outcome{
		{"a/on", 2020, false, false, false},
		{"b/off", 2020, true, true, false}, // a bot's commit is no sign of life
		{"a/on", 2021, false, false, false},
		{"b/off", 2021, true, true, false},
		{"c/back", 2021, true, true, true}, // an action counts from 2021 on; back in the first year, gone in the second
		{"a/on", 2022, false, false, false},
		{"b/off", 2022, true, true, false},
		{"c/back", 2022, true, true, false},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(outcome{})); diff != "" {
		t.Error(diff)
	}
}

func TestCensoredContinuationIsLeftOut(t *testing.T) {
	files := small(t)
	files["repos.jsonl.gz"] = strings.Replace(files["repos.jsonl.gz"], `"family":"b/off","snapshot_ts":1777797336`,
		`"family":"b/off","snapshot_ts":1640995200,"renamed_not_fetched":"b/new"`, 1) // 2022-01-01
	d, err := Read(write(t, files))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range Cases(d, AsOfDates()) {
		if c.History.Index == 2 {
			t.Errorf("%s is judged as of %s though its end isn't known", c.History.Repository, c.AsOf)
		}
	}
}

func TestWitnessShowsLife(t *testing.T) {
	files := small(t)
	files["witness.csv.gz"] += "2,v1,1669852800,,b.example/off\n" // 2022-12-01
	d, err := Read(write(t, files))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range Cases(d, AsOfDates()) {
		if c.History.Index == 2 && c.Abandoned != (c.AsOf.Year() != 2021) {
			t.Errorf("as of %s: abandoned %v", c.AsOf, c.Abandoned)
		}
	}
}

// What an audit sees must not depend on what came after its date.
func TestActivityKnowsNothingLater(t *testing.T) {
	d, err := Read(write(t, small(t)))
	if err != nil {
		t.Fatal(err)
	}
	at := AsOfDates()[0]
	h := *d.Histories[0]
	before := h.Activity(at)
	h.Commits = slices.DeleteFunc(slices.Clone(h.Commits), func(c Commit) bool { return c.At.After(at) })
	h.Tags = slices.DeleteFunc(slices.Clone(h.Tags), func(tag health.Tag) bool { return tag.At.After(at) })
	if diff := cmp.Diff(h.Activity(at), before); diff != "" {
		t.Error(diff)
	}
	if len(before.Commits) != 4 || len(before.Tags) != 1 || len(before.People) != 2 {
		t.Errorf("%d commits, %d tags, %d people", len(before.Commits), len(before.Tags), len(before.People))
	}
	if p := before.People[0]; p.Affiliation != health.AffiliationEmployed || p.Organisation != "organisation 1" {
		t.Errorf("person %+v", p)
	}
}

// Whatever a file holds, reading it ends with rows or an error that names a line.
func FuzzReadRecords(f *testing.F) {
	f.Add("repo_idx,name,ts\n1,v1,1534742584\n")
	f.Add("repo_idx,name,ts\n1,\"v1,\n\",\n9,x,-3\n")
	f.Add("ts\n\n\"")
	f.Fuzz(func(t *testing.T, in string) {
		needed := []string{"repo_idx", "ts"}
		err := readRecords("tags.csv.gz", csv.NewReader(strings.NewReader(in)), needed, func(r *record) error {
			r.number("repo_idx")
			r.flag("ts")
			if at := r.time("ts"); r.err == nil && !at.IsZero() && at.Year() < -40000 {
				t.Errorf("time %v", at)
			}
			return r.err
		})
		if err != nil && !strings.HasPrefix(err.Error(), "tags.csv.gz:") {
			t.Errorf("error %v", err)
		}
	})
}
