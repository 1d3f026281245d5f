package report

import (
	"reflect"

	"github.com/mainstay-dev/mainstay/internal/health"
	"github.com/mainstay-dev/mainstay/internal/quote"
)

// cleaned returns a copy of rep in which every string is one line of visible
// text, and no list is nil. It walks the type itself, so that a field added
// to the nouns tomorrow is cleaned too.
func cleaned(rep health.Report) health.Report {
	scrub(reflect.ValueOf(&rep).Elem())
	return rep
}

// scrub cleans what v holds. What v points to is copied first, since it belongs
// to somebody else.
func scrub(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		s := v.String()
		if line := quote.Line(s); line != s {
			v.SetString(line)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() { // time.Time's own fields are not ours to look at
				scrub(f)
			}
		}
	case reflect.Slice:
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		for i := range own.Len() {
			scrub(own.Index(i))
		}
		v.Set(own)
	case reflect.Map:
		own := reflect.MakeMapWithSize(v.Type(), v.Len())
		for it := v.MapRange(); it.Next(); {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			key.Set(it.Key())
			value.Set(it.Value())
			scrub(key)
			scrub(value)
			own.SetMapIndex(key, value)
		}
		v.Set(own)
	case reflect.Pointer:
		if !v.IsNil() {
			own := reflect.New(v.Type().Elem())
			own.Elem().Set(v.Elem())
			scrub(own.Elem())
			v.Set(own)
		}
	}
}
