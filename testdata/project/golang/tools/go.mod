module example.org/harbour/tools

go 1.26.0

require (
	example.org/harbour v0.0.0
	github.com/google/go-cmp v0.7.0
	golang.org/x/mod v0.40.0
)
