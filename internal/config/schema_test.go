package config

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The schema is written by hand, for its descriptions; here it is held to the
// types, in both directions.
func TestSchemaNamesTheKeysOfTheTypes(t *testing.T) {
	type object struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	var schema struct {
		object
		Defs map[string]object `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(Schema), &schema); err != nil {
		t.Fatal(err)
	}
	check := func(name string, o object, typ reflect.Type) {
		var want []string
		for i := range typ.NumField() {
			if key, _, _ := strings.Cut(typ.Field(i).Tag.Get("yaml"), ","); key != "-" {
				want = append(want, key)
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(o.Properties))); diff != "" {
			t.Errorf("%s (-type +schema):\n%s", name, diff)
		}
	}
	check("the file", schema.object, reflect.TypeFor[File]())
	defs := map[string]reflect.Type{
		"forge": reflect.TypeFor[Forge](), "policy": reflect.TypeFor[Policy](), "rule": reflect.TypeFor[Rule](), "selection": reflect.TypeFor[Selection](),
		"condition": reflect.TypeFor[Condition](), "metric": reflect.TypeFor[MetricBound](), "dimension": reflect.TypeFor[DimensionBound](),
		"waiver": reflect.TypeFor[Waiver](), "score": reflect.TypeFor[Score](),
	}
	for name, o := range schema.Defs {
		if defs[name] == nil {
			t.Errorf("the schema defines %s, no type does", name)
			continue
		}
		check(name, o, defs[name])
	}
}
