package forge

import (
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestElsewhere(t *testing.T) {
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	silent := []health.Item{{Number: 1, Opened: day, By: 0}}
	answered := []health.Item{{Number: 1, Opened: day, By: 0, Events: []health.Event{{At: day, By: 1, Kind: health.EventComment}}}}
	people := []health.Person{{}, {Maintainer: true}}
	for _, test := range []struct {
		name, readme, mirror string
		issues               []health.Item
		want                 string // Mirror
		missing              bool   // issues
	}{
		{"a project like others", "# x\n\nSend pull requests.", "", silent, "", false},
		{"the forge's word for a mirror", "", "https://git.example.org/x", silent, "https://git.example.org/x", true},
		{"a mirror on which people answer", "", "https://git.example.org/x", answered, "https://git.example.org/x", false},
		{"patches by mail", "Please send your patches to the mailing list dev@lists.example.org.", "", silent, "mailing list", true},
		{"sourcehut's form", "Send patches to ~jane/project-devel@lists.sr.ht with git send-email.", "", silent, "mailing list", true},
		{"no pull requests", "Pull requests on this site are ignored.", "", silent, "mailing list", true},
		{"review on Gerrit", "This repository uses Gerrit for code changes.", "", silent, "Gerrit", true},
		{"a library for mail", "Sends a message to a mailing list. Patches are welcome.", "", silent, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := Unread(health.Repository{Host: "h", Path: "a/b"}, day)
			a.People, a.Issues, a.Mirror = people, test.issues, test.mirror
			Elsewhere(&a, map[string]string{"README.md": test.readme})
			if a.Mirror != test.want {
				t.Errorf("mirror %q, want %q", a.Mirror, test.want)
			}
			if missing := a.Gaps.Why(health.PartIssues) != ""; missing != test.missing || missing != (len(a.Issues) == 0) {
				t.Errorf("issues missing: %v, want %v (%v)", missing, test.missing, a.Gaps)
			}
			if a.Gaps.Outage() {
				t.Error("it isn't an outage")
			}
		})
	}
}

func TestPrerelease(t *testing.T) {
	for tag, want := range map[string]bool{
		"v1.0.0": false, "1.2.3": false, "v1.0.0-rc.1": true, "v2.0.0-alpha": true, "1.0b2": true, "3.0.0.dev1": true, "release-1.4": false,
		"v1.0.0-beta.3+build": true, "2024-01-02": false, "v1.2.3-final": false, "5.0.0-M2": true, "v1.0.0+incompatible": false,
	} {
		if got := Prerelease(tag); got != want {
			t.Errorf("Prerelease(%q) = %v", tag, got)
		}
	}
}
