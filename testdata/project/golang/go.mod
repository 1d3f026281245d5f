module example.org/harbour

go 1.26.0

toolchain go1.26.8

require (
	github.com/spf13/cobra v1.10.2
	golang.org/x/mod v0.42.0
	gopkg.in/yaml.v3 v3.0.1 // replaced by the fork that is kept
)

require (
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	honnef.co/go/tools v0.6.1 // indirect; for the tool below
)

require example.org/harbour/internal/fork v0.0.0

require github.com/pkg/errors v0.9.1

replace (
	example.org/harbour/internal/fork => ./internal/fork
	github.com/pkg/errors v0.9.1 => github.com/pkg/errors v0.9.0
	gopkg.in/yaml.v3 => go.yaml.in/yaml/v3 v3.0.4
)

exclude golang.org/x/mod v0.41.0

tool honnef.co/go/tools/cmd/staticcheck
