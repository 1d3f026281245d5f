package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/mainstay-dev/mainstay/internal/audit"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// redraw is how often a progress line may change.
const redraw = 80 * time.Millisecond

// progress is one line on a terminal that says what is being asked, how much is
// done and what is left to spend. In a pipe it is silent, but for waits: a
// program that stands still has to say why.
type progress struct {
	mu     sync.Mutex
	w      io.Writer
	width  int // 0: not a terminal, or switched off
	now    func() time.Time
	last   time.Time
	drawn  bool
	points func() string // what is left to spend, "" where nobody said
}

// step shows one more thing done.
func (p *progress) step(s audit.Step) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.width == 0 || (s.Done < s.All && p.now().Sub(p.last) < redraw) {
		return
	}
	p.last = p.now()
	const bar = 20
	filled := bar * s.Done / max(1, s.All)
	line := fmt.Sprintf("%-12s [%s%s] %d/%d %s %s",
		s.Stage, strings.Repeat("=", filled), strings.Repeat(" ", bar-filled), s.Done, s.All, p.points(), quote.Line(s.Now))
	p.draw(line)
}

// say prints a line that stays: a wait, stale evidence.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintf(p.w, "mainstay: %s\n", quote.Line(fmt.Sprintf(format, args...)))
}

// end leaves the terminal as it was found.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}

func (p *progress) draw(line string) {
	runes := []rune(line)
	if len(runes) >= p.width {
		runes = runes[:p.width-1]
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", string(runes))
	p.drawn = true
}

func (p *progress) clear() {
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}
