package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// A goInfo is what a proxy says of one version.
type goInfo struct {
	Version string
	Time    time.Time // of the commit
	Origin  *struct {
		VCS    string
		URL    string
		Subdir string
	}
}

// A goListing is what a proxy lists of a module.
type goListing struct {
	versions []string // canonical, in order, without pseudo-versions
	latest   goInfo   // a pseudo-version, where there is no other
	source   answer
}

// A goModule is a module at one proxy.
type goModule struct {
	web     Web
	proxy   string // address without a trailing slash
	cache   string // the go command's module cache, "" for none
	path    string
	escaped string
}

// maxGoVersions bounds the versions of a module that are looked at.
const maxGoVersions = 20_000

// list asks for the versions. Where none is tagged it asks for the latest
// commit as well; a proxy that doesn't answer that, as some don't, has perhaps
// listed pseudo-versions. An *Unknown says that there is no version at all.
func (m goModule) list(ctx context.Context) (goListing, error) {
	a, err := m.read(ctx, "@v/list")
	if err != nil {
		return goListing{}, err
	}
	_, major, _ := module.SplitPathVersion(m.path)
	l := goListing{source: a}
	var pseudo string
	for line := range bytes.Lines(a.body) {
		fields := strings.Fields(string(line))
		if len(fields) == 0 || !wellFormed(fields[0], major) {
			continue
		}
		v := fields[0]
		if module.IsPseudoVersion(v) {
			if semver.Compare(v, pseudo) > 0 {
				pseudo = v
			}
			continue
		}
		l.versions = append(l.versions, v)
		if len(l.versions) > maxGoVersions {
			return goListing{}, fmt.Errorf("%s lists more than %d versions", hostOf(m.proxy), maxGoVersions)
		}
	}
	semver.Sort(l.versions)
	l.versions = slices.Compact(l.versions)
	if len(l.versions) > 0 {
		return l, nil
	}
	l.latest, _, err = m.info(ctx, "@latest")
	if _, unknown := errors.AsType[*Unknown](err); unknown && pseudo != "" {
		return m.dated(l, pseudo)
	}
	return l, err
}

func wellFormed(v, major string) bool {
	return semver.IsValid(v) && module.CanonicalVersion(v) == v && module.CheckPathMajor(v, major) == nil
}

// dated is a listing whose latest version is a pseudo-version, which holds its
// own time.
func (m goModule) dated(l goListing, pseudo string) (goListing, error) {
	at, err := module.PseudoVersionTime(pseudo)
	if err != nil {
		return goListing{}, err
	}
	l.latest = goInfo{Version: pseudo, Time: at}
	return l, nil
}

// info reads "@latest" or "@v/VERSION.info".
func (m goModule) info(ctx context.Context, name string) (goInfo, answer, error) {
	a, err := m.read(ctx, name)
	if err != nil {
		return goInfo{}, answer{}, err
	}
	var i goInfo
	if err := json.Unmarshal(a.body, &i); err != nil {
		return goInfo{}, answer{}, fmt.Errorf("%s answers what isn't a version's description: %w", hostOf(m.proxy), err)
	}
	_, major, _ := module.SplitPathVersion(m.path)
	if !wellFormed(i.Version, major) {
		return goInfo{}, answer{}, fmt.Errorf("%s answers with a version that isn't one of this module: %s", hostOf(m.proxy), quote.Brief(i.Version, 60))
	}
	return i, a, nil
}

// ofVersion is the name of a file of one version, which never changes.
func ofVersion(version, ext string) (string, error) {
	escaped, err := module.EscapeVersion(version)
	if err != nil {
		return "", err
	}
	return "@v/" + escaped + ext, nil
}

func (m goModule) read(ctx context.Context, name string) (answer, error) {
	if strings.HasSuffix(name, ".mod") && m.cache != "" {
		if a, err := m.open(filepath.Join(m.cache, "cache", "download", filepath.FromSlash(m.escaped+"/"+name))); err == nil {
			return a, nil
		}
	}
	if strings.HasSuffix(name, ".info") || strings.HasSuffix(name, ".mod") {
		ctx = fetch.WithMaxAge(ctx, fetch.Forever)
	}
	address := m.proxy + "/" + m.escaped + "/" + name
	if !strings.HasPrefix(m.proxy, "file:") {
		return m.web.get(ctx, address, "")
	}
	u, err := url.Parse(address)
	if err != nil {
		return answer{}, err
	}
	path := filepath.FromSlash(u.Path)
	if len(path) > 2 && path[0] == filepath.Separator && path[2] == ':' { // file:///C:/dir
		path = path[1:]
	}
	return m.open(path)
}

// maxGoFile bounds one file of a proxy that is a directory.
const maxGoFile = 4 << 20

// open reads a file of a proxy that is a directory, such as the go command's
// own download cache.
func (m goModule) open(path string) (answer, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return answer{}, &Unknown{Host: m.proxy, Status: "no such file"}
	}
	if err != nil {
		return answer{}, err
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, maxGoFile+1))
	if err != nil {
		return answer{}, fmt.Errorf("reading %s: %w", path, err)
	}
	if len(body) > maxGoFile {
		return answer{}, fmt.Errorf("reading %s: more than %d bytes", path, maxGoFile)
	}
	return answer{body: body, readAt: m.web.Now()}, nil
}
