package gitlab

import (
	"strconv"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// project is one project as GraphQL answers it. What the server may leave out
// is a pointer or a list.
type project struct {
	FullPath  string    `json:"fullPath"`
	CreatedAt time.Time `json:"createdAt"`
	Archived  bool      `json:"archived"`
	// Group is nil where the project belongs to a person.
	Group *struct {
		ID string `json:"id"`
	} `json:"group"`
	IssuesEnabled  *bool          `json:"issuesEnabled"`
	ChangesEnabled *bool          `json:"mergeRequestsEnabled"`
	OpenIssues     *int           `json:"openIssuesCount"`
	OpenChanges    *int           `json:"openMergeRequestsCount"`
	Repository     *repository    `json:"repository"`
	Releases       *list[release] `json:"releases"`
	Issues         *list[item]    `json:"issues"`
	MergeRequests  *list[item]    `json:"mergeRequests"`

	// What REST adds.
	commits  []commit
	earlier  bool // there are commits in the window before these
	tags     []tag
	closings []closing
	gaps     health.Gaps
	lacks    lacks // what the server didn't know of it
}

type (
	// A list is one page of a connection.
	list[T any] struct {
		PageInfo struct {
			HasNextPage bool `json:"hasNextPage"`
		} `json:"pageInfo"`
		Nodes []*T `json:"nodes"`
	}
	repository struct {
		Empty bool `json:"empty"`
		Tree  *struct {
			LastCommit *struct {
				CommittedDate time.Time       `json:"committedDate"`
				AuthoredDate  time.Time       `json:"authoredDate"`
				AuthorName    string          `json:"authorName"`
				AuthorEmail   string          `json:"authorEmail"`
				Message       string          `json:"message"`
				Pipelines     *list[pipeline] `json:"pipelines"`
			} `json:"lastCommit"`
		} `json:"tree"`
		Texts *list[blob] `json:"texts"`
		Names *list[blob] `json:"names"`
	}
	pipeline struct {
		Status string `json:"status"`
	}
	blob struct {
		Path string `json:"path"`
		Text string `json:"rawTextBlob"`
	}
	user struct {
		ID       string `json:"id"` // gid://gitlab/User/1
		Username string `json:"username"`
		Name     string `json:"name"`
		Bot      bool   `json:"bot"`
	}
	release struct {
		TagName    string    `json:"tagName"`
		CreatedAt  time.Time `json:"createdAt"`
		ReleasedAt time.Time `json:"releasedAt"`
		Upcoming   bool      `json:"upcomingRelease"`
		Author     *user     `json:"author"`
	}
	item struct {
		IID       string      `json:"iid"`
		CreatedAt time.Time   `json:"createdAt"`
		State     string      `json:"state"` // of change requests: opened, closed, merged, locked
		ClosedAt  time.Time   `json:"closedAt"`
		MergedAt  time.Time   `json:"mergedAt"`
		Author    *user       `json:"author"`
		MergeUser *user       `json:"mergeUser"`
		Notes     *list[note] `json:"notes"`
	}
	note struct {
		System    bool      `json:"system"`
		Icon      string    `json:"systemNoteIconName"`
		CreatedAt time.Time `json:"createdAt"`
		Access    string    `json:"maxAccessLevelOfAuthor"`
		Author    *user     `json:"author"`
	}

	// The rest is REST's.
	commit struct {
		ID            string    `json:"id"`
		CommittedDate time.Time `json:"committed_date"`
		AuthorName    string    `json:"author_name"`
		AuthorEmail   string    `json:"author_email"`
		Message       string    `json:"message"`
		ParentIDs     []string  `json:"parent_ids"`
	}
	tag struct {
		Name      string    `json:"name"`
		CreatedAt time.Time `json:"created_at"` // of an annotated tag, on newer servers
		Commit    *struct {
			CommittedDate time.Time `json:"committed_date"`
			CreatedAt     time.Time `json:"created_at"`
		} `json:"commit"`
	}
	// A closing is an entry of the project's feed: somebody closed something.
	closing struct {
		ID        int64     `json:"id"`
		Type      string    `json:"target_type"` // Issue, WorkItem, MergeRequest, Milestone
		IID       int       `json:"target_iid"`
		CreatedAt time.Time `json:"created_at"`
		Author    *struct {
			ID       int64  `json:"id"`
			Username string `json:"username"`
			Name     string `json:"name"`
		} `json:"author"`
	}
)

// numeric is the number in a global id, "" where there is none.
func (u *user) numeric() string {
	id := u.ID[strings.LastIndex(u.ID, "/")+1:]
	if _, err := strconv.ParseInt(id, 10, 64); err != nil {
		return ""
	}
	return id
}

func number(iid string) int {
	n, _ := strconv.Atoi(iid) // no number is 0, which is no item
	return n
}

// on is a switch that may be unknown; then the list itself tells.
func on(b *bool) bool { return b == nil || *b }
