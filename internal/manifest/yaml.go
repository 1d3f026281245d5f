package manifest

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// decodeYAML reads a file's documents as nodes, which know their lines.
func decodeYAML(f *File) ([]*yaml.Node, error) {
	if len(f.Data) > maxYAMLSize {
		return nil, f.wrong(0, "larger than %d MiB, which is too much for YAML", maxYAMLSize>>20)
	}
	var documents []*yaml.Node
	for in := yaml.NewDecoder(bytes.NewReader(f.Data)); ; {
		var document yaml.Node
		if err := in.Decode(&document); errors.Is(err, io.EOF) {
			return documents, nil
		} else if err != nil {
			return nil, yamlError(f, err)
		}
		if hasAlias(&document) {
			// Nodes don't expand aliases, values do: there the library refuses a
			// document that grows beyond measure.
			var expanded any
			if err := document.Decode(&expanded); err != nil {
				return nil, yamlError(f, err)
			}
		}
		documents = append(documents, &document)
	}
}

func hasAlias(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || slices.ContainsFunc(n.Content, hasAlias)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:unmarshal errors:\n\s*)?line (\d+): (.*)`)

// yamlError keeps the first of the library's complaints, with its line.
func yamlError(f *File, err error) error {
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ := strconv.Atoi(m[1])
		return f.wrong(line, "%s", m[2])
	}
	return f.wrong(0, "%w", err)
}

// yamlFields yields the keys and values of a mapping, nothing for another node.
func yamlFields(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	n = yamlContent(n)
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], yamlContent(n.Content[i+1])) {
				return
			}
		}
	}
}

// yamlField returns one value of a mapping, nil where it isn't there.
func yamlField(n *yaml.Node, name string) *yaml.Node {
	for key, value := range yamlFields(n) {
		if key.Value == name {
			return value
		}
	}
	return nil
}

// yamlContent passes from a document to its content and from an alias to what
// it stands for.
func yamlContent(n *yaml.Node) *yaml.Node {
	for range 8 {
		switch {
		case n == nil:
			return nil
		case n.Kind == yaml.DocumentNode && len(n.Content) > 0:
			n = n.Content[0]
		case n.Kind == yaml.AliasNode:
			n = n.Alias
		default:
			return n
		}
	}
	return nil
}

// yamlText returns a scalar's text, "" for another node.
func yamlText(n *yaml.Node) string {
	if n = yamlContent(n); n != nil && n.Kind == yaml.ScalarNode {
		return n.Value
	}
	return ""
}
