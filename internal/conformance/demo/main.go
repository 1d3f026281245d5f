// Command demo makes the evidence of the demonstration in testdata/demo: it
// runs the real program against a made-up GitHub and a made-up module proxy and
// has it write a bundle. The projects don't exist; their lives are invented,
// each after a kind of project that a list of dependencies holds. Run it as
//
//	go -C internal/conformance run ./demo
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/cli"
	"github.com/mainstay-dev/mainstay/internal/conformance/hub"
)

// day is the day on which the invented projects were looked at.
var day = time.Date(2026, time.November, 21, 0, 0, 0, 0, time.UTC)

// lives are the invented projects, by repository.
var lives = map[string]hub.Character{
	"harbour-works/courier":        {Told: 61, Years: 8, Commits: 30, People: 22, Maintainers: 6, Items: 10, Answered: .92, Bots: .15},
	"harbour-works/ledger":         {Told: 61, Years: 5, Commits: 9, People: 8, Maintainers: 3, Items: 4, Answered: .8, Bots: .1},
	"lanternlab/router":            {Told: 61, Years: 9, Commits: 3, Quiet: 22, People: 6, Maintainers: 2, Items: 4, Answered: .2, Readme: "This project is looking for new maintainers."},
	"lanternlab/router-middleware": {Told: 61, Years: 7, Commits: 2, Quiet: 27, People: 4, Maintainers: 1, Items: 1.5, Answered: .3, Archived: true, Readme: "This repository is no longer maintained. Use github.com/opal-tools/chain instead."},
	"mkeller-dev/slugs":            {Told: 61, Years: 6, Commits: 4, People: 2, Maintainers: 1, Items: 1.5, Answered: .75},
	"nordwind-io/queue":            {Told: 61, Years: 4, Commits: 14, People: 11, Maintainers: 4, Items: 6, Answered: .7, Bots: .2},
	"opal-tools/flags":             {Told: 61, Years: 7, Commits: 6, People: 9, Maintainers: 3, Items: 3, Answered: .85},
	"quiet-corner/base58":          {Told: 61, Years: 10, Commits: .3, Quiet: 5, People: 2, Maintainers: 1, Items: .1, Answered: 1, Readme: "This library is finished, and still maintained."},
	"tallship/yamlite":             {Told: 61, Years: 6, Commits: 3, Quiet: 3, People: 3, Maintainers: 1, Items: 3, Answered: .4},
	"driftwood-lib/pool":           {Told: 61, Years: 8, Commits: 2, Quiet: 30, People: 3, Maintainers: 1, Items: 1, Answered: .1},
	"robotnik-io/gen":              {Told: 61, Years: 5, Commits: 10, Quiet: 14, People: 3, Maintainers: 1, Items: 3, Answered: .1, Bots: .95},
}

// declarations are lines above the module line of the newest go.mod.
var declarations = map[string]string{
	"github.com/lanternlab/router-middleware": "// Deprecated: use github.com/opal-tools/chain instead.\n",
}

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal("demo: ", err)
	}
}

func run(ctx context.Context) error {
	faults := []error{}
	h := hub.New(func() time.Time { return day }, func(what string) { faults = append(faults, errors.New(what)) })
	h.Budget = 1_000_000
	for name, life := range lives {
		h.Add(hub.Live(name, day, life))
	}
	forge := httptest.NewServer(h)
	defer forge.Close()
	proxy := httptest.NewServer(http.HandlerFunc(module))
	defer proxy.Close()
	cache, err := os.MkdirTemp("", "mainstay-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(cache)

	folder := filepath.Join("..", "..", "testdata", "demo")
	code := cli.Run(ctx, cli.World{
		Args: []string{
			"audit", "--source", "api", "--exit-zero", "--quiet",
			"--write-bundle", filepath.Join(folder, "evidence.bundle"), folder,
		},
		Dir: ".", Stdin: strings.NewReader(""), Stdout: os.Stdout, Stderr: os.Stderr, Version: "demo",
		Now: func() time.Time { return day },
		Environ: []string{
			"HOME=" + cache, "MAINSTAY_CACHE_DIR=" + cache, "GITHUB_TOKEN=demo", "GITHUB_API_URL=" + forge.URL,
			"GOPROXY=" + proxy.URL, "GOENV=off", "GOFLAGS=-mod=mod", "GOMODCACHE=" + cache,
		},
	})
	if code != 0 {
		faults = append(faults, fmt.Errorf("mainstay ended with exit code %d", code))
	}
	return errors.Join(append(faults, os.Chmod(filepath.Join(folder, "evidence.bundle"), 0o644))...)
}

// module answers as a module proxy does, about any module.
func module(w http.ResponseWriter, r *http.Request) {
	path, file, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/@v/")
	switch {
	case file == "list":
		for minor := range 6 {
			fmt.Fprintf(w, "v1.%d.0\n", minor)
		}
	case strings.HasSuffix(file, ".mod"):
		fmt.Fprintf(w, "%smodule %s\n", declarations[path], path)
	default:
		http.NotFound(w, r)
	}
}
