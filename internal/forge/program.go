package forge

import (
	"strings"

	"github.com/mainstay-dev/mainstay/internal/fact"
)

// The rules that take an account for a program, in the order in which they
// are tried; the first that holds is named in health.Person.Bot.
const (
	ruleConfigured = "configured" // the user's configuration says so
	ruleForge      = "forge"      // the forge says so, or reserves the name
	ruleList       = "list"       // a known account or address
	rulePattern    = "pattern"    // a name of a known form
	ruleBehaviour  = "behaviour"  // nearly all of its messages are alike
	ruleAgent      = "agent"      // an AI agent, by any of these
	ruleNobody     = "nobody"     // stands for no one in particular
)

// program names the rule that takes a member for a program by what the member
// alone shows, "" for a person.
func (r *Roster) program(m member) string {
	names := r.names(m)
	if listed(r.rules.Humans, m, names) {
		return ""
	}
	if listed(r.rules.Bots, m, names) {
		return ruleConfigured
	}
	var found []fact.Bot
	for _, name := range names {
		if bot, ok := r.rules.Tables.Bot(name); ok {
			found = append(found, bot)
		}
	}
	if bot, ok := r.rules.Tables.BotAddress(m.address); ok {
		found = append(found, bot)
	}
	if m.bot {
		found = append(found, fact.Bot{Class: fact.ClassBot, Rule: ruleForge})
	}
	for _, bot := range found {
		switch bot.Class {
		case fact.ClassAgent:
			return ruleAgent
		case fact.ClassNobody:
			return ruleNobody
		}
	}
	for _, rule := range []string{ruleForge, ruleList, rulePattern} {
		for _, bot := range found {
			if bot.Rule == rule {
				return rule
			}
		}
	}
	if spelledOut(m.name) {
		return rulePattern
	}
	return ""
}

// names are the names of a member that a forge or a tool may have given it.
func (r *Roster) names(m member) []string {
	var out []string
	if m.login != "" {
		out = append(out, m.login)
	}
	local, _, _ := strings.Cut(m.address, "@")
	if _, _, login, ok := r.standIn(m.address); ok {
		out = append(out, login)
	} else if strings.ContainsAny(local, "-_") || local == "bot" || local == "robot" {
		out = append(out, local)
	}
	if words := strings.Fields(m.name); len(words) == 1 || strings.HasSuffix(m.name, "[bot]") {
		out = append(out, m.name)
	}
	return out
}

func listed(list []string, m member, names []string) bool {
	for _, entry := range list {
		if entry = strings.ToLower(strings.TrimSpace(entry)); entry == "" {
			continue
		}
		if entry == strings.ToLower(m.name) || entry == m.address {
			return true
		}
		for _, name := range names {
			if entry == strings.ToLower(name) {
				return true
			}
		}
	}
	return false
}

// spelledOut reports whether a name of several words is a program's. Bot is
// also a family name, so the last word alone proves nothing: another one has
// to say what the program does.
func spelledOut(name string) bool {
	words := strings.Fields(strings.ToLower(name))
	if len(words) < 2 {
		return false
	}
	last := words[len(words)-1]
	switch strings.Join(words, " ") {
	case "github action", "github actions", "travis ci", "circle ci", "gitlab ci", "semantic release", "allstar app":
		return true
	}
	if last == "robot" {
		return true
	}
	if last != "bot" && last != "automation" {
		return false
	}
	for _, word := range words[:len(words)-1] {
		switch word {
		case "ci", "cd", "release", "releases", "build", "builds", "deploy", "merge", "update", "updates", "upgrade", "sync", "version",
			"dependency", "dependencies", "github", "gitlab", "gitea", "forgejo", "docs", "doc", "test", "tests", "pr", "cla", "git",
			"renovate", "mend", "snyk", "greenkeeper", "pyup", "stale", "translation", "translations", "format", "lint", "security",
			"image", "backport", "cherry-pick", "changelog", "code", "project", "team", "the", "automated", "auto", "bump", "package":
			return true
		}
	}
	return false
}

// A member needs this many messages before they can tell on it, and this share
// of them has to be of at most two forms.
const (
	minMessages  = 10
	uniformShare = 0.9
	maxTemplates = 256
)

func (m *member) wrote(subject string) {
	m.messages++
	form := template(subject)
	if form == "" {
		return
	}
	if m.templates == nil {
		m.templates = map[string]int{}
	}
	if _, ok := m.templates[form]; ok || len(m.templates) < maxTemplates {
		m.templates[form]++
	}
}

// template is a message with its names and numbers taken out, "" where that
// leaves too little to tell a program by, and for the preparation of releases,
// which people do in the same words for years.
func template(subject string) string {
	const longest = 200
	if len(subject) > longest {
		subject = subject[:longest]
	}
	words := strings.Fields(strings.ToLower(subject))
	if len(words) < 3 {
		return ""
	}
	open := 0
	for i, word := range words {
		switch strings.Trim(word, ":()[]") {
		case "release", "releases", "version", "changelog", "prepare", "tag", "revert":
			return ""
		}
		if strings.ContainsAny(word, "0123456789/@") {
			words[i] = "*"
			open++
		}
	}
	if open == 0 || open == len(words) {
		return ""
	}
	return strings.Join(words, " ")
}

// uniform reports whether the messages of all members together are of at most
// two forms.
func uniform(members []member) bool {
	total, forms := 0, map[string]int{}
	for _, m := range members {
		total += m.messages
		for form, n := range m.templates {
			forms[form] += n
		}
	}
	first, second := 0, 0
	for _, n := range forms {
		switch {
		case n > first:
			first, second = n, first
		case n > second:
			second = n
		}
	}
	return total >= minMessages && float64(first+second) >= uniformShare*float64(total)
}
