package manifest

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var packageResolved = Format{
	Name:      "Package.resolved",
	Ecosystem: ecosystemSwift,
	Says:      "Swift lockfile, versions 1 to 3; the Package.swift beside it tells what is direct, as far as it can be read without running it",
	Files:     []string{"Package.resolved"},
	Lock:      true,
	Tells:     Tells{Direct: true, Lines: true},
	Read:      readPackageResolved,
}

type swiftPin struct {
	Identity      string `json:"identity"`
	Location      string `json:"location"`      // version 2 and 3
	RepositoryURL string `json:"repositoryURL"` // version 1
	Kind          string `json:"kind"`
	State         struct {
		Version string `json:"version"`
	} `json:"state"`
}

func readPackageResolved(f *File) (Reading, error) {
	var lock struct {
		Version int        `json:"version"`
		Pins    []swiftPin `json:"pins"`
		Object  struct {
			Pins []swiftPin `json:"pins"`
		} `json:"object"`
	}
	if err := decodeJSON(f, &lock); err != nil {
		return Reading{}, err
	}
	if lock.Version == 0 {
		return Reading{}, f.wrong(0, "no version: not a Swift lockfile")
	}
	pins, prefix := lock.Pins, "pins "
	if lock.Version == 1 {
		pins, prefix = lock.Object.Pins, "object pins "
	}
	lines := map[string]int{}
	eachJSON(f.Data, func(keys []string, line int) bool {
		lines[strings.Join(keys, " ")] = line
		return keys[0] == "pins" || keys[0] == "object"
	})
	r := Reading{Project: folder(f.Path)}
	asked := packageSwiftOf(f, &r)
	for i, pin := range pins {
		address := cmp.Or(pin.Location, pin.RepositoryURL)
		name := cmp.Or(swiftName(address), pin.Identity)
		if strings.HasPrefix(pin.Kind, "local") || name == "" {
			continue
		}
		d := health.Dependency{
			Purl: purl(ecosystemSwift, name, pin.State.Version), Ecosystem: ecosystemSwift,
			Name: name, Version: pin.State.Version, Scope: health.ScopeRuntime, Source: address,
		}
		at, named := asked[strings.ToLower(name)]
		d.Direct = named || len(asked) == 0
		if named {
			d.Locations = append(d.Locations, at)
		}
		element := prefix + strconv.Itoa(i)
		d.Locations = append(d.Locations, health.Location{
			Path: f.Path, Line: cmp.Or(lines[element+" identity"], lines[element+" package"], lines[element]),
		})
		r.add(d)
	}
	return r, nil
}

// swiftName folds an address to host/owner/name, as package URLs have it.
func swiftName(address string) string {
	if rest, ok := strings.CutPrefix(address, "git@"); ok {
		address = "ssh://" + strings.Replace(rest, ":", "/", 1)
	}
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return ""
	}
	if user, host, ok := strings.Cut(rest, "@"); ok && !strings.Contains(user, "/") {
		rest = host
	}
	return strings.TrimSuffix(strings.Trim(rest, "/"), ".git")
}

var swiftAddress = regexp.MustCompile(`\.package\([^)]*\burl:\s*"([^"]+)"`)

// packageSwiftOf returns the lines of the packages that the Package.swift
// beside a lock names by address. It is a program; other forms aren't found.
func packageSwiftOf(f *File, r *Reading) map[string]health.Location {
	out := map[string]health.Location{}
	beside, err := f.Beside("Package.swift")
	if err != nil {
		return out
	}
	r.Covers = append(r.Covers, beside.Path)
	for _, m := range swiftAddress.FindAllSubmatchIndex(beside.Data, -1) {
		name := swiftName(string(beside.Data[m[2]:m[3]]))
		out[strings.ToLower(name)] = health.Location{Path: beside.Path, Line: lineAt(beside.Data, m[0])}
	}
	return out
}
