//go:build !unix

package git

import "os/exec"

// inGroup leaves the ending of a program as it is where there are no process
// groups.
func inGroup(*exec.Cmd) {}
