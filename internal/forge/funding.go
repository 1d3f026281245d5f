package forge

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// fundingPages are the platforms that FUNDING.yml knows, with the address of a
// page there. Those of projects can be shown; a page of a person is shown only
// where the person owns the repository, whose address has the name already.
var fundingPages = []struct {
	platform, page string
	project        bool
}{
	{"buy_me_a_coffee", "https://buymeacoffee.com/%s", false},
	{"community_bridge", "https://crowdfunding.lfx.linuxfoundation.org/projects/%s", true},
	{"custom", "", false},
	{"github", "https://github.com/sponsors/%s", false},
	{"issuehunt", "https://issuehunt.io/r/%s", false},
	{"ko_fi", "https://ko-fi.com/%s", false},
	{"lfx_crowdfunding", "https://crowdfunding.lfx.linuxfoundation.org/projects/%s", true},
	{"liberapay", "https://liberapay.com/%s", false},
	{"open_collective", "https://opencollective.com/%s", true},
	{"otechie", "https://otechie.com/%s", true},
	{"patreon", "https://patreon.com/%s", false},
	{"polar", "https://polar.sh/%s", false},
	{"thanks_dev", "https://thanks.dev/%s", false},
	{"tidelift", "https://tidelift.com/funding/github/%s", true},
}

// funding is what FUNDING.yml declares, by platform, never nil.
func (h Head) funding(repo health.Repository) []health.Funding {
	out := []health.Funding{}
	for _, file := range slices.Sorted(slices.Values(h.Paths)) {
		if governance(file) && strings.EqualFold(path.Base(file), "funding.yml") {
			return append(out, ParseFunding(repo, h.Texts[file])...)
		}
	}
	return out
}

// ParseFunding reads a FUNDING.yml, by platform. What isn't one declares
// nothing.
func ParseFunding(repo health.Repository, text string) []health.Funding {
	var file map[string]any
	if len(text) > maxMetadata || yaml.Unmarshal([]byte(text), &file) != nil {
		return nil
	}
	var out []health.Funding
	for _, p := range fundingPages {
		for _, handle := range handles(file[p.platform]) {
			f := health.Funding{Platform: p.platform}
			own := strings.EqualFold(handle, repo.Owner()) || strings.EqualFold(handle, repo.Name())
			if p.page != "" && (p.project || own) {
				f.URL = fmt.Sprintf(p.page, handle)
			}
			out = append(out, f)
		}
	}
	return out
}

// handles are the names under one key: a word or a list of words.
func handles(value any) []string {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	const most = 20
	var out []string
	for _, v := range list[:min(len(list), most)] {
		s, ok := v.(string)
		s = strings.TrimSpace(s)
		if ok && s != "" && len(s) < 300 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>"'\`, r) }) {
			out = append(out, s)
		}
	}
	return out
}
