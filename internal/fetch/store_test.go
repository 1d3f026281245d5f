package fetch

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func openStore(t *testing.T) *Store {
	t.Helper()
	s, err := OpenStore(filepath.Join(t.TempDir(), "new", "cache"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	s := openStore(t)
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	if _, _, ok := s.Get("activity", "github.com/o/r"); ok {
		t.Error("an empty store holds something")
	}
	for _, value := range []string{"one", "", "two"} { // each in place of the last
		if err := s.Put("activity", "github.com/o/r", []byte(value), at); err != nil {
			t.Fatal(err)
		}
		got, readAt, ok := s.Get("activity", "github.com/o/r")
		if !ok || string(got) != value || !readAt.Equal(at) {
			t.Errorf("got %q of %v, %v", got, readAt, ok)
		}
	}
	if _, _, ok := s.Get("other", "github.com/o/r"); ok {
		t.Error("another kind holds it too")
	}
	again, err := OpenStore(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok := again.Get("activity", "github.com/o/r"); !ok {
		t.Error("it is gone after the store was opened again")
	}
}

func TestStoreRefuses(t *testing.T) {
	s := openStore(t)
	for _, kind := range []string{"", "..", "a/b", "A", strings.Repeat("a", 40)} {
		if err := s.Put(kind, "key", nil, time.Unix(1, 0)); err == nil {
			t.Errorf("kind %q: no error", kind)
		}
	}
	if err := s.Put("big", "key", make([]byte, maxStored+1), time.Unix(1, 0)); err == nil {
		t.Error("too large: no error")
	}
}

func TestNilStore(t *testing.T) {
	var s *Store
	if err := s.Put("kind", "key", nil, time.Unix(1, 0)); err != nil {
		t.Error(err)
	}
	if _, _, ok := s.Get("kind", "key"); ok {
		t.Error("it holds something")
	}
	if infos, err := s.Info(); err != nil || len(infos) != 0 {
		t.Error(infos, err)
	}
}

func TestStoreInfoAndClean(t *testing.T) {
	s := openStore(t)
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	for n := 1; n <= 4; n++ {
		if err := s.Put("activity", fmt.Sprint(n), []byte("value"), day(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Put("http", "x", []byte("value"), day(9)); err != nil {
		t.Fatal(err)
	}
	name := strings.Repeat("0", 64) + ".gz"
	others := []string{"v0/http/00/" + name, "v1/http/00/tmp-123", "v1/http/00/notes.txt", "precious.txt", "v1/" + name}
	for _, path := range others {
		path = filepath.Join(s.Dir(), filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, day(1), day(1)); err != nil {
			t.Fatal(err)
		}
	}
	infos, err := s.Info()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range infos {
		got = append(got, fmt.Sprintf("%s %d %s %s", i.Kind, i.Values, i.Oldest.Format("02"), i.Newest.Format("02")))
		if i.Bytes == 0 {
			t.Errorf("%s takes no room", i.Kind)
		}
	}
	if want := "activity 4 01 04|http 1 09 09|old form 1 01 01|unfinished 1 01 01"; strings.Join(got, "|") != want {
		t.Errorf("info %s, want %s", strings.Join(got, "|"), want)
	}
	files, size, err := s.Clean(day(3))
	if err != nil || files != 4 || size == 0 { // two activities, the old form, the unfinished one
		t.Errorf("cleaned %d files, %d bytes, %v", files, size, err)
	}
	for _, path := range others[2:] {
		if _, err := os.Stat(filepath.Join(s.Dir(), filepath.FromSlash(path))); err != nil {
			t.Errorf("a file that isn't the store's: %v", err)
		}
	}
	if _, _, ok := s.Get("activity", "3"); !ok {
		t.Error("a value of that day is gone")
	}
}

// TestStoreOfTwoProcesses runs the test binary twice more: both write the same
// keys over and over, while this process reads whole values or none.
func TestStoreOfTwoProcesses(t *testing.T) {
	if dir := os.Getenv("MAINSTAY_TEST_STORE"); dir != "" {
		writeOverAndOver(t, dir, os.Getenv("MAINSTAY_TEST_WRITER"))
		return
	}
	s := openStore(t)
	done := make(chan error)
	for _, writer := range []string{"a", "b"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestStoreOfTwoProcesses$")
		cmd.Env = append(os.Environ(), "MAINSTAY_TEST_STORE="+s.Dir(), "MAINSTAY_TEST_WRITER="+writer)
		go func() {
			out, err := cmd.CombinedOutput()
			if err != nil {
				err = fmt.Errorf("%w: %s", err, out)
			}
			done <- err
		}()
	}
	read := 0
	for running := 2; running > 0; {
		select {
		case err := <-done:
			running--
			if err != nil {
				t.Error(err)
			}
		default:
			value, _, ok := s.Get("race", "0")
			if !ok && read > 0 {
				t.Fatal("a value that was there could not be read")
			}
			if ok {
				read++
				if len(value) != 10_000 || bytes.Count(value, value[:1]) != len(value) {
					t.Fatalf("half a value: %d bytes, %d alike", len(value), bytes.Count(value, value[:1]))
				}
			}
		}
	}
	if infos, err := s.Info(); err != nil || len(infos) != 1 || infos[0].Values != 5 {
		t.Errorf("left behind: %+v, %v", infos, err)
	}
}

func writeOverAndOver(t *testing.T, dir, writer string) {
	s, err := OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	value := bytes.Repeat([]byte(writer), 10_000)
	for i := range 200 {
		if err := s.Put("race", fmt.Sprint(i%5), value, time.Unix(int64(i+1), 0)); err != nil {
			t.Fatal(err)
		}
	}
}
