package manifest

import (
	"bytes"
	"debug/buildinfo"

	"golang.org/x/mod/modfile"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var goBinary = Format{
	Name:      "Go binary",
	Ecosystem: ecosystemGo,
	Says:      "build information of a Go binary (ELF, Mach-O, PE): the modules that are in it",
	Sniff: func(head []byte) bool {
		for _, magic := range []string{
			"\x7fELF", "MZ", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe",
		} {
			if bytes.HasPrefix(head, []byte(magic)) {
				return true
			}
		}
		return false
	},
	Large: true,
	Read:  readGoBinary,
}

// readGoBinary reads what the linker wrote. It lists modules without saying
// who needs whom.
func readGoBinary(f *File) (Reading, error) {
	info, err := buildinfo.Read(f.At)
	if err != nil {
		return Reading{}, f.wrong(0, "no build information of Go: %w", err)
	}
	r := Reading{Project: info.Main.Path}
	if r.Project == "" {
		r.Project = info.Path
	}
	for _, m := range info.Deps {
		d := health.Dependency{
			Ecosystem: ecosystemGo, Name: m.Path, Version: m.Version, Direct: true,
			Locations: []health.Location{{Path: f.Path}},
		}
		if by := m.Replace; by != nil {
			if modfile.IsDirectoryPath(by.Path) {
				r.Notes = append(r.Notes, Note{
					Location: health.Location{Path: f.Path},
					Text:     m.Path + " was built from a folder, so it is not judged",
				})
				continue
			}
			d.Name, d.Version, d.Replaces = by.Path, by.Version, label(m.Path, m.Version)
		}
		if d.Name == "" || d.Version == "(devel)" {
			continue
		}
		d.Purl = purl(ecosystemGo, d.Name, d.Version)
		r.add(d)
	}
	return r, nil
}
