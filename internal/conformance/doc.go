// Package conformance holds what mainstay is tested against and what would be
// too heavy to depend on: published schemas, other people's parsers, hosts that
// run on this machine. It is a module of its own, so that none of it reaches
// the program or its users. Its tests say what mainstay has to conform to.
package conformance
