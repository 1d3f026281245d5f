package forge

import "strings"

// A Mailmap is a repository's .mailmap: its own word on which names and
// addresses are the same person. The zero Mailmap changes nothing.
type Mailmap struct {
	// by address, and by address and name, in lower case.
	entries map[[2]string]mapped
}

type mapped struct{ name, address string }

// A .mailmap has at most this many lines that count.
const maxMailmap = 20_000

// ParseMailmap reads a .mailmap in the form of git-mailmap(5). Lines that have
// no such form are passed over, as git does.
func ParseMailmap(text string) Mailmap {
	m := Mailmap{entries: map[[2]string]mapped{}}
	n := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if n++; n > maxMailmap {
			break
		}
		name, address, rest, ok := nameAndAddress(line)
		if !ok {
			continue
		}
		oldName, oldAddress, _, two := nameAndAddress(rest)
		switch {
		case two:
			m.add([2]string{oldAddress, oldName}, mapped{name, address})
		case name != "":
			m.add([2]string{address, ""}, mapped{name: name})
		}
	}
	return m
}

func (m Mailmap) add(key [2]string, to mapped) {
	key = [2]string{strings.ToLower(key[0]), strings.ToLower(key[1])}
	was := m.entries[key]
	if to.name == "" {
		to.name = was.name
	}
	if to.address == "" {
		to.address = was.address
	}
	m.entries[key] = to
}

// nameAndAddress splits "Name <address> rest".
func nameAndAddress(s string) (name, address, rest string, ok bool) {
	name, s, ok = strings.Cut(s, "<")
	if !ok {
		return "", "", "", false
	}
	address, rest, ok = strings.Cut(s, ">")
	return strings.TrimSpace(name), strings.TrimSpace(address), rest, ok
}

// Lookup is the name and address that the map gives for those of a commit.
func (m Mailmap) Lookup(name, address string) (string, string) {
	to, ok := m.entries[[2]string{strings.ToLower(address), strings.ToLower(name)}]
	if !ok {
		to = m.entries[[2]string{strings.ToLower(address), ""}]
	}
	if to.name != "" {
		name = to.name
	}
	if to.address != "" {
		address = to.address
	}
	return name, address
}
