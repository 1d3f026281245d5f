package fetch

import (
	"fmt"
	"sync"
	"time"
)

// A Budget is what an audit may spend of the points that forges count. Spend
// is asked before a request, so the cap is never passed. It is safe for
// concurrent use.
type Budget struct {
	mu    sync.Mutex
	limit int
	spent int
	hosts map[string]Allowance
}

// An Allowance is what a forge says is left of its own hourly budget.
type Allowance struct {
	Remaining int
	Reset     time.Time
}

// An Overspent is a request that wasn't made because of its price.
type Overspent struct {
	Host string // "" for the audit's own cap
	Want int
	Left int
	// Reset is when the host's budget begins anew; zero for the audit's own.
	Reset time.Time
}

func (e *Overspent) Error() string {
	if e.Host == "" {
		return fmt.Sprintf("the budget of points is used up: %d wanted, %d left", e.Want, e.Left)
	}
	return fmt.Sprintf("%s has %d points left until %s, and %d are needed",
		e.Host, e.Left, e.Reset.UTC().Format(time.RFC3339), e.Want)
}

// NewBudget returns a budget of at most limit points; 0 has no cap.
func NewBudget(limit int) *Budget {
	return &Budget{limit: limit, hosts: make(map[string]Allowance)}
}

// Spend takes points for a request to host, or returns an *Overspent and takes
// none: where the cap would be passed, or where the host said that it has
// fewer left until a reset still to come.
func (b *Budget) Spend(host string, points int, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.limit > 0 && b.spent+points > b.limit {
		return &Overspent{Want: points, Left: b.limit - b.spent}
	}
	if a, ok := b.hosts[host]; ok && a.Reset.After(now) {
		if a.Remaining < points {
			return &Overspent{Host: host, Want: points, Left: a.Remaining, Reset: a.Reset}
		}
		a.Remaining -= points
		b.hosts[host] = a
	}
	b.spent += points
	return nil
}

// Report notes what a host says it has left.
func (b *Budget) Report(host string, a Allowance) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hosts[host] = a
}
