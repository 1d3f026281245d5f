package manifest

import (
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// benchPackages is the size of the lockfiles that the benchmarks read. They
// should take at most 0.5 s and 100 MB each.
const benchPackages = 5000

// needsOf gives every package but the first few three others to need.
func needsOf(i int) []int {
	if i < 8 {
		return nil
	}
	return []int{i / 2, i / 3, i - 7}
}

// written calls f for every package, and joins what it returns.
func written(f func(i int) string) string {
	var b strings.Builder
	for i := range benchPackages {
		b.WriteString(f(i))
	}
	return b.String()
}

func joined(i int, separator, format string) string {
	var parts []string
	for _, n := range needsOf(i) {
		parts = append(parts, fmt.Sprintf(format, n))
	}
	return strings.Join(parts, separator)
}

const benchHash = "sha512-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd"

// benchLocks are lockfiles as the tools lay them out, by their name.
func benchLocks() map[string]string {
	root := fmt.Sprintf(`{"name": "bench", "dependencies": {"p%d": "^1.0.0", "p%d": "^1.0.0"}}`, benchPackages-1, benchPackages-2)
	return map[string]string{
		"package-lock.json": `{"name": "bench", "lockfileVersion": 3, "packages": {` + "\n\"\": " + root + written(func(i int) string {
			return fmt.Sprintf(",\n    \"node_modules/p%d\": {\n      \"version\": \"1.0.%d\",\n"+
				"      \"resolved\": \"https://npm.example.org/p%d/-/p%d-1.0.%d.tgz\",\n      \"integrity\": %q,\n      \"dependencies\": {%s}\n    }",
				i, i, i, i, i, benchHash, joined(i, ", ", `"p%d": "^1.0.0"`))
		}) + "}}",
		"yarn.lock": "# yarn lockfile v1\n\n" + written(func(i int) string {
			return fmt.Sprintf("\np%d@^1.0.0:\n  version \"1.0.%d\"\n  resolved \"https://npm.example.org/p%d/-/p%d-1.0.%d.tgz#0\"\n  integrity %s\n  dependencies:\n%s\n",
				i, i, i, i, i, benchHash, joined(i, "\n", `    p%d "^1.0.0"`))
		}),
		"pnpm-lock.yaml": "lockfileVersion: '9.0'\n\npackages:\n" + written(func(i int) string {
			return fmt.Sprintf("\n  p%d@1.0.0:\n    resolution: {integrity: %s}\n    engines: {node: '>=18'}\n", i, benchHash)
		}) + "\nsnapshots:\n" + written(func(i int) string {
			if i < 8 {
				return fmt.Sprintf("\n  p%d@1.0.0: {}\n", i)
			}
			return fmt.Sprintf("\n  p%d@1.0.0:\n    dependencies:\n%s\n", i, joined(i, "\n", `      p%d: 1.0.0`))
		}),
		"uv.lock": "version = 1\n" + written(func(i int) string {
			return fmt.Sprintf("\n[[package]]\nname = \"p%d\"\nversion = \"1.0\"\nsource = { registry = \"https://pypi.example.org/simple\" }\n"+
				"dependencies = [%s]\nwheels = [\n    { url = \"https://files.example.org/p%d-1.0-py3-none-any.whl\", hash = %q, size = 1 },\n]\n",
				i, joined(i, ", ", `{ name = "p%d" }`), i, benchHash)
		}),
		"Cargo.lock": "version = 4\n" + written(func(i int) string {
			return fmt.Sprintf("\n[[package]]\nname = \"p%d\"\nversion = \"1.0.0\"\nsource = \"registry+https://crates.example.org/index\"\n"+
				"checksum = %q\ndependencies = [%s]\n", i, benchHash, joined(i, ", ", `"p%d"`))
		}),
		"bom.json": `{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "first"}` + written(func(i int) string {
			return fmt.Sprintf(",\n{\"type\": \"library\", \"bom-ref\": \"p%d\", \"name\": \"p%d\", \"version\": \"1.0.0\", \"purl\": \"pkg:npm/p%d@1.0.0\", "+
				"\"licenses\": [{\"license\": {\"id\": \"MIT\"}}]}", i, i, i)
		}) + `], "dependencies": [{"ref": "first", "dependsOn": []}` + written(func(i int) string {
			return fmt.Sprintf(",\n{\"ref\": \"p%d\", \"dependsOn\": [%s]}", i, joined(i, ", ", `"p%d"`))
		}) + "]}",
	}
}

// BenchmarkLock reads a lockfile of 5,000 packages. peak-MB is the most memory
// in use while it is read, beyond what was before.
func BenchmarkLock(b *testing.B) {
	for name, content := range benchLocks() { // in any order: each is a benchmark of its own
		b.Run(name, func(b *testing.B) {
			tree := fstest.MapFS{name: &fstest.MapFile{Data: []byte(content)}}
			b.ReportAllocs()
			for b.Loop() {
				readBench(b, tree, name)
			}
			b.ReportMetric(float64(peak(b, tree, name))/1e6, "peak-MB")
		})
	}
}

func readBench(b *testing.B, tree fs.FS, name string) {
	b.Helper()
	found, err := Search(b.Context(), Root{Tree: tree, Start: name})
	if err != nil {
		b.Fatal(err)
	}
	if n := len(found.Dependencies); n < benchPackages {
		b.Fatalf("%d dependencies, the file has %d", n, benchPackages)
	}
}

// peak reads once, and watches the memory in use meanwhile.
func peak(b *testing.B, tree fs.FS, name string) uint64 {
	b.Helper()
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	most := make(chan uint64)
	go func() {
		var highest uint64
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			runtime.ReadMemStats(&now)
			highest = max(highest, now.HeapInuse)
			select {
			case <-done:
				most <- highest
				return
			case <-tick.C:
			}
		}
	}()
	readBench(b, tree, name)
	close(done)
	highest := <-most
	return highest - min(highest, before.HeapInuse)
}
