package github

import "sync"

// Sizes of a request, in repositories. GitHub has an undocumented limit on
// what one request may compute: projects that met it settled on five.
const (
	firstSize = 5
	mostSize  = 20
	stride    = 5
)

// pace finds the number of repositories that a request can hold: it grows
// while all goes well, halves when a request was too large, and then grows
// back by ones.
type pace struct {
	mu    sync.Mutex
	size  int
	grows int
}

// newPace begins with a size that worked before, 0 where none is known.
func newPace(size int) *pace {
	if size <= 0 {
		size = firstSize
	}
	return &pace{size: min(size, mostSize), grows: stride}
}

// take returns the size of the next request.
func (p *pace) take() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.size
}

// fine notes that a request of this size was answered in full. Until one fails,
// those that were under way when the size grew count too: the first answers
// arrive together.
func (p *pace) fine(size int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if size >= p.size || p.grows == stride && 2*size >= p.size {
		p.size = min(p.size+p.grows, mostSize)
	}
}

// tooLarge notes that a request of this size couldn't be answered.
func (p *pace) tooLarge(size int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.grows = 1
	p.size = max(1, min(p.size, size/2))
}
