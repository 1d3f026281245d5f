package forge

import (
	"regexp"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

const preposition = `(?:at|in|to|on|under|over to|over at|into|from|as)`

var (
	moves = []*regexp.Regexp{
		regexp.MustCompile(`(?i)\b` + subject + `(?: [(][^)]*[)])? (?:has |was |is |have )(?:been |now )*(?:deprecated and |archived and )?(?:moved|migrated|relocated|transferred|renamed|merged) ` + preposition + `:? `),
		regexp.MustCompile(`(?i)\b(?:the )?(?:project|repo|repository) (?:has |was )(?:been |now )*(?:moved|migrated|relocated|transferred|renamed) to:? `),
		regexp.MustCompile(`(?i)\b` + subject + ` (?:now (?:lives|resides)|is now (?:maintained|developed|hosted|located|available)) ` + preposition + `:? `),
		regexp.MustCompile(`(?i)\b(?:development|work|maintenance)(?: (?:of|for|on) this [a-z]+)? (?:has |have |is |will |now )*(?:been |be )?(?:moved|continues?|continued|continuing|happens|happening|takes place|migrated) (?:now )?` + preposition + `:? `),
		regexp.MustCompile(`(?i)\bwe (?:have )?(?:continue|moved|migrated) (?:the |our |this )?(?:development|project|repo|repository) ` + preposition + `:? `),
		regexp.MustCompile(`(?i)\b(?:the|our|its) new (?:repository|repo|home|location)(?: for this [a-z]+)?(?: can be found| is| lives)?(?: ` + preposition + `)?:? `),
		regexp.MustCompile(`(?i)^[^a-z]*(?:this )?(?:has |have )?(?:been )?(?:moved|migrated|relocated|transferred) (?:permanently )?to:? `),
	}
	vague   = lazily(`(?i)^(?:a|its|our|the) new (?:location|home|repository|repo|place|organi[sz]ation)\b`)
	instead = lazily(`(?i)\b(?:in favou?r of|use|using|see|switch to|migrate to|consider|visit|check out|go to|replaced by|superseded by|successor(?: is|:)|moved to|migrated to|continued? (?:at|in|under|by)|available at|fork(?: at|:)?) (?:our |the |its |new |official |successor,? |instead,? )*`)
	address = lazily(`<(https?://[^>\s]+)>|(https?://[^\s<>()"']+)|\b((?:[a-z0-9-]+\.)+[a-z]{2,}/[A-Za-z0-9._~/-]+)`)
	pair    = lazily(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]*[A-Za-z0-9]\b`)
)

// movedTo is the other repository at which a sentence, or the one after it,
// says that the project goes on, "" where neither says such a thing.
func movedTo(repo health.Repository, sentence, next string) string {
	for _, form := range moves {
		if at := form.FindStringIndex(sentence); at != nil && !conditional().MatchString(strings.ToLower(sentence[:at[0]])) {
			words := sentence[at[1]:]
			if vague().MatchString(words) {
				words += " " + next
			}
			if to, ok := named(repo, words); ok && onForge(to.Host) {
				return to.String()
			}
		}
	}
	return ""
}

// successor is what a declaration, or the sentence after it, says to use
// instead: a repository or a module path.
func successor(repo health.Repository, sentence, next string) string {
	for _, s := range []string{sentence, next} {
		if at := instead().FindStringIndex(s); at != nil {
			if to, ok := named(repo, s[at[1]:]); ok {
				return to.String()
			}
		}
	}
	return ""
}

// named is the repository that words begin with or soon come to, and whether
// it is another than repo.
func named(repo health.Repository, words string) (health.Repository, bool) {
	const near = 160
	if len(words) > near {
		words = words[:near]
	}
	var candidates []string
	for _, m := range address().FindAllStringSubmatch(words, -1) {
		candidates = append(candidates, strings.TrimRight(m[1]+m[2]+m[3], ".,;:!"))
	}
	if short := pair().FindString(words); short != "" && repo.Host != "" {
		candidates = append(candidates, "https://"+repo.Host+"/"+short)
	}
	var first health.Repository
	for _, c := range candidates {
		to, err := Parse(c)
		if err != nil || strings.EqualFold(to.String(), repo.String()) {
			continue
		}
		if onForge(to.Host) {
			return to, true
		}
		if first == (health.Repository{}) && !strings.HasPrefix(c, "http") { // a module path
			first = to
		}
	}
	return first, first != (health.Repository{})
}

// onForge reports whether a host is one of repositories, by its name.
func onForge(host string) bool {
	if strings.HasSuffix(host, ".github.io") || strings.HasSuffix(host, ".gitlab.io") || strings.HasPrefix(host, "docs.") {
		return false
	}
	return strings.Contains(host, "git") || strings.HasSuffix(host, "codeberg.org") || host == "bitbucket.org"
}
