package score

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/mainstay-dev/mainstay/internal/health"
)

// A Model is what a user can set about the score. The zero value of a field
// leaves what is built in.
type Model struct {
	// Weights replaces the weight of metrics, by id. Others keep theirs; the
	// score is a mean, so they need not add up to 100.
	Weights map[string]float64 `json:"weights,omitempty"`
	Bands   []Band             `json:"bands"`
}

// A Band is the least score of a grade.
type Band struct {
	Grade health.Grade `json:"grade"`
	From  float64      `json:"from"`
}

// Default is the model that is built in.
var Default = Model{Bands: []Band{
	{health.GradeA, 80}, {health.GradeB, 65}, {health.GradeC, 50}, {health.GradeD, 35}, {health.GradeE, 0},
}}

// Hash names the model together with the catalogue it is applied to, so that two
// reports can be told to have been made by the same rules.
func (m Model) Hash(catalogue string) string {
	data, err := json.Marshal(struct {
		Model     Model
		Catalogue string
		Limits    map[string]float64
	}{m, catalogue, limits})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// weighted is the measurements with the model's weights.
func (m Model) weighted(ms []health.Measurement) []health.Measurement {
	out := slices.Clone(ms)
	for i := range out {
		if w, ok := m.Weights[out[i].Metric]; ok {
			out[i].Weight = max(w, 0)
		}
	}
	return out
}

// enough is the coverage below which there is no verdict without a terminal fact.
const enough = .30

// grade is the band of a score. The last band tells people to leave, so what
// falls into it by its score alone gets it only where the upper end of the score's
// range falls into it as well, and the band above otherwise.
func (m Model) grade(score, coverage, upper float64, ceilings []health.Ceiling) health.Grade {
	terminal := slices.ContainsFunc(ceilings, health.Ceiling.Terminal)
	if coverage < enough && !terminal {
		return health.GradeU
	}
	for i, b := range m.Bands {
		nextIsLast := i == len(m.Bands)-2
		if score >= b.From || nextIsLast && upper >= b.From {
			return b.Grade
		}
	}
	return health.GradeE
}

func confidence(coverage float64) health.Confidence {
	switch {
	case coverage >= .75:
		return health.ConfidenceHigh
	case coverage >= .50:
		return health.ConfidenceMedium
	}
	return health.ConfidenceLow
}
