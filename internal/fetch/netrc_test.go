package fetch

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNetrc(t *testing.T) {
	const file = `machine one.example login me password p1
machine TWO.example
	login you
	password p2
machine one.example login again password p3
machine nologin.example password p4
machine three.example account x login third password p5
default login any password p6
machine after.example login l password p7
`
	hosts, err := Netrc(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range hosts {
		basic, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(h.Value), "Basic "))
		if err != nil || h.Header != "Authorization" {
			t.Errorf("%s: header %s, %v", h.Name, h.Header, err)
		}
		got = append(got, h.Name+" "+string(basic))
	}
	want := "one.example me:p1|two.example you:p2|three.example third:p5"
	if strings.Join(got, "|") != want {
		t.Errorf("hosts %s, want %s", strings.Join(got, "|"), want)
	}
}

func TestUserNetrc(t *testing.T) {
	path := filepath.Join(t.TempDir(), "logins")
	getenv := func(name string) string {
		if name == "NETRC" {
			return path
		}
		return ""
	}
	if hosts, err := UserNetrc(getenv); err != nil || len(hosts) != 0 {
		t.Errorf("no file: %v, %v", hosts, err)
	}
	if err := os.WriteFile(path, []byte("machine a.example login l password p"), 0o600); err != nil {
		t.Fatal(err)
	}
	if hosts, err := UserNetrc(getenv); err != nil || len(hosts) != 1 || hosts[0].Name != "a.example" {
		t.Errorf("%v, %v", hosts, err)
	}
}

func FuzzNetrc(f *testing.F) {
	f.Add("machine a login b password c default macdef init")
	f.Fuzz(func(t *testing.T, text string) {
		hosts, err := Netrc(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, h := range hosts {
			if h.Name == "" || h.Value == "" {
				t.Errorf("%q: a login without %+v", text, h)
			}
		}
	})
}
