package fact

import (
	"fmt"
	"strings"
)

// A Mail says what an e-mail domain tells about the people who use it.
type Mail string

// The kinds of domains that name no employer. MailOther is any other domain.
const (
	MailOther       Mail = ""
	MailPublic      Mail = "mail" // a public provider or a consumer's access line
	MailDisposable  Mail = "disposable"
	MailNoReply     Mail = "noreply"     // a forge's stand-in for a hidden address
	MailAlias       Mail = "alias"       // given to members of a project or a society
	MailPlaceholder Mail = "placeholder" // stands where an address should be
)

func (t *Tables) addMail(row []string) error {
	switch kind := Mail(row[1]); kind {
	case MailPublic, MailDisposable, MailNoReply, MailAlias, MailPlaceholder:
		t.mail[row[0]] = kind
		return nil
	}
	return fmt.Errorf("unknown kind %q", row[1])
}

func (t *Tables) addCompany(row []string) error {
	t.companies[row[0]] = row[1]
	return nil
}

// Mail is the kind of an e-mail domain. Self-hosted forges' stand-ins are told
// by their form, and a domain without a dot is nobody's.
func (t *Tables) Mail(domain string) Mail {
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	if kind, ok := t.mail[domain]; ok {
		return kind
	}
	if strings.HasPrefix(domain, "noreply.") || strings.HasPrefix(domain, "users.noreply.") {
		return MailNoReply
	}
	if !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".local") || strings.HasSuffix(domain, ".localdomain") ||
		strings.HasSuffix(domain, ".invalid") || strings.HasSuffix(domain, ".internal") {
		return MailPlaceholder
	}
	return MailOther
}

// Company is the organisation that an e-mail domain or a parent of it belongs
// to, "" where the table knows none.
func (t *Tables) Company(domain string) string {
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	for strings.Contains(domain, ".") {
		if name, ok := t.companies[domain]; ok {
			return name
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return ""
}
