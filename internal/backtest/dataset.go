package backtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A Dataset is the histories of many repositories, told from git alone.
type Dataset struct {
	Histories []*History // by Index
	// Hash is the SHA-256 of all files' decompressed content, in hexadecimal:
	// what a model was fitted on can be recognised.
	Hash string
}

// A History is all that a dataset knows about one repository.
type History struct {
	Index      int
	Repository health.Repository
	Module     string // the first Go module in it, "" for none
	Role       Role
	// Analysis is false for a repository whose place another one takes.
	Analysis bool
	// Family is the same for repositories that share root commits: they are one
	// piece of evidence.
	Family   string
	Snapshot time.Time // when the history was copied
	// Renamed is the newer address, where the copy under it wasn't fetched and
	// the history may therefore end too early; "" otherwise.
	Renamed string
	// Notices says, by year, what README and go.mod declared on 1 July.
	Notices map[int]Declared

	Commits []Commit
	Tags    []health.Tag
	Heads   []time.Time // of change requests: the date of the last commit of each
	// Witnessed are dates at which releases or commits after the snapshot are
	// proven to have been made.
	Witnessed []time.Time
}

// A Role says how a repository came into the dataset.
type Role string

// Roles. What is neither a sample nor the continuation of one is there as context.
const (
	SampleGo      Role = "sample_go"      // required by an application's go.mod on 2020-07-01
	SampleActions Role = "sample_actions" // an action that projects used on 2021-07-01
	Continuation  Role = "continuation"   // goes on with a sample under another name
)

// A Commit is one commit, as anonymous as the dataset has it.
type Commit struct {
	At     time.Time // committer date
	Person int       // within the repository
	Domain string    // of the author's address, hashed; "" where it tells no employer
	Merge  bool
	Bot    bool
}

// Work reports whether a human did something of their own.
func (c Commit) Work() bool { return !c.Merge && !c.Bot }

// Declared is what a repository's own files said about its future.
type Declared struct {
	Notice     bool   `json:"notice"`
	Words      string `json:"kw"`
	Deprecated bool   `json:"gomod_deprecated"`
}

// Read reads a dataset. A file that is missing or broken is an error that names
// the file and the line.
func Read(dir string) (*Dataset, error) {
	sum := sha256.New()
	d := &Dataset{}
	at := make(map[int64]*History)
	if err := d.readRepositories(dir, sum, at); err != nil {
		return nil, fmt.Errorf("reading the dataset %s: %w", dir, err)
	}
	for _, read := range []func(string, hash.Hash, map[int64]*History) error{readCommits, readTags, readHeads, readWitness} {
		if err := read(dir, sum, at); err != nil {
			return nil, fmt.Errorf("reading the dataset %s: %w", dir, err)
		}
	}
	for _, h := range d.Histories {
		slices.SortStableFunc(h.Commits, func(a, b Commit) int { return b.At.Compare(a.At) })
		slices.SortStableFunc(h.Tags, func(a, b health.Tag) int { return b.At.Compare(a.At) })
	}
	slices.SortFunc(d.Histories, func(a, b *History) int { return a.Index - b.Index })
	d.Hash = hex.EncodeToString(sum.Sum(nil))
	return d, nil
}

func (d *Dataset) readRepositories(dir string, sum hash.Hash, at map[int64]*History) error {
	err := eachLine(dir, "repos.jsonl.gz", sum, func(line []byte) error {
		var in struct {
			Repo     string           `json:"repo"`
			Index    *int64           `json:"repo_idx"`
			Role     Role             `json:"role"`
			Analysis bool             `json:"analysis"`
			Family   string           `json:"family"`
			Snapshot int64            `json:"snapshot_ts"`
			Renamed  string           `json:"renamed_not_fetched"`
			Modules  []string         `json:"modules"`
			Notices  map[int]Declared `json:"asof"`
		}
		if err := json.Unmarshal(line, &in); err != nil {
			return err
		}
		switch {
		case in.Repo == "" || !strings.Contains(in.Repo, "/"):
			return fmt.Errorf("repo %q is not owner/name", in.Repo)
		case in.Index == nil:
			return errors.New("no repo_idx")
		case at[*in.Index] != nil:
			return fmt.Errorf("repo_idx %d is also that of %s", *in.Index, at[*in.Index].Repository.Path)
		}
		h := &History{
			Index: int(*in.Index), Repository: health.Repository{Host: "github.com", Path: in.Repo}, Role: in.Role, Analysis: in.Analysis,
			Family: in.Family, Snapshot: time.Unix(in.Snapshot, 0).UTC(), Renamed: in.Renamed, Notices: in.Notices,
		}
		if h.Family == "" {
			h.Family = in.Repo
		}
		if len(in.Modules) > 0 {
			h.Module = in.Modules[0]
		}
		at[*in.Index] = h
		d.Histories = append(d.Histories, h)
		return nil
	})
	if err == nil && len(d.Histories) == 0 {
		return errors.New("repos.jsonl.gz:1: no repository")
	}
	return err
}

func readCommits(dir string, sum hash.Hash, at map[int64]*History) error {
	needed := []string{"repo_idx", "committer_ts", "merge", "bot", "domclass", "domid", "person"}
	return eachRecord(dir, "commits.csv.gz", sum, needed, func(r *record) error {
		c := Commit{At: r.time("committer_ts"), Merge: r.flag("merge"), Bot: r.flag("bot"), Person: int(r.number("person"))}
		if r.text("domclass") == "org" {
			c.Domain = strings.Clone(r.text("domid"))
		}
		if c.At.IsZero() && r.err == nil {
			r.err = errors.New("column committer_ts: empty")
		}
		return add(r, at, func(h *History) { h.Commits = append(h.Commits, c) })
	})
}

func readTags(dir string, sum hash.Hash, at map[int64]*History) error {
	return eachRecord(dir, "tags.csv.gz", sum, []string{"repo_idx", "name", "ts"}, func(r *record) error {
		t := health.Tag{Name: strings.Clone(r.text("name")), At: r.time("ts")}
		return add(r, at, func(h *History) { h.Tags = append(h.Tags, t) })
	})
}

func readHeads(dir string, sum hash.Hash, at map[int64]*History) error {
	return eachRecord(dir, "pulls.csv.gz", sum, []string{"repo_idx", "head_commit_ts"}, func(r *record) error {
		head := r.time("head_commit_ts")
		return add(r, at, func(h *History) { h.Heads = append(h.Heads, head) })
	})
}

func readWitness(dir string, sum hash.Hash, at map[int64]*History) error {
	return eachRecord(dir, "witness.csv.gz", sum, []string{"repo_idx", "first_seen_ts", "pseudo_version_ts"}, func(r *record) error {
		// A pseudo-version tells when its commit was made; of a release only
		// the day is known on which somebody used it.
		made := r.time("pseudo_version_ts")
		if made.IsZero() {
			made = r.time("first_seen_ts")
		}
		return add(r, at, func(h *History) { h.Witnessed = append(h.Witnessed, made) })
	})
}

// add finds the row's repository and hands it to put, unless the row is broken.
func add(r *record, at map[int64]*History, put func(*History)) error {
	index := r.number("repo_idx")
	if r.err != nil {
		return r.err
	}
	h := at[index]
	if h == nil {
		return fmt.Errorf("repo_idx %d is not in repos.jsonl.gz", index)
	}
	put(h)
	return nil
}
