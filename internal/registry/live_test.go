package registry

import (
	"os"
	"testing"
	"time"

	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/health"
)

// TestGoLive asks the proxy that this machine's go command uses about three
// modules. It runs where MAINSTAY_LIVE is set, since it needs a network.
func TestGoLive(t *testing.T) {
	if os.Getenv("MAINSTAY_LIVE") == "" {
		t.Skip("MAINSTAY_LIVE is not set")
	}
	config, err := os.UserConfigDir()
	if err != nil {
		t.Fatal(err)
	}
	settings, err := ReadGoSettings(os.Getenv, "", config)
	if err != nil {
		t.Fatal(err)
	}
	client, err := fetch.New(fetch.Options{Now: time.Now, Agent: "mainstay-test", Hosts: settings.Hosts, Patience: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	r := Go{Web: Web{HTTP: client.HTTP(), Now: time.Now}, Settings: settings}
	for name, status := range map[string]string{
		"github.com/golang/protobuf": "deprecated→google.golang.org/protobuf",
		"github.com/spf13/cobra":     "",
		"golang.org/x/mod":           "",
	} {
		p := ask(t, r, health.Dependency{Name: name})
		if p.Latest == "" || len(p.Releases) < 10 || gaps(p) != "" || notices(p) != status || p.Repository == "" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if n := client.Stats().Requests; n != 6 {
		t.Errorf("%d requests for three modules", n)
	}
}
