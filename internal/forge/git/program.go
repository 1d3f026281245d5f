package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/quote"
)

// A program is the system's git, cut off from everything that could configure
// it.
type program struct {
	path string
	home string
	env  []string
}

// A call is one run of git.
type call struct {
	dir      string   // the repository; "" for none
	protocol string   // the only one that may be used; "" for no network
	config   []string // beyond what every run has: name=value
	args     []string
	stdin    string
	// read takes what git prints; nil takes nothing. Where it ends early, git
	// is stopped.
	read func(io.Reader) error
	// watch is a directory that git fills and limit the bytes it may have.
	watch string
	limit int64
}

var errTooBig = errors.New("too big")

// A failure is git's own word on why it failed.
type failure struct {
	verb   string
	stderr string
	err    error
}

func (f *failure) Error() string {
	if line := f.reason(); line != "" {
		return fmt.Sprintf("git %s: %s", f.verb, line)
	}
	return fmt.Sprintf("git %s: %v", f.verb, f.err)
}

func (f *failure) Unwrap() error { return f.err }

// reason is the line that says what went wrong, without control characters.
func (f *failure) reason() string {
	var last string
	for line := range strings.Lines(f.stderr) {
		line = quote.Brief(line, quote.Sentence)
		if fatal, ok := strings.CutPrefix(line, "fatal: "); ok {
			return fatal
		}
		if said, ok := strings.CutPrefix(line, "remote: "); ok && said != "" || line != "" && !strings.HasPrefix(line, "warning:") {
			last = line
		}
	}
	return last
}

// run runs git and returns what it wrote to stderr.
func (g program) run(ctx context.Context, c call) (string, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	cmd := exec.CommandContext(ctx, g.path, slices.Concat(g.options(c), c.args)...)
	cmd.Env = g.environment(c)
	cmd.Dir = g.home
	cmd.Stdin = strings.NewReader(c.stdin)
	stderr := &bounded{limit: 64 << 10}
	cmd.Stderr = stderr
	inGroup(cmd)                     // its helpers end with it
	cmd.WaitDelay = 10 * time.Second // for git to take its locks away
	var out io.Reader
	if c.read != nil {
		pipe, err := cmd.StdoutPipe()
		if err != nil {
			return "", err
		}
		out = pipe
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("starting git: %w", err)
	}
	if c.watch != "" {
		done := make(chan struct{})
		defer close(done)
		go watch(done, c.watch, c.limit, func() { stop(errTooBig) })
	}
	var readErr error
	if c.read != nil {
		if readErr = c.read(out); readErr != nil {
			stop(readErr)
		}
	}
	err := cmd.Wait()
	switch {
	case errors.Is(context.Cause(ctx), errTooBig), c.watch != "" && err == nil && size(c.watch) > c.limit: // faster than the watch
		return stderr.String(), errTooBig
	case readErr != nil:
		return stderr.String(), readErr
	case ctx.Err() != nil:
		return stderr.String(), context.Cause(ctx)
	case err != nil:
		return stderr.String(), &failure{verb: c.args[0], stderr: stderr.String(), err: err}
	}
	return stderr.String(), nil
}

// fit reports whether git knows what is asked of it here.
func (g program) fit(ctx context.Context) error {
	var version string
	_, err := g.run(ctx, call{args: []string{"version"}, read: func(r io.Reader) error {
		text, err := io.ReadAll(io.LimitReader(r, 1<<10))
		version = strings.TrimSpace(strings.TrimPrefix(string(text), "git version "))
		return err
	}})
	if err != nil {
		return fmt.Errorf("asking git for its version: %w", err)
	}
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil || major < 2 || major == 2 && minor < 29 {
		return fmt.Errorf("git %s can't be used: 2.29 or newer is needed", version)
	}
	return nil
}

// options are what every run of git is given before its verb.
func (g program) options(c call) []string {
	out := []string{
		"-c", "protocol.allow=never",
		"-c", "credential.helper=",
		"-c", "core.hooksPath=" + os.DevNull,
		"-c", "core.fsmonitor=false",
		"-c", "core.askPass=",
		"-c", "gc.auto=0",
		"-c", "maintenance.auto=false",
		"-c", "fetch.recurseSubmodules=no",
		"-c", "fetch.writeCommitGraph=false",
		"-c", "fetch.unpackLimit=1", // packs are smaller than loose files, and fewer
		"-c", "transfer.fsckObjects=false",
		"-c", "log.mailmap=false", // a bare repository would fetch it
		"-c", "log.showSignature=false",
		"-c", "safe.bareRepository=all",
		"-c", "http.lowSpeedLimit=100",
		"-c", "http.lowSpeedTime=30",
		"-c", "http.emptyAuth=false",
		"-c", "protocol.version=2",
	}
	if c.protocol != "" {
		out = append(out, "-c", "protocol."+c.protocol+".allow=always")
	}
	for _, setting := range c.config {
		out = append(out, "-c", setting)
	}
	if c.dir != "" {
		out = append(out, "--git-dir="+c.dir)
	}
	return out
}

// passed are the variables that git is given as they are.
var passed = []string{
	"PATH", "SYSTEMROOT", "TMPDIR", "TMP", "TEMP",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
}

func (g program) environment(c call) []string {
	env := []string{
		"LC_ALL=C", "HOME=" + g.home, "XDG_CONFIG_HOME=" + g.home,
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_SYSTEM=" + os.DevNull, "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=", "GCM_INTERACTIVE=never",
		"GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1", "GIT_OPTIONAL_LOCKS=0",
		"GIT_ALLOW_PROTOCOL=" + c.protocol,
	}
	for _, v := range g.env {
		name, value, _ := strings.Cut(v, "=")
		switch {
		case slices.Contains(passed, name):
			env = append(env, v)
		case name == "SSL_CERT_FILE":
			env = append(env, "GIT_SSL_CAINFO="+value)
		case name == "SSL_CERT_DIR":
			env = append(env, "GIT_SSL_CAPATH="+value)
		case c.protocol == "ssh" && (name == "HOME" || name == "SSH_AUTH_SOCK" || name == "USER"):
			env = append(env, v)
		}
	}
	if c.protocol == "ssh" {
		env = append(env, "GIT_SSH_COMMAND=ssh -oBatchMode=yes -oConnectTimeout=20")
	}
	return env
}

// watch calls exceeded once a directory has more than limit bytes.
func watch(done <-chan struct{}, dir string, limit int64, exceeded func()) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			if size(dir) > limit {
				exceeded()
				return
			}
		}
	}
}

// size is how many bytes the files below a directory have.
func size(dir string) int64 {
	var sum int64
	// Nothing stops the walk: git moves its files about meanwhile, and what went
	// away has no size.
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	return sum
}

// A bounded buffer keeps the beginning of what is written to it.
type bounded struct {
	bytes.Buffer
	limit int
}

func (b *bounded) Write(p []byte) (int, error) {
	if room := b.limit - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// A goneError says that the other side has no such repository.
type goneError string

func (e goneError) Error() string { return string(e) }

var (
	absent = regexp.MustCompile(`(?i)repository not found|repository '.*' not found|returned error: (?:404|410)|does not appear to be a git repository|repository .*does not exist|project you were looking for could not be found|could not be found or you don't have permission`)
	locked = regexp.MustCompile(`(?i)could not read username|could not read password|authentication failed|returned error: 401|permission denied \(publickey`)
)

// isGone reports whether git's failure, or our own word, is that there is no
// such repository.
func isGone(err error) bool {
	var gone goneError
	return errors.As(err, &gone)
}
