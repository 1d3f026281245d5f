package estimate

import "math"

// A Habit is how time at work is counted. All is in the same unit, days by
// custom, and back from now.
type Habit struct {
	Window   float64 // how far back to look
	Lasts    float64 // how long one act keeps a project at work
	HalfLife float64 // time so long ago counts half
}

// Faded is the whole time from now to some time ago, as it counts.
func (h Habit) Faded(ago float64) float64 {
	return h.HalfLife / math.Ln2 * (1 - math.Exp2(-ago/h.HalfLife))
}

// AtWork is the time at work, as it counts: the time in the window when there
// had been an act no longer than Lasts before. The acts are given by how long
// ago they were, the newest first; those of the future are left out. However
// many there are at once, they keep a project at work for Lasts and no longer.
//
// Where acts are known for less than the window, the time before is taken to be
// like the time that was seen.
func (h Habit) AtWork(acts []float64, seen float64) float64 {
	seen = min(seen, h.Window)
	if seen <= 0 {
		return 0
	}
	sum, counted := 0.0, 0.0 // time younger than counted is
	begin := 0.0             // of the stretch of work that counted ends
	for _, ago := range acts {
		if ago <= counted {
			continue
		}
		if from := ago - h.Lasts; from > counted {
			sum += h.Faded(counted) - h.Faded(begin)
			begin = from
		}
		if counted = ago; counted >= seen {
			break
		}
	}
	if begin < seen {
		sum += h.Faded(min(counted, seen)) - h.Faded(begin)
	}
	return sum * h.Faded(h.Window) / h.Faded(seen)
}
