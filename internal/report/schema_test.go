package report

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

type schemaNode struct {
	Ref        string                `json:"$ref"`
	Properties map[string]schemaNode `json:"properties"`
	Required   []string              `json:"required"`
	Items      *schemaNode           `json:"items"`
	Defs       map[string]schemaNode `json:"$defs"`
}

// The schema is written by hand, for its descriptions; here it is held to the
// nouns: it names every field and no other, and requires those that are
// always there.
func TestSchemaNamesTheFieldsOfTheNouns(t *testing.T) {
	var root schemaNode
	if err := json.Unmarshal([]byte(Schema), &root); err != nil {
		t.Fatal(err)
	}
	var check func(at string, n schemaNode, typ reflect.Type)
	check = func(at string, n schemaNode, typ reflect.Type) {
		if name, ok := strings.CutPrefix(n.Ref, "#/$defs/"); ok {
			n = root.Defs[name]
		}
		switch {
		case typ.Kind() == reflect.Pointer:
			check(at, n, typ.Elem())
		case typ.Kind() == reflect.Slice && n.Items != nil:
			check(at+"[]", *n.Items, typ.Elem())
		case typ.Kind() == reflect.Struct && typ != reflect.TypeFor[time.Time]():
			fields, required := jsonFields(typ)
			if diff := cmp.Diff(slices.Sorted(maps.Keys(fields)), slices.Sorted(maps.Keys(n.Properties))); diff != "" {
				t.Errorf("schema.json and the nouns differ at %s (-type +schema):\n%s", at, diff)
			}
			slices.Sort(n.Required)
			if diff := cmp.Diff(required, n.Required); diff != "" {
				t.Errorf("%s, required (-type +schema):\n%s", at, diff)
			}
			for name, field := range fields {
				check(at+"."+name, n.Properties[name], field)
			}
		}
	}
	check("report", root, reflect.TypeFor[health.Report]())
}

// jsonFields are the fields of a struct as JSON has them, those of embedded
// structs among its own, and the sorted names of the ones never left out.
func jsonFields(typ reflect.Type) (map[string]reflect.Type, []string) {
	fields := map[string]reflect.Type{}
	var required []string
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			inner, always := jsonFields(f.Type)
			for name, t := range inner {
				if fields[name] == nil {
					fields[name] = t
				}
			}
			required = append(required, always...)
		case name != "-" && name != "":
			fields[name] = f.Type
			if !strings.Contains(options, "omit") {
				required = append(required, name)
			}
		}
	}
	slices.Sort(required)
	return fields, required
}
