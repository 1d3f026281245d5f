package backtest

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Bounds on what is read: a dataset of this kind has a few megabytes.
const (
	maxFile = 1 << 30 // bytes, decompressed
	maxLine = 1 << 20 // bytes of one JSON line
)

var errTooLarge = fmt.Errorf("larger than %d bytes when decompressed", maxFile)

// A bounded reader fails, where io.LimitReader would end as if that were all.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// openPart opens one compressed file of the dataset and adds what will be read
// of it to sum.
func openPart(dir, name string, sum hash.Hash) (io.Reader, func() error, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, nil, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s:1: %w", name, err), f.Close())
	}
	fmt.Fprintf(sum, "%s\n", name)
	return io.TeeReader(&bounded{z, maxFile}, sum), f.Close, nil
}

// eachLine calls do with every non-empty line of a file of JSON lines.
func eachLine(dir, name string, sum hash.Hash, do func(line []byte) error) error {
	r, done, err := openPart(dir, name, sum)
	if err != nil {
		return err
	}
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxLine)
	n := 0
	for scanner.Scan() {
		n++
		if len(scanner.Bytes()) == 0 {
			continue
		}
		if err := do(scanner.Bytes()); err != nil {
			return errors.Join(fmt.Errorf("%s:%d: %w", name, n, err), done())
		}
	}
	if err := scanner.Err(); err != nil {
		return errors.Join(fmt.Errorf("%s:%d: %w", name, n+1, err), done())
	}
	return done()
}

// A record is one row of a table. The first field that can't be read stays as
// its error, so that a row is read field by field and judged once.
type record struct {
	columns map[string]int
	fields  []string
	err     error
}

// eachRecord calls do with every row of a CSV file whose header has all the
// needed columns, in any order and among others.
func eachRecord(dir, name string, sum hash.Hash, needed []string, do func(*record) error) error {
	r, done, err := openPart(dir, name, sum)
	if err != nil {
		return err
	}
	return errors.Join(readRecords(name, csv.NewReader(r), needed, do), done())
}

func readRecords(name string, r *csv.Reader, needed []string, do func(*record) error) error {
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return fmt.Errorf("%s:1: reading the header: %w", name, unexpected(err))
	}
	row := record{columns: make(map[string]int, len(header))}
	for i, column := range header {
		row.columns[column] = i
	}
	for _, column := range needed {
		if _, ok := row.columns[column]; !ok {
			return fmt.Errorf("%s:1: no column %q in the header", name, column)
		}
	}
	line := 1
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			return fmt.Errorf("%s:%d: %w", name, parse.Line, parse.Err)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", name, line+1, err)
		}
		line, _ = r.FieldPos(0)
		row.fields, row.err = fields, nil
		if err := do(&row); err != nil {
			return fmt.Errorf("%s:%d: %w", name, line, err)
		}
	}
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (r *record) text(column string) string { return r.fields[r.columns[column]] }

func (r *record) number(column string) int64 {
	n, err := strconv.ParseInt(r.text(column), 10, 64)
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("column %s: %q is not a whole number", column, r.text(column))
	}
	return n
}

func (r *record) flag(column string) bool {
	switch r.text(column) {
	case "0", "":
		return false
	case "1":
		return true
	}
	if r.err == nil {
		r.err = fmt.Errorf("column %s: %q is neither 0 nor 1", column, r.text(column))
	}
	return false
}

// time reads unix seconds; an empty field is the zero time: not known.
func (r *record) time(column string) time.Time {
	if r.text(column) == "" {
		return time.Time{}
	}
	seconds := r.number(column)
	if (seconds < -1<<40 || seconds > 1<<40) && r.err == nil {
		r.err = fmt.Errorf("column %s: %d is no time in unix seconds", column, seconds)
	}
	return time.Unix(seconds, 0).UTC()
}
