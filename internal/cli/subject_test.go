package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestSubject(t *testing.T) {
	tables, err := fact.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, ecosystem, name, version, source string }{
		{"pkg:npm/left-pad@1.3.0", "npm", "left-pad", "1.3.0", ""},
		{"pkg:npm/%40babel/core", "npm", "@babel/core", "", ""},
		{"pkg:maven/org.slf4j/slf4j-api@2.0.0", "maven", "org.slf4j:slf4j-api", "2.0.0", ""},
		{"pkg:golang/github.com/spf13/cobra@v1.10.2", "golang", "github.com/spf13/cobra", "v1.10.2", ""},
		{"github.com/spf13/cobra", "", "github.com/spf13/cobra", "", "https://github.com/spf13/cobra"},
		{"https://codeberg.org/forgejo/forgejo/", "", "codeberg.org/forgejo/forgejo", "", "https://codeberg.org/forgejo/forgejo"},
		{"github.com/spf13/cobra@v1.0.0", "golang", "github.com/spf13/cobra", "v1.0.0", ""},
		{"gonum.org/v1/gonum", "golang", "gonum.org/v1/gonum", "", ""},
		{"go.uber.org/zap@v1.27.0", "golang", "go.uber.org/zap", "v1.27.0", ""},
	} {
		dep, err := subject(c.text, tables)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got := []string{dep.Ecosystem, dep.Name, dep.Version, dep.Source}
		if want := []string{c.ecosystem, c.name, c.version, c.source}; !slices.Equal(got, want) {
			t.Errorf("%s is %q, want %q", c.text, got, want)
		}
		if !strings.HasPrefix(dep.Purl, "pkg:") {
			t.Errorf("%s has the purl %q", c.text, dep.Purl)
		}
	}
	for _, text := range []string{"", "pkg:", "pkg:npm", "--flag", "a b", "https://", "file:///etc/passwd"} {
		if dep, err := subject(text, tables); err == nil {
			t.Errorf("%q is taken for %+v", text, dep)
		}
	}
}

func TestMatching(t *testing.T) {
	finding := func(ecosystem, name, version, repository string) health.Finding {
		return health.Finding{
			Dependency: health.Dependency{Ecosystem: ecosystem, Name: name, Version: version, Purl: "pkg:" + ecosystem + "/" + name + "@" + version},
			Repository: repository,
		}
	}
	all := []health.Finding{
		finding("golang", "github.com/spf13/cobra", "v1.10.2", "https://github.com/spf13/cobra"),
		finding("golang", "github.com/spf13/pflag", "v1.0.9", "https://github.com/spf13/pflag"),
		finding("golang", "github.com/other/pflag", "v1.0.0", "https://github.com/other/pflag"),
		finding("npm", "@babel/core", "7.0.0", "https://github.com/babel/babel"),
	}
	for text, want := range map[string][]string{
		"github.com/spf13/cobra":                   {"github.com/spf13/cobra"},
		"github.com/spf13/cobra@v1.10.2":           {"github.com/spf13/cobra"},
		"github.com/spf13/cobra@v1.0.0":            nil,
		"pkg:golang/github.com/spf13/pflag":        {"github.com/spf13/pflag"},
		"pkg:golang/github.com/spf13/pflag@v1.0.9": {"github.com/spf13/pflag"},
		"pkg:golang/github.com/spf13/pflag@v9.9.9": nil,
		"https://github.com/babel/babel":           {"@babel/core"},
		"@babel/core":                              {"@babel/core"},
		"pflag":                                    {"github.com/spf13/pflag", "github.com/other/pflag"},
		"viper":                                    nil,
	} {
		var got []string
		for _, f := range matching(all, text) {
			got = append(got, f.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s matches %q, want %q", text, got, want)
		}
	}
}
