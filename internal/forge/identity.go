package forge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/fact"
)

// identities returns, for every member, the lowest number among those that are
// the same person. uses counts how often each appears.
//
// Authors are the same by an equal address, an equal stand-in address of the
// forge, or an equal full name; accounts then join the author they belong to.
// People and programs are never joined, unless the forge itself says so.
func (r *Roster) identities(uses []int) []int {
	who := make([]int, len(r.members))
	for i := range who {
		who[i] = i
	}
	j := joiner{who}
	first := map[string]int{} // by key
	for i, m := range r.members {
		if m.account {
			continue
		}
		for _, key := range r.keys(m) {
			if other, ok := first[key]; ok {
				j.join(i, other)
			} else {
				first[key] = i
			}
		}
	}
	taken := map[int]bool{} // authors with an account
	for i, m := range r.members {
		if !m.account {
			continue
		}
		if author, ok := r.authorOf(m, first, uses, taken, j); ok {
			taken[j.find(author)] = true
			j.join(i, author)
			taken[j.find(author)] = true
		}
	}
	for i := range who {
		who[i] = j.find(i)
	}
	return who
}

// authorOf finds the author that an account belongs to, by the surest clue.
func (r *Roster) authorOf(m member, first map[string]int, uses []int, taken map[int]bool, j joiner) (int, bool) {
	name := ""
	for _, key := range r.keys(m) {
		i, ok := first[key]
		switch {
		case !ok:
		case strings.Contains(key, " name "):
			name = key
		default:
			return i, true
		}
	}
	if len(m.owns) > 0 {
		owned := slices.MaxFunc(m.owns, func(a, b int) int { return cmp.Or(cmp.Compare(uses[a], uses[b]), cmp.Compare(b, a)) })
		if m.bot || (m.program == "") == (r.members[owned].program == "") {
			return owned, true
		}
	}
	// A name alone ties no second account to the same author.
	if name != "" && !taken[j.find(first[name])] {
		return first[name], true
	}
	return 0, false
}

// keys are what makes a member the same as another, the surest first. All
// begin with the class, so that people and programs stay apart.
func (r *Roster) keys(m member) []string {
	class := "person"
	if m.program != "" {
		class = "program"
	}
	name, address := m.name, m.address
	if !m.account {
		name, address = r.mailmap.Lookup(name, address)
		address = strings.ToLower(address)
	}
	var out []string
	if m.account {
		if m.id != "" {
			out = append(out, class+" id "+r.host+" "+m.id)
		}
		out = append(out, class+" login "+r.host+" "+strings.TrimSuffix(m.login, "[bot]"))
	}
	if host, id, login, ok := r.standIn(address); ok {
		if id != "" {
			out = append(out, class+" id "+host+" "+id)
		}
		out = append(out, class+" login "+host+" "+strings.TrimSuffix(login, "[bot]"))
	} else if r.personal(address) {
		out = append(out, class+" address "+address)
	}
	if full := fullName(name); full != "" {
		out = append(out, class+" name "+full)
	}
	return out
}

// standIn takes the address apart that a forge gives to those who hide theirs:
// 123+jane@users.noreply.github.com, 123-jane@users.noreply.gitlab.com,
// jane@noreply.codeberg.org.
func (r *Roster) standIn(address string) (host, id, login string, ok bool) {
	local, domain, found := strings.Cut(address, "@")
	if !found {
		return "", "", "", false
	}
	for _, prefix := range []string{"users.noreply.", "user.noreply.", "noreply."} {
		if host, ok = strings.CutPrefix(domain, prefix); ok {
			break
		}
	}
	if !ok || host == "" || local == "" || local == "noreply" || local == "no-reply" {
		return "", "", "", false
	}
	for _, separator := range []string{"+", "-"} {
		if number, rest, found := strings.Cut(local, separator); found && isNumber(number) && rest != "" {
			return host, number, rest, true
		}
	}
	return host, "", local, true
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// personal reports whether an address can belong to one person only.
func (r *Roster) personal(address string) bool {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || local == "" {
		return false
	}
	switch local {
	case "noreply", "no-reply", "root", "admin", "info", "git", "nobody", "none", "you", "user", "unknown":
		return false
	}
	switch r.rules.Tables.Mail(domain) {
	case fact.MailPlaceholder, fact.MailNoReply:
		return false
	}
	return true
}

// fullName is a name in a form that can be compared, "" where it has no space
// or is one that stands where a name should be.
func fullName(name string) string {
	words := strings.Fields(strings.ToLower(name))
	if len(words) < 2 {
		return ""
	}
	full := strings.Join(words, " ")
	switch full {
	case "your name", "first last", "unknown user", "github user", "not committed yet", "no name", "system administrator", "initial commit":
		return ""
	}
	return full
}

// A joiner keeps sets of numbers, each known by its lowest.
type joiner struct{ parent []int }

func (j joiner) find(i int) int {
	for j.parent[i] != i {
		j.parent[i] = j.parent[j.parent[i]]
		i = j.parent[i]
	}
	return i
}

func (j joiner) join(a, b int) {
	a, b = j.find(a), j.find(b)
	j.parent[max(a, b)] = min(a, b)
}
