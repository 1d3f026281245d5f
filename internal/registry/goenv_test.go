package registry

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadGoSettings(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "go"), 0o755); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(dir, "go", "env")
	if err := os.WriteFile(own, []byte("# hello\nGOPROXY=https://file.example\r\nGOPRIVATE=file.example/*\nbad\n=x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other")
	if err := os.WriteFile(other, []byte("GOPROXY=direct\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		test    string
		env     map[string]string
		dir     string
		proxies string
		private string
	}{
		{"the documented default", nil, "", "https://proxy.golang.org, direct", ""},
		{"the go command's file", nil, dir, "https://file.example", "file.example/*"},
		{"another file", map[string]string{"GOENV": other}, dir, "direct", ""},
		{"no file", map[string]string{"GOENV": "off"}, dir, "https://proxy.golang.org, direct", ""},
		{"a file that isn't there", nil, filepath.Join(dir, "none"), "https://proxy.golang.org, direct", ""},
		{"the environment wins", map[string]string{"GOPROXY": "off", "GOPRIVATE": "a"}, dir, "off", "a"},
		{"GONOPROXY wins over GOPRIVATE", map[string]string{"GONOPROXY": "b", "GOPRIVATE": "a"}, "", "https://proxy.golang.org, direct", "b"},
		{"none is no pattern", map[string]string{"GONOPROXY": "none", "GOPRIVATE": "a"}, "", "https://proxy.golang.org, direct", ""},
		{"a list", map[string]string{"GOPROXY": " a.example , ,http://b.example/p/|file:///c,direct,off"}, "", "https://a.example, http://b.example/p|, file:///c, direct", ""},
	}
	for _, test := range tests {
		s, err := ReadGoSettings(func(name string) string { return test.env[name] }, "", test.dir)
		if err != nil {
			t.Errorf("%s: %v", test.test, err)
			continue
		}
		var list []string
		for _, p := range s.Proxies {
			if p.OnError {
				p.URL += "|"
			}
			list = append(list, p.URL)
		}
		if got := strings.Join(list, ", "); got != test.proxies || s.NoProxy != test.private {
			t.Errorf("%s: %s, private %q; want %s, %q", test.test, got, s.NoProxy, test.proxies, test.private)
		}
	}
}

func TestGoProxyThatIsImpossible(t *testing.T) {
	for _, list := range []string{",", " ", "ftp://s3cret@a.example", "https://", "nonsense", "/abs/dir", "https://u:s3cret@a b.example"} {
		_, _, err := parseGoProxy(list)
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v", list, err)
		}
	}
}

func TestGoProxyLoginsAreForTheirHost(t *testing.T) {
	proxies, hosts, err := parseGoProxy("https://me:s3cret@proxy.corp.example:8443/go,direct")
	if err != nil {
		t.Fatal(err)
	}
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("me:s3cret"))
	if proxies[0].URL != "https://proxy.corp.example:8443/go" || len(hosts) != 1 || hosts[0].Name != "proxy.corp.example:8443" || string(hosts[0].Value) != want {
		t.Errorf("%v, %d hosts", proxies, len(hosts))
	}
	if strings.Contains(fmt.Sprint(proxies, hosts), "s3cret") {
		t.Error("the password shows")
	}
}

func TestModCache(t *testing.T) {
	home := filepath.Join("home", "me")
	for _, test := range []struct {
		env  map[string]string
		want string
	}{
		{nil, filepath.Join(home, "go", "pkg", "mod")},
		{map[string]string{"GOPATH": "a" + string(filepath.ListSeparator) + "b"}, filepath.Join("a", "pkg", "mod")},
		{map[string]string{"GOPATH": "a", "GOMODCACHE": "c"}, "c"},
	} {
		s, err := ReadGoSettings(func(name string) string { return test.env[name] }, home, "")
		if err != nil || s.ModCache != test.want {
			t.Errorf("%v: %s, %v; want %s", test.env, s.ModCache, err, test.want)
		}
	}
}

// What GOPRIVATE names stays private where GONOPROXY lets a proxy know of it.
func TestGoSettingsKeepWhatIsPrivate(t *testing.T) {
	env := map[string]string{"GOPRIVATE": "a.example", "GONOPROXY": "none", "GONOSUMDB": "b.example", "GOENV": "off"}
	s, err := ReadGoSettings(func(name string) string { return env[name] }, "", "")
	if err != nil || s.NoProxy != "" || s.Private != "a.example,b.example" {
		t.Errorf("%+v, %v", s, err)
	}
}
