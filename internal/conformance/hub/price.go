package hub

import "github.com/vektah/gqlparser/v2/ast"

// A Price is what a query costs by the documented formula, and how many nodes
// it may return at most.
// https://docs.github.com/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api
type Price struct {
	Units  int // requests that the connections stand for
	Points int // a hundredth of them, rounded; at least one
	Nodes  int
}

// PriceOf computes the price of an operation: a connection is asked once for
// every node that can stand above it.
func PriceOf(doc *ast.QueryDocument, op *ast.OperationDefinition, variables map[string]any) Price {
	var p Price
	p.walk(doc, op.SelectionSet, variables, 1)
	p.Points = max(1, (p.Units+50)/100)
	return p
}

func (p *Price) walk(doc *ast.QueryDocument, set ast.SelectionSet, variables map[string]any, times int) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			below := times
			if n, ok := pageOf(s, variables); ok {
				p.Units += times
				p.Nodes += times * n
				below = times * n
			}
			p.walk(doc, s.SelectionSet, variables, below)
		case *ast.InlineFragment:
			p.walk(doc, s.SelectionSet, variables, times)
		case *ast.FragmentSpread:
			if f := doc.Fragments.ForName(s.Name); f != nil {
				p.walk(doc, f.SelectionSet, variables, times)
			}
		}
	}
}

// pageOf is the number of entries that a field asks for, if it is a connection.
func pageOf(f *ast.Field, variables map[string]any) (int, bool) {
	args := arguments(f, variables)
	for _, name := range []string{"first", "last"} {
		if n, ok := number(args[name]); ok {
			return n, true
		}
	}
	return 0, false
}
