package registry

import (
	"strings"
	"testing"

	"deps.dev/util/semver"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestInOrder(t *testing.T) {
	tests := []struct {
		system           semver.System
		in, want, latest string
	}{
		{semver.NPM, "1.10.0 1.9.0 2.0.0-0 x", "x(pre) 1.9.0 1.10.0 2.0.0-0(pre)", "1.10.0"},
		{semver.Maven, "33.0.0-jre 32.1.0-jre 34.0.0-RC1 34.0.0-M2 34.0.0-b01 34.0.0-SNAPSHOT", "32.1.0-jre 33.0.0-jre 34.0.0-b01(pre) 34.0.0-M2(pre) 34.0.0-RC1(pre) 34.0.0-SNAPSHOT(pre)", "33.0.0-jre"},
		{semver.Maven, "1.0.0.RELEASE 1.0.1.Final 2.3.0.v20110119 1.0.0.CR1", "1.0.0.CR1(pre) 1.0.0.RELEASE 1.0.1.Final 2.3.0.v20110119", "2.3.0.v20110119"},
		{semver.PyPI, "1.0 1.0.post1 1!0.1 2024.1 1.1.dev1 1.1rc1", "1.0 1.0.post1 1.1.dev1(pre) 1.1rc1(pre) 2024.1 1!0.1", "1!0.1"},
		{semver.RubyGems, "1.0.0 1.0.0.rc1 1.0.0.1", "1.0.0.rc1(pre) 1.0.0 1.0.0.1", "1.0.0.1"},
		{semver.Composer, "dev-main v1.0.0 1.1.0-beta1", "dev-main(pre) v1.0.0 1.1.0-beta1(pre)", "v1.0.0"},
		{semver.NuGet, "1.0.0.10 1.0.0.9 1.1.0-preview", "1.0.0.9 1.0.0.10 1.1.0-preview(pre)", "1.0.0.10"},
		{semver.Cargo, "0.1.0-alpha", "0.1.0-alpha(pre)", "0.1.0-alpha"},
		{semver.Cargo, "", "", ""},
	}
	for _, test := range tests {
		var p health.Package
		for v := range strings.FieldsSeq(test.in) {
			p.Releases = append(p.Releases, health.Release{Version: v})
		}
		p.Releases = inOrder(test.system, p.Releases)
		if got := versions(p); got != test.want || recommended(p.Releases) != test.latest {
			t.Errorf("%s: %s, latest %s\nwant %s, %s", test.system, got, recommended(p.Releases), test.want, test.latest)
		}
	}
}

func FuzzInOrder(f *testing.F) {
	f.Add("1.0.0 2.0.0-rc.1 x", byte(1))
	f.Add("1!0.1 1.0.post1 v1", byte(6))
	f.Fuzz(func(t *testing.T, text string, system byte) {
		var in []health.Release
		for v := range strings.FieldsSeq(text[:min(len(text), 200)]) {
			in = append(in, health.Release{Version: v})
		}
		out := inOrder(semver.System(system%9), in)
		if len(out) != len(in) {
			t.Errorf("%d of %d versions", len(out), len(in))
		}
		if latest := recommended(out); (latest == "") != (len(in) == 0) {
			t.Errorf("%q recommends %q", text, latest)
		}
	})
}

func TestDeclared(t *testing.T) {
	for address, want := range map[string]string{
		"https://github.com/o/r":               "https://github.com/o/r",
		"https://me:s3cret@github.com/o/r":     "https://github.com/o/r",
		"git+ssh://git@github.com/o/r.git":     "git+ssh://git@github.com/o/r.git",
		"git@github.com:o/r.git":               "git@github.com:o/r.git",
		"github:o/r":                           "github:o/r",
		"https://github.com/o/r\n\x1b[31mhack": "https://github.com/o/r hack",
		"":                                     "",
	} {
		if got := declared(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

func TestOnForge(t *testing.T) {
	for address, want := range map[string]bool{
		"https://github.com/o/r":              true,
		"http://www.github.com/o/r#readme":    true,
		"git+https://gitlab.com/o/g/r.git":    true,
		"https://github.com/sponsors/o":       false,
		"https://github.com/o":                false,
		"https://o.github.io/r":               false,
		"https://github.com.evil.example/o/r": false,
		"":                                    false,
	} {
		if got := onForge(address); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}
