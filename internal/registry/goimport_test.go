package registry

import (
	"strings"
	"testing"
)

func TestGoMetaSource(t *testing.T) {
	tests := []struct {
		test       string
		path       string
		page       string
		repository string
		directory  string
		from       string
		err        string
	}{
		// The example of https://go.dev/ref/mod#vcs-find.
		{test: "the definition's example", path: "example.com/gopher/sub", page: `<meta name="go-import" content="example.com/gopher git https://git.example.com/gopher">`,
			repository: "https://git.example.com/gopher", directory: "sub", from: "go-import"},
		{test: "a major version is no directory", path: "example.com/m/v2", page: `<meta name="go-import" content="example.com/m git https://git.example.com/m">`,
			repository: "https://git.example.com/m", from: "go-import"},
		{test: "a directory of the tag's own", path: "example.com/m/sub", page: `<meta name="go-import" content="example.com/m git https://git.example.com/all go/m">`,
			repository: "https://git.example.com/all", directory: "go/m/sub", from: "go-import"},
		{test: "capitals, unquoted, unclosed", path: "example.com/m", page: `<!DOCTYPE html><HTML><HEAD><META CHARSET=utf-8><META NAME=go-import CONTENT="example.com/m git https://git.example.com/m"><link rel=x>`,
			repository: "https://git.example.com/m", from: "go-import"},
		{test: "a proxy's tag beside it", path: "example.com/m", page: `<meta name="go-import" content="example.com/m mod https://proxy.example.com"><meta name="go-import" content="example.com/m git https://git.example.com/m">`,
			repository: "https://git.example.com/m", from: "go-import"},
		{test: "the same twice", path: "example.com/m", page: strings.Repeat(`<meta name="go-import" content="example.com/m git https://git.example.com/m">`, 2),
			repository: "https://git.example.com/m", from: "go-import"},
		{test: "others' tags beside it", path: "example.com/m", page: `<meta name="go-import" content="example.com/mm git https://evil.example/mm"><meta name="go-import" content="example.com/m git https://git.example.com/m">`,
			repository: "https://git.example.com/m", from: "go-import"},
		{test: "a redirector that names the page", path: "short.example/yaml.x", page: `<meta name="go-import" content="short.example/yaml.x git https://short.example/yaml.x"><meta name="go-source" content="short.example/yaml.x https://github.com/go-yaml/yaml https://x https://y">`,
			repository: "https://github.com/go-yaml/yaml", from: "go-source"},
		{test: "a page without a use", path: "example.com/m", page: `<meta name="go-import" content="example.com/m git https://example.com/m.git"><meta name="go-source" content="example.com/m _ https://x https://y">`,
			repository: "https://example.com/m.git", from: "go-import"},
		{test: "another version control system", path: "example.com/m", page: `<meta name="go-import" content="example.com/m svn svn://svn.example.com/m">`,
			repository: "svn://svn.example.com/m", from: "go-import"},

		{test: "nothing", path: "example.com/m", page: "", err: "has no go-import tag"},
		{test: "binary", path: "example.com/m", page: "\x00\x01\xff<<<>>>&&&", err: "has no go-import tag"},
		{test: "in the body", path: "example.com/m", page: `<head></head><body><meta name="go-import" content="example.com/m git https://evil.example/m">`, err: "has no go-import tag"},
		{test: "said in the body by a comment", path: "example.com/m", page: `<body><!-- <head> --><meta name="go-import" content="example.com/m git https://evil.example/m">`, err: "has no go-import tag"},
		{test: "two that differ", path: "example.com/m", page: `<meta name="go-import" content="example.com/m git https://a.example/m"><meta name="go-import" content="example.com git https://b.example/m">`, err: "several"},
		{test: "a file", path: "example.com/m", page: `<meta name="go-import" content="example.com/m git file:///etc">`, err: "not the address of a repository"},
		{test: "an option of git", path: "example.com/m", page: `<meta name="go-import" content="example.com/m git --upload-pack=x">`, err: "not the address of a repository"},
		{test: "a program to run", path: "example.com/m", page: `<meta name="go-import" content="example.com/m git ext::sh">`, err: "not the address of a repository"},
		{test: "a login", path: "example.com/m", page: `<meta name="go-import" content="example.com/m git https://u:p@git.example.com/m">`, err: "not a public address"},
		{test: "too far down", path: "example.com/m", page: strings.Repeat("<p>", maxGoPage) + `<meta name="go-import" content="example.com/m git https://git.example.com/m">`, err: "has no go-import tag"},
		{test: "deeply nested", path: "example.com/m", page: strings.Repeat("<div>", 100_000), err: "has no go-import tag"},
	}
	for _, test := range tests {
		t.Run(test.test, func(t *testing.T) {
			s, err := parseGoMeta([]byte(test.page)).source(test.path)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %+v, %v; want %s", s, err, test.err)
				}
				return
			}
			if want := (source{test.repository, test.directory, test.from}); err != nil || s != want {
				t.Errorf("got %+v, %v; want %+v", s, err, want)
			}
		})
	}
}

func FuzzGoMeta(f *testing.F) {
	f.Add(`<meta name="go-import" content="example.com/m git https://git.example.com/m"><meta name="go-source" content="example.com/m https://x.example _ _">`)
	f.Add(`<head><meta name=go-import content='example.com/m mod https://p'>&lt;</head>`)
	f.Fuzz(func(t *testing.T, page string) {
		s, err := parseGoMeta([]byte(page)).source("example.com/m/sub")
		if err != nil {
			return
		}
		if u, err := publicAddress(s.repository); err != nil || u.Host == "" || strings.ContainsAny(s.repository, " \n\x00") {
			t.Errorf("%q gives %+v", page, s)
		}
	})
}

func TestGoSource(t *testing.T) {
	tests := []struct{ path, repository, directory string }{
		{"github.com/spf13/cobra", "github.com/spf13/cobra", ""},
		{"github.com/olekukonko/ll/v2", "github.com/olekukonko/ll", ""},
		{"github.com/aws/aws-sdk-go-v2/service/s3", "github.com/aws/aws-sdk-go-v2", "service/s3"},
		{"github.com/Azure/azure-sdk-for-go/sdk/x/v2", "github.com/Azure/azure-sdk-for-go", "sdk/x"},
		{"gitlab.com/o/r", "gitlab.com/o/r", ""},
		{"gitlab.com/gitlab-org/api/client-go", "", ""}, // a group within a group, or a directory: its host knows
		{"gitlab.com/gitlab-org/api/client-go.git/sub", "gitlab.com/gitlab-org/api/client-go.git", "sub"},
		{"git.example.eu/a/b.git/v2", "git.example.eu/a/b.git", ""},
		{"bitbucket.org/o/r/sub", "bitbucket.org/o/r", "sub"},
		{"codeberg.org/o/r", "codeberg.org/o/r", ""},
		{"git.sr.ht/~sircmpwn/getopt", "git.sr.ht/~sircmpwn/getopt", ""},
		{"gopkg.in/yaml.v3", "github.com/go-yaml/yaml", ""},
		{"gopkg.in/square/go-jose.v2", "github.com/square/go-jose", ""},
		{"golang.org/x/mod", "github.com/golang/mod", ""},
		{"google.golang.org/genproto/googleapis/rpc", "github.com/googleapis/go-genproto", "googleapis/rpc"},
		{"cloud.google.com/go/compute/metadata", "github.com/googleapis/google-cloud-go", "compute/metadata"},
		{"k8s.io/klog/v2", "github.com/kubernetes/klog", ""},
		{"sigs.k8s.io/structured-merge-diff/v4", "github.com/kubernetes-sigs/structured-merge-diff", ""},
		{"go.etcd.io/etcd/api/v3", "github.com/etcd-io/etcd", "api"},
		{"go.opentelemetry.io/otel/exporters/otlp/otlptrace", "github.com/open-telemetry/opentelemetry-go", "exporters/otlp/otlptrace"},
		{"deps.dev/util/semver", "github.com/google/deps.dev", "util/semver"},
		{"gonum.org/v1/gonum", "github.com/gonum/gonum", ""},
		{"honnef.co/go/tools", "github.com/dominikh/go-tools", ""},
		{"github.com/short", "", ""},
		{"vanity.example/m", "", ""},
		{"golang.org/y", "", ""},
	}
	for _, test := range tests {
		s, ok := goSource(test.path)
		want := test.repository
		if want != "" {
			want = "https://" + want
		}
		if ok != (want != "") || s.repository != want || s.directory != test.directory {
			t.Errorf("%s: %+v, %v; want %s in %q", test.path, s, ok, want, test.directory)
		}
	}
}
