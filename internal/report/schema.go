package report

import _ "embed"

// Schema is the JSON Schema of the json format.
//
//go:embed schema.json
var Schema string
