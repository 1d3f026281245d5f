package fact

import (
	"fmt"
	"regexp"
	"strings"
)

// A Class says what an account stands for.
type Class string

// The classes. The zero Class is a person, as far as the tables know.
const (
	ClassBot    Class = "bot"
	ClassAgent  Class = "agent"  // an AI that writes or reviews code
	ClassNobody Class = "nobody" // stands for no one in particular: ghost, web-flow
)

// A Bot is what the tables say of an account that is no person.
type Bot struct {
	Class Class
	// Rule is "forge" where the name is certain because a forge reserves it,
	// "list" for a known account and "pattern" for a name of a known form.
	Rule string
	What string
}

type bots struct {
	rows     map[string]botRow
	patterns []botPattern
}

type botRow struct {
	class   Class
	what    string
	address bool
	app     bool // counts only where the forge calls the account a bot
}

type botPattern struct {
	form  *regexp.Regexp
	class Class
	what  string
}

func (b *bots) add(row []string) error {
	name, kind, class, what := row[0], row[1], Class(row[2]), row[3]
	switch kind {
	case "regex":
		form, err := regexp.Compile(name)
		if err != nil {
			return err
		}
		b.patterns = append(b.patterns, botPattern{form, class, what})
	case "exact", "app", "address":
		b.rows[name] = botRow{class: class, what: what, address: kind == "address", app: kind == "app"}
	default:
		return fmt.Errorf("unknown kind %q", kind)
	}
	return nil
}

// Bot reports what a login or an author's name stands for, and whether that is
// anything but a person. Certain names come first, then known accounts, then
// forms of names bound to whole tokens.
func (t *Tables) Bot(login string) (Bot, bool) {
	login = strings.ToLower(strings.TrimSpace(login))
	bare, app := strings.CutSuffix(login, "[bot]")
	bare = strings.TrimSpace(bare)
	row, known := t.bots.rows[bare]
	known = known && !row.address
	switch {
	case app && known:
		return Bot{row.class, "forge", row.what}, true
	case app:
		return Bot{ClassBot, "forge", "an app of the forge"}, true
	case known && !row.app:
		return Bot{row.class, "list", row.what}, true
	}
	for _, p := range t.bots.patterns {
		if p.form.MatchString(login) {
			return Bot{p.class, "pattern", p.what}, true
		}
	}
	return Bot{}, false
}

// BotAddress is Bot for an e-mail address that no person has.
func (t *Tables) BotAddress(address string) (Bot, bool) {
	row, ok := t.bots.rows[strings.ToLower(strings.TrimSpace(address))]
	if !ok || !row.address {
		return Bot{}, false
	}
	return Bot{row.class, "list", row.what}, true
}
