package hub

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// schemaLimit bounds the schema's text: it is 1.6 MB today.
const schemaLimit = 16 << 20

// Schema reads GitHub's schema as published, gzipped. Two fields are defined
// twice in it, which the specification forbids: the second of each is left out.
func Schema(path string) (*ast.Schema, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	zip, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(zip, schemaLimit))
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	doc, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: "github", Input: string(text)})
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	for _, def := range doc.Definitions {
		seen := map[string]bool{}
		var fields ast.FieldList
		for _, f := range def.Fields {
			if !seen[f.Name] {
				fields = append(fields, f)
			}
			seen[f.Name] = true
		}
		def.Fields = fields
	}
	schema, err := validator.ValidateSchemaDocument(doc)
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	return schema, nil
}
