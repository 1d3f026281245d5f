package forge

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"
)

// unknownLicence is SPDX's word for a text that nobody has recognised.
const unknownLicence = "NOASSERTION"

// licence is the SPDX id of the licence at the root, "" for none, NOASSERTION
// for one that isn't recognised. Two files named after their licences, as Rust
// projects have them, are a choice between the two.
func (h Head) licence() string {
	var files []string
	for _, p := range h.Paths {
		if !strings.Contains(p, "/") && licenceName().MatchString(p) && !strings.HasPrefix(strings.ToLower(p), "copyright") {
			files = append(files, p)
		}
	}
	if len(files) == 0 {
		return ""
	}
	// The plain name first, then the shortest.
	slices.SortFunc(files, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	var choice []string
	for _, f := range files {
		id := Licence(h.Texts[f])
		if stem := strings.ToLower(strings.TrimSuffix(f, path.Ext(f))); id != unknownLicence && strings.ContainsAny(stem, "-") && !slices.Contains(choice, id) {
			choice = append(choice, id)
		}
	}
	if len(choice) > 1 && strings.Contains(files[0], "-") {
		slices.Sort(choice)
		return strings.Join(choice, " OR ")
	}
	for _, f := range files {
		if id := Licence(h.Texts[f]); id != unknownLicence {
			return id
		}
	}
	return unknownLicence
}

// A licenceText is known by phrases that all have to be in it, none that may
// not be, and a length beyond which it says something else as well.
type licenceText struct {
	id      string
	has     []string
	without []string
	longest int // in normalised bytes
}

// licenceTexts, the ones that others contain after those others.
var licenceTexts = []licenceText{
	{"AGPL-3.0", []string{"gnu affero general public license version 3, 19 november 2007"}, nil, 40_000},
	{"LGPL-3.0", []string{"gnu lesser general public license version 3, 29 june 2007"}, nil, 48_000},
	{"LGPL-2.1", []string{"gnu lesser general public license version 2.1, february 1999"}, nil, 32_000},
	{"GPL-3.0", []string{"gnu general public license version 3, 29 june 2007"}, nil, 40_000},
	{"GPL-2.0", []string{"gnu general public license version 2, june 1991"}, nil, 22_000},
	{"Apache-2.0", []string{"apache license version 2.0, january 2004", "terms and conditions for use, reproduction, and distribution", "9. accepting warranty or additional liability"}, nil, 13_500},
	{"MPL-2.0", []string{"mozilla public license version 2.0", "1. definitions", "10. versions of the license"}, nil, 18_500},
	{"EPL-2.0", []string{"eclipse public license - v 2.0", "accompanying program is provided under the terms of this eclipse public license"}, nil, 17_000},
	{"EPL-1.0", []string{"eclipse public license - v 1.0", "accompanying program is provided under the terms of this eclipse public license"}, nil, 14_000},
	{"EUPL-1.2", []string{"european union public licence v. 1.2"}, nil, 18_000},
	{"BUSL-1.1", []string{"business source license 1.1", "change date"}, nil, 9_000},
	{"SSPL-1.0", []string{"server side public license version 1, october 16, 2018"}, nil, 36_000},
	{"Elastic-2.0", []string{"elastic license 2.0", "you may not provide the software to third parties as a hosted or managed service"}, nil, 6_000},
	{"CC0-1.0", []string{"cc0 1.0 universal", "waiver"}, nil, 8_500},
	{"Unlicense", []string{"this is free and unencumbered software released into the public domain"}, nil, 1_700},
	{"BSL-1.0", []string{"boost software license - version 1.0"}, nil, 1_800},
	{"Zlib", []string{"this software is provided 'as-is', without any express or implied warranty", "must not be misrepresented", "altered source versions must be plainly marked"}, nil, 1_400},
	{"WTFPL", []string{"do what the fuck you want to public license", "you just do what the fuck you want to"}, nil, 900},
	{"ISC", []string{"permission to use, copy, modify, and", "distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear in all copies"}, nil, 1_200},
	{"0BSD", []string{"permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted", "the software is provided \"as is\""}, []string{"provided that"}, 1_000},
	{"BSD-4-Clause", []string{"redistribution and use in source and binary forms, with or without modification, are permitted", "all advertising materials mentioning features"}, nil, 2_400},
	{"BSD-3-Clause", []string{"redistribution and use in source and binary forms, with or without modification, are permitted", "used to endorse or promote products"}, []string{"advertising materials"}, 2_300},
	{"BSD-2-Clause", []string{"redistribution and use in source and binary forms, with or without modification, are permitted", "redistributions in binary form must reproduce"}, []string{"endorse or promote", "advertising materials"}, 1_900},
	{"MIT", []string{"permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files", "the above copyright notice and this permission notice", "shall be included in all copies"},
		[]string{"except as contained in this notice", "apache license", "commons clause", "gnu general"}, 2_000},
	{"MIT-0", []string{"permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files", "the software is provided \"as is\""}, []string{"shall be included"}, 1_300},
}

var nonText = regexp.MustCompile(`[\s#*/=_-]+`)

// Licence is the SPDX id of a licence's text, NOASSERTION where it isn't
// surely one of the common ones, unchanged and alone. The GNU licences have
// their short ids, since the text doesn't tell "only" from "or later".
func Licence(text string) string {
	const longest = 128 << 10
	if len(text) > longest {
		return unknownLicence
	}
	text = strings.ToLower(text)
	for _, r := range [][2]string{{"“", `"`}, {"”", `"`}, {"‘", "'"}, {"’", "'"}, {"``", `"`}, {"''", `"`}} {
		text = strings.ReplaceAll(text, r[0], r[1])
	}
	plain := nonText.ReplaceAllString(text, " ")
	contains := func(phrase string) bool {
		return strings.Contains(plain, strings.TrimSpace(nonText.ReplaceAllString(phrase, " ")))
	}
	for _, l := range licenceTexts {
		all := !slices.ContainsFunc(l.has, func(p string) bool { return !contains(p) })
		if all && !slices.ContainsFunc(l.without, contains) && len(plain) <= l.longest {
			return l.id
		}
	}
	return unknownLicence
}
