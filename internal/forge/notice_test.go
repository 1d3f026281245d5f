package forge

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// readmes are what READMEs say and what is to be made of it.
var readmes = []struct {
	repo, text string
	kind       health.NoticeKind
	successor  string
}{
	// As found at the heads of public repositories.
	{"minio/minio", "> [!NOTE]\n> **THIS REPOSITORY IS NO LONGER MAINTAINED.**\n>\n> **Alternatives:**\n", health.NoticeUnkept, ""},
	{"src-d/go-git", "## WE CONTINUE THE DEVELOPMENT AT [go-git/go-git](https://github.com/go-git/go-git). This repository is abandoned, and no further updates will be done on the code base, nor issue/prs will be answered or attended.\n",
		health.NoticeMoved, "github.com/go-git/go-git"},
	{"dgrijalva/jwt-go", "# THIS REPOSITORY IS NO LONGER MAINTANED\n\nThe new repository can be found at: https://github.com/golang-jwt/jwt\n", health.NoticeMoved, "github.com/golang-jwt/jwt"},
	{"golang/mock", "# gomock\n\n**Update, June 2023**: _This repo and tool are no longer maintained.\nPlease see [go.uber.org/mock](https://github.com/uber/mock) for a maintained fork instead._\n", health.NoticeUnkept, "github.com/uber/mock"},
	{"x/y", "> [!IMPORTANT]\n> This project has moved to [codeberg.org/jgarber/micromicro](https://codeberg.org/jgarber/micromicro).\n", health.NoticeMoved, "codeberg.org/jgarber/micromicro"},
	{"x/y", "## ⚠️ Development Has Moved!\n\n**Attention:** Development for this project has moved to a new location.\nPlease refer to [github.com/a/b](https://github.com/a/b)", health.NoticeMoved, "github.com/a/b"},
	{"x/y", "# This project has moved to https://gitlab.kit.edu/kit/vforwater/vforwater-portal. Don't make any changes here.", health.NoticeMoved, "gitlab.kit.edu/kit/vforwater/vforwater-portal"},
	{"drexed/active_errors", "**NOTE** ActiveErrors has been deprecated.", "", ""}, // not this repository's name
	{"drexed/ActiveErrors", "**NOTE** ActiveErrors has been deprecated in favor of [Lite::Errors](https://github.com/drexed/lite-errors).", health.NoticeUnkept, "github.com/drexed/lite-errors"},
	{"x/y", "> We are looking for maintainers, see the [issue](https://github.com/python-poetry/x/issues/3).", health.NoticeSeeking, ""},
	{"x/y", "The project is [looking for maintainers][maintainers].", health.NoticeSeeking, ""},
	{"x/y", "> ⚠️ This project is looking for maintainers and contributors. Come help out!", health.NoticeSeeking, ""},
	{"sirupsen/logrus", "**Logrus is in maintenance mode.** The project focuses on security, bug fixes,\nand performance.\n", health.NoticeAlive, ""},
	// The forms.
	{"x/y", "This project\nis no longer\nactively maintained.", health.NoticeUnkept, ""},
	{"x/y", "# y [DEPRECATED]\n", health.NoticeUnkept, ""},
	{"x/y", "# y\n\n**DEPRECATED**\n\nblah", health.NoticeUnkept, ""},
	{"x/y", "## ⚠️ No longer maintained\n", health.NoticeUnkept, ""},
	{"x/y", "This package is **deprecated**. Use [z](https://github.com/x/z) instead.", health.NoticeUnkept, "github.com/x/z"},
	{"x/y", "This Go module has been archived as of 2023.", health.NoticeUnkept, ""},
	{"x/y", "I am no longer maintaining this project.", health.NoticeUnkept, ""},
	{"x/y", "We no longer maintain this library.", health.NoticeUnkept, ""},
	{"x/y", "This repository will no longer receive updates.", health.NoticeUnkept, ""},
	{"x/y", "This library will no longer be maintained after December 2027.", health.NoticeEndOfLife, ""},
	{"x/y", "This repository will be archived in March 2027.", health.NoticeEndOfLife, ""},
	{"x/y", "This library is feature complete and still maintained.", health.NoticeAlive, ""},
	{"x/y", "[![Project Status: Abandoned](https://www.repostatus.org/badges/latest/abandoned.svg)](https://www.repostatus.org/#abandoned)", health.NoticeUnkept, ""},
	{"x/y", "![Maintenance](https://img.shields.io/maintenance/no/2020)", health.NoticeUnkept, ""},
	{"x/y", "All development has moved to the [Neutron monorepo](https://github.com/a/Neutron).", health.NoticeMoved, "github.com/a/Neutron"},
	{"x/y", "This repository has been deprecated and moved to: [a/b](https://github.com/a/b)", health.NoticeMoved, "github.com/a/b"},
	{"x/y", "Moved to https://codeberg.org/a/b", health.NoticeMoved, "codeberg.org/a/b"},
	{"x/y", "This project is now maintained at a/b.", health.NoticeMoved, "github.com/a/b"},
	// What declares nothing.
	{"x/y", "v1 is no longer maintained.", "", ""},
	{"x/y", "The v1 branch of this repository is no longer supported.", "", ""},
	{"x/y", "Version 2 of this library is no longer maintained, please upgrade.", "", ""},
	{"x/y", "This version of the package is no longer maintained.", "", ""},
	{"x/y", "Python 2 is no longer supported.", "", ""},
	{"x/y", "This package is no longer supported on Node 12.", "", ""},
	{"x/y", "This project is not supported by Google.", "", ""},
	{"x/y", "This is not an officially supported Google product.", "", ""},
	{"x/y", "This project is not an officially supported Google product.", "", ""},
	{"x/y", "If this project is no longer maintained, fork it.", "", ""},
	{"x/y", "Is this project deprecated?", "", ""},
	{"x/y", "This fork exists because the project is no longer maintained.", "", ""},
	{"x/y", "A fork of a/b. Since the original project is no longer maintained, we go on here.", "", ""},
	{"x/y", "Unfortunately the tool is no longer maintained and not all features work.", "", ""},
	{"x/y", "This function is deprecated.", "", ""},
	{"x/y", "The `Foo` API has been deprecated in favor of `Bar`.", "", ""},
	{"x/y", "This project is not actively developed, but bug fixes are still accepted.", "", ""},
	{"x/y", "This project is actively maintained.", "", ""},
	{"x/y", "We're not currently seeking maintainers.", "", ""},
	{"x/y", "Looking for maintainers?", "", ""},
	{"x/y", "We are always looking for maintainers.", "", ""},
	{"x/y", "We're looking for additional maintainers.", "", ""},
	{"x/y", "This project has moved to the .Net 6 version of source generators.", "", ""},
	{"x/y", "The documentation has moved to https://github.com/x/docs", "", ""},
	{"x/y", "This repository has moved to https://github.com/X/Y", "", ""}, // here
	{"x/y", "Development happens at https://y.readthedocs.io/en/latest", "", ""},
	{"x/y", "[![Project Status: Inactive – The project has reached a stable, usable state but is no longer being actively developed; support/maintenance will be provided as time allows.](https://www.repostatus.org/badges/latest/inactive.svg)](https://www.repostatus.org/#inactive)", "", ""},
	{"x/y", "```\nThis project is deprecated.\n```\n", "", ""},
	{"x/y", "<!-- This project is deprecated. -->\n", "", ""},
	{"x/y", "# y\n\nA thing.\n\n## Use\n\nLike so.\n\nOr so.\n\n## Deprecated\n\n- Foo\n", "", ""},
	{"x/y", lines(41) + "This project is no longer maintained.", "", ""},
	{"x/y", "", "", ""},
}

func TestReadmeNotices(t *testing.T) {
	for _, test := range readmes {
		repo := health.Repository{Host: "github.com", Path: test.repo}
		var kind health.NoticeKind
		var successor string
		got := Notices(repo, "README.md", test.text)
		if len(got) > 0 {
			kind, successor = got[0].Kind, got[0].Successor
		}
		if len(got) > 1 || kind != test.kind || successor != test.successor || kind != "" && got[0].Text == "" {
			t.Errorf("%.90q: %+v", test.text, got)
		}
	}
}

// TestNoDeclarationIsSkipped holds the words that make a sentence worth reading
// to what the expressions find when every sentence is read.
func TestNoDeclarationIsSkipped(t *testing.T) {
	found := 0
	for _, test := range readmes {
		repo := health.Repository{Host: "github.com", Path: test.repo}
		sentences := sentences(test.text)
		for i, s := range sentences {
			next := ""
			if i+1 < len(sentences) {
				next = sentences[i+1]
			}
			lower := strings.ToLower(s)
			if declared(repo, ownName(repo), s, next).Kind == "" && !bare().MatchString(lower) && !tagged().MatchString(lower) {
				continue
			}
			if found++; !mayDeclare(s) {
				t.Errorf("skipped: %q", s)
			}
		}
	}
	if found < 30 {
		t.Errorf("%d declarations in the table, which shows little", found)
	}
}

func lines(n int) string {
	out := ""
	for range n {
		out += "A line.\n"
	}
	return out
}

func TestNoticeKeepsTheLine(t *testing.T) {
	got := Notices(health.Repository{Host: "github.com", Path: "minio/minio"}, "README.md", "> [!NOTE]\n> **THIS REPOSITORY IS NO LONGER\x07 MAINTAINED.**\n")
	if len(got) != 1 || got[0].Text != "THIS REPOSITORY IS NO LONGER MAINTAINED" {
		t.Errorf("%+v", got)
	}
}

func TestFileNotices(t *testing.T) {
	repo := health.Repository{Host: "github.com", Path: "x/y"}
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		file, text string
		want       []health.Notice
	}{
		{"SECURITY-INSIGHTS.yml", "header:\n  last-updated: '2026-03-01'\nrepository:\n  status: abandoned\n", []health.Notice{{Kind: health.NoticeUnkept, Text: "status: abandoned", At: day}}},
		{".github/security-insights.yml", "header:\n  last-updated: '2026-03-01'\nproject-lifecycle:\n  status: active\n", []health.Notice{{Kind: health.NoticeAlive, Text: "status: active", At: day}}},
		{"SECURITY-INSIGHTS.yml", "repository:\n  status: active\n", nil},
		{"SECURITY-INSIGHTS.yml", "repository: [\n", nil},
		{"publiccode.yml", "maintenance:\n  type: none\n", []health.Notice{{Kind: health.NoticeUnkept, Text: "maintenance type: none"}}},
		{"publiccode.yml", "maintenance:\n  type: community\n", nil},
		{"go.mod", "// Deprecated: use github.com/x/z instead.\nmodule github.com/x/y\n", []health.Notice{{Kind: health.NoticeDeprecated, Text: "use github.com/x/z instead.", Successor: "github.com/x/z"}}},
		{"go.mod", "module github.com/x/y // Deprecated: dead\n", []health.Notice{{Kind: health.NoticeDeprecated, Text: "dead"}}},
		{"go.mod", "// Deprecated: another's\n\nmodule github.com/x/y\n", nil},
		{"go.mod", "module github.com/x/y\n\n// Deprecated: no\nrequire x v1\n", nil},
		{"main.go", "// Deprecated: no\n", nil},
	} {
		if d := cmp.Diff(test.want, Notices(repo, test.file, test.text)); d != "" {
			t.Errorf("%s %q: %s", test.file, test.text, d)
		}
	}
}

func FuzzNotices(f *testing.F) {
	f.Add("README.md", "This project is no longer maintained. Use [a](https://github.com/a/b).\n")
	f.Add("go.mod", "// Deprecated: x\nmodule a\n")
	f.Add("SECURITY-INSIGHTS.yml", "repository:\n  status: abandoned\n")
	f.Fuzz(func(t *testing.T, file, text string) {
		for _, n := range Notices(health.Repository{Host: "github.com", Path: "x/y"}, file, text) {
			if n.Kind == "" || len([]rune(n.Text)) > 220 {
				t.Fatalf("%+v", n)
			}
		}
	})
}
