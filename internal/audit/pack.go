package audit

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// packed is the form in which an Activity is remembered: a line of JSON without
// its three long lists, then these in binary. As JSON they are ten times as
// long, and reading them back is most of what an audit from memory would do.
//
// A list is its length plus one, 0 for none at all, and its elements field by
// field. Whole numbers are varints; a time is its nanoseconds plus one, 0 for
// the zero time, and its seconds less those of the time before it.
func packed(a health.Activity) ([]byte, error) {
	var p packer
	commits, issues, changes := a.Commits, a.Issues, a.Changes
	a.Commits, a.Issues, a.Changes = nil, nil, nil
	head, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	p.out = append(head, '\n')
	packList(&p, commits, p.commit)
	packList(&p, issues, p.item)
	packList(&p, changes, p.item)
	return p.out, nil
}

var errDamaged = errors.New("damaged")

// unpacked reads what packed wrote.
func unpacked(raw []byte) (health.Activity, error) {
	head, lists, ok := bytes.Cut(raw, []byte("\n"))
	if !ok {
		return health.Activity{}, errDamaged
	}
	var a health.Activity
	if err := json.Unmarshal(head, &a); err != nil {
		return health.Activity{}, err
	}
	u := unpacker{in: lists}
	a.Commits = unpackList(&u, u.commit)
	a.Issues = unpackList(&u, u.item)
	a.Changes = unpackList(&u, u.item)
	if u.failed || len(u.in) > 0 {
		return health.Activity{}, errDamaged
	}
	return a, nil
}

// eventKinds are numbered from 1 by their place; 0 stands before any other.
var eventKinds = []health.EventKind{
	health.EventComment, health.EventReview, health.EventLabel, health.EventClose, health.EventMerge, health.EventReopen,
}

// A packer writes values one after another.
type packer struct {
	out  []byte
	last int64 // the time before, in Unix seconds
}

func packList[T any](p *packer, list []T, element func(*T)) {
	if list == nil {
		p.number(0)
		return
	}
	p.number(len(list) + 1)
	for i := range list {
		element(&list[i])
	}
}

func (p *packer) number(n int) { p.out = binary.AppendVarint(p.out, int64(n)) }

func (p *packer) flag(b bool) {
	n := 0
	if b {
		n = 1
	}
	p.number(n)
}

func (p *packer) time(t time.Time) {
	if t.IsZero() {
		p.number(0)
		return
	}
	p.number(t.Nanosecond() + 1)
	p.out = binary.AppendVarint(p.out, t.Unix()-p.last)
	p.last = t.Unix()
}

func (p *packer) commit(c *health.Commit) {
	p.time(c.At)
	p.number(c.By)
	packList(p, c.With, func(n *int) { p.number(*n) })
	p.flag(c.Merge)
}

func (p *packer) item(i *health.Item) {
	p.number(i.Number)
	p.time(i.Opened)
	p.number(i.By)
	p.time(i.Closed)
	p.flag(i.Merged)
	packList(p, i.Events, p.event)
	p.time(i.EventsUntil)
}

func (p *packer) event(e *health.Event) {
	p.time(e.At)
	p.number(e.By)
	kind := slices.Index(eventKinds, e.Kind) + 1
	if p.number(kind); kind == 0 {
		p.number(len(e.Kind))
		p.out = append(p.out, e.Kind...)
	}
}

// An unpacker reads what a packer wrote. After a failure it reads zeros.
type unpacker struct {
	in     []byte
	last   int64
	failed bool
}

func unpackList[T any](u *unpacker, element func() T) []T {
	n := u.number() - 1
	if n < 0 {
		return nil
	}
	list := make([]T, 0, min(n, len(u.in))) // an element has a byte at least
	for len(list) < n && !u.failed {
		list = append(list, element())
	}
	return list
}

func (u *unpacker) number() int { return int(u.varint()) }

func (u *unpacker) varint() int64 {
	n, size := binary.Varint(u.in)
	if size <= 0 || u.failed {
		u.failed, u.in = true, nil
		return 0
	}
	u.in = u.in[size:]
	return n
}

func (u *unpacker) flag() bool { return u.number() != 0 }

func (u *unpacker) time() time.Time {
	nanoseconds := u.varint() - 1
	if nanoseconds < 0 {
		return time.Time{}
	}
	u.last += u.varint()
	return time.Unix(u.last, nanoseconds).UTC()
}

func (u *unpacker) commit() health.Commit {
	return health.Commit{At: u.time(), By: u.number(), With: unpackList(u, u.number), Merge: u.flag()}
}

func (u *unpacker) item() health.Item {
	return health.Item{
		Number: u.number(), Opened: u.time(), By: u.number(), Closed: u.time(), Merged: u.flag(),
		Events: unpackList(u, u.event), EventsUntil: u.time(),
	}
}

func (u *unpacker) event() health.Event {
	e := health.Event{At: u.time(), By: u.number()}
	switch kind := u.number(); {
	case kind > 0 && kind <= len(eventKinds):
		e.Kind = eventKinds[kind-1]
	default:
		n := u.number()
		if kind != 0 || n < 0 || n > len(u.in) {
			u.failed, u.in = true, nil
			return e
		}
		e.Kind, u.in = health.EventKind(u.in[:n]), u.in[n:]
	}
	return e
}
