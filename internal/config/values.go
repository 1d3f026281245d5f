package config

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// A Span is a length of time in whole calendar units: 730d, 26w, 6m, 2y.
type Span struct {
	Years, Months, Days int
	text                string
}

// UnmarshalText reads a number and one of d, w, m (months) and y.
func (s *Span) UnmarshalText(text []byte) error {
	t := string(text)
	bad := errors.New("a span of time is a number with d, w, m (months) or y, like 18m")
	if len(t) < 2 || len(t) > 8 {
		return bad
	}
	n, err := strconv.Atoi(t[:len(t)-1])
	if err != nil || n <= 0 {
		return bad
	}
	span := Span{text: t}
	switch t[len(t)-1] {
	case 'd':
		span.Days = n
	case 'w':
		span.Days = 7 * n
	case 'm':
		span.Months = n
	case 'y':
		span.Years = n
	default:
		return bad
	}
	if far := span.After(time.Time{}); far.Year() > 101 {
		return fmt.Errorf("%s is more than a hundred years", t)
	}
	*s = span
	return nil
}

// IsZero reports whether there is no span.
func (s Span) IsZero() bool { return s == Span{} }

// MarshalText is the span as it was written.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.text), nil }

func (s Span) String() string { return s.text }

// After is t and the span, Before is t without it.
func (s Span) After(t time.Time) time.Time { return t.AddDate(s.Years, s.Months, s.Days) }

// Before is the time that lies the span before t.
func (s Span) Before(t time.Time) time.Time { return t.AddDate(-s.Years, -s.Months, -s.Days) }

// A Date is a day.
type Date struct{ time.Time }

// UnmarshalText reads 2027-01-31.
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("%q is no date like 2027-01-31", text)
	}
	d.Time = t
	return nil
}

// MarshalText is the form that UnmarshalText reads.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Date) String() string { return d.Format(time.DateOnly) }
