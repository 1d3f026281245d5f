package forge

import (
	"regexp"
	"sync"
)

// lazily compiles an expression when it is first used. Compiling all of this
// package's would take longer than a command that reads no repository.
func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
