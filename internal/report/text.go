package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func scoreText(s health.Score) string {
	if s.Score == nil {
		return "–"
	}
	return strconv.FormatFloat(*s.Score, 'f', 1, 64)
}

func intervalText(f health.Finding) string {
	return fmt.Sprintf("%.0f–%.0f", f.Interval[0], f.Interval[1])
}

// whyText is the reason for a verdict with what the version in use adds to it
// and, for a transitive dependency, who brings it in.
func whyText(f health.Finding) string {
	via := ""
	if !f.Direct {
		via = prefixed("through ", strings.Join(f.Through(), ", "))
	}
	return joined("; ", f.Why, f.Upgrade, via)
}

func whereText(f health.Finding) string {
	if len(f.Locations) == 0 {
		return ""
	}
	return place(f.Locations[0])
}

func place(l health.Location) string {
	if l.Line == 0 {
		return l.Path
	}
	return l.Path + ":" + strconv.Itoa(l.Line)
}

// gateText says what the policy makes of a finding, "" for nothing.
func gateText(f health.Finding) string {
	switch {
	case f.Fails():
		return "fails"
	case len(f.Violations) > 0 && f.Violations[0].Known == "":
		return "warns"
	case len(f.Violations) > 0:
		return "known"
	case len(f.Waived) > 0:
		return "waived"
	}
	return ""
}

// A colour is the number of an ANSI colour, zero for none.
type colour int

const (
	plain  colour = 0
	red    colour = 31
	green  colour = 32
	yellow colour = 33
	grey   colour = 90
)

func gradeColour(g health.Grade) colour {
	switch g {
	case health.GradeA, health.GradeB:
		return green
	case health.GradeC:
		return plain
	case health.GradeD:
		return yellow
	case health.GradeE:
		return red
	}
	return grey
}

func paint(o Options, c colour, s string) string {
	if !o.Colour || c == plain || s == "" {
		return s
	}
	return "\x1b[" + strconv.Itoa(int(c)) + "m" + s + "\x1b[0m"
}

// count writes "1 dependency", "2 dependencies".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// width is the room that s takes on a terminal, in cells. The locale, which
// may make some letters twice as wide, is left out so that output is the same
// everywhere.
func width(s string) int { return twwidth.WidthWithOptions(s, twwidth.Options{}) }

// wrap breaks s into lines of at most limit cells, between words where it
// can. A limit of zero leaves it whole.
func wrap(s string, limit int) string {
	if limit <= 0 || width(s) <= limit {
		return s
	}
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(s) {
		if used > 0 && used+1+width(word) <= limit {
			line, used = line+" "+word, used+1+width(word)
			continue
		}
		if used > 0 {
			lines = append(lines, line)
		}
		for width(word) > limit {
			head := breakable(twwidth.Truncate(word, limit, ""))
			if head == "" || head == word {
				break
			}
			lines, word = append(lines, head), word[len(head):]
		}
		line, used = word, width(word)
	}
	return strings.Join(append(lines, line), "\n")
}

// breakable shortens the head of a long word to where a path or a version may
// be broken with the least harm, if that leaves at least half of it.
func breakable(head string) string {
	if at := strings.LastIndexByte(head, '@'); at >= len(head)/2 {
		return head[:at]
	}
	if i := strings.LastIndexAny(head, "/-"); i >= len(head)/2 {
		return head[:i+1]
	}
	return head
}
