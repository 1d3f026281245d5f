package forge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// A seating gives people their final numbers, in the order in which they come.
type seating struct {
	roster        *Roster
	members       map[int][]int // provisional numbers, by identity
	uses          []int         // by provisional number
	index         map[int]int   // from identity to final number
	people        []health.Person
	organisations map[string]int
}

func (s *seating) seat(identity int) int {
	if i, ok := s.index[identity]; ok {
		return i
	}
	var members []member
	var uses []int
	for _, i := range s.members[identity] {
		members, uses = append(members, s.roster.members[i]), append(uses, s.uses[i])
	}
	s.index[identity] = len(s.people)
	s.people = append(s.people, s.person(members, uses))
	return s.index[identity]
}

func (s *seating) person(members []member, uses []int) health.Person {
	p := health.Person{Affiliation: health.AffiliationUnknown}
	settled := false
	for _, m := range members {
		p.Bot = cmp.Or(p.Bot, m.program)
		settled = settled || listed(s.roster.rules.Humans, m, s.roster.names(m))
	}
	if p.Bot == "" && !settled && uniform(members) {
		p.Bot = ruleBehaviour
	}
	if p.Bot != "" {
		return p
	}
	for _, m := range members {
		p.Maintainer = p.Maintainer || m.maintainer
	}
	if name := s.organisation(members, uses); name != "" {
		p.Affiliation, p.Organisation = health.AffiliationEmployed, name
	}
	return p
}

// organisation is where a person's addresses belong: a known company first,
// otherwise the domain used most, as a number. "" is unknown.
func (s *seating) organisation(members []member, uses []int) string {
	type seen struct {
		name string
		uses int
	}
	var companies, domains []seen
	for i, m := range members {
		_, domain, ok := strings.Cut(m.address, "@")
		if !ok || s.roster.rules.Tables.Mail(domain) != fact.MailOther {
			continue
		}
		if name := s.roster.rules.Tables.Company(domain); name != "" {
			companies = append(companies, seen{name, uses[i]})
		} else if !namesake(m, domain) {
			domains = append(domains, seen{registered(domain), uses[i]})
		}
	}
	most := func(list []seen) string { // the first of equals
		return slices.MaxFunc(list, func(a, b seen) int { return cmp.Compare(a.uses, b.uses) }).name
	}
	if len(companies) > 0 {
		return most(companies)
	}
	if len(domains) == 0 {
		return ""
	}
	domain := most(domains)
	if s.organisations[domain] == 0 {
		s.organisations[domain] = len(s.organisations) + 1
	}
	return fmt.Sprintf("organisation %d", s.organisations[domain])
}

// namesake reports whether a domain is the person's own: jane@janedoe.org.
func namesake(m member, domain string) bool {
	label, _, _ := strings.Cut(registered(domain), ".")
	label = strings.ReplaceAll(label, "-", "")
	local, _, _ := strings.Cut(m.address, "@")
	words := append(strings.Fields(strings.ToLower(m.name)), local, m.login)
	for _, word := range words {
		if len(word) >= 4 && strings.Contains(label, word) || word != "" && word == label {
			return true
		}
	}
	return false
}

// registered is the part of a domain that somebody has registered, by the
// common forms of endings: example.org of git.example.org, example.co.uk of
// mail.example.co.uk.
func registered(domain string) string {
	labels := strings.Split(strings.TrimSuffix(domain, "."), ".")
	keep := 2
	if n := len(labels); n > 2 && len(labels[n-1]) == 2 {
		switch labels[n-2] {
		case "co", "com", "ac", "org", "net", "gov", "gob", "edu", "or", "ne", "go", "gouv":
			keep = 3
		}
	}
	return strings.Join(labels[max(0, len(labels)-keep):], ".")
}
