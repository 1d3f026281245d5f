// Package fact answers questions from the small, sourced tables that ship with
// the program: who stands behind a repository, which release lines still get
// support, who runs a forge or a registry, which accounts are programs and
// whose an e-mail domain is. It reads no network and judges nothing.
//
// The tables are text under tables/, with their sources and licences in the
// README there; the program embeds them compressed and reads them only when
// Load is called.
package fact

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"
)

//go:generate go run ./pack

//go:embed tables.zip
var packed []byte

// Tables are all fact tables, read. They never change and can be shared.
type Tables struct {
	stewards   map[string][]steward // by pattern
	products   map[string]product   // by lower-case purl
	cycles     map[string][]cycle   // by product
	bots       bots
	mail       map[string]Mail
	companies  map[string]string
	forges     map[string]Forge
	registries map[string][]Registry
}

// Load reads the embedded tables; it takes some ten milliseconds. An error means
// that the program was built from broken tables.
func Load() (*Tables, error) {
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, fmt.Errorf("reading the fact tables: %w", err)
	}
	t := &Tables{
		stewards:   map[string][]steward{},
		products:   map[string]product{},
		cycles:     map[string][]cycle{},
		bots:       bots{rows: map[string]botRow{}},
		mail:       map[string]Mail{},
		companies:  map[string]string{},
		forges:     map[string]Forge{},
		registries: map[string][]Registry{},
	}
	var group errgroup.Group // every table has a map of its own
	for _, table := range []struct {
		name    string
		columns int
		add     func(row []string) error
	}{
		{"stewards.csv", 8, t.addSteward},
		{"eol.csv", 6, t.addProduct},
		{"eol_cycles.csv", 9, t.addCycle},
		{"bots.csv", 5, t.bots.add},
		{"freemail.csv", 3, t.addMail},
		{"companies.csv", 3, t.addCompany},
		{"forges.csv", 8, t.addForge},
		{"registries.csv", 8, t.addRegistry},
	} {
		group.Go(func() error {
			if err := read(archive, table.name, table.columns, table.add); err != nil {
				return fmt.Errorf("reading the fact table %s: %w", table.name, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return t, nil
}

// read hands every row of one table but the header to add, which may keep the
// row's texts but not the row.
func read(archive *zip.Reader, name string, columns int, add func([]string) error) error {
	f, err := archive.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.ReuseRecord = columns, true
	for n := 1; ; n++ {
		row, err := r.Read()
		switch {
		case errors.Is(err, io.EOF) && n < 3:
			return errors.New("no rows")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case n == 1:
			continue // the header
		}
		if err := add(row); err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
	}
}

// day reads a date in the precision that a source gives: 2024, 2024-09 or
// 2024-09-30. The beginning of the span stands for all of it; "" is the zero time.
func day(s string) (time.Time, error) {
	const form = "2006-01-02"
	switch len(s) {
	case 0:
		return time.Time{}, nil
	case 4, 7, 10:
		return time.Parse(form[:len(s)], s)
	}
	return time.Time{}, fmt.Errorf("no date: %q", s)
}
