package forge

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mainstay-dev/mainstay/internal/health"
)

func TestDescribe(t *testing.T) {
	texts := map[string]string{
		"README.md":                       "# y\n\nThis repository is a read-only mirror of https://git.example.eu/x/y.\n",
		"docs/README.md":                  "This project is deprecated.\n",
		"LICENSE":                         mit,
		".github/FUNDING.yml":             "github: [x, somebody]\nopen_collective: y\ncustom: https://pay.example.org/somebody\nunheard_of: z\n",
		"SECURITY.md":                     "Write to security@example.org.\n",
		".github/SECURITY-INSIGHTS.yml":   "repository:\n  status: unsupported\n",
		".github/workflows/test.yml":      "",
		"cmd/LICENSE":                     "",
		".github/ISSUE_TEMPLATE/SECURITY": "",
	}
	h := Head{Texts: texts, Link: func(file string) string { return "https://github.com/x/y/blob/HEAD/" + file }}
	for p := range texts {
		h.Paths = append(h.Paths, p)
	}
	var got health.Activity
	got.Repository = health.Repository{Host: "github.com", Path: "x/y"}
	h.Describe(&got)
	want := health.Activity{
		Repository: got.Repository,
		Files:      []string{".github/FUNDING.yml", ".github/SECURITY-INSIGHTS.yml", "LICENSE", "README.md", "SECURITY.md", "docs/README.md"},
		Licence:    "MIT",
		CI:         health.CheckPresent,
		Funding: []health.Funding{
			{Platform: "custom"}, {Platform: "github", URL: "https://github.com/sponsors/x"}, {Platform: "github"},
			{Platform: "open_collective", URL: "https://opencollective.com/y"},
		},
		Security: health.Security{Policy: true, PrivateReporting: true, URL: "https://github.com/x/y/blob/HEAD/SECURITY.md"},
		Mirror:   "git.example.eu/x/y",
		Notices:  []health.Notice{{Kind: health.NoticeUnkept, Text: "status: unsupported", URL: "https://github.com/x/y/blob/HEAD/.github/SECURITY-INSIGHTS.yml"}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestDescribeKeepsWhatAnAPITold(t *testing.T) {
	a := health.Activity{Licence: "BSD-3-Clause", CI: health.CheckPassing, Funding: []health.Funding{{Platform: "github"}}, Security: health.Security{PrivateReporting: true}}
	Head{}.Describe(&a)
	if a.Licence != "BSD-3-Clause" || a.CI != health.CheckPassing || len(a.Funding) != 1 || !a.Security.PrivateReporting {
		t.Errorf("%+v", a)
	}
}

func TestDescribeNothing(t *testing.T) {
	var a health.Activity
	Head{}.Describe(&a)
	if a.Licence != "" || a.CI != health.CheckNone || a.Security.Policy || a.Files == nil || a.Funding == nil {
		t.Errorf("%+v", a)
	}
}

func TestWanted(t *testing.T) {
	paths := []string{"main.go", "go.mod", "sub/go.mod", "README.md", "README", "docs/README.md", ".github/README.md", "LICENSE", "vendor/a/LICENSE", "SECURITY.md", ".github/FUNDING.yml", ".mailmap", "docs/x/SECURITY.md"}
	want := []string{"README.md", ".mailmap", "LICENSE", "go.mod", "SECURITY.md", ".github/FUNDING.yml"}
	if d := cmp.Diff(want, Wanted(paths, 10)); d != "" {
		t.Error(d)
	}
	if got := Wanted(paths, 2); len(got) != 2 {
		t.Error(got)
	}
}

const mit = `The MIT License (MIT)

Copyright (c) 2020 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction.

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND.
`

func TestLicence(t *testing.T) {
	bsd := "Redistribution and use in source and binary forms, with or without modification, are permitted provided that:\n* Redistributions in binary form must reproduce the above"
	for _, test := range []struct {
		name  string
		texts map[string]string
		want  string
	}{
		{"none", nil, ""},
		{"MIT", map[string]string{"LICENSE": mit}, "MIT"},
		{"in comment signs", map[string]string{"license.txt": "/*\n * " + strings.ReplaceAll(mit, "\n", "\n * ")}, "MIT"},
		{"two in one", map[string]string{"LICENSE": mit + "\nSome files are under the Apache License.\n"}, "NOASSERTION"},
		{"with a condition", map[string]string{"LICENSE": "Commons Clause\n" + mit}, "NOASSERTION"},
		{"much more than MIT", map[string]string{"LICENSE": mit + strings.Repeat("And more. ", 200)}, "NOASSERTION"},
		{"BSD 2", map[string]string{"COPYING": bsd}, "BSD-2-Clause"},
		{"BSD 3", map[string]string{"LICENSE.md": bsd + "\n* Neither the name of the owner may be used to endorse or promote products"}, "BSD-3-Clause"},
		{"a choice", map[string]string{"LICENSE-MIT": mit, "LICENSE-BSD": bsd}, "BSD-2-Clause OR MIT"},
		{"the second file is known", map[string]string{"COPYING": "see below", "LICENSE.txt": mit}, "MIT"},
		{"unknown", map[string]string{"LICENSE": "All rights reserved."}, "NOASSERTION"},
		{"not read", map[string]string{"LICENSE": ""}, "NOASSERTION"},
		{"deeper", map[string]string{"vendor/LICENSE": mit}, ""},
	} {
		h := Head{Texts: test.texts}
		for p := range test.texts {
			h.Paths = append(h.Paths, p)
		}
		if got := h.licence(); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestFundingIsBounded(t *testing.T) {
	repo := health.Repository{Host: "github.com", Path: "x/y"}
	for _, text := range []string{"", "[", "- a", "github: {a: b}", "github: 7", "github: \"a\\u0007b\"", "github: [[a]]", strings.Repeat("#", maxMetadata+1) + "\ngithub: x"} {
		if got := ParseFunding(repo, text); len(got) != 0 {
			t.Errorf("%.20q: %+v", text, got)
		}
	}
	if got := ParseFunding(repo, "custom: ["+strings.Repeat("a,", 100)+"a]"); len(got) != 20 {
		t.Errorf("%d", len(got))
	}
}
