// Command hubd serves a made-up GitHub on a loopback address, for benchmarks
// of whole programs: every repository that is asked for exists, with a life
// that its name decides. It prints its address, and on SIGINT what it was asked.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/mainstay-dev/mainstay/internal/conformance/hub"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("hubd: ")
	addr := flag.String("addr", "127.0.0.1:0", "where to listen")
	latency := flag.Duration("latency", 100*time.Millisecond, "how long every answer takes")
	perPoint := flag.Duration("per-point", 0, "how much longer for every point")
	schema := flag.String("schema", "", "GitHub's schema, gzipped, to validate queries against")
	at := flag.String("at", "2026-11-21", "the day up to which the repositories have lived")
	resources := flag.Int("resources", 0, "how many repositories one request can compute; 0 for any number")
	flag.Parse()

	day, err := time.Parse(time.DateOnly, *at)
	if err != nil {
		log.Fatal(err)
	}
	h := hub.New(time.Now, func(what string) { log.Print(what) })
	h.Latency, h.PerPoint, h.Resources, h.Budget = *latency, *perPoint, *resources, 1_000_000
	h.Keep = *resources == 0
	h.Invent = func(name string) hub.Object {
		if strings.HasSuffix(name, "/gone") {
			return nil
		}
		return hub.Plausible(name, day)
	}
	if *schema != "" {
		if h.Schema, err = hub.Schema(*schema); err != nil {
			log.Fatal(err)
		}
	}
	if err := serve(*addr, h); err != nil {
		log.Fatal(err)
	}
}

// serve answers until the program is interrupted, and then prints the count.
func serve(addr string, h *hub.Hub) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listener.Addr())
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(h.Stats())
}
