package fact

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func load(t testing.TB) *Tables {
	t.Helper()
	tables, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

func TestPackedTablesAreTheTables(t *testing.T) {
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("tables/*.csv")
	if err != nil || len(names) != len(archive.File) {
		t.Fatalf("%d tables, %d packed, %v", len(names), len(archive.File), err)
	}
	for _, name := range names {
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := archive.Open(filepath.Base(name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs from the packed one (%v): run go generate ./internal/fact", name, err)
		}
	}
}

func TestStewards(t *testing.T) {
	tables := load(t)
	date := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	for _, test := range []struct {
		repo  health.Repository
		names []string
		tier  string // of the first
		since time.Time
	}{
		{health.Repository{Host: "github.com", Path: "apache/sqoop"}, []string{"Apache Software Foundation"}, "attic", date(2021, 6, 1)},
		{health.Repository{Host: "github.com", Path: "Apache/Kafka"}, []string{"Apache Software Foundation"}, "top-level", time.Time{}},
		{health.Repository{Host: "github.com", Path: "prometheus/client_golang"}, []string{"Cloud Native Computing Foundation"}, "graduated", date(2018, 8, 9)},
		{health.Repository{Host: "github.com", Path: "apachefoo/kafka"}, nil, "", time.Time{}},
		{health.Repository{Host: "github.com", Path: "sirupsen/logrus"}, nil, "", time.Time{}},
		{health.Repository{}, nil, "", time.Time{}},
	} {
		var names []string
		got := tables.Stewards(test.repo)
		for _, s := range got {
			names = append(names, s.Name)
		}
		if d := cmp.Diff(test.names, names); d != "" {
			t.Errorf("%s: %s", test.repo, d)
			continue
		}
		if len(got) > 0 && (got[0].Tier != test.tier || !test.since.IsZero() && !got[0].Since.Equal(test.since) || got[0].AsOf == "" || got[0].URL == "") {
			t.Errorf("%s: %+v", test.repo, got[0])
		}
	}
}

func TestSupport(t *testing.T) {
	tables := load(t)
	yes, no := true, false
	for _, test := range []struct {
		ecosystem, name, version string
		repo                     string
		cycle, ends, paid        string
		over                     *bool
		longTerm, none           bool
	}{
		{ecosystem: "golang", name: "stdlib", version: "1.22.5", cycle: "1.22", ends: "2025-02-11"},
		{ecosystem: "golang", name: "stdlib", version: "go1.2", cycle: ""}, // not 1.22
		{ecosystem: "golang", name: "stdlib", version: "1.26rc1", cycle: "1.26", over: &no},
		{ecosystem: "golang", name: "github.com/gorilla/mux", version: "v1.8.1", cycle: "1", over: &yes},
		{ecosystem: "pypi", name: "Django", version: "4.2.7", cycle: "4.2", ends: "2026-04-07", longTerm: true},
		{ecosystem: "maven", name: "org.springframework.boot:spring-boot", version: "1.5.22.RELEASE", cycle: "1.5", ends: "2019-08-06", paid: "2020-11-06"},
		{ecosystem: "npm", name: "@angular/core", version: "9.1.13", cycle: "9", ends: "2021-08-06"},
		{ecosystem: "npm", name: "@angular/some-new-part", version: "9.1.13", repo: "angular/angular", cycle: "9", ends: "2021-08-06"},
		{ecosystem: "pypi", name: "apache-airflow-providers-http", version: "2.0.0", repo: "apache/airflow", none: true},
		{ecosystem: "npm", name: "@angular/some-new-part", version: "0.1.0", repo: "angular/angular", none: true},
		{ecosystem: "npm", name: "left-pad", version: "1.3.0", none: true},
		{ecosystem: "", name: "", version: "", none: true},
	} {
		repo := health.Repository{}
		if test.repo != "" {
			repo = health.Repository{Host: "github.com", Path: test.repo}
		}
		got := tables.Support(test.ecosystem, test.name, test.version, repo)
		if got == nil || test.none {
			if (got == nil) != test.none {
				t.Errorf("%s %s: %+v", test.name, test.version, got)
			}
			continue
		}
		date := func(at time.Time) string {
			if at.IsZero() {
				return ""
			}
			return at.Format(time.DateOnly)
		}
		if got.Cycle != test.cycle || date(got.Ends) != test.ends || date(got.PaidUntil) != test.paid ||
			!cmp.Equal(got.Over, test.over) || got.LongTerm != test.longTerm || got.AsOf == "" || got.URL == "" {
			t.Errorf("%s %s: %+v", test.name, test.version, got)
		}
	}
}

func TestBot(t *testing.T) {
	tables := load(t)
	for login, want := range map[string]string{
		"dependabot[bot]":        "forge bot",
		"cadobot[bot]":           "forge bot",
		"copilot-swe-agent[bot]": "forge agent",
		"claude[bot]":            "forge agent",
		"Renovate-Bot":           "list bot",
		"k8s-ci-robot":           "list bot",
		"web-flow":               "list nobody",
		"ghost":                  "list nobody",
		"acme-release-bot":       "pattern bot",
		"project_123_bot_4f":     "pattern bot",
		// People and people's names.
		"abbott": "", "talbot": "", "robotnik": "", "bothell": "", "botond": "", "turbot": "",
		"claude": "", "copilot": "", "linear": "", "vercel": "", "jenkins": "", "jane doe": "", "": "",
		// An address is no name.
		"noreply@anthropic.com": "",
	} {
		got := ""
		if bot, ok := tables.Bot(login); ok {
			got = bot.Rule + " " + string(bot.Class)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", login, got, want)
		}
	}
	if bot, ok := tables.BotAddress("NoReply@Anthropic.com"); !ok || bot.Class != ClassAgent {
		t.Errorf("an agent's address: %+v", bot)
	}
	if _, ok := tables.BotAddress("dependabot"); ok {
		t.Error("a login taken for an address")
	}
}

func TestDomains(t *testing.T) {
	tables := load(t)
	for domain, want := range map[string]Mail{
		"Gmail.com": MailPublic, "users.noreply.github.com": MailNoReply, "users.noreply.git.example.eu": MailNoReply,
		"noreply.git.example.eu": MailNoReply, "apache.org": MailAlias, "example.com": MailPlaceholder, "macbook": MailPlaceholder,
		"macbook-pro.local": MailPlaceholder, "": MailPlaceholder, "intel.com": MailOther, "noreplyish.org": MailOther,
	} {
		if got := tables.Mail(domain); got != want {
			t.Errorf("%q: %q, want %q", domain, got, want)
		}
	}
	for domain, want := range map[string]string{
		"intel.com": "Intel", "Linux.Intel.com": "Intel", "notintel.com": "", "com": "", "": "", "gmail.com": "",
	} {
		if got := tables.Company(domain); got != want {
			t.Errorf("%q: %q, want %q", domain, got, want)
		}
	}
}

func TestOperators(t *testing.T) {
	tables := load(t)
	if f, ok := tables.Forge("Codeberg.org"); !ok || f.Kind != "forgejo" || f.Operator.Jurisdiction != "DE" || f.Operator.Group != "EU" {
		t.Errorf("codeberg.org: %+v", f)
	}
	if f, ok := tables.Forge("git.example.eu"); ok {
		t.Errorf("an unknown host: %+v", f)
	}
	if r := tables.Registries("pypi"); len(r) == 0 || r[0].Operator.Name != "Python Software Foundation" {
		t.Errorf("pypi: %+v", r)
	}
}

func TestNoDomainIsFreeAndACompany(t *testing.T) {
	tables := load(t)
	for domain := range tables.mail {
		if name, ok := tables.companies[domain]; ok {
			t.Errorf("%s is free mail and %s", domain, name)
		}
	}
	for name := range tables.products {
		if len(tables.cycles[tables.products[name].name]) == 0 {
			t.Errorf("%s has no release lines", name)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load(b)
	}
}
