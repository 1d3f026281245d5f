package forgetest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Git makes real repositories of the world and serves them as any host does,
// over HTTP. It skips the test where there is no git.
func Git(t testing.TB, w World) http.Handler {
	t.Helper()
	path, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git here")
	}
	libexec, err := exec.CommandContext(t.Context(), path, "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	backend := filepath.Join(strings.TrimSpace(string(libexec)), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		t.Skip("no git http-backend here")
	}
	g := gitHost{w, t, t.TempDir(), path, backend}
	for _, r := range w.Repositories {
		if !r.Gone && !r.Private {
			g.make(r)
		}
	}
	return g
}

type gitHost struct {
	World
	t                  testing.TB
	root, git, backend string
}

func (g gitHost) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	for _, r := range g.Repositories {
		old, now := "/"+r.Asked().Path, "/"+r.Address().Path
		if rest, ok := strings.CutPrefix(req.URL.Path, old+"/"); ok && old != now {
			http.Redirect(w, req, now+"/"+rest+"?"+req.URL.RawQuery, http.StatusMovedPermanently)
			return
		}
	}
	(&cgi.Handler{Path: g.backend, Dir: g.root, Stderr: io.Discard, Env: []string{
		"GIT_PROJECT_ROOT=" + g.root, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=uploadpack.allowFilter", "GIT_CONFIG_VALUE_0=true",
		"GIT_CONFIG_KEY_1=safe.directory", "GIT_CONFIG_VALUE_1=*",
	}}).ServeHTTP(w, req)
}

// make writes a repository's history with git fast-import.
func (g gitHost) make(r Repository) {
	dir := filepath.Join(g.root, filepath.FromSlash(r.Address().Path))
	g.run(nil, "init", "-q", "--bare", "-b", "main", dir)
	if r.Empty {
		return
	}
	var b bytes.Buffer
	for i, c := range r.Commits {
		branch := "main"
		if c.Side {
			branch = "side"
		}
		p := g.Person(c.By)
		who := fmt.Sprintf("%s <%s> %d +0000", p.Name, p.Email, c.At.Unix())
		message := g.Message(c)
		fmt.Fprintf(&b, "commit refs/heads/%s\nmark :%d\nauthor %s\ncommitter %s\ndata %d\n%s\n", branch, i+1, who, who, len(message), message)
		for n, parent := range r.Parents(i) {
			fmt.Fprintf(&b, "%s :%d\n", []string{"from", "merge"}[n], parent+1)
		}
		if i == 0 {
			for _, name := range slices.Sorted(maps.Keys(r.Files)) {
				fmt.Fprintf(&b, "M 100644 inline %s\ndata %d\n%s\n", name, len(r.Files[name]), r.Files[name])
			}
		}
	}
	for _, t := range r.Tags {
		fmt.Fprintf(&b, "reset refs/tags/%s\nfrom :%d\n\n", t.Name, t.Commit+1)
	}
	g.run(&b, "-C", dir, "fast-import", "--quiet", "--force")
}

func (g gitHost) run(in *bytes.Buffer, args ...string) {
	g.t.Helper()
	cmd := exec.CommandContext(g.t.Context(), g.git, args...)
	if in != nil {
		cmd.Stdin = in
	}
	cmd.Env = []string{"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "LC_ALL=C", "HOME=" + g.root}
	if out, err := cmd.CombinedOutput(); err != nil {
		g.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
