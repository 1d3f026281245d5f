package metric

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestHistory(t *testing.T) {
	at := func(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }
	tag := func(name string, year int) health.Tag { return health.Tag{Name: name, At: at(year)} }
	tests := []struct {
		name string
		p    *health.Package
		a    *health.Activity
		want []health.Release
	}{
		{
			"tags date what a registry lists without dates",
			&health.Package{Releases: []health.Release{{Version: "1.0.0", By: -1}, {Version: "1.1.0", By: -1, Yanked: true}}},
			&health.Activity{Tags: []health.Tag{tag("v1.1.0", 2021), tag("v1.0.0", 2020), tag("v9.0.0", 2022)}},
			[]health.Release{{Version: "1.1.0", At: at(2021), By: -1, Yanked: true}, {Version: "1.0.0", At: at(2020), By: -1}},
		},
		{
			"a registry's date stands, a release entry's person is added",
			&health.Package{Releases: []health.Release{{Version: "1.0.0", At: at(2020), By: -1}}},
			&health.Activity{Releases: []health.Release{{Version: "v1.0.0", At: at(2021), By: 3}}},
			[]health.Release{{Version: "1.0.0", At: at(2020), By: 3}},
		},
		{
			"a folder's module has its own tags",
			&health.Package{Directory: "sdk/v2", StraightFromSource: true},
			&health.Activity{Tags: []health.Tag{tag("v1.0.0", 2020), tag("sdk/v2.0.0", 2021), tag("sdk/v2.1.0-rc.1", 2022), tag("other/v3.0.0", 2023)}},
			[]health.Release{{Version: "v2.1.0-rc.1", At: at(2022), By: -1, Prerelease: true}, {Version: "v2.0.0", At: at(2021), By: -1}},
		},
		{
			"the root's module doesn't have a folder's tags",
			&health.Package{StraightFromSource: true},
			&health.Activity{Tags: []health.Tag{tag("v1.0.0", 2020), tag("sdk/v2.0.0", 2021)}},
			[]health.Release{{Version: "v1.0.0", At: at(2020), By: -1}},
		},
		{
			"a folder for a major version is at the root",
			&health.Package{Directory: "v2", StraightFromSource: true},
			&health.Activity{Tags: []health.Tag{tag("v2.0.0", 2020)}},
			[]health.Release{{Version: "v2.0.0", At: at(2020), By: -1}},
		},
		{
			"names before versions",
			nil,
			&health.Activity{Tags: []health.Tag{tag("@scope/name@1.2.0", 2022), tag("name-1.1.0", 2021), tag("release_1.0", 2020), tag("latest", 2023)}},
			[]health.Release{{Version: "1.2.0", At: at(2022), By: -1}, {Version: "1.1.0", At: at(2021), By: -1}, {Version: "1.0", At: at(2020), By: -1}},
		},
		{"nothing", nil, nil, []health.Release{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, History(test.p, test.a)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestIsPrerelease(t *testing.T) {
	for version, want := range map[string]bool{
		"v1.0.0": false, "1.0": false, "v1.0.0-rc.1": true, "1.0.0b2": true, "2.0.0.dev1": true, "1.0-alpha": true, "1.0.0-SNAPSHOT": true,
		"v2.0.0+incompatible": false, "1.0.0.Final": false, "5.3.0-M1": true, "v1.0.0-20200101000000-abcdefabcdef": false, "31.1-jre": false,
	} {
		if got := isPrerelease(version); got != want {
			t.Errorf("isPrerelease(%q) = %v", version, got)
		}
	}
}

// Libyears of a dependency: the years from the release in use to the newest.
func TestLibyearsBehind(t *testing.T) {
	a := repository()
	a.Tags = []health.Tag{{Name: "v1.2.0-rc.1", At: ago(1)}, {Name: "v1.1.0", At: ago(365.25)}, {Name: "v1.0.0", At: ago(3 * 365.25)}}
	tests := []struct {
		version string
		want    float64
		known   bool
	}{
		{"v1.0.0", 2, true}, {"v1.1.0", 0, true}, {"v1.2.0-rc.1", 0, true}, {"v0.9.0", 0, false},
		{"v0.0.0-" + ago(2*365.25).Format("20060102150405") + "-abcdefabcdef", 1, true},
	}
	for _, test := range tests {
		got := LibyearsBehind(health.Subject{Dependency: health.Dependency{Version: test.version}, Activity: a})
		if (got != nil) != test.known || got != nil && (*got < test.want-.001 || *got > test.want+.001) {
			t.Errorf("%s: %v, want %v", test.version, got, test.want)
		}
	}

	// The repository's v2 is another module.
	next := health.Subject{
		Dependency: health.Dependency{Version: "v1.0.0"}, Activity: a,
		Package: &health.Package{StraightFromSource: true, Releases: []health.Release{{Version: "v1.0.0", By: -1}, {Version: "v1.1.0", By: -1}}},
	}
	a.Tags = append([]health.Tag{{Name: "v2.0.0", At: ago(0)}}, a.Tags...)
	if got := LibyearsBehind(next); got == nil || *got < 1.999 || *got > 2.001 {
		t.Errorf("with another major version beside it: %v, want 2", got)
	}
}
