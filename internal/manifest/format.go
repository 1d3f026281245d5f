package manifest

import (
	"path"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A Format reads one kind of file. The manual's table is made of these values.
type Format struct {
	// Name is what people call it: "package-lock.json".
	Name string
	// Ecosystem is the purl type of what it lists, "" where that differs from
	// package to package.
	Ecosystem string
	// Says describes the format in a line, with the versions that are read.
	Says string
	// Files are the names it goes by, as patterns of [path.Match]. A pattern
	// with slashes is compared with as many last elements of the path.
	Files []string
	// Sniff recognises content whatever its name, by its first bytes. Nil where
	// the name is needed.
	Sniff func(head []byte) bool
	// Lock tells that the file holds the versions chosen for a manifest beside
	// it: locks are read first, and speak for the manifests they cover.
	Lock bool
	// Ranges tells that its versions are mostly ranges, so that the lock beside
	// it is read in its place even where the manifest was named.
	Ranges bool
	// Last tells that the file is read only where no other one speaks for it.
	Last bool
	// Large tells that Read takes what it needs from File.At, so that the whole
	// file is never in memory.
	Large bool
	Tells Tells

	Read func(f *File) (Reading, error)
}

// Tells says what a format tells about a dependency, together with the
// manifests that stand beside it. Where a format doesn't tell directness, every
// dependency counts as direct, so that ignorance can't look like a clean bill;
// where it doesn't tell the scope, every one counts as runtime.
type Tells struct {
	Direct bool // which dependencies the project asks for itself
	Scope  bool // what they are needed for
	Paths  bool // what brings a transitive one in
	Lines  bool // the line that names it
}

// A Reading is what one file says.
type Reading struct {
	// Project is what the file calls the project, "" where it doesn't.
	Project string
	// Dependencies may repeat a package; the caller merges them. A scope that
	// the file doesn't tell is "" here, and runtime in the end.
	Dependencies []health.Dependency
	// Own names the packages, in the format's ecosystem, that belong to the
	// project itself. Other files of the same search may depend on them; they
	// are no dependencies on anybody else.
	Own []string
	// Covers are the paths of other files that this reading speaks for.
	Covers []string
	Notes  []Note
	// Missing are other files that should have been read and couldn't be.
	Missing []health.Missing
}

// maxPackages bounds the packages of one file: well above the largest images
// and monorepos, and low enough to bound memory.
const maxPackages = 200_000

// maxNameSize bounds a name and its version together, in bytes.
const maxNameSize = 1 << 10

// add takes one more dependency. Those far beyond the bound are dropped, since
// the whole reading will be refused.
func (r *Reading) add(d health.Dependency) {
	if len(r.Dependencies) <= maxPackages {
		r.Dependencies = append(r.Dependencies, d)
	}
}

// A Note is something a person should know about a file that isn't a dependency.
type Note struct {
	health.Location
	Text string
}

func (n Note) String() string { return position(n.Path, n.Line) + ": " + n.Text }

// All lists the formats, in the order in which a name is matched.
var All = []Format{
	goMod,
	goWork,

	packageJSON,
	packageLock,
	yarnLock,
	pnpmLock,
	bunLock,

	uvLock,
	poetryLock,
	pdmLock,
	pylock,
	pipfileLock,
	constraints,
	requirements,
	requirementsIn,
	pyproject,
	pipfile,

	cargoLock,
	cargoToml,

	pomXML,
	gradleLock,
	gradleCatalog,

	gemfileLock,
	composerLock,
	composerJSON,
	mixLock,
	pubspecLock,
	packageResolved,

	nugetLock,
	msbuildProject,
	centralPackages,

	workflow,

	spdx, // by its names; bills without them are told apart by content
	cycloneJSON,
	cycloneXML,
	purlList,
	goBinary,
}

// Known names all formats, for messages.
func Known() []string {
	var names []string
	for _, f := range All {
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

// Named reports whether a file of this path is read because of its name.
func Named(p string) bool { _, ok := byName(p); return ok }

// byName returns the format that a file of this path has by its name.
func byName(p string) (Format, bool) {
	i := slices.IndexFunc(All, func(f Format) bool { return f.matches(p) })
	if i < 0 {
		return Format{}, false
	}
	return All[i], true
}

// byContent returns the format that content has whatever its name.
func byContent(head []byte) (Format, bool) {
	i := slices.IndexFunc(All, func(f Format) bool { return f.Sniff != nil && f.Sniff(head) })
	if i < 0 {
		return Format{}, false
	}
	return All[i], true
}

// read calls Read, refuses what no project has, and takes off what isn't for
// others: a manifest may hold the password of a registry.
func (f Format) read(file *File) (Reading, error) {
	r, err := f.Read(file)
	if err != nil {
		return Reading{}, err
	}
	if len(r.Dependencies) > maxPackages {
		return Reading{}, file.wrong(0, "more than %d packages", maxPackages)
	}
	r.Dependencies = slices.DeleteFunc(r.Dependencies, func(d health.Dependency) bool { return d.Name == "" })
	for i := range r.Dependencies {
		d := &r.Dependencies[i]
		if len(d.Name)+len(d.Version) > maxNameSize {
			return Reading{}, file.wrong(0, "a name of more than %d bytes", maxNameSize)
		}
		for _, address := range []*string{&d.Source, &d.DevelopedAt, &d.Registry} {
			*address = withoutUser(*address)
		}
	}
	return r, nil
}

// withoutUser takes user and password off an address. A user alone stays where
// it is the address's only form: git@host.
func withoutUser(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndex(rest[:end], "@")
	if at < 0 || strings.HasSuffix(scheme, "ssh") && !strings.Contains(rest[:at], ":") {
		return address
	}
	return scheme + "://" + rest[at+1:]
}

// turn orders the formats of a walk, so that a file that speaks for others is
// read before them: 0, 1 or 2.
func (f Format) turn() int {
	switch {
	case f.Lock:
		return 0
	case f.Last:
		return 2
	}
	return 1
}

func (f Format) matches(p string) bool {
	base := path.Base(p)
	for _, pattern := range f.Files {
		name := base
		if n := strings.Count(pattern, "/"); n > 0 {
			name = lastElements(p, n+1)
		}
		if pattern == name {
			return true
		}
		if ok, err := path.Match(pattern, name); ok && err == nil {
			return true
		}
	}
	return false
}

// lastElements returns the last n elements of a path, or all of it.
func lastElements(p string, n int) string {
	at := len(p)
	for ; n > 0 && at >= 0; n-- {
		at = strings.LastIndex(p[:at], "/")
	}
	return p[at+1:]
}
