package main

import (
	"flag"
	"os"
	"path/filepath"
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
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"evidence": makeEvidence},
		Setup: func(e *testscript.Env) error {
			e.Setenv("MAINSTAY_CACHE_DIR", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("ROOT", root)
			for _, proxy := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
				e.Setenv(proxy, "http://127.0.0.1:9")
			}
			e.Setenv("GOPROXY", "off")
			return nil
		},
	})
}
