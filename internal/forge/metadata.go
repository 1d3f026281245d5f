package forge

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// insightsNotices reads the status in SECURITY-INSIGHTS.yml: version 2 has it
// under repository, version 1 under project-lifecycle.
func insightsNotices(text string) []health.Notice {
	type part struct {
		Status string `yaml:"status"`
		Only   bool   `yaml:"bug-fixes-only"`
	}
	var file struct {
		Header struct {
			Updated  string `yaml:"last-updated"`
			Reviewed string `yaml:"last-reviewed"`
		} `yaml:"header"`
		Repository part `yaml:"repository"`
		Lifecycle  part `yaml:"project-lifecycle"`
	}
	if len(text) > maxMetadata || yaml.Unmarshal([]byte(text), &file) != nil {
		return nil
	}
	status := strings.ToLower(cmp.Or(file.Repository.Status, file.Lifecycle.Status))
	notice := health.Notice{Text: cleaned("status: " + status), At: date(cmp.Or(file.Header.Reviewed, file.Header.Updated))}
	switch status {
	case "abandoned", "unsupported":
		notice.Kind = health.NoticeUnkept
	case "moved":
		notice.Kind = health.NoticeUnkept // where it went isn't said
	case "active":
		if notice.At.IsZero() {
			return nil
		}
		notice.Kind = health.NoticeAlive
	default: // inactive and suspended leave support open
		return nil
	}
	return []health.Notice{notice}
}

// publiccodeNotices reads the maintenance that publiccode.yml declares.
func publiccodeNotices(text string) []health.Notice {
	var file struct {
		Status      string `yaml:"developmentStatus"`
		Maintenance struct {
			Type string `yaml:"type"`
		} `yaml:"maintenance"`
	}
	if len(text) > maxMetadata || yaml.Unmarshal([]byte(text), &file) != nil {
		return nil
	}
	switch {
	case file.Status == "obsolete":
		return []health.Notice{{Kind: health.NoticeUnkept, Text: "developmentStatus: obsolete"}}
	case file.Maintenance.Type == "none":
		return []health.Notice{{Kind: health.NoticeUnkept, Text: "maintenance type: none"}}
	}
	return nil
}

// Metadata files have at most this many bytes.
const maxMetadata = 128 << 10

func date(s string) time.Time {
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(form, s); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

var deprecated = regexp.MustCompile(`(?m)^\s*//\s*Deprecated:\s*(.+)$`)

// moduleNotices reads the go command's own form: a comment that begins with
// "Deprecated:" directly before or behind the module's path.
func moduleNotices(repo health.Repository, text string) []health.Notice {
	before, after, ok := strings.Cut("\n"+head(text, 60), "\nmodule ")
	if !ok {
		return nil
	}
	if i := strings.LastIndex(before+"\n", "\n\n"); i >= 0 { // an earlier comment is another's
		before = before[i:]
	}
	line, _, _ := strings.Cut(after, "\n")
	if _, remark, ok := strings.Cut(line, "//"); ok {
		before += "\n//" + remark
	}
	m := deprecated.FindStringSubmatch(before)
	if m == nil {
		return nil
	}
	return []health.Notice{{Kind: health.NoticeDeprecated, Text: cleaned(m[1]), Successor: successor(repo, m[1], "")}}
}
