package report

import (
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// maxText bounds a single string of a report, in characters. Longer ones come
// from somebody who wants to fill a screen.
const maxText = 4096

// cleaned returns a copy of rep in which every string is one line of visible
// text, and no list is nil. It walks the type itself, so that a field added
// to the nouns tomorrow is cleaned too.
func cleaned(rep health.Report) health.Report {
	scrub(reflect.ValueOf(&rep).Elem())
	return rep
}

// scrub cleans what v holds. What v points to is copied first, since it belongs
// to somebody else.
func scrub(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); !isClean(s) {
			v.SetString(clean(s))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() { // time.Time's own fields are not ours to look at
				scrub(f)
			}
		}
	case reflect.Slice:
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		for i := range own.Len() {
			scrub(own.Index(i))
		}
		v.Set(own)
	case reflect.Map:
		own := reflect.MakeMapWithSize(v.Type(), v.Len())
		for it := v.MapRange(); it.Next(); {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			key.Set(it.Key())
			value.Set(it.Value())
			scrub(key)
			scrub(value)
			own.SetMapIndex(key, value)
		}
		v.Set(own)
	case reflect.Pointer:
		if !v.IsNil() {
			own := reflect.New(v.Type().Elem())
			own.Elem().Set(v.Elem())
			scrub(own.Elem())
			v.Set(own)
		}
	}
}

// clean makes one line of visible text of a string from outside: terminal
// escape sequences, control and invisible formatting characters (among them
// those that turn the direction of writing) go, white space of any kind
// becomes a space, broken UTF-8 a replacement character.
func clean(s string) string {
	if isClean(s) {
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
		if n++; n > maxText {
			b.WriteRune('…')
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isClean is the short way out for the strings that make up nearly all of a
// report.
func isClean(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= maxText
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
