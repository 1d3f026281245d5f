package cli

import (
	"maps"
	"slices"
	"testing"

	"github.com/mainstay-dev/mainstay/internal/config"
	"github.com/mainstay-dev/mainstay/internal/fact"
)

// TestCredentialsGoToTheirOwnHosts: each token belongs to the host of one API.
func TestCredentialsGoToTheirOwnHosts(t *testing.T) {
	for name, c := range map[string]struct {
		environ []string
		forges  []config.Forge
		want    map[string]string // header value by host
	}{
		"no token": {environ: []string{"CI_JOB_TOKEN=job"}},
		"the usual hosts": {
			environ: []string{"GH_TOKEN=gh", "GITLAB_TOKEN=gl", "FORGEJO_TOKEN=fj", "BITBUCKET_TOKEN=bb"},
			want: map[string]string{
				"api.github.com": "Bearer gh", "gitlab.com": "gl", "codeberg.org": "token fj", "api.bitbucket.org": "Bearer bb",
			},
		},
		"GITHUB_TOKEN before GH_TOKEN": {
			environ: []string{"GH_TOKEN=second", "GITHUB_TOKEN=first"},
			want:    map[string]string{"api.github.com": "Bearer first"},
		},
		"an Enterprise Server's own actions": {
			environ: []string{"GITHUB_TOKEN=gh", "GITHUB_SERVER_URL=https://Git.Example.org", "GITHUB_API_URL=https://git.example.org/api/v3"},
			want:    map[string]string{"git.example.org": "Bearer gh"},
		},
		"a job on a GitLab of its own": {
			environ: []string{"GITLAB_TOKEN=gl", "CI_SERVER_HOST=gitlab.example.eu"},
			want:    map[string]string{"gitlab.example.eu": "gl"},
		},
		"a forge of the configuration": {
			environ: []string{"EXAMPLE_TOKEN=ex"},
			forges:  []config.Forge{{Host: "git.example.eu", Kind: "forgejo", TokenEnv: "EXAMPLE_TOKEN"}},
			want:    map[string]string{"git.example.eu": "token ex"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			tables, err := fact.Load()
			if err != nil {
				t.Fatal(err)
			}
			s := &session{w: World{Environ: c.environ}, file: config.File{Forges: c.forges}, tables: tables}
			f, err := s.forges()
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, h := range f.credentials() {
				got[h.Name] = string(h.Value)
			}
			if !maps.Equal(got, c.want) {
				t.Errorf("tokens go to %v, want %v", got, c.want)
			}
		})
	}
}

func TestEveryKindOfTheConfigurationIsRead(t *testing.T) {
	for _, name := range config.Kinds() {
		if _, ok := kindNamed(name); !ok && name != "git" {
			t.Errorf("the configuration takes the kind %s, and nothing reads it", name)
		}
	}
	for _, k := range forgeKinds {
		if !slices.Contains(config.Kinds(), k.name) {
			t.Errorf("the configuration doesn't take the kind %s", k.name)
		}
		if len(k.tells()) == 0 {
			t.Errorf("the manual can't say what %s tells", k.name)
		}
	}
}
