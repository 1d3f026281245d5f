package git

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/forge"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// noAPI is why the parts are missing that are no part of a git repository.
const noAPI = "read by plain git, which doesn't have them"

// read makes an Activity of what is kept.
func (f *Forge) read(ctx context.Context, e *entry, since time.Time) (health.Activity, error) {
	a := forge.Unread(e.repo, e.state.ReadAt)
	a.Since, a.RenamedTo, a.Empty, a.ChangesEver = since, e.state.RenamedTo, e.state.Empty, e.state.Changes
	for _, part := range []health.Part{health.PartReleases, health.PartIssues, health.PartChanges, health.PartEvents, health.PartStatus, health.PartAdvisories} {
		a.Gaps = append(a.Gaps, health.Gap{Part: part, Why: noAPI})
	}
	if a.Empty {
		return a, nil
	}
	roster := forge.NewRoster(f.o.Rules, a.Home().Host)
	if err := f.readFiles(ctx, e, &a, roster); err != nil {
		return a, err
	}
	if err := f.readCommits(ctx, e, &a, roster); err != nil {
		return a, err
	}
	if err := f.readTags(ctx, e, &a); err != nil {
		return a, err
	}
	forge.Order(&a)
	roster.Settle(&a)
	return a, nil
}

// readFiles describes the head by its files, and takes the mailmap from there.
func (f *Forge) readFiles(ctx context.Context, e *entry, a *health.Activity, roster *forge.Roster) error {
	if why := e.state.NoFiles; why != "" {
		for _, part := range []health.Part{health.PartFiles, health.PartFunding, health.PartSecurity, health.PartChecks} {
			a.Gaps = append(a.Gaps, health.Gap{Part: part, Why: why, Outage: e.state.NoFilesOutage})
		}
		return nil
	}
	l, err := f.listFiles(ctx, e)
	if err != nil {
		return fmt.Errorf("listing the files at the head: %w", err)
	}
	texts, err := f.texts(ctx, e, l)
	if err != nil {
		return fmt.Errorf("reading files at the head: %w", err)
	}
	roster.Mailmap(forge.ParseMailmap(texts[".mailmap"]))
	forge.Head{Paths: l.paths, Texts: texts, Link: f.link(a.Home())}.Describe(a)
	return nil
}

// readCommits reads the commits since a.Since, and from all of them when the
// first was made: a repository is at least as old as that.
func (f *Forge) readCommits(ctx context.Context, e *entry, a *health.Activity, roster *forge.Roster) error {
	var last []string // the newest commit before the window
	var lastAt time.Time
	_, err := f.git.run(ctx, call{
		dir:  e.commits(),
		args: []string{"log", "-z", "--no-color", "--no-decorate", "--no-notes", "--no-show-signature", "--encoding=UTF-8", "--format=tformat:%ct%x00%P%x00%an%x00%ae%x00%B", "refs/heads/head", "--"},
		read: func(r io.Reader) error {
			records := records(r)
			for {
				fields, err := next(records, 5)
				if err != nil || fields == nil {
					return err
				}
				at, err := unix(fields[0])
				if err != nil {
					continue
				}
				if a.CreatedAt.IsZero() || at.Before(a.CreatedAt) {
					a.CreatedAt = at
				}
				if at.Before(a.Since) {
					if at.After(lastAt) {
						last, lastAt = fields, at
					}
					continue
				}
				a.Commits = append(a.Commits, commit(at, fields, roster))
			}
		},
	})
	if err != nil {
		return fmt.Errorf("reading the commits: %w", err)
	}
	if len(a.Commits) == 0 && last != nil {
		// Nothing in the window: what came before is still the last sign of life.
		a.Commits = append(a.Commits, commit(lastAt, last, roster))
	}
	return nil
}

// commit makes a commit of a record of the log.
func commit(at time.Time, fields []string, roster *forge.Roster) health.Commit {
	c := health.Commit{At: at, By: roster.Author(fields[2], fields[3]), Merge: strings.Contains(fields[1], " ")}
	for _, with := range forge.CoAuthors(fields[4]) {
		c.With = append(c.With, roster.Author(with[0], with[1]))
	}
	if !c.Merge {
		subject, _, _ := strings.Cut(fields[4], "\n")
		roster.Wrote(c.By, subject)
	}
	return c
}

// next reads n fields, nil at the end.
func next(records *bufio.Scanner, n int) ([]string, error) {
	var fields []string
	for len(fields) < n {
		if !records.Scan() {
			if err := records.Err(); err != nil {
				return nil, err
			}
			if len(fields) > 0 {
				return nil, io.ErrUnexpectedEOF
			}
			return nil, nil
		}
		fields = append(fields, records.Text())
	}
	return fields, nil
}

// readTags reads the tags with the dates of what they name.
func (f *Forge) readTags(ctx context.Context, e *entry, a *health.Activity) error {
	_, err := f.git.run(ctx, call{
		dir: e.commits(), args: []string{"for-each-ref", "--format=%(creatordate:unix) %(refname:strip=2)", "refs/tags/"},
		read: func(r io.Reader) error {
			lines := bufio.NewScanner(r)
			for lines.Scan() {
				date, name, ok := strings.Cut(lines.Text(), " ")
				if !ok || name == "" {
					continue
				}
				at, err := unix(date)
				if err != nil { // a tag of something that has no date
					at = time.Time{}
				}
				a.Tags = append(a.Tags, health.Tag{Name: name, At: at})
			}
			return lines.Err()
		},
	})
	if err != nil {
		return fmt.Errorf("reading the tags: %w", err)
	}
	return nil
}

func unix(s string) (time.Time, error) {
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	return time.Unix(seconds, 0).UTC(), nil
}
