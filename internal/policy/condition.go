package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/config"
	"github.com/mainstay-dev/mainstay/internal/health"
)

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// condition compiles the parts of a condition, in the order of its fields.
func (c *compiler) condition(w config.Condition, path string) []test {
	var tests []test
	add := func(present bool, make func() test) {
		if present {
			tests = append(tests, make())
		}
	}
	add(w.Grade != "", func() test { return c.grade(w, path) })
	add(w.Confidence != "", func() test { return c.confidence(w, path) })
	add(w.ScoreBelow != nil, func() test { return c.scoreBelow(*w.ScoreBelow, path+".score_below") })
	add(len(w.Ceilings) > 0, func() test { return c.ceilings(w.Ceilings, path+".ceilings") })
	add(w.Metric != nil, func() test { return c.metric(*w.Metric, path+".metric") })
	add(w.Dimension != nil, func() test { return c.dimension(*w.Dimension, path+".dimension") })
	add(!w.NewestOlder.IsZero(), func() test { return newestOlder(w.NewestOlder) })
	add(w.OnePublisher, func() test { return onePublisher })
	add(w.Licences != nil, func() test { return c.licences(*w.Licences, path+".licences") })
	add(w.Jurisdiction != nil, func() test { return c.jurisdiction(*w.Jurisdiction, path+".jurisdictions") })
	add(!w.SupportEnds.IsZero(), func() test { return supportEnds(w.SupportEnds) })
	add(w.Libyears != nil, func() test { return c.libyears(*w.Libyears, path+".libyears_behind_above") })
	add(w.FallenBy != nil, func() test { return c.fallenBy(*w.FallenBy, path+".fallen_by") })
	return tests
}

// describe is what condition compiles, in words.
func describe(w config.Condition) []string {
	var out []string
	add := func(present bool, format string, args ...any) {
		if present {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	switch w.Grade {
	case "", "U", "E":
		add(w.Grade != "", "grade %s", w.Grade)
	default:
		add(true, "grade %s or worse", w.Grade)
	}
	add(w.Confidence != "", "at least %s confidence", w.Confidence)
	add(w.ScoreBelow != nil, "a score below %v", deref(w.ScoreBelow))
	add(len(w.Ceilings) > 0, "the fact %s", strings.Join(w.Ceilings, " or "))
	if m := w.Metric; m != nil {
		add(m.Above != nil, "%s above %v", m.ID, deref(m.Above))
		add(m.Below != nil, "%s below %v", m.ID, deref(m.Below))
		add(m.MinN > 0, "n of at least %d", m.MinN)
	}
	if d := w.Dimension; d != nil {
		add(true, "%s below %v", d.ID, deref(d.Below))
	}
	add(!w.NewestOlder.IsZero(), "a newest release older than %s", w.NewestOlder)
	add(w.OnePublisher, "a single publisher")
	for _, l := range []struct {
		list *config.List
		what string
	}{{w.Licences, "a licence"}, {w.Jurisdiction, "a forge in a jurisdiction"}} {
		if l.list != nil {
			add(len(l.list.Allow) > 0, "%s other than %s", l.what, strings.Join(l.list.Allow, ", "))
			add(len(l.list.Deny) > 0, "%s among %s", l.what, strings.Join(l.list.Deny, ", "))
		}
	}
	add(!w.SupportEnds.IsZero(), "an end of support within %s", w.SupportEnds)
	add(w.Libyears != nil, "a version more than %v years behind", deref(w.Libyears))
	add(w.FallenBy != nil, "a score fallen by %v since the baseline", deref(w.FallenBy))
	return out
}

func deref(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

// grade is met by the grade and all worse ones that are known; U is met by U
// alone.
func (c *compiler) grade(w config.Condition, path string) test {
	c.word(path+".grade", "grade", w.Grade, grades)
	switch {
	case w.Grade == "A":
		c.fail(path+".grade", "every dependency has grade A or worse: the rule says nothing")
	case w.Grade == "U" && w.Confidence != "" && w.Confidence != "low":
		c.fail(path+".confidence", "the rule can never match: grade U always has low confidence")
	case w.Grade == "U" && w.ScoreBelow != nil:
		c.fail(path+".score_below", "the rule can never match: grade U has no score")
	}
	limit := slices.Index(grades, w.Grade)
	return func(in input) string {
		at := slices.Index(grades, string(in.f.Grade))
		if w.Grade == "U" && at != limit || w.Grade != "U" && (at < limit || in.f.Grade == health.GradeU) {
			return ""
		}
		return "grade " + string(in.f.Grade)
	}
}

func (c *compiler) confidence(w config.Condition, path string) test {
	c.word(path+".confidence", "confidence", w.Confidence, confidences)
	if alone := (config.Condition{Confidence: w.Confidence}); len(describe(w)) == len(describe(alone)) {
		c.fail(path+".confidence", "confidence alone is no complaint: name a grade or another condition")
	}
	least := slices.Index(confidences, w.Confidence)
	return func(in input) string {
		if slices.Index(confidences, string(in.f.Confidence)) < least {
			return ""
		}
		return string(in.f.Confidence) + " confidence"
	}
}

func (c *compiler) scoreBelow(bound float64, path string) test {
	if bound <= 0 || bound > 100 {
		c.fail(path, "a score is between 0 and 100: no bound of %v", bound)
	}
	return func(in input) string {
		if s := in.f.Score.Score; s != nil && *s < bound {
			return fmt.Sprintf("score %.1f below %v", *s, bound)
		}
		return ""
	}
}

func (c *compiler) ceilings(ids []string, path string) test {
	for i, id := range ids {
		c.word(index(path, i), "ceiling", id, ceilings)
	}
	return func(in input) string {
		for _, f := range in.f.Ceilings {
			if slices.Contains(ids, f.ID) {
				text := cmp.Or(f.Reason, f.ID)
				if f.Successor != "" {
					text += ", instead: " + f.Successor
				}
				return text
			}
		}
		return ""
	}
}

func (c *compiler) metric(m config.MetricBound, path string) test {
	ids := make([]string, len(c.known.Metrics))
	for i, k := range c.known.Metrics {
		ids[i] = k.ID
		if k.ID == m.ID && (k.Min != 0 || k.Max != 0) {
			if m.Above != nil && *m.Above >= k.Max {
				c.fail(path+".above", "the rule can never match: %s is at most %v", m.ID, k.Max)
			}
			if m.Below != nil && *m.Below <= k.Min {
				c.fail(path+".below", "the rule can never match: %s is at least %v", m.ID, k.Min)
			}
		}
	}
	if len(ids) > 0 {
		c.word(path+".id", "metric", m.ID, ids)
	}
	switch {
	case m.Above == nil && m.Below == nil:
		c.fail(path, "a metric needs a bound: above or below")
	case m.Above != nil && m.Below != nil && *m.Above >= *m.Below:
		c.fail(path+".above", "the rule can never match: nothing is above %v and below %v", *m.Above, *m.Below)
	case m.MinN < 0:
		c.fail(path+".min_n", "n starts at 0")
	}
	return func(in input) string {
		for _, got := range in.f.Measurements {
			if got.Metric != m.ID || got.Value == nil || got.N < m.MinN {
				continue
			}
			v := *got.Value
			if m.Above != nil && v <= *m.Above || m.Below != nil && v >= *m.Below {
				return ""
			}
			bound := fmt.Sprintf("above %v", deref(m.Above))
			if m.Above == nil {
				bound = fmt.Sprintf("below %v", deref(m.Below))
			}
			return fmt.Sprintf("%s is %s %s (n %d), %s", m.ID, strconv.FormatFloat(v, 'g', 4, 64), got.Unit, got.N, bound)
		}
		return ""
	}
}

func (c *compiler) dimension(d config.DimensionBound, path string) test {
	c.word(path+".id", "dimension", d.ID, dimensions)
	if d.Below == nil || *d.Below <= 0 || *d.Below > 100 {
		c.fail(path+".below", "a dimension needs a bound below which it is too low, up to 100")
	}
	if d.MinCoverage < 0 || d.MinCoverage > 1 {
		c.fail(path+".min_coverage", "coverage is between 0 and 1")
	}
	return func(in input) string {
		for _, got := range in.f.Dimensions {
			if got.ID == d.ID && got.Coverage > 0 && got.Coverage >= d.MinCoverage && got.Score < deref(d.Below) {
				return fmt.Sprintf("%s %.0f below %v", d.ID, got.Score, deref(d.Below))
			}
		}
		return ""
	}
}

func newestOlder(s config.Span) test {
	return func(in input) string {
		if at := in.f.LatestAt; !at.IsZero() && at.Before(s.Before(in.asOf)) {
			return fmt.Sprintf("the newest release, %s, is of %s", in.f.Latest, at.UTC().Format(time.DateOnly))
		}
		return ""
	}
}

func onePublisher(in input) string {
	if n := in.f.Publishers; n != nil && *n <= 1 {
		return "a single account can publish it"
	}
	return ""
}

func supportEnds(s config.Span) test {
	return func(in input) string {
		support := in.f.Support
		switch {
		case support == nil:
		case support.Over != nil && *support.Over:
			return fmt.Sprintf("support of %s %s is over", support.Product, support.Cycle)
		case !support.Ends.IsZero() && support.Ends.Before(s.After(in.asOf)):
			ends := "ends"
			if support.Ends.Before(in.asOf) {
				ends = "ended"
			}
			return fmt.Sprintf("support of %s %s %s on %s", support.Product, support.Cycle, ends, support.Ends.UTC().Format(time.DateOnly))
		}
		return ""
	}
}

func (c *compiler) libyears(bound float64, path string) test {
	if bound < 0 {
		c.fail(path, "a version can't be less than 0 years behind")
	}
	return func(in input) string {
		if y := in.f.LibyearsBehind; y != nil && *y > bound {
			return fmt.Sprintf("%.1f years behind %s", *y, in.f.Latest)
		}
		return ""
	}
}

func (c *compiler) fallenBy(bound float64, path string) test {
	if bound <= 0 || bound > 100 {
		c.fail(path, "a score falls by more than 0 and at most 100 points")
	}
	return func(in input) string {
		now := in.f.Score.Score
		if in.before == nil || in.before.Score == nil || now == nil || *in.before.Score-*now < bound {
			return ""
		}
		return fmt.Sprintf("fallen from %.1f to %.1f since the baseline", *in.before.Score, *now)
	}
}
