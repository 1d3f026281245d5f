package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"time"
)

// byHost sends the requests for a host with certificates of its own over a
// transport that trusts them, and all others over the common one.
type byHost struct {
	common http.RoundTripper
	hosts  map[string]http.RoundTripper
}

func (b byHost) RoundTrip(req *http.Request) (*http.Response, error) {
	if t, ok := b.hosts[hostOf(req)]; ok {
		return t.RoundTrip(req)
	}
	return b.common.RoundTrip(req)
}

// network is the transport to the outside: proxies from the environment, the
// system's certificates, and those of a host's own file for that host.
func network(o Options, hosts map[string]Host) (http.RoundTripper, error) {
	common := transport(o, nil)
	special := make(map[string]http.RoundTripper)
	for name, h := range hosts {
		if h.CAFile == "" {
			continue
		}
		roots, err := certificates(h.CAFile)
		if err != nil {
			return nil, err
		}
		special[name] = transport(o, roots)
	}
	if len(special) == 0 {
		return common, nil
	}
	return byHost{common: common, hosts: special}, nil
}

func transport(o Options, roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           100,
		MaxIdleConnsPerHost:    o.Concurrency,
		IdleConnTimeout:        time.Minute,
		TLSHandshakeTimeout:    15 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHeader,
	}
}

func certificates(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading certificates: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("reading certificates: %s holds none in PEM form", path)
	}
	return roots, nil
}
