package forge

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/mainstay-dev/mainstay/internal/quote"
)

// head is the first lines of a text, of a bounded length.
func head(text string, lines int) string {
	const longest = 32 << 10
	if len(text) > longest {
		text = text[:longest]
	}
	end := 0
	for range lines {
		i := strings.IndexByte(text[end:], '\n')
		if i < 0 {
			return text
		}
		end += i + 1
	}
	return text[:end]
}

var (
	comment   = lazily(`(?s)<!--.*?(?:-->|$)`)
	fence     = lazily("(?s)```.*?(?:```|$)")
	image     = lazily(`!\[[^\]]*\]\([^)]*\)|!\[[^\]]*\]\[[^\]]*\]`)
	link      = lazily(`\[([^\]]*)\]\(\s*([^)\s]*)[^)]*\)`)
	reference = lazily(`\[([^\]]+)\]\[[^\]]*\]`)
	anchor    = lazily(`(?i)<a\s[^>]*href=["']([^"']+)["'][^>]*>`)
	tag       = lazily(`</?[A-Za-z][^>]*>`)
	alert     = lazily(`(?i)\[!(?:note|tip|important|warning|caution)\]`)
	rstLink   = lazily("`([^`<]*)<([^>`]+)>`_*")
	emphasis  = lazily("[*`~|]+|(^|[\\s(])_+|_+([\\s.,:;!?)]|$)")
	lead      = lazily(`^[\s>]*(?:[-+] |\.\. |:[a-z_]+: )?`)
	stop      = lazily(`[.!?;](?:\s+|$)`)
)

// sentences are those of a README, without their markup: links are followed by
// their address in angle brackets, headings keep one "#", and paragraphs that
// go over several lines are joined.
func sentences(text string) []string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	for _, r := range []struct {
		mark string // what the form can't be without, which is much faster to find
		form func() *regexp.Regexp
		with string
	}{
		{"<!--", comment, ""}, {"```", fence, "\n"}, {"[!", alert, "\n"}, {"![", image, ""}, {"](", link, "$1 <$2>"},
		{"][", reference, "$1"}, {"<", anchor, " <$1> "}, {"`", rstLink, "$1 <$2>"},
	} {
		if strings.Contains(text, r.mark) {
			text = r.form().ReplaceAllString(text, r.with)
		}
	}
	if strings.Contains(text, "<") {
		text = tag().ReplaceAllStringFunc(text, func(s string) string {
			if strings.Contains(s, "://") { // an address in angle brackets
				return s
			}
			return " "
		})
	}
	var paragraphs []string
	open := false // the last paragraph goes on
	for line := range strings.Lines(text) {
		line = lead().ReplaceAllString(line, "")
		if strings.ContainsAny(line, "*`~|_") {
			line = emphasis().ReplaceAllString(line, "$1$2")
		}
		line = strings.TrimSpace(line)
		heading := strings.HasPrefix(line, "#")
		if heading {
			line = "# " + strings.TrimLeft(line, "# ")
		}
		switch {
		case strings.Trim(line, "=-# ") == "":
			open = false
		case open && !heading:
			paragraphs[len(paragraphs)-1] += " " + line
		default:
			paragraphs = append(paragraphs, line)
			open = !heading
		}
	}
	var out []string
	for _, p := range paragraphs {
		for p = strings.Join(strings.Fields(p), " "); p != ""; {
			end := len(p)
			if at := stop().FindStringIndex(p); at != nil {
				end = at[1]
			}
			if s := strings.TrimSpace(p[:end]); s != "" {
				out = append(out, strings.TrimRight(s, ".!;"))
			}
			p = p[end:]
		}
	}
	return out
}

// containsAny reports whether a text has one of some words.
func containsAny(text string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

// cleaned is a line for people, without the sign of a heading.
func cleaned(s string) string {
	return quote.Brief(strings.TrimLeft(s, "# "), quote.Sentence)
}
