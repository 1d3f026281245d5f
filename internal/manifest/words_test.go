package manifest

import (
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestParseNodeSpec(t *testing.T) {
	for _, c := range []struct {
		name, spec string
		want       nodeSpec
	}{
		{"a", "1.2.3", nodeSpec{name: "a", version: "1.2.3"}},
		{"a", "=v1.2.3-rc.1+build", nodeSpec{name: "a", version: "1.2.3-rc.1+build"}},
		{"a", "^1.2.3", nodeSpec{name: "a"}},
		{"a", "1.2", nodeSpec{name: "a"}},
		{"a", "latest", nodeSpec{name: "a"}},
		{"a", "", nodeSpec{name: "a"}},
		{"a", ">=1 <2 || 3", nodeSpec{name: "a"}},
		{"a", "npm:b@^1", nodeSpec{name: "b"}},
		{"a", "npm:@s/b@1.0.0", nodeSpec{name: "@s/b", version: "1.0.0"}},
		{"a", "npm:^1.0.0", nodeSpec{name: "a"}}, // Yarn's way to write a range
		{"a", "npm:1.0.0", nodeSpec{name: "a", version: "1.0.0"}},
		{"a", "patch:a@npm%3A1.0.0#./a.patch", nodeSpec{name: "a", version: "1.0.0"}},
		{"a", "file:../a", nodeSpec{name: "a", local: true}},
		{"a", "workspace:*", nodeSpec{name: "a", local: true}},
		{"a", "./a", nodeSpec{name: "a", local: true}},
		{"a", "catalog:", nodeSpec{name: "a"}},
		{"a", "owner/a#main", nodeSpec{name: "a", source: "owner/a#main"}},
		{"a", "github:owner/a", nodeSpec{name: "a", source: "github:owner/a"}},
		{"a", "git+ssh://git@host.example/a.git", nodeSpec{name: "a", source: "git+ssh://git@host.example/a.git"}},
		{"a", "https://host.example/a.tgz", nodeSpec{name: "a", source: "https://host.example/a.tgz"}},
	} {
		if got := parseNodeSpec(c.name, c.spec); got != c.want {
			t.Errorf("%s %q: %+v, want %+v", c.name, c.spec, got, c.want)
		}
	}
}

func TestParseRequirement(t *testing.T) {
	for text, want := range map[string]requirement{
		"Django":                                {name: "django"},
		"zope.interface == 5.0":                 {name: "zope-interface", version: "5.0"},
		"a===1.0+local":                         {name: "a", version: "1.0+local"},
		"a==1.*":                                {name: "a"},
		"a>=1,==1.5":                            {name: "a", version: "1.5"},
		"a ~= 1.4.2":                            {name: "a"},
		"a[x,y]==2 ; python_version < '3'":      {name: "a", version: "2"},
		"a (==1.0)":                             {name: "a", version: "1.0"},
		"a @ https://host.example/a-1.0.tar.gz": {name: "a", source: "https://host.example/a-1.0.tar.gz"},
		"a[x] @ git+https://host.example/a@v1 ; os":   {name: "a", source: "git+https://host.example/a@v1"},
		"a @ file:///srv/a":                           {name: "a", local: true},
		"git+https://host.example/x/A_b.git@v1":       {name: "a-b", source: "git+https://host.example/x/A_b.git@v1"},
		"https://host.example/B-2.0-py3-none-any.whl": {name: "b", version: "2.0", source: "https://host.example/B-2.0-py3-none-any.whl"},
		"./a":         {local: true},
		"../a.whl":    {local: true},
		`C:\wheels\a`: {local: true},
	} {
		if got, err := parseRequirement(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"$$$", "==1.0", "-", "a b c"} {
		if got, err := parseRequirement(text); err == nil && got.name != "a" {
			t.Errorf("%q: %+v, want an error", text, got)
		}
	}
}

func TestVersions(t *testing.T) {
	for _, c := range []struct {
		what string
		read func(string) string
		in   string
		want string
	}{
		{"Maven", mavenVersion, "1.2.3", "1.2.3"},
		{"Maven", mavenVersion, "2.0-SNAPSHOT", "2.0-SNAPSHOT"},
		{"Maven", mavenVersion, "[1.0,2.0)", ""},
		{"Maven", mavenVersion, "${unset}", ""},
		{"NuGet", nugetVersion, "1.2.3", "1.2.3"},
		{"NuGet", nugetVersion, "[1.2.3]", "1.2.3"},
		{"NuGet", nugetVersion, "[1.0,2.0)", ""},
		{"NuGet", nugetVersion, "1.*", ""},
		{"NuGet", nugetVersion, "$(Unset)", ""},
		{"Cargo", cargoPin, "1.2.3", ""},
		{"Cargo", cargoPin, "=1.2.3", "1.2.3"},
		{"Cargo", cargoPin, "= 1.2.3", "1.2.3"},
		{"Cargo", cargoPin, "=1.2", ""},
		{"Cargo", cargoPin, "=1.2.3, <2", ""},
		{"Poetry", poetryPin, "1.2.3", "1.2.3"},
		{"Poetry", poetryPin, "==1.2.3", "1.2.3"},
		{"Poetry", poetryPin, "^1.2.3", ""},
		{"Poetry", poetryPin, "1.*", ""},
		{"Poetry", poetryPin, "*", ""},
		{"Swift", swiftName, "https://github.com/apple/swift-nio.git", "github.com/apple/swift-nio"},
		{"Swift", swiftName, "git@github.com:apple/swift-nio.git", "github.com/apple/swift-nio"},
		{"Swift", swiftName, "ssh://git@github.com/apple/swift-nio", "github.com/apple/swift-nio"},
		{"Swift", swiftName, "../local", ""},
	} {
		if got := c.read(c.in); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.what, c.in, got, c.want)
		}
	}
}

func TestGroupScope(t *testing.T) {
	for name, want := range map[string]health.Scope{
		"requirements":          health.ScopeRuntime,
		"requirements/main":     health.ScopeRuntime,
		"requirements-dev":      health.ScopeDevelopment,
		"requirements/test":     health.ScopeTest,
		"latest_requirements":   health.ScopeRuntime, // not a word of its own
		"docs/requirements":     health.ScopeDevelopment,
		"requirements-test-dev": health.ScopeTest, // of both, the one that ships further
	} {
		if got := groupScope(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestPurl checks the spelling of package URLs by the ecosystems' own names.
func TestPurl(t *testing.T) {
	for _, c := range []struct{ ecosystem, name, version, want string }{
		{"golang", "github.com/Masterminds/semver/v3", "v3.3.1", "pkg:golang/github.com/masterminds/semver/v3@v3.3.1"},
		{"golang", "rsc.io/quote", "v1.5.2", "pkg:golang/rsc.io/quote@v1.5.2"},
		{"npm", "@babel/core", "7.26.0", "pkg:npm/%40babel/core@7.26.0"},
		{"pypi", "zope-interface", "5.0", "pkg:pypi/zope-interface@5.0"},
		{"maven", "org.slf4j:slf4j-api", "2.0.16", "pkg:maven/org.slf4j/slf4j-api@2.0.16"},
		{"composer", "monolog/monolog", "3.8.1", "pkg:composer/monolog/monolog@3.8.1"},
		{"nuget", "Newtonsoft.Json", "", "pkg:nuget/Newtonsoft.Json"},
		{"swift", "github.com/apple/swift-nio", "2.0.0", "pkg:swift/github.com/apple/swift-nio@2.0.0"},
		{"github", "actions/checkout", "v4", "pkg:github/actions/checkout@v4"},
		{"gem", "", "1", ""},
	} {
		if got := purl(c.ecosystem, c.name, c.version); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.ecosystem, c.name, got, c.want)
		}
		if c.want == "" {
			continue
		}
		if d, ok := fromPurl(c.want); !ok || d.Version != c.version || d.Ecosystem != c.ecosystem {
			t.Errorf("%s comes back as %+v", c.want, d)
		}
	}
}

func TestWithoutUser(t *testing.T) {
	for address, want := range map[string]string{
		"https://me:secret@pypi.example.org/simple":          "https://pypi.example.org/simple",
		"https://${USER}:${PASS}@pypi.example.org/simple":    "https://pypi.example.org/simple",
		"https://token@host.example":                         "https://host.example",
		"git+https://oauth2:t0k3n@host.example/a.git@v1#egg": "git+https://host.example/a.git@v1#egg",
		"git+ssh://git@host.example/a.git":                   "git+ssh://git@host.example/a.git",
		"ssh://me:secret@host.example/a.git":                 "ssh://host.example/a.git",
		"git@host.example:a.git":                             "git@host.example:a.git",
		"https://host.example/@scope/a":                      "https://host.example/@scope/a",
		"https://host.example?user=a@b":                      "https://host.example?user=a@b",
		"":                                                   "",
	} {
		if got := withoutUser(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
