package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	f, err := Parse(Name, []byte(`# all of it
forges:
  - host: git.example.eu
    kind: forgejo
    api: https://git.example.eu/api/v1
    token_env: EXAMPLE_TOKEN
    ca_file: certs/example.pem
policy:
  fail_on: D
  fail_under: 40
  rules:
    - id: one-person
      severity: warn
      for:
        direct: true
        scopes: [runtime]
        max_depth: 2
      when:
        metric: {id: contributor-absence-factor, below: 2, min_n: 20}
        newest_release_older_than: 18m
  waivers:
    - purl: pkg:golang/github.com/acme/relic
      rule: one-person
      reason: "soon"
      until: 2027-01-31
score:
  weights: {licence: 3.5}
`))
	if err != nil {
		t.Fatal(err)
	}
	r := f.Policy.Rules[0]
	if f.Forges[0].CAFile != "certs/example.pem" || !*r.For.Direct || *r.For.MaxDepth != 2 || *r.When.Metric.Below != 2 || r.When.Metric.MinN != 20 ||
		f.Score.Weights["licence"] != 3.5 || f.Policy.Waivers[0].Until.String() != "2027-01-31" || *f.Policy.FailUnder != 40 {
		t.Errorf("read as %+v", f)
	}
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	if got := r.When.NewestOlder.Before(at).Format(time.DateOnly); got != "2025-05-21" {
		t.Errorf("18 months before is %s", got)
	}
	for path, want := range map[string]int{
		"policy.fail_on": 9, "policy.rules[0]": 12, "policy.rules[0].when.metric.below": 19, "policy.rules[0].when.absent": 18,
		"policy.waivers[0].until": 25, "score.weights.licence": 27,
	} {
		if got := f.Places.Line(path); got != want {
			t.Errorf("%s is said to stand in line %d, want %d", path, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"unknown key", "policy:\n  rulez: []\n", `mainstay.yaml:2: unknown key "rulez" in policy: did you mean "rules"?`},
		{"unknown key at the top", "polices: {}\n", `mainstay.yaml:1: unknown key "polices" in the configuration: did you mean "policy"?`},
		{"unknown key far below", "policy:\n  rules:\n    - id: x\n      when:\n        metric: {id: x, abov: 2}\n", `mainstay.yaml:5: unknown key "abov" in metric: did you mean "above"?`},
		{"nothing near", "forges:\n  - hst: x\n    quux: y\n", `unknown key "quux" in forges[0]: there are api, ca_file, host, kind, token_env`},
		{"twice", "policy: {}\npolicy: {}\n", `mainstay.yaml:2: "policy" stands here a second time, first in line 1`},
		{"wrong type", "policy:\n  fail_under: many\n", `mainstay.yaml:2: fail_under is a number, not "many"`},
		{"not a number", "policy:\n  fail_under: .nan\n", `fail_under is a number`},
		{"list for value", "policy:\n  fail_on: [D]\n", "fail_on needs a value"},
		{"value for list", "policy:\n  rules: x\n", "rules is a list"},
		{"value for keys", "policy: x\n", "policy has keys and values below it"},
		{"empty value", "policy:\n  fail_on:\n", "fail_on needs a value"},
		{"alias", "policy: &p {}\nscore: *p\n", "anchors and aliases"},
		{"alias bomb", "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "unknown key"},
		{"two documents", "policy: {}\n---\npolicy: {}\n", "a second document"},
		{"syntax", "policy:\n  rules: [\n", "not valid YAML"},
		{"tabs", "policy:\n\tdev: true\n", "mainstay.yaml:2: not valid YAML"},
		{"span", "policy:\n  rules:\n    - when: {newest_release_older_than: soon}\n", "mainstay.yaml:3: newest_release_older_than: a span of time"},
		{"date", "policy:\n  waivers:\n    - until: 31.1.2027\n", `mainstay.yaml:3: until: "31.1.2027" is no date`},
		{"binary", "\x00\x01", "not valid YAML"},
		{"kind", "forges:\n  - host: x.org\n    kind: gitub\n", `no such kind of forge: "gitub": did you mean "github"?`},
		{"host with scheme", "forges:\n  - host: https://x.org\n    kind: git\n", "is no host name"},
		{"plain http", "forges:\n  - {host: x.org, kind: gitea, api: \"http://x.org\"}\n", "http is for loopback"},
		{"credentials in address", "forges:\n  - {host: x.org, kind: gitea, api: \"https://u:p@x.org\"}\n", "is no address"},
		{"a known host's token", "forges:\n  - {host: x.org, kind: github, token_env: GITHUB_TOKEN}\n", "give x.org a variable of its own"},
		{"any secret", "forges:\n  - {host: x.org, kind: github, token_env: AWS_SECRET_ACCESS_KEY}\n", "ending in _TOKEN"},
		{"certificate elsewhere", "forges:\n  - {host: x.org, kind: github, ca_file: ../../etc/x}\n", "must lie beside"},
		{"weight", "score:\n  weights:\n    licence: -1\n", "mainstay.yaml:3: a weight is between 0 and 100"},
		{"grade", "score:\n  grades: {E: 10}\n", `no such grade: "E"`},
		{"grades in disorder", "score:\n  grades: {A: 70, C: 75}\n", "grade A begins at 70, so C must begin below"},
	} {
		_, err := Parse(Name, []byte(c.in))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", c.name, err, c.want)
		}
	}
	if _, err := Parse(Name, []byte("policy:\n  a: 1\n  b: 2\n")); strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("not every error is told: %v", err)
	}
}

func TestParseTakesAnEmptyFile(t *testing.T) {
	for _, in := range []string{"", "# only a comment\n", "policy:\n", "---\n", "{}"} {
		if _, err := Parse(Name, []byte(in)); err != nil {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestCheckWeights(t *testing.T) {
	f, err := Parse(Name, []byte("score:\n  weights:\n    licence: 2\n    licenze: 3\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.CheckWeights([]string{"licence", "funding"}); err == nil || err.Error() != `mainstay.yaml:4: no such metric: "licenze": did you mean "licence"?` {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("policy:\n  rules:\n    - id: x\n      when: {grade: E}\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		file, err := Parse(Name, in)
		if err == nil && file.Places.At("policy") == "" {
			t.Error("a file without places")
		}
	})
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "repo", "a", "b")
	if err := os.MkdirAll(filepath.Join(root, "repo", ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(parts ...string) string {
		name := filepath.Join(append(parts, Name)...)
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	find := func(dir, want string) {
		t.Helper()
		if got, err := Find(dir); err != nil || got != want {
			t.Errorf("Find(%s) = %q, %v, want %q", dir, got, err, want)
		}
	}
	write(root) // above the repository: somebody else's
	find(deep, "")
	top := write(root, "repo")
	find(deep, top)
	find(filepath.Join(root, "repo"), top)
	own := write(deep)
	find(deep, own)
}

func TestSuggest(t *testing.T) {
	known := []string{"archived", "deprecated", "gone"}
	for in, want := range map[string]string{
		"archvied": `did you mean "archived"?`, "Gone": `did you mean "gone"?`, "F": "there are archived, deprecated, gone", "x": "there are archived, deprecated, gone",
		strings.Repeat("a", 1000): "there are archived, deprecated, gone",
	} {
		if got := Suggest(in, known); got != want {
			t.Errorf("Suggest(%.20q) = %s, want %s", in, got, want)
		}
	}
}
