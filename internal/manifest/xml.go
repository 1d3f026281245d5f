package manifest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// decodeXML decodes a file's root element, and names the line of what is
// wrong. encoding/xml knows no entities but the standard ones, so a text can't
// grow by them.
func decodeXML(f *File, v any) error {
	if bytes.Count(f.Data, []byte("<")) > maxXMLTags {
		return f.wrong(0, "more than %d tags", maxXMLTags)
	}
	in := xml.NewDecoder(bytes.NewReader(f.Data))
	in.CharsetReader = charsetReader
	if err := in.Decode(v); err != nil {
		if e, ok := errors.AsType[*xml.SyntaxError](err); ok {
			return f.wrong(e.Line, "%s", e.Msg)
		}
		line, _ := in.InputPos()
		if errors.Is(err, io.EOF) {
			return f.wrong(line, "no XML element")
		}
		return f.wrong(line, "%w", err)
	}
	return nil
}

// charsetReader reads the encodings that old files declare. A file whose byte
// order mark told UTF-16 is UTF-8 by now, whatever it declares.
func charsetReader(charset string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "utf-8", "utf8", "us-ascii", "ascii", "utf-16":
		return in, nil
	case "iso-8859-1", "latin1", "windows-1252", "iso-8859-15":
		raw, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		runes := make([]rune, len(raw))
		for i, b := range raw {
			runes[i] = rune(b) // exact for names and versions, which are ASCII
		}
		return strings.NewReader(string(runes)), nil
	}
	return nil, fmt.Errorf("unknown encoding %q", clipped(charset))
}
