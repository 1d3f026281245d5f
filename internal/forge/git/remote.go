package git

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// A remote is what a host says of a repository in one answer.
type remote struct {
	head    string // object id; "" where HEAD points to nothing
	refs    int
	changes int // change requests that were ever opened, by their refs
	// shape is equal where head and tags are.
	shape string
	// moved is the address that the host redirected to, "" for none.
	moved string
}

// maxRefs bounds what a host may list; the largest public repositories have
// a few hundred thousand.
const maxRefs = 2_000_000

var (
	objectID  = regexp.MustCompile(`^[0-9a-f]{40}(?:[0-9a-f]{24})?$`)
	changeRef = regexp.MustCompile(`^refs/(?:pull|merge-requests)/[0-9]+/head$`)
	redirect  = regexp.MustCompile(`(?m)^warning: redirecting to (\S+)$`)
)

// list asks a host for the refs of a repository.
func (f *Forge) list(ctx context.Context, url, protocol string) (remote, error) {
	var r remote
	shape := sha256.New()
	stderr, err := f.git.run(ctx, call{
		protocol: protocol,
		args:     []string{"ls-remote", "--quiet", "--", url},
		read: func(out io.Reader) error {
			lines := bufio.NewScanner(out)
			for lines.Scan() {
				id, ref, ok := strings.Cut(lines.Text(), "\t")
				if !ok || !objectID.MatchString(id) {
					continue
				}
				if r.refs++; r.refs > maxRefs {
					return fmt.Errorf("the host lists more than %d refs", maxRefs)
				}
				switch {
				case ref == "HEAD":
					r.head = id
					fmt.Fprintln(shape, id, ref)
				case strings.HasPrefix(ref, "refs/tags/"):
					fmt.Fprintln(shape, id, ref)
				case changeRef.MatchString(ref):
					r.changes++
				}
			}
			return lines.Err()
		},
	})
	if m := redirect.FindStringSubmatch(stderr); m != nil {
		r.moved = m[1]
	}
	r.shape = hex.EncodeToString(shape.Sum(nil))
	return r, explained(err)
}

var errLocked = errors.New("the host wants to know who asks")

// explained turns git's words for an absent repository into a goneError, and
// those for one that needs a user into errLocked.
func explained(err error) error {
	var failed *failure
	if !errors.As(err, &failed) {
		return err
	}
	switch {
	case absent.MatchString(failed.stderr):
		return goneError("the host answers that there is no such repository")
	case locked.MatchString(failed.stderr):
		return errLocked
	}
	return err
}

// renamed is the repository that a redirect leads to, zero where it is the
// same one. base is what the address asked for began with.
func renamed(repo health.Repository, moved, base string) health.Repository {
	if moved == "" {
		return health.Repository{}
	}
	if rest, ok := strings.CutPrefix(moved, strings.TrimSuffix(base, "/")+"/"); ok {
		moved = "https://" + repo.Host + "/" + rest
	}
	to, err := forge.Parse(moved)
	if err != nil || strings.EqualFold(to.String(), repo.String()) {
		return health.Repository{}
	}
	return to
}
