package fetch

import (
	"errors"
	"testing"
	"time"
)

func TestBudget(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	b := NewBudget(10)
	if err := b.Spend("api.example", 8, now); err != nil {
		t.Fatal(err)
	}
	err := b.Spend("api.example", 3, now)
	if over, ok := errors.AsType[*Overspent](err); !ok || over.Left != 2 || over.Want != 3 {
		t.Errorf("past the cap: %v", err)
	}
	if err := b.Spend("api.example", 2, now); err != nil {
		t.Errorf("a refusal cost points: %v", err)
	}
}

func TestBudgetOfAHost(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	b := NewBudget(0)
	b.Report("api.example", Allowance{Remaining: 5, Reset: now.Add(time.Hour)})
	if err := b.Spend("api.example", 4, now); err != nil {
		t.Fatal(err)
	}
	err := b.Spend("api.example", 2, now)
	if over, ok := errors.AsType[*Overspent](err); !ok || over.Host != "api.example" || over.Left != 1 {
		t.Errorf("more than the host has left: %v", err)
	}
	if err := b.Spend("other.example", 1000, now); err != nil {
		t.Errorf("another host, no cap: %v", err)
	}
	if err := b.Spend("api.example", 2, now.Add(time.Hour)); err != nil {
		t.Errorf("after the reset: %v", err)
	}
}
