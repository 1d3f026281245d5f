package fact

import (
	"slices"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A product is what endoflife.date calls a thing with release lines.
type product struct {
	name, url, asOf string
}

// A cycle is one release line of a product.
type cycle struct {
	name            string
	ends, paidUntil time.Time
	over            *bool
	longTerm        bool
	asOf            string
}

func (t *Tables) addProduct(row []string) error {
	t.products[strings.ToLower(row[0])] = product{name: row[1], url: "https://endoflife.date/" + row[1], asOf: row[4]}
	return nil
}

func (t *Tables) addCycle(row []string) error {
	c := cycle{name: row[1], longTerm: row[5] != "" && row[5] != "false", asOf: row[7]}
	var err error
	if c.ends, c.over, err = dayOrBool(row[3]); err != nil {
		return err
	}
	if c.paidUntil, _, err = dayOrBool(row[8]); err != nil {
		return err
	}
	t.cycles[row[0]] = append(t.cycles[row[0]], c)
	return nil
}

// dayOrBool reads a field that holds a date, true, false or nothing.
func dayOrBool(s string) (time.Time, *bool, error) {
	switch s {
	case "true", "false":
		over := s == "true"
		return time.Time{}, &over, nil
	}
	at, err := day(s)
	return at, nil, err
}

// Support is what the tables say of the release line in use, nil where they
// don't know the package. A package with its own entry whose version no line
// covers has an empty Cycle. A package that is only known by its repository
// counts where its name is the repository's or the product's and a line covers
// the version, since nothing else ties its versions to the product's.
func (t *Tables) Support(ecosystem, name, version string, repo health.Repository) *health.Support {
	if p, ok := t.products[purl(ecosystem, name)]; ok {
		return support(p, t.line(p, version))
	}
	if repo.Host != "github.com" {
		return nil
	}
	p, ok := t.products["pkg:github/"+strings.ToLower(repo.Path)]
	if !ok || !namedAfter(name, p.name, repo.Name()) {
		return nil
	}
	if line := t.line(p, version); line != nil {
		return support(p, line)
	}
	return nil
}

func support(p product, line *cycle) *health.Support {
	s := &health.Support{Product: p.name, URL: p.url, AsOf: p.asOf}
	if line != nil {
		s.Cycle, s.Ends, s.Over, s.PaidUntil, s.LongTerm, s.AsOf = line.name, line.ends, line.over, line.paidUntil, line.longTerm, line.asOf
	}
	return s
}

// purl is the tables' key of a package.
func purl(ecosystem, name string) string {
	switch ecosystem {
	case "maven":
		name = strings.Replace(name, ":", "/", 1)
	case "npm":
		name = strings.Replace(name, "@", "%40", 1)
	case "golang":
		if name == "go" || name == "std" {
			name = "stdlib"
		}
	}
	return strings.ToLower("pkg:" + ecosystem + "/" + name)
}

// namedAfter reports whether one element of a package's name is the product's
// or the repository's: @angular/core, org.apache.camel:camel-core.
func namedAfter(name, product, repository string) bool {
	elements := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("/:@.", r) })
	return slices.Contains(elements, strings.ToLower(product)) || slices.Contains(elements, strings.ToLower(repository))
}

// line is the longest line of a product that covers the version, nil for none.
func (t *Tables) line(p product, version string) *cycle {
	version = strings.TrimPrefix(strings.TrimPrefix(version, "go"), "v")
	var best *cycle
	for i, c := range t.cycles[p.name] {
		if covers(c.name, version) && (best == nil || len(c.name) > len(best.name)) {
			best = &t.cycles[p.name][i]
		}
	}
	return best
}

// covers reports whether a line's name is a prefix of the version that ends
// where a number ends: 1.2 covers 1.2.7 and 1.2rc1, not 1.22.
func covers(line, version string) bool {
	rest, ok := strings.CutPrefix(version, line)
	return ok && line != "" && (rest == "" || rest[0] < '0' || rest[0] > '9')
}
