package manifest

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var gradleLock = Format{
	Name:      "gradle.lockfile",
	Ecosystem: ecosystemMaven,
	Says:      "Gradle lockfile; the scope is by its configurations, and what a version catalog beside it names is direct",
	Files:     []string{"gradle.lockfile", "buildscript-gradle.lockfile", "gradle/dependency-locks/*.lockfile"},
	Lock:      true,
	Tells:     Tells{Direct: true, Scope: true, Lines: true},
	Read:      readGradleLock,
}

var gradleCatalog = Format{
	Name:      "libs.versions.toml",
	Ecosystem: ecosystemMaven,
	Says:      "Gradle version catalog: its libraries, without plugins",
	Files:     []string{"*.versions.toml"},
	Tells:     Tells{Direct: true, Lines: true},
	Read:      readGradleCatalog,
}

// readGradleLock reads lines of group:artifact:version=configuration,…
func readGradleLock(f *File) (Reading, error) {
	r := Reading{Project: folder(f.Path)}
	catalog := map[string]bool{}
	if beside, err := f.Beside("gradle/libs.versions.toml"); err == nil {
		if named, err := readGradleCatalog(beside); err == nil {
			for _, d := range named.Dependencies {
				catalog[d.Name] = true
			}
		}
	}
	for n, l := range lines(f.Data) {
		if len(r.Dependencies) > maxPackages {
			break
		}
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "#") || strings.HasPrefix(l, "empty=") {
			continue
		}
		coordinates, configurations, _ := strings.Cut(l, "=")
		parts := strings.Split(coordinates, ":")
		if len(parts) != 3 || parts[0] == "" || parts[1] == "" {
			return Reading{}, f.wrong(n, "%q isn't group:artifact:version=configurations", clipped(l))
		}
		d := mavenPackage(parts[0], parts[1], parts[2])
		d.Direct = len(catalog) == 0 || catalog[d.Name]
		d.Scope = gradleScope(strings.Split(configurations, ","))
		if strings.HasPrefix(f.Path, "buildscript-") || strings.Contains(f.Path, "/buildscript-") {
			d.Scope = health.ScopeDevelopment
		}
		d.Locations = []health.Location{{Path: f.Path, Line: n}}
		r.add(d)
	}
	return r, nil
}

// gradleScope goes by what Gradle's plugins call configurations: those for
// tests begin with test, or have Test within; what ships is on a class path.
func gradleScope(configurations []string) health.Scope {
	scope := health.ScopeDevelopment
	for _, c := range configurations {
		lower := strings.ToLower(strings.TrimSpace(c))
		switch {
		case strings.Contains(lower, "test"):
			if scope == health.ScopeDevelopment {
				scope = health.ScopeTest
			}
		case strings.HasSuffix(lower, "classpath"), lower == "compile", lower == "runtime", lower == "implementation", lower == "api", lower == "default":
			return health.ScopeRuntime
		}
	}
	return scope
}

// readGradleCatalog reads the libraries of a version catalog. Which of them a
// build uses is for code to say, so all count.
func readGradleCatalog(f *File) (Reading, error) {
	var catalog struct {
		Versions  map[string]any
		Libraries map[string]any
	}
	if err := decodeTOML(f, &catalog); err != nil {
		return Reading{}, err
	}
	at := tomlLines(f.Data, func(keys []string) bool { return keys[0] == "libraries" })
	r := Reading{Project: folder(f.Path)}
	for _, alias := range slices.Sorted(maps.Keys(catalog.Libraries)) {
		group, artifact, version := gradleLibrary(catalog.Libraries[alias], catalog.Versions)
		if group == "" || artifact == "" {
			continue
		}
		d := mavenPackage(group, artifact, version)
		key := "libraries." + alias
		d.Direct = true
		d.Locations = []health.Location{{Path: f.Path, Line: cmp.Or(at[key], at[key+".module"], at[key+".group"])}}
		r.add(d)
	}
	return r, nil
}

// gradleLibrary reads "group:artifact:version", or a table with the same parts.
func gradleLibrary(spec any, versions map[string]any) (group, artifact, version string) {
	table, ok := spec.(map[string]any)
	if !ok {
		text, _ := spec.(string)
		group, artifact, _ = strings.Cut(text, ":")
		artifact, version, _ = strings.Cut(artifact, ":")
		return group, artifact, mavenVersion(version)
	}
	text := func(key string) string { s, _ := table[key].(string); return s }
	group, artifact = text("group"), text("name")
	if module := text("module"); module != "" {
		group, artifact, _ = strings.Cut(module, ":")
	}
	v := table["version"]
	if rich, ok := v.(map[string]any); ok && rich["ref"] != nil {
		ref, _ := rich["ref"].(string)
		v = versions[ref]
	}
	return group, artifact, gradleVersion(v)
}

// gradleVersion reads a version, or a table that says how strictly it is meant.
func gradleVersion(v any) string {
	if table, ok := v.(map[string]any); ok {
		for _, key := range []string{"strictly", "require", "prefer"} {
			if s, ok := table[key].(string); ok && gradleVersion(s) != "" {
				return s
			}
		}
		return ""
	}
	s, _ := v.(string)
	if strings.HasSuffix(s, "+") || strings.HasPrefix(s, "latest.") {
		return ""
	}
	return mavenVersion(s)
}
