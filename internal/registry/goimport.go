package registry

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/quote"
)

// A goImport is a go-import tag: the modules below prefix are in the
// repository at root, in the directory subdir.
type goImport struct {
	prefix, vcs, root, subdir string
}

// A goMeta is what a page says to the go command and to documentation tools.
type goMeta struct {
	imports []goImport
	homes   map[string]string // of go-source tags: prefix → page of the repository
}

// maxGoPage is how much of a page is looked at: the tags belong in its head.
const maxGoPage = 1 << 20

// parseGoMeta reads the tags in a page's head, as far as it can be read: pages
// are written by hand, by generators, and by people who mean harm.
func parseGoMeta(page []byte) goMeta {
	meta := goMeta{homes: make(map[string]string)}
	d := xml.NewDecoder(bytes.NewReader(page[:min(len(page), maxGoPage)]))
	d.Strict = false
	for {
		token, err := d.RawToken()
		if err != nil {
			return meta
		}
		switch e := token.(type) {
		case xml.EndElement:
			if strings.EqualFold(e.Name.Local, "head") {
				return meta
			}
		case xml.StartElement:
			if strings.EqualFold(e.Name.Local, "body") {
				return meta
			}
			if strings.EqualFold(e.Name.Local, "meta") {
				meta.add(attribute(e, "name"), strings.Fields(attribute(e, "content")))
			}
		}
	}
}

func (m *goMeta) add(name string, fields []string) {
	switch {
	case name == "go-import" && len(fields) == 3:
		m.imports = append(m.imports, goImport{prefix: fields[0], vcs: fields[1], root: fields[2]})
	case name == "go-import" && len(fields) == 4:
		m.imports = append(m.imports, goImport{prefix: fields[0], vcs: fields[1], root: fields[2], subdir: fields[3]})
	case name == "go-source" && len(fields) >= 2:
		m.homes[fields[0]] = fields[1]
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if strings.EqualFold(a.Name.Local, name) {
			return a.Value
		}
	}
	return ""
}

// source is where the tags say that a module is developed. Tags that tell a
// proxy's address ("mod") say nothing of a repository; several that fit are an
// error, as they are for the go command. Where the repository's address is on
// the path's own host, a redirector as gopkg.in is one, the page that the
// go-source tag gives is the better address.
func (m goMeta) source(path string) (source, error) {
	var fit []goImport
	for _, i := range m.imports {
		if i.vcs != "mod" && within(path, i.prefix) && !slices.Contains(fit, i) {
			fit = append(fit, i)
		}
	}
	switch {
	case len(fit) == 0:
		return source{}, Silence("its page has no go-import tag for it")
	case len(fit) > 1:
		return source{}, Silence("its page has several go-import tags for it")
	}
	i := fit[0]
	root, err := publicAddress(i.root)
	if err != nil {
		return source{}, Silence("its go-import tag gives no usable address: " + err.Error())
	}
	s := source{repository: root.String(), from: "go-import"}
	rest := strings.TrimPrefix(strings.TrimPrefix(trimMajor(path), i.prefix), "/")
	s.directory = strings.Trim(strings.Trim(i.subdir, "/")+"/"+rest, "/")
	host, _, _ := strings.Cut(path, "/")
	if home, err := publicAddress(m.homes[i.prefix]); root.Host == host && err == nil && home.Host != host {
		s.repository, s.from = home.String(), "go-source"
	}
	return s, nil
}

func within(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

// publicAddress reads the address of a repository that anybody may reach: no
// login in it, and a host.
func publicAddress(text string) (*url.URL, error) {
	u, err := url.Parse(quote.Brief(text, 500))
	switch {
	case err != nil:
		return nil, errors.New("not an address")
	case !slices.Contains([]string{"https", "http", "git", "ssh", "git+ssh", "svn", "bzr"}, u.Scheme):
		return nil, fmt.Errorf("not the address of a repository: %q", u.Scheme)
	case u.Host == "" || u.User != nil && u.Scheme != "ssh" && u.Scheme != "git+ssh":
		return nil, errors.New("not a public address")
	}
	return u, nil
}

// goGet asks a vanity path's own host where the module is developed.
func (g Go) goGet(ctx context.Context, path string) (source, answer, error) {
	host, _, _ := strings.Cut(path, "/")
	if net.ParseIP(host) != nil {
		return source{}, answer{}, Silence("its path is an address of a machine, not of a site")
	}
	a, err := g.Web.get(ctx, "https://"+path+"?go-get=1", "text/html")
	if err != nil {
		return source{}, answer{}, err
	}
	s, err := parseGoMeta(a.body).source(path)
	return s, a, err
}
