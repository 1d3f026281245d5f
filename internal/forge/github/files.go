package github

import (
	"net/url"
	"slices"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// describe adds what the files at the head say.
func (d *reading) describe() {
	d.activity.Files = []string{}
	if d.Root == nil {
		return
	}
	home := d.activity.Home().URL()
	forge.Head{
		Paths: d.paths(),
		Texts: d.texts(),
		Link:  func(file string) string { return home + "/blob/HEAD/" + file },
	}.Describe(&d.activity)
}

// paths are the files of the root and of the folders of GitHub's own.
func (d *reading) paths() []string {
	var out []string
	for _, folder := range []struct {
		path string
		tree *tree
	}{{"", d.Root}, {".github/", d.DotGithub}, {".github/workflows/", d.Workflows}} {
		if folder.tree == nil {
			continue
		}
		for _, entry := range folder.tree.Entries {
			if entry.Type == "blob" {
				out = append(out, folder.path+entry.Name)
			}
		}
	}
	return out
}

// projects are the platforms whose pages belong to projects. The others' can
// belong to a person, whose name is nobody's business unless the repository's
// address has it already.
var projects = []string{"community_bridge", "lfx_crowdfunding", "open_collective", "otechie", "tidelift"}

// funding are the links that the repository declares, and its owner's sponsors,
// declared or not. Where the server tells no links, the files may.
func (d *reading) funding() {
	a := &d.activity
	if slices.Contains(d.lacks, "fundingLinks") {
		return
	}
	a.Funding = []health.Funding{}
	for _, link := range d.FundingLinks {
		f := health.Funding{Platform: strings.ToLower(quote.Brief(link.Platform, quote.Sentence))}
		if slices.Contains(projects, f.Platform) || d.own(link.URL) {
			f.URL = quote.Brief(link.URL, quote.Sentence)
		}
		a.Funding = append(a.Funding, f)
	}
	if d.Owner == nil || d.Owner.Sponsors == nil {
		return
	}
	sponsors := d.Owner.Sponsors.number()
	for i, f := range a.Funding {
		if f.Platform == "github" && f.URL != "" {
			a.Funding[i].Sponsors = sponsors
			return
		}
	}
	if *sponsors > 0 {
		a.Funding = append(a.Funding, health.Funding{
			Platform: "github", URL: "https://" + a.Repository.Host + "/sponsors/" + a.Home().Owner(), Sponsors: sponsors,
		})
	}
}

// own reports whether an address ends in the name of the repository or of its
// owner.
func (d *reading) own(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	last := u.Path[strings.LastIndex(u.Path, "/")+1:]
	home := d.activity.Home()
	return strings.EqualFold(last, home.Owner()) || strings.EqualFold(last, home.Name())
}
