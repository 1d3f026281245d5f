// Package conformance holds what mainstay is tested against and what would be
// too heavy to depend on: published schemas, other people's parsers, hosts that
// run on this machine. It is a module of its own, so that none of it reaches
// the program or its users. Its tests say what mainstay has to conform to:
//
//	go -C internal/conformance test ./...
//
// Package hub below it is a GitHub with made-up repositories, and command hubd
// serves one, so that anyone can measure what an audit costs:
//
//	go -C internal/conformance test -run - -bench GitHub -benchtime 3x
//	go -C internal/conformance run ./hubd -latency 100ms
//	GITHUB_API_URL=http://127.0.0.1:PORT GITHUB_TOKEN=any mainstay audit
package conformance
