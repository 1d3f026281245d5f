package github

import (
	"encoding/json"
	"time"
)

// repository is one repository as GraphQL answers it. What the server may
// leave out is a pointer or a list.
type repository struct {
	ID               string         `json:"id"`
	NameWithOwner    string         `json:"nameWithOwner"`
	CreatedAt        time.Time      `json:"createdAt"`
	IsArchived       bool           `json:"isArchived"`
	ArchivedAt       time.Time      `json:"archivedAt"`
	IsDisabled       bool           `json:"isDisabled"`
	IsEmpty          bool           `json:"isEmpty"`
	IsMirror         bool           `json:"isMirror"`
	MirrorURL        string         `json:"mirrorUrl"`
	HasIssuesEnabled bool           `json:"hasIssuesEnabled"`
	LicenseInfo      *license       `json:"licenseInfo"`
	FundingLinks     []funding      `json:"fundingLinks"`
	Owner            *owner         `json:"owner"`
	SecurityPolicy   *bool          `json:"isSecurityPolicyEnabled"`
	SecurityURL      string         `json:"securityPolicyUrl"`
	DefaultBranchRef *branch        `json:"defaultBranchRef"`
	Checked          *branch        `json:"checked"`
	Tags             *list[tag]     `json:"tags"`
	Releases         *list[release] `json:"releases"`
	OpenIssues       *count         `json:"openIssues"`
	OpenChanges      *count         `json:"openChanges"`
	Issues           *list[item]    `json:"issues"`
	PullRequests     *list[item]    `json:"pullRequests"`
	Root             *tree          `json:"root"`
	DotGithub        *tree          `json:"dotGithub"`
	Workflows        *tree          `json:"workflows"`

	files

	problems []problem
	lacks    []string // fields that the server doesn't have
}

type (
	license struct {
		SPDXID string `json:"spdxId"`
	}
	funding struct {
		Platform string `json:"platform"`
		URL      string `json:"url"`
	}
	owner struct {
		Type     string `json:"__typename"`
		Login    string `json:"login"`
		Sponsors *count `json:"sponsors"`
	}
	count struct {
		TotalCount int `json:"totalCount"`
	}
	pageInfo struct {
		HasNextPage bool   `json:"hasNextPage"`
		EndCursor   string `json:"endCursor"`
	}
	// A list is one page of a connection. What the server gave up on is nil.
	list[T any] struct {
		TotalCount int      `json:"totalCount"`
		PageInfo   pageInfo `json:"pageInfo"`
		Nodes      []*T     `json:"nodes"`
	}
	branch struct {
		Target *head `json:"target"`
	}
	head struct {
		commit
		History           *list[commit] `json:"history"`
		StatusCheckRollup *struct {
			State string `json:"state"`
		} `json:"statusCheckRollup"`
	}
	commit struct {
		CommittedDate time.Time `json:"committedDate"`
		Message       string    `json:"message"`
		Author        *struct {
			Name  string `json:"name"`
			Email string `json:"email"`
			User  *actor `json:"user"`
		} `json:"author"`
	}
	tag struct {
		Name   string     `json:"name"`
		Target *tagTarget `json:"target"`
	}
	tagTarget struct {
		CommittedDate time.Time `json:"committedDate"` // of a commit
		Tagger        *struct { // of an annotated tag
			Date time.Time `json:"date"`
		} `json:"tagger"`
		Target *tagTarget `json:"target"`
	}
	release struct {
		TagName      string    `json:"tagName"`
		CreatedAt    time.Time `json:"createdAt"`
		PublishedAt  time.Time `json:"publishedAt"`
		IsPrerelease bool      `json:"isPrerelease"`
		IsDraft      bool      `json:"isDraft"`
		Author       *actor    `json:"author"`
	}
	actor struct {
		Type  string `json:"__typename"`
		Login string `json:"login"`
	}
	item struct {
		Number            int        `json:"number"`
		CreatedAt         time.Time  `json:"createdAt"`
		ClosedAt          time.Time  `json:"closedAt"`
		Merged            bool       `json:"merged"`
		MergedAt          time.Time  `json:"mergedAt"`
		MergedBy          *actor     `json:"mergedBy"`
		AuthorAssociation string     `json:"authorAssociation"`
		Author            *actor     `json:"author"`
		TimelineItems     *list[act] `json:"timelineItems"`
	}
	act struct {
		Type              string    `json:"__typename"`
		CreatedAt         time.Time `json:"createdAt"`
		AuthorAssociation string    `json:"authorAssociation"`
		Author            *actor    `json:"author"` // of comments and reviews
		Actor             *actor    `json:"actor"`  // of everything else
	}
	tree struct {
		Entries []struct {
			Name string `json:"name"`
			Type string `json:"type"` // blob, tree, commit
		} `json:"entries"`
	}
)

// A files holds the texts asked for; each field's name is its alias.
type files struct {
	Readme, ReadmeLower, ReadmeTitle, ReadmeRST, ReadmePlain, ReadmeTxt, ReadmeAdoc, ReadmeMarkdown, ReadmeGithub *blob

	Mailmap, Insights, InsightsLower, InsightsGithub, Publiccode, Security, SecurityGithub, FundingFile, GoMod *blob
}

type blob struct {
	Text string `json:"text"`
}

// texts are the texts that the answer has, by path.
func (f *files) texts() map[string]string {
	out := map[string]string{}
	for _, t := range texts {
		if b := *t.of(f); b != nil && b.Text != "" {
			out[t.path] = b.Text
		}
	}
	return out
}

// history is the first page of commits, nil for an empty repository.
func (r *repository) history() *list[commit] {
	if r.DefaultBranchRef == nil || r.DefaultBranchRef.Target == nil {
		return nil
	}
	return r.DefaultBranchRef.Target.History
}

// extend adds a further page of commits. A page that can't be read adds
// nothing, and the history stays one that has more.
func (r *repository) extend(raw json.RawMessage) {
	var page repository
	if isNull(raw) || json.Unmarshal(raw, &page) != nil || page.history() == nil {
		r.history().PageInfo.EndCursor = ""
		return
	}
	h, more := r.history(), page.history()
	h.Nodes = append(h.Nodes, more.Nodes...)
	h.PageInfo = more.PageInfo
}

// holes reports whether any list has an entry that the server gave up on.
func (r *repository) holes() bool {
	if h := r.history(); h != nil && holes(h) {
		return true
	}
	return holes(r.Tags) || holes(r.Releases) || holes(r.Issues) || holes(r.PullRequests)
}

func holes[T any](l *list[T]) bool {
	if l == nil {
		return true
	}
	for _, node := range l.Nodes {
		if node == nil {
			return true
		}
	}
	return false
}
