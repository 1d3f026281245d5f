package registry

import (
	"strings"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestSuccessor(t *testing.T) {
	for text, want := range map[string]string{
		`Use the "google.golang.org/protobuf" module instead.`:  "google.golang.org/protobuf",
		"moved to https://github.com/o/new.":                    "github.com/o/new",
		"see https://pkg.go.dev/log/slog":                       "", // no module path
		"see https://pkg.go.dev/github.com/o/new/v2 (same API)": "github.com/o/new/v2",
		"use github.com/o/m/v3":                                 "github.com/o/m/v3",
		"Use v3 instead":                                        "github.com/o/m/v3",
		"please migrate to v4":                                  "github.com/o/m/v4",
		"v1 is broken":                                          "",
		"use v1":                                                "",
		"broken, see https://github.com/o/m/issues/12":          "",
		"github.com/o/m is deprecated":                          "",
		"github.com/o/m is deprecated, use github.com/other/m, or github.com/third": "github.com/other/m",
		"unmaintained": "",
		"":             "",
	} {
		if got := successor("github.com/o/m", text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := successor("github.com/o/m/v2", "use v3"); got != "github.com/o/m/v3" {
		t.Errorf("from v2: %q", got)
	}
	if got := successor("gopkg.in/yaml.v2", "use v3"); got != "gopkg.in/yaml.v3" {
		t.Errorf("at gopkg.in: %q", got)
	}
}

func TestNewerMajor(t *testing.T) {
	tests := []struct{ name, directory, releases, tags, want string }{
		{name: "example.com/m", tags: "v1.0.0 v2.0.0 v3.1.0", want: "example.com/m/v3"},
		{name: "example.com/m/v2", tags: "v1.0.0 v2.0.0 v3.1.0", want: "example.com/m/v3"},
		{name: "example.com/m/v3", tags: "v1.0.0 v2.0.0 v3.1.0"},
		{name: "example.com/m", tags: "v1.0.0 v2.0.0-rc.1 v2 2.0.0 release-3.0.0"},
		{name: "example.com/m", releases: "v1.0.0 v2.0.0+incompatible", tags: "v1.0.0 v2.0.0"},
		{name: "example.com/m", releases: "v2.0.0+incompatible", tags: "v2.0.0 v3.0.0", want: "example.com/m/v3"},
		{name: "example.com/m/sub", directory: "sub", tags: "v9.0.0 sub/v1.0.0 sub/v2.0.0 sub/x/v3.0.0", want: "example.com/m/sub/v2"},
		{name: "gopkg.in/yaml.v2", tags: "v2.4.0 v3.0.1", want: "gopkg.in/yaml.v3"},
		{name: "example.com/m", tags: "v1.0.0 v2026.1.0"}, // a date
		{name: "example.com/m"},
	}
	for _, test := range tests {
		p := health.Package{Ecosystem: "golang", Name: test.name, Directory: test.directory}
		for v := range strings.FieldsSeq(test.releases) {
			p.Releases = append(p.Releases, health.Release{Version: v})
		}
		var tags []health.Tag
		for v := range strings.FieldsSeq(test.tags) {
			tags = append(tags, health.Tag{Name: v})
		}
		if got := NewerMajor(p, tags); got != test.want {
			t.Errorf("%s with tags %s: %q, want %q", test.name, test.tags, got, test.want)
		}
	}
}
