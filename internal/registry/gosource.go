package registry

import (
	"strings"

	"golang.org/x/mod/module"
)

// A source is where a package is developed, and who says so.
type source struct {
	repository string // as declared
	directory  string
	from       string
}

// A goPlace says where the modules below a path are developed. "$1" and "$2"
// stand for one element of the path; what follows the last is the directory.
type goPlace struct {
	path       string
	repository string
	// whole tells that nothing may follow: deeper paths can be groups.
	whole bool
}

// goPlaces are the paths that name their repository, by the rules of their
// host, and the best known vanity paths whose go-import tags are known to
// follow such a rule. A path that isn't here is asked for; one that is saves a
// request and works without a network.
var goPlaces = []goPlace{
	{path: "github.com/$1/$2", repository: "github.com/$1/$2"},
	{path: "gitlab.com/$1/$2", repository: "gitlab.com/$1/$2", whole: true},
	{path: "bitbucket.org/$1/$2", repository: "bitbucket.org/$1/$2"},
	{path: "codeberg.org/$1/$2", repository: "codeberg.org/$1/$2"},
	{path: "gitea.com/$1/$2", repository: "gitea.com/$1/$2"},
	{path: "git.sr.ht/$1/$2", repository: "git.sr.ht/$1/$2"},
	{path: "gopkg.in/$1/$2", repository: "github.com/$1/$2"},
	{path: "gopkg.in/$1", repository: "github.com/go-$1/$1"},

	// The Go project develops at go.googlesource.com; GitHub holds its mirrors.
	{path: "golang.org/x/$1", repository: "github.com/golang/$1"},
	{path: "google.golang.org/api", repository: "github.com/googleapis/google-api-go-client"},
	{path: "google.golang.org/appengine", repository: "github.com/golang/appengine"},
	{path: "google.golang.org/genproto", repository: "github.com/googleapis/go-genproto"},
	{path: "google.golang.org/grpc", repository: "github.com/grpc/grpc-go"},
	{path: "google.golang.org/protobuf", repository: "github.com/protocolbuffers/protobuf-go"},
	{path: "cloud.google.com/go", repository: "github.com/googleapis/google-cloud-go"},

	{path: "k8s.io/$1", repository: "github.com/kubernetes/$1"},
	{path: "sigs.k8s.io/$1", repository: "github.com/kubernetes-sigs/$1"},
	{path: "go.etcd.io/$1", repository: "github.com/etcd-io/$1"},
	{path: "istio.io/$1", repository: "github.com/istio/$1"},
	{path: "knative.dev/$1", repository: "github.com/knative/$1"},
	{path: "helm.sh/helm", repository: "github.com/helm/helm"},
	{path: "oras.land/oras-go", repository: "github.com/oras-project/oras-go"},

	{path: "go.opencensus.io", repository: "github.com/census-instrumentation/opencensus-go"},
	{path: "go.opentelemetry.io/collector", repository: "github.com/open-telemetry/opentelemetry-collector"},
	{path: "go.opentelemetry.io/contrib", repository: "github.com/open-telemetry/opentelemetry-go-contrib"},
	{path: "go.opentelemetry.io/otel", repository: "github.com/open-telemetry/opentelemetry-go"},
	{path: "go.opentelemetry.io/proto", repository: "github.com/open-telemetry/opentelemetry-proto-go"},

	{path: "go.uber.org/atomic", repository: "github.com/uber-go/atomic"},
	{path: "go.uber.org/automaxprocs", repository: "github.com/uber-go/automaxprocs"},
	{path: "go.uber.org/dig", repository: "github.com/uber-go/dig"},
	{path: "go.uber.org/fx", repository: "github.com/uber-go/fx"},
	{path: "go.uber.org/goleak", repository: "github.com/uber-go/goleak"},
	{path: "go.uber.org/mock", repository: "github.com/uber-go/mock"},
	{path: "go.uber.org/multierr", repository: "github.com/uber-go/multierr"},
	{path: "go.uber.org/ratelimit", repository: "github.com/uber-go/ratelimit"},
	{path: "go.uber.org/zap", repository: "github.com/uber-go/zap"},

	{path: "deps.dev", repository: "github.com/google/deps.dev"},
	{path: "entgo.io/ent", repository: "github.com/ent/ent"},
	{path: "filippo.io/$1", repository: "github.com/FiloSottile/$1"},
	{path: "go.mongodb.org/mongo-driver", repository: "github.com/mongodb/mongo-go-driver"},
	{path: "go.starlark.net", repository: "github.com/google/starlark-go"},
	{path: "go.yaml.in/yaml", repository: "github.com/yaml/go-yaml"},
	{path: "gocloud.dev", repository: "github.com/google/go-cloud"},
	{path: "gonum.org/v1/$1", repository: "github.com/gonum/$1"},
	{path: "gorm.io/gorm", repository: "github.com/go-gorm/gorm"},
	{path: "gotest.tools", repository: "github.com/gotestyourself/gotest.tools"},
	{path: "honnef.co/go/tools", repository: "github.com/dominikh/go-tools"},
	{path: "modernc.org/$1", repository: "gitlab.com/cznic/$1"},
	{path: "mvdan.cc/$1", repository: "github.com/mvdan/$1"},
	{path: "rsc.io/$1", repository: "github.com/rsc/$1"},
	{path: "tailscale.com", repository: "github.com/tailscale/tailscale"},
}

// goSource is where a module's path alone says that it is developed.
func goSource(path string) (source, bool) {
	prefix, _, ok := module.SplitPathVersion(path)
	if !ok {
		return source{}, false
	}
	elements := strings.Split(prefix, "/")
	for i, e := range elements { // a path may spell out where the repository ends
		if i > 0 && len(e) > len(".git") && strings.HasSuffix(e, ".git") {
			return source{
				repository: "https://" + strings.Join(elements[:i+1], "/"),
				directory:  strings.Join(elements[i+1:], "/"), from: "module path",
			}, true
		}
	}
	for _, p := range goPlaces {
		if s, ok := p.source(elements); ok {
			return s, true
		}
	}
	return source{}, false
}

func (p goPlace) source(elements []string) (source, bool) {
	pattern := strings.Split(p.path, "/")
	if len(elements) < len(pattern) || p.whole && len(elements) > len(pattern) {
		return source{}, false
	}
	repository, from := p.repository, "module path"
	for i, want := range pattern {
		if strings.HasPrefix(want, "$") {
			repository = strings.ReplaceAll(repository, want, elements[i])
		} else if want != elements[i] {
			return source{}, false
		}
	}
	if host, _, _ := strings.Cut(repository, "/"); host != elements[0] {
		from = "the rule for " + pattern[0]
	}
	return source{
		repository: "https://" + repository, from: from,
		directory: strings.Join(elements[len(pattern):], "/"),
	}, true
}
