package quote

import (
	"strings"
	"testing"
	"unicode"
)

func TestLine(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"größer 日本", "größer 日本"},
		{"a\nb\tc\r\nd", "a b c  d"},
		{"\x1b[31mred\x1b[0m", "red"},
		{"\x1b]8;;http://x\x07link\x1b]8;;\x1b\\", "link"},
		{"\u009b2Jgone", "gone"},
		{"user\u202etxt.exe", "usertxt.exe"},
		{"zero\u200bwidth\ufeff", "zerowidth"},
		{"bad\xff", "bad\ufffd"},
		{"\x1b]0;never closed", "0;never closed"},
		{"line\u2028line", "line line"},
		{"\x1b", ""},
		{strings.Repeat("x", Longest+5), strings.Repeat("x", Longest) + "…"},
	} {
		if got := Line(c.in); got != c.want {
			t.Errorf("Line(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzLine(f *testing.F) {
	f.Add("\x1b[31m\u202e\u009b2J\n\xff")
	f.Fuzz(func(t *testing.T, s string) {
		once := Line(s)
		for _, r := range once {
			if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
				t.Errorf("Line(%q) keeps %U", s, r)
			}
		}
		if twice := Line(once); twice != once && !strings.HasSuffix(once, "…") {
			t.Errorf("Line(%q) isn't stable: %q, then %q", s, once, twice)
		}
	})
}

func TestBrief(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                          "plain",
		" two\n\tlines\u00a0":            "two lines",
		"\x1b[31mred\x07":                "red",
		"right\u202eto\u200bleft\ufeff":  "righttoleft",
		"bad \xff utf-8":                 "bad � utf-8",
		strings.Repeat("long ", 10):      "long long long long…",
		"exactly twenty runes":           "exactly twenty runes",
		"ünïcödé is cut at a rune, ever": "ünïcödé is cut at a…",
	} {
		if got := Brief(text, 20); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
