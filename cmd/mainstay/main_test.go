package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the golden parts of scripts and documents")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mainstay": func() { os.Exit(run()) }})
}

// TestScripts runs whole commands, each script in a folder and with a cache of
// its own. No script has a token, and the proxies that its environment names
// refuse every connection: a command that asks the network fails its script.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	caches := strings.Fields(string(said)) // for the script that builds
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"evidence": makeEvidence, "step": runStep, "job": runJob},
		Setup: func(e *testscript.Env) error {
			e.Setenv("MAINSTAY_CACHE_DIR", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("ROOT", root)
			for _, proxy := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
				e.Setenv(proxy, "http://127.0.0.1:9")
			}
			e.Setenv("GOPROXY", "off")
			e.Setenv("HOST_GOCACHE", caches[0])
			e.Setenv("HOST_GOMODCACHE", caches[1])
			return nil
		},
	})
}
