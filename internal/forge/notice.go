package forge

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// noticeLines is how much of a README is read for declarations: who gives up a
// project says so at the top.
const noticeLines = 40

// Notices reads what a file of a repository declares about the repository's
// future: a README, SECURITY-INSIGHTS.yml, publiccode.yml or go.mod; any other
// file declares nothing. At most one notice of a kind comes from one file.
//
// It would rather miss a declaration than make one: the words have to be about
// this project, as a whole, now. One version, one platform, a condition or
// somebody else's project don't count.
func Notices(repo health.Repository, file, text string) []health.Notice {
	base := strings.ToLower(path.Base(file))
	switch {
	case strings.HasPrefix(base, "readme"):
		return readmeNotices(repo, text)
	case base == "security-insights.yml" || base == "security-insights.yaml":
		return insightsNotices(text)
	case base == "publiccode.yml" || base == "publiccode.yaml":
		return publiccodeNotices(text)
	case file == "go.mod":
		return moduleNotices(repo, text)
	}
	return nil
}

func readmeNotices(repo health.Repository, text string) []health.Notice {
	var found []health.Notice
	add := func(n health.Notice) {
		if n.Kind != "" && !slices.ContainsFunc(found, func(f health.Notice) bool { return f.Kind == n.Kind }) {
			found = append(found, n)
		}
	}
	top := head(text, noticeLines)
	add(badge(top))
	own := sync.OnceValue(func() *regexp.Regexp { return ownName(repo) })
	sentences := sentences(top)
	for i, s := range sentences {
		if !mayDeclare(s) {
			continue
		}
		next := ""
		if i+1 < len(sentences) {
			next = sentences[i+1]
		}
		add(declared(repo, own(), s, next))
		// A word alone is about the project only at the very top; further down it
		// heads a list of what is deprecated in it.
		if lower := strings.ToLower(s); i < 5 && (bare().MatchString(lower) || tagged().MatchString(lower)) {
			add(health.Notice{Kind: health.NoticeUnkept, Text: cleaned(s), Successor: successor(repo, s, next)})
		}
	}
	// Who has moved also says that the old place is no longer kept.
	if slices.ContainsFunc(found, func(n health.Notice) bool { return n.Kind == health.NoticeMoved }) {
		found = slices.DeleteFunc(found, func(n health.Notice) bool {
			return n.Kind == health.NoticeUnkept || n.Kind == health.NoticeEndOfLife
		})
	}
	return found
}

const (
	noun    = `(?:project|repo(?:sitory)?|package|library|lib|module|crate|gem|plug-?in|extension|tool|code ?base|code|software|app(?:lication)?|action|framework|driver|client|sdk|component|product|implementation|provider|add-?on|theme|server|program|utility|script|cli|bindings?|wrapper|image)`
	subject = `this (?:[A-Za-z][A-Za-z-]* ){0,2}?` + noun + `(?: and (?:[a-z-]+ )?` + noun + `)?`
	adverb  = `(?:now|currently|officially|unfortunately|being|hereby|considered|sadly|therefore|also|essentially|effectively|permanently|as such) `
	kept    = `(?:main?ta[a-z]{0,3}ned|supported|developed|updated)`
	never   = `(?:no longer|not) (?:being |be |been |actively |currently |under |in |any longer )*(?:` + kept + `|(?:active )?(?:development|maintenance))\b`
	dead    = `(?:deprecated|abandoned|archived|discontinued|unmaintained|unsupported|obsolete|retired|sunset(?:ted)?|end[- ]of[- ]life|defunct|eol)\b`
	dies    = `(?:is|are|has been|have been|was|were) (?:` + adverb + `)*(?:` + never + `|` + dead + `)`
	ends    = `will (?:` + adverb + `)*(?:no longer|not) (?:be (?:actively )?` + kept + `|(?:receive|get) (?:any )?(?:further |more |new )?(?:updates|maintenance|support|fixes))`
	going   = `(?:will be|is being|is going to be|is scheduled to be) (?:` + adverb + `)*(?:archived|discontinued|sunset(?:ted)?|shut down|retired|deprecated|unmaintained|end[- ]of[- ]life)`
)

var (
	unkept = lazily(`^(.*?)\b(?:` + subject + `|the (?:project|repo|repository)|(NAME)(?: ` + noun + `)?) (?:` + dies + `|` + ends + `)(.*)$`)
	// A whole line that says nothing else.
	bare = lazily(`^(?:(?:warning|note|notice|important|attention|caution|status|project status|update)\b)?[^a-z]*(?:this is )?(?:(?:no longer|not) (?:being |actively )*` +
		kept + `|deprecated|unmaintained|abandoned|discontinued|archived|obsolete|end of life|retired|project (?:discontinued|abandoned|archived|retired|deprecated)|` +
		`(?:deprecated|archived|abandoned|unmaintained) (?:project|repo|repository|package))[^a-z]*$`)
	tagged    = lazily(`^#.*[\[(] ?(?:deprecated|unmaintained|abandoned|archived|discontinued|no longer maintained|obsolete) ?[\])][^a-z]*$`)
	firstHand = lazily(`\b(?:i|we)(?:'m|'re| am| are)? (?:no longer|not) (?:actively |currently |able to )*(?:maintain|support|develop|work on|maintaining|supporting|developing|working on) (?:this (?:` + noun + `)?|it)\b`)
	seeking   = lazily(`(^|[a-z']+ )(?:currently |actively |now |still |also )*(?:looking for|seeking|in need of|in search of|searching for|needs|need) (?:a |an |some |new |active |volunteer |lead |primary )*maintainers?\b`)
	ending    = lazily(`^(.*?)\b(?:` + subject + `|the (?:project|repo|repository)|(NAME)) ` + going + `(.*)$`)
	alive     = lazily(`\b(?:` + subject + `|(NAME)) (?:is|remains) (?:` + adverb + `)*(?:(?:feature[- ])?complete|finished|done|stable|in maintenance[- ]mode)\b`)
	living    = lazily(`\b(?:still|actively|will (?:continue to )?be|is|are) (?:actively )?(?:maintained|supported)|bug ?fix|security (?:fix|issue|patch|update)|focuses on (?:security|bug)`)
)

// declaring are the beginnings of words without one of which no expression here
// finds a declaration.
var declaring = []string{
	"no longer", "not ", "deprecat", "abandon", "archiv", "discontinu", "unmaintain", "unsupport", "obsolete", "retire", "sunset", "end of", "end-of",
	"defunct", "eol", "shut down", "maintainer", "complete", "finished", "done", "stable", "maintenance",
	"moved", "migrat", "relocat", "transfer", "renam", "merged", "now ", "continu", "happen", "takes place", "new ",
}

// mayDeclare reports whether a sentence is worth the expressions, which take a
// thousand times as long: few sentences are.
func mayDeclare(sentence string) bool {
	return containsAny(strings.ToLower(sentence), declaring...)
}

// ownName finds a repository's name where it stands as a word of its own; it
// never matches where the repository has none.
func ownName(repo health.Repository) *regexp.Regexp {
	name := strings.ToLower(repo.Name())
	if len(name) < 2 {
		return regexp.MustCompile(`[^\s\S]`)
	}
	return regexp.MustCompile(`(^|[^a-z0-9/.-])` + regexp.QuoteMeta(name) + `($|[^a-z0-9/.-])`)
}

// declared is what one sentence declares; next is the one after it, which may
// name a successor, and own finds the project's name. The zero Notice is
// nothing.
func declared(repo health.Repository, own *regexp.Regexp, sentence, next string) health.Notice {
	lower := strings.ToLower(sentence)
	if strings.HasSuffix(lower, "?") {
		return health.Notice{}
	}
	// The project's own name is as good as "this project".
	lower = own.ReplaceAllString(lower, "${1}NAME${2}")
	notice := func(kind health.NoticeKind) health.Notice {
		return health.Notice{Kind: kind, Text: cleaned(sentence), Successor: successor(repo, sentence, next)}
	}
	if to := movedTo(repo, sentence, next); to != "" {
		return health.Notice{Kind: health.NoticeMoved, Text: cleaned(sentence), Successor: to}
	}
	if m := ending().FindStringSubmatch(lower); m != nil && about(m[1], "") {
		return notice(health.NoticeEndOfLife)
	}
	if m := unkept().FindStringSubmatch(lower); m != nil && about(m[1], m[3]) {
		if strings.Contains(lower, " will ") && dated().MatchString(m[3]) {
			return notice(health.NoticeEndOfLife)
		}
		return notice(health.NoticeUnkept)
	}
	if firstHand().MatchString(lower) {
		return notice(health.NoticeUnkept)
	}
	if m := seeking().FindStringSubmatch(lower); m != nil && !slices.Contains([]string{"not", "always", "n't", "aren't", "isn't", "longer"}, strings.TrimSpace(m[1])) {
		return health.Notice{Kind: health.NoticeSeeking, Text: cleaned(sentence)}
	}
	if alive().MatchString(lower) && living().MatchString(lower+" "+strings.ToLower(next)) {
		return health.Notice{Kind: health.NoticeAlive, Text: cleaned(sentence)}
	}
	return health.Notice{}
}

var (
	dated       = lazily(`\b(?:after|from|starting|as of|on|in|until|by|beyond|past)\b.*\b(?:20[0-9]{2}|january|february|march|april|may|june|july|august|september|october|november|december)\b`)
	conditional = lazily(`\b(?:if|when|whenever|unless|until|once|whether|case|should|because|since|as|that|assume|means?|not|why) $|\b(?:versions?|releases?|branch(?:es)?|series|parts?|features?|fork|copy|directory|folder|section|mirror|docs?|documentation|wiki|[0-9.]+x?) (?:of|in|for|from) (?:the )?$`)
	elsewhere   = lazily(`\b(?:fork|forked|upstream|original|originally|inspired|dependency|dependencies)\b`)
	restricted  = lazily(`^,? ?(?:on|for|with|under|by|when|if|unless|in|until|as an?|outside|from|at) `)
	general     = lazily(`^,? ?(?:in (?:favou?r|this)|as of|for now|at this|on this|on github|from now)`)
	butKept     = lazily(`\b(?:but|although|though|however|yet)\b.*\b(?:maintain|fix|support|accept|merg|welcom|review|work)`)
)

// about reports whether a declaration with these words before and after it is
// about the whole project, without a condition.
func about(before, after string) bool {
	switch {
	case conditional().MatchString(before) || elsewhere().MatchString(before):
		return false
	case restricted().MatchString(after) && !general().MatchString(after):
		return false
	}
	return !butKept().MatchString(after)
}

var (
	statusBadge = lazily(`repostatus\.org/(?:badges/[^)\s]*/|#)(abandoned|unsupported|moved)`)
	noBadge     = lazily(`(?i)img\.shields\.io/(?:maintenance/no/|badge/(?:maintained%3f|maintained\?)-no|badge/(?:maintenance|status|project_status|project%20status)-(?:deprecated|unmaintained|abandoned|archived|discontinued))`)
)

// badge is what a status badge declares.
func badge(text string) health.Notice {
	if !containsAny(strings.ToLower(text), "repostatus.org", "shields.io") {
		return health.Notice{}
	}
	if m := statusBadge().FindStringSubmatch(text); m != nil {
		// A move without an address to go on at leaves nothing but an old place.
		return health.Notice{Kind: health.NoticeUnkept, Text: "repostatus.org: " + m[1]}
	}
	if m := noBadge().FindString(text); m != "" {
		return health.Notice{Kind: health.NoticeUnkept, Text: "badge: " + cleaned(path.Base(m))}
	}
	return health.Notice{}
}
