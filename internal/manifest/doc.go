// Package manifest finds and reads the files in which a project says what it
// depends on: manifests, lockfiles, SBOMs, lists of package URLs and the build
// information of Go binaries. It yields [health.Dependency] values with the file
// and line that name them, and, where the format tells, whether the project
// asks for a dependency itself, what for, and over which path it comes in.
//
// It asks nothing of the network, runs nothing, and doesn't resolve: what a
// file leaves open (a range, a version set by a parent that isn't there) stays
// open, as an empty version.
//
// # Adding a format
//
// [All] lists the formats. A new one is one file with a [Format] and its Read
// function, one line in All, and a project under testdata/project.
//
// # Hostile files
//
// A file may be anything. Every read is bounded in size, every recursion in
// depth, and a reader sees other files only through the tree that holds its
// own. A file that can't be read gives an [*Error] with the line.
package manifest
