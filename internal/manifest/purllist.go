package manifest

import (
	"bytes"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/health"
)

var purlList = Format{
	Name:  "purl list",
	Says:  "package URLs, one a line; # begins a comment at the start of a line or after a space",
	Files: []string{"purls.txt", "*.purls", "*.purls.txt"},
	Sniff: sniffPurls,
	Tells: Tells{Lines: true},
	Read:  readPurlList,
}

// sniffPurls tells whether the first line that says something is a purl.
func sniffPurls(head []byte) bool {
	for l := range bytes.Lines(head) {
		l = bytes.TrimSpace(l)
		if len(l) > 0 && l[0] != '#' {
			return bytes.HasPrefix(l, []byte("pkg:"))
		}
	}
	return false
}

func readPurlList(f *File) (Reading, error) {
	r := Reading{Project: folder(f.Path)}
	for n, l := range lines(f.Data) {
		if len(r.Dependencies) > maxPackages {
			break
		}
		text, _, _ := cutComment(strings.TrimSpace(l))
		if text == "" {
			continue
		}
		d, ok := fromPurl(text)
		if !ok {
			return Reading{}, f.wrong(n, "%q isn't a package URL; one looks like pkg:npm/left-pad@1.3.0", clipped(text))
		}
		d.Direct = true
		d.Locations = []health.Location{{Path: f.Path, Line: n}}
		r.add(d)
	}
	return r, nil
}
