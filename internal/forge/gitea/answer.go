package gitea

import (
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// answers are what a server said about one repository. What an older server
// may leave out is a pointer.
type answers struct {
	repo    repository
	kind    health.OwnerKind
	commits []commit
	// earlier tells that there are commits in the window before these.
	earlier bool
	// head is the last commit where the window has none.
	head *branch

	tags     []tag
	releases []release
	issues   []item
	changes  []item
	// Whether there are older ones than those.
	moreIssues, moreChanges bool

	comments []act
	// commentsUntil is the date up to which comments are complete, zero for now.
	commentsUntil time.Time
	// acts are the timelines that were read, by the item's number, and
	// actsUntil says where one of them goes on.
	acts      map[int][]act
	actsUntil map[int]time.Time

	files []string
	texts map[string]string
	// workflows tells of a folder with the configuration of checks.
	workflows bool
	checks    *status

	gaps health.Gaps
}

type (
	repository struct {
		Owner           user       `json:"owner"`
		FullName        string     `json:"full_name"`
		Empty           bool       `json:"empty"`
		Mirror          bool       `json:"mirror"`
		OriginalURL     string     `json:"original_url"`
		DefaultBranch   string     `json:"default_branch"`
		HTMLURL         string     `json:"html_url"`
		Archived        bool       `json:"archived"`
		ArchivedAt      *time.Time `json:"archived_at"`
		CreatedAt       time.Time  `json:"created_at"`
		OpenIssues      *int       `json:"open_issues_count"`
		OpenChanges     *int       `json:"open_pr_counter"`
		Releases        *int       `json:"release_counter"`
		HasIssues       *bool      `json:"has_issues"`
		HasPulls        *bool      `json:"has_pull_requests"`
		HasReleases     *bool      `json:"has_releases"`
		Licences        []string   `json:"licenses"`
		ExternalTracker *struct {
			URL string `json:"external_tracker_url"`
		} `json:"external_tracker"`
	}
	user struct {
		ID       int64  `json:"id"`
		Login    string `json:"login"`
		FullName string `json:"full_name"`
	}
	signature struct {
		Name  string    `json:"name"`
		Email string    `json:"email"`
		Date  time.Time `json:"date"`
	}
	commit struct {
		SHA    string `json:"sha"`
		Commit struct {
			Author    *signature `json:"author"`
			Committer *signature `json:"committer"`
			Message   string     `json:"message"`
		} `json:"commit"`
		Author  *user `json:"author"` // the account, where the server knows it
		Parents []struct {
			SHA string `json:"sha"`
		} `json:"parents"`
	}
	branch struct {
		Commit struct {
			Message   string    `json:"message"`
			Timestamp time.Time `json:"timestamp"`
			Author    struct {
				Name     string `json:"name"`
				Email    string `json:"email"`
				Username string `json:"username"`
			} `json:"author"`
		} `json:"commit"`
	}
	tag struct {
		Name   string `json:"name"`
		Commit struct {
			Created time.Time `json:"created"`
		} `json:"commit"`
	}
	release struct {
		ID          int64     `json:"id"`
		TagName     string    `json:"tag_name"`
		Draft       bool      `json:"draft"`
		Prerelease  bool      `json:"prerelease"`
		CreatedAt   time.Time `json:"created_at"`
		PublishedAt time.Time `json:"published_at"`
		Author      *user     `json:"author"`
	}
	// An item is an issue or a change request.
	item struct {
		Number   int        `json:"number"`
		User     *user      `json:"user"`
		State    string     `json:"state"`
		Comments int        `json:"comments"`
		Created  time.Time  `json:"created_at"`
		Closed   *time.Time `json:"closed_at"`
		Labels   []struct {
			ID int64 `json:"id"`
		} `json:"labels"`
		// Of change requests. Reviews counts reviews, not only their comments.
		Reviews  *int       `json:"review_comments"`
		Merged   bool       `json:"merged"`
		MergedAt *time.Time `json:"merged_at"`
		MergedBy *user      `json:"merged_by"`
	}
	// An act is a comment or an entry of a timeline.
	act struct {
		ID        int64     `json:"id"`
		Type      string    `json:"type"` // "" in a list of comments
		User      *user     `json:"user"`
		IssueURL  string    `json:"issue_url"`
		ChangeURL string    `json:"pull_request_url"`
		Created   time.Time `json:"created_at"`
	}
	entry struct {
		Path string `json:"path"`
		Type string `json:"type"` // file, dir, symlink, submodule
	}
	content struct {
		Encoding string `json:"encoding"`
		Content  []byte `json:"content"` // base64, as encoding/json reads it
	}
	status struct {
		State string `json:"state"`
		Count int    `json:"total_count"`
	}
)

// dated is a time that the server knows: 1970 and the year 1 stand for none.
func dated(t *time.Time) time.Time {
	if t == nil || t.Unix() <= 0 {
		return time.Time{}
	}
	return t.UTC()
}

// has is a switch that older servers don't show, where everything is on.
func has(b *bool) bool { return b == nil || *b }
