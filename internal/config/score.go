package config

import (
	"maps"
	"slices"
)

// score checks the section of that name as far as it can be without knowing
// the metrics; CheckWeights does the rest.
func (d *decoder) score(s Score) {
	for _, id := range slices.Sorted(maps.Keys(s.Weights)) {
		if w := s.Weights[id]; w < 0 || w > 100 {
			d.errs = append(d.errs, d.places.Errorf("score.weights."+id, "a weight is between 0 and 100, not %v", w))
		}
	}
	above, least := "", 100.0
	for _, grade := range []string{"A", "B", "C", "D"} {
		from, ok := s.Grades[grade]
		if !ok {
			continue
		}
		path := "score.grades." + grade
		switch {
		case from <= 0 || from > 100:
			d.errs = append(d.errs, d.places.Errorf(path, "the least score of a grade is between 0 and 100, not %v", from))
		case above != "" && from >= least:
			d.errs = append(d.errs, d.places.Errorf(path, "grade %s begins at %v, so %s must begin below", above, least, grade))
		}
		above, least = grade, from
	}
	for _, grade := range slices.Sorted(maps.Keys(s.Grades)) {
		if !slices.Contains([]string{"A", "B", "C", "D"}, grade) {
			d.errs = append(d.errs, d.places.Errorf("score.grades."+grade, "no such grade: %q: %s", grade, Suggest(grade, []string{"A", "B", "C", "D"})))
		}
	}
}

// CheckWeights finds weights of metrics that don't exist.
func (f File) CheckWeights(metrics []string) error {
	var errs Errors
	for _, id := range slices.Sorted(maps.Keys(f.Score.Weights)) {
		if !slices.Contains(metrics, id) {
			errs = append(errs, f.Places.Errorf("score.weights."+id, "no such metric: %q: %s", id, Suggest(id, metrics)))
		}
	}
	if len(errs) > 0 {
		return errs
	}
	return nil
}
