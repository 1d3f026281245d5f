package forge

import (
	"strings"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestParse(t *testing.T) {
	for declared, want := range map[string]string{
		"https://github.com/spf13/cobra":                                    "github.com/spf13/cobra",
		"github.com/spf13/cobra":                                            "github.com/spf13/cobra",
		" <https://GitHub.com/spf13/cobra/> ":                               "github.com/spf13/cobra",
		"http://www.github.com/spf13/cobra.git":                             "github.com/spf13/cobra",
		"https://github.com/spf13/cobra/tree/main/doc":                      "github.com/spf13/cobra",
		"https://github.com/spf13/cobra/blob/main/README.md#top":            "github.com/spf13/cobra",
		"https://github.com/spf13/cobra/issues?q=is%3Aopen":                 "github.com/spf13/cobra",
		"https://github.com/spf13/cobra#readme":                             "github.com/spf13/cobra",
		"git+https://github.com/pypa/pip.git@22.0#egg=pip":                  "github.com/pypa/pip",
		"git+ssh://git@github.com/owner/name.git":                           "github.com/owner/name",
		"git+ssh://git@github.com:owner/name.git":                           "github.com/owner/name",
		"ssh://git@git.example.eu:2222/group/name.git":                      "git.example.eu/group/name",
		"git://github.com/owner/name.git":                                   "github.com/owner/name",
		"git@github.com:owner/name.git":                                     "github.com/owner/name",
		"git@github.com/owner/name.git":                                     "github.com/owner/name",
		"gitlab.com:group/sub/name.git":                                     "gitlab.com/group/sub/name",
		"https://user:secret@github.com/owner/name":                         "github.com/owner/name",
		"https://oauth2:a@b@gitlab.com/group/name":                          "gitlab.com/group/name",
		"scm:git:git://github.com/apache/commons-io.git":                    "github.com/apache/commons-io",
		"scm:git:git@github.com:owner/name.git":                             "github.com/owner/name",
		"scm:git|https://git.example.eu/owner/name.git":                     "git.example.eu/owner/name",
		"scm:git:ssh://git@github.com/owner/name.git":                       "github.com/owner/name",
		"scm:https://github.com/owner/name":                                 "github.com/owner/name",
		"git:https://github.com/owner/name":                                 "github.com/owner/name",
		"github:owner/name":                                                 "github.com/owner/name",
		"gitlab:group/name":                                                 "gitlab.com/group/name",
		"bitbucket:owner/name":                                              "bitbucket.org/owner/name",
		"https://gitlab.com/group/sub/deeper/name/-/tree/main/x":            "gitlab.com/group/sub/deeper/name",
		"https://gitlab.example.eu/group/name/-/issues":                     "gitlab.example.eu/group/name",
		"https://gitlab.gnome.org/GNOME/glib/tree/main":                     "gitlab.gnome.org/GNOME/glib",
		"https://codeberg.org/forgejo/forgejo/src/branch/forgejo/README.md": "codeberg.org/forgejo/forgejo",
		"https://bitbucket.org/owner/name/src/master/":                      "bitbucket.org/owner/name",
		"https://git.sr.ht/~sircmpwn/aerc/tree/master":                      "git.sr.ht/~sircmpwn/aerc",
		"https://sr.ht/~sircmpwn/aerc":                                      "git.sr.ht/~sircmpwn/aerc",
		"http://127.0.0.1:8080/owner/name":                                  "127.0.0.1:8080/owner/name",
		"https://git.example.eu:8443/owner/name.git":                        "git.example.eu:8443/owner/name",
		"git.example.eu:8443/owner/name":                                    "git.example.eu:8443/owner/name",
		"https://git.example.eu:443/owner/name.git":                         "git.example.eu/owner/name",
		"//github.com/owner/name":                                           "github.com/owner/name",
		"https://git.kernel.org/pub/scm/git/git.git":                        "git.kernel.org/pub/scm/git/git",
		"https://raw.githubusercontent.com/owner/name/main/README.md":       "github.com/owner/name",
		"https://api.github.com/repos/owner/name":                           "github.com/owner/name",
		"https://gopkg.in/yaml.v3":                                          "github.com/go-yaml/yaml",
		"https://gopkg.in/square/go-jose.v2":                                "github.com/square/go-jose",
		"https://go.googlesource.com/mod":                                   "github.com/golang/mod",
		"https://cs.opensource.google/go/x/net":                             "github.com/golang/net",
		"https://gitbox.apache.org/repos/asf?p=commons-io.git;a=summary":    "github.com/apache/commons-io",
		"scm:git:https://gitbox.apache.org/repos/asf/maven-jar-plugin.git":  "github.com/apache/maven-jar-plugin",
		"https://android.googlesource.com/platform/tools/base":              "android.googlesource.com/platform/tools/base",
		"https://dev.azure.com/acme/project/_git/name":                      "dev.azure.com/acme/project/_git/name",
		"git@ssh.dev.azure.com:v3/acme/project/name":                        "dev.azure.com/acme/project/_git/name",
	} {
		got, err := Parse(declared)
		if err != nil || got.String() != want {
			t.Errorf("%s: %v, %v; want %s", declared, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for declared, why := range map[string]string{
		"":                                  "empty",
		"   ":                               "empty",
		"https://gist.github.com/owner/123": "gist",
		"gist:123":                          "gist",
		"scm:svn:https://svn.apache.org/repos/asf":     "svn isn't git",
		"svn://svn.example.org/x":                      "svn isn't git",
		"hg+https://hg.example.org/x":                  "hg isn't git",
		"https://hg.sr.ht/~a/b":                        "mercurial",
		"file:///etc/passwd":                           "file isn't git",
		"ext::sh -c whoami":                            "",
		"ftp://example.org/x":                          "ftp:// isn't read",
		"https://github.com/spf13":                     "names no repository",
		"https://github.com/":                          "names no repository",
		"https://github.com/sponsors/spf13":            "page of the forge",
		"https://example.org":                          "no repository",
		"owner/name":                                   "no full host name",
		"https://internal/owner/name":                  "no full host name",
		"https://-oProxyCommand=x/owner/name":          "no valid host",
		"-oProxyCommand=x:owner/name":                  "no valid host",
		"https://git.example.eu/owner/--upload-pack=x": "can't be part",
		"https://git.example.eu/../../etc":             "can't be part",
		"https://git.example.eu/a b/c":                 "can't be part",
		"https://git.example.eu/a\x00b/c":              "can't be part",
		"https://git.example.eu/a%0ab/c":               "can't be part",
		"https://git.example.eu/a%zz/c":                "badly escaped",
		"https://git.example.eu:99999999/a/b":          "no valid host",
		"https://github.com/owner/.git":                "names no repository",
		"https://exa\u0440mple.org/a/b":                "no valid host",
		strings.Repeat("a", 3000):                      "bytes",
	} {
		got, err := Parse(declared)
		if err == nil || !strings.Contains(err.Error(), why) || got != (health.Repository{}) {
			t.Errorf("%.60q: %v, %v; want %q", declared, got, err, why)
		}
		if err != nil && (len(err.Error()) > 1200 || strings.ContainsAny(err.Error(), "\x00\n")) {
			t.Errorf("%.60q: an unfit message", declared)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"https://github.com/spf13/cobra", "git@host.org:a/b.git", "scm:git:git://h.org/a", "git+ssh://u:p@h.org:22/a/-/b", "https://gitbox.apache.org/repos/asf?p=a;b", "gopkg.in/a.v1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, declared string) {
		repo, err := Parse(declared)
		if err != nil {
			if repo != (health.Repository{}) {
				t.Fatalf("a repository and an error: %v", repo)
			}
			return
		}
		if repo.Host != strings.ToLower(repo.Host) || strings.HasPrefix(repo.Host, "-") || strings.ContainsAny(repo.String(), " @?#%\\\x00\n") ||
			strings.Contains("/"+repo.Path+"/", "/../") || strings.Contains("/"+repo.Path, "/-") {
			t.Fatalf("%q: %v", declared, repo)
		}
		if again, err := Parse(repo.URL()); err != nil || again != repo {
			t.Fatalf("%q: %v, read again: %v, %v", declared, repo, again, err)
		}
	})
}
