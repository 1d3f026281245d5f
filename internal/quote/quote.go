// Package quote makes the words of strangers fit to be repeated: in a report, on
// a terminal, in a header. It knows no format's own escapes; those stand with
// the formats.
package quote

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// Longest bounds a line, in characters. A longer one comes from somebody who
	// wants to fill a screen.
	Longest = 4096
	// Sentence is the usual limit of [Brief], in characters: enough for what a
	// server or a README says in one breath.
	Sentence = 200
)

// Line makes one line of visible text of a string from outside: terminal
// escape sequences, control and invisible formatting characters (among them
// those that turn the direction of writing) go, white space of any kind
// becomes a space, broken UTF-8 a replacement character. What is longer than
// [Longest] is cut.
func Line(s string) string {
	if isLine(s) {
		return s
	}
	var b strings.Builder
	for n := 0; len(s) > 0; {
		if skip := escapeSequence(s); skip > 0 {
			s = s[skip:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		switch {
		case unicode.IsSpace(r) || unicode.In(r, unicode.Zl, unicode.Zp):
			r = ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
			continue
		}
		if n++; n > Longest {
			b.WriteRune('…')
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Brief is a line of at most so many characters, with single spaces between its
// words and an ellipsis where it was cut.
func Brief(s string, limit int) string {
	s = strings.Join(strings.Fields(Line(s)), " ")
	if len(s) <= limit {
		return s
	}
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return s
}

// isLine is the short way out for nearly all strings.
func isLine(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= Longest
}

// escapeSequence returns the length of the terminal escape sequence at the
// start of s (ECMA-48: a control sequence, or a string up to its terminator),
// zero for none.
func escapeSequence(s string) int {
	var intro int
	var kind byte
	switch {
	case len(s) > 1 && s[0] == 0x1b:
		intro, kind = 2, s[1]
	case len(s) > 1 && s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0: // the same as one C1 character
		intro, kind = 2, s[1]-0x40
	default:
		return 0
	}
	switch kind {
	case '[':
		for i := intro; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
			if s[i] < 0x20 || s[i] > 0x7e {
				return i
			}
		}
		return len(s)
	case ']', 'P', 'X', '^', '_':
		for i := intro; i < len(s); i++ {
			switch {
			case s[i] == 0x07:
				return i + 1
			case s[i] == 0x1b && i+1 < len(s) && s[i+1] == '\\':
				return i + 2
			case s[i] == '\n': // never terminated: only the introducer goes
				return intro
			}
		}
		return intro
	}
	return intro
}
