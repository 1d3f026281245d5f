package audit

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// full is an Activity with every kind of value that the long lists can hold.
func full() health.Activity {
	a := lively("x/full", 3)
	a.Commits = append(a.Commits,
		health.Commit{At: time.Date(1969, 12, 31, 23, 59, 59, 999_999_999, time.UTC), By: -1, With: []int{0, 1}, Merge: true},
		health.Commit{By: 1, With: []int{}})
	a.Issues = nil
	a.Changes = []health.Item{
		{Number: 1 << 40, Opened: today, By: 1},
		{Number: 2, Opened: today.Add(-time.Hour), By: -1, Closed: today, Merged: true, EventsUntil: today.Add(time.Millisecond), Events: []health.Event{
			{At: today, By: 0, Kind: health.EventReview}, {At: today.AddDate(-30, 0, 0), By: -1, Kind: health.EventReopen},
			{Kind: "a kind of later"}, {At: today, Kind: health.EventComment},
		}},
	}
	return a
}

func TestPacked(t *testing.T) {
	for name, a := range map[string]health.Activity{"full": full(), "empty": lively("x/empty", 0), "zero": {}} {
		raw, err := packed(a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unpacked(raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(a, got); diff != "" {
			t.Errorf("%s (-packed +unpacked)\n%s", name, diff)
		}
		for n := range len(raw) {
			if _, err := unpacked(raw[:n]); err == nil {
				t.Errorf("%s: read without an error when cut off after %d of %d bytes", name, n, len(raw))
			}
		}
	}
}

// TestPackedHasEveryField fails where a field is added to what is packed by
// hand, and forgotten there.
func TestPackedHasEveryField(t *testing.T) {
	var a health.Activity
	for _, list := range []any{&a.Commits, &a.Issues, &a.Changes} {
		fill(t, reflect.ValueOf(list).Elem())
	}
	raw, err := packed(a)
	if err != nil {
		t.Fatal(err)
	}
	got, err := unpacked(raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, got); diff != "" {
		t.Errorf("(-packed +unpacked)\n%s", diff)
	}
}

// fill gives every field below v a value that isn't its zero.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(7)
	case reflect.String:
		v.SetString("text")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(today))
			return
		}
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	default:
		t.Fatalf("nothing is known about a %s", v.Type())
	}
}

func FuzzUnpacked(f *testing.F) {
	raw, err := packed(full())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte("{}\n\x02\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, err := unpacked(raw)
		if err != nil {
			return
		}
		again, err := packed(a)
		if err != nil {
			return // a time that JSON doesn't take
		}
		b, err := unpacked(again)
		if err != nil || !cmp.Equal(a, b) {
			t.Errorf("%q: %v\n%s", bytes.ToValidUTF8(raw, nil), err, cmp.Diff(a, b))
		}
	})
}
