module github.com/mainstay-dev/mainstay/internal/conformance

go 1.26.0

require (
	github.com/mainstay-dev/mainstay v0.0.0
	github.com/vektah/gqlparser/v2 v2.5.64
)

require (
	github.com/agnivade/levenshtein v1.2.2 // indirect
	github.com/google/go-github/v66 v66.0.0 // indirect
	github.com/google/go-querystring v1.1.0 // indirect
	go.yaml.in/yaml/v3 v3.0.6 // indirect
	golang.org/x/sync v0.24.0 // indirect
)

replace github.com/mainstay-dev/mainstay => ../..
