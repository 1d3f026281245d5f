package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var today = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

// A site answers requests by their address with what a test wrote down, and
// fails the test on any other. A value "404 text" is that status with a body,
// "=path" is the file of that name, "!text" a broken connection, and all else
// a body with status 200.
type site struct {
	t     *testing.T
	pages map[string]string
	asked []string
}

func (s *site) RoundTrip(req *http.Request) (*http.Response, error) {
	address := req.URL.String()
	s.asked = append(s.asked, address)
	page, ok := s.pages[address]
	if !ok {
		s.t.Errorf("unexpected request: %s", address)
		return nil, errors.New("unexpected request")
	}
	status, header := 200, http.Header{"Content-Type": {"text/plain"}}
	switch {
	case strings.HasPrefix(page, "!"):
		return nil, errors.New(page[1:])
	case strings.HasPrefix(page, "="):
		text, err := os.ReadFile(page[1:])
		if err != nil {
			s.t.Fatal(err)
		}
		page = string(text)
	case len(page) >= 3 && page[0] >= '3' && page[0] <= '5' && (len(page) == 3 || page[3] == ' '):
		fmt.Sscan(page[:3], &status)
		page = strings.TrimPrefix(page[3:], " ")
	}
	return &http.Response{
		StatusCode: status, Status: fmt.Sprint(status, " ", http.StatusText(status)),
		Header: header, Body: io.NopCloser(strings.NewReader(page)), Request: req,
	}, nil
}

func (s *site) web() Web {
	return Web{HTTP: &http.Client{Transport: s}, Now: func() time.Time { return today }}
}

func newSite(t *testing.T, pages map[string]string) *site { return &site{t: t, pages: pages} }

// recorded adds to pages the files below a directory, as served from base.
func recorded(t *testing.T, pages map[string]string, base, dir string) map[string]string {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, relErr := filepath.Rel(dir, path)
			pages[base+"/"+filepath.ToSlash(rel)], err = "="+path, relErr
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// packager is any registry.
type packager interface {
	Package(context.Context, health.Dependency) (health.Package, error)
}

func ask(t *testing.T, r packager, dep health.Dependency) health.Package {
	t.Helper()
	p, err := r.Package(t.Context(), dep)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// versions lists a package's releases in short: "v1.0.0 v1.1.0-rc.1(pre) v1.2.0(yanked)".
func versions(p health.Package) string {
	var out []string
	for _, r := range p.Releases {
		v := r.Version
		if r.Prerelease {
			v += "(pre)"
		}
		if r.Yanked {
			v += "(yanked)"
		}
		out = append(out, v)
	}
	return strings.Join(out, " ")
}

// notices lists what a package declares in short: "deprecated→successor".
func notices(p health.Package) string {
	var out []string
	for _, n := range p.Status {
		out = append(out, string(n.Kind)+"→"+n.Successor)
	}
	return strings.Join(out, " ")
}

// gaps lists what is missing in short: "releases", "package(gone)", "status(outage)".
func gaps(p health.Package) string {
	var out []string
	for _, g := range p.Gaps {
		text := string(g.Part)
		if g.Gone {
			text += "(gone)"
		}
		if g.Outage {
			text += "(outage)"
		}
		if g.Why == "" {
			text += "(without a reason)"
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}
