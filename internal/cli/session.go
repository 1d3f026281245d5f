package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/mainstay-dev/mainstay/internal/audit"
	"github.com/mainstay-dev/mainstay/internal/config"
	"github.com/mainstay-dev/mainstay/internal/fact"
	"github.com/mainstay-dev/mainstay/internal/fetch"
	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/metric"
	"github.com/mainstay-dev/mainstay/internal/registry"
	"github.com/mainstay-dev/mainstay/internal/score"
)

// history is how far back activity is read: the longest window of a metric and
// the three years of a score's course.
const historyYears = 6

// A session is one run of a command that judges: what it may ask, what it has
// asked, and what it says on the way.
type session struct {
	w      World
	ask    asking
	file   config.File
	at     time.Time
	now    time.Time
	tables *fact.Tables

	store    *fetch.Store
	client   *fetch.Client
	budget   *fetch.Budget
	apis     *forges
	resolver *registry.DepsDev // nil unless asked for
	progress *progress
	evidence *audit.Evidence // from --bundle; nil to ask

	audits audit.Audit

	mu     sync.Mutex
	notes  []string
	kept   int // answers about repositories from memory
	points int // spent, as the forges say
}

// open prepares everything that a judgement needs. Nothing is asked yet.
func open(ctx context.Context, w World, ask asking, file config.File) (*session, error) {
	s := &session{w: w, ask: ask, file: file, now: w.Now()}
	var err error
	if ask.bundle != "" {
		if s.evidence, err = readBundle(ask.bundle); err != nil {
			return nil, err
		}
		s.now = s.evidence.AsOf
		if ask.asOf == "" {
			s.ask.asOf = s.evidence.AsOf.Format(time.RFC3339)
		}
	}
	if s.at, err = s.ask.date(s.now); err != nil {
		return nil, err
	}
	if s.tables, err = fact.Load(); err != nil {
		return nil, err
	}
	s.progress = &progress{w: w.Stderr, now: w.Now, points: s.pointsLeft}
	if !ask.noProgress && !ask.quiet {
		s.progress.width = w.ErrWidth
	}
	model, err := modelOf(file)
	if err != nil {
		return nil, err
	}
	s.audits = audit.Audit{
		At: s.at, Since: s.at.AddDate(-historyYears, 0, 0),
		Tables: s.tables, Model: model, Jobs: ask.jobs, Progress: s.progress.step,
		KeepEvidence: ask.writeBundle != "",
	}
	if s.evidence != nil {
		s.audits.Forge, s.audits.Registries = s.evidence.Forge(), s.evidence.Registries()
		return s, nil
	}
	return s, s.connect(ctx)
}

// modelOf is the score's model with what the configuration overrides.
func modelOf(file config.File) (score.Model, error) {
	model := score.Default
	var ids []string
	for _, m := range metric.All {
		ids = append(ids, m.ID)
	}
	if err := file.CheckWeights(ids); err != nil {
		return model, withHint(err, "'mainstay metrics' lists them")
	}
	model.Weights = file.Score.Weights
	model.Bands = slices.Clone(model.Bands)
	for i, band := range model.Bands {
		if from, ok := file.Score.Grades[string(band.Grade)]; ok {
			model.Bands[i].From = from
		}
	}
	return model, nil
}

// readBundle reads the evidence that --write-bundle wrote.
func readBundle(path string) (*audit.Evidence, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, withHint(fmt.Errorf("reading the bundle: %w", err), "write one with --write-bundle")
	}
	defer f.Close()
	evidence, err := audit.ReadEvidence(f)
	if err != nil {
		return nil, withHint(fmt.Errorf("%s: %w", path, err), "write one with --write-bundle")
	}
	return &evidence, nil
}

// audit judges the dependencies and adds to the report what the session knows.
func (s *session) audit(ctx context.Context, deps []health.Dependency) (health.Report, error) {
	rep, evidence, err := s.audits.Run(ctx, deps)
	s.progress.end()
	if err != nil {
		return health.Report{}, err
	}
	if s.ask.writeBundle != "" {
		if err := create(s.ask.writeBundle, func(w io.Writer) error { return evidence.Write(w) }); err != nil {
			return health.Report{}, err
		}
	}
	rep.Tool = health.Tool{Name: "mainstay", Version: s.w.Version, Score: s.audits.Model.Hash(metric.Catalogue())}
	if s.client != nil {
		stats := s.client.Stats()
		rep.Summary.Requests, rep.Summary.Cached = stats.Requests, stats.Cached+s.kept
		rep.Summary.Points = s.points
	}
	slices.Sort(s.notes)
	rep.Notes = append(rep.Notes, s.notes...)
	return rep, nil
}

func (s *session) close() {
	s.progress.end()
}

// pointsLeft is what the hosts that count points say is left.
func (s *session) pointsLeft() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.points == 0 {
		return ""
	}
	return fmt.Sprintf("%d points spent ", s.points)
}

// spent counts the points that a forge says a request took.
func (s *session) spent(points int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.points += points
}
