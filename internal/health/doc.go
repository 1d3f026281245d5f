// Package health holds the nouns of an audit: what is passed from one stage to
// the next. It is data and small questions about that data, and nothing else:
// no I/O, no clock, no thresholds, no opinion about what is good.
//
// # The line
//
// A [Dependency] is what a project uses, with the file and line that say so.
// A [Package] is what a registry knows about it. A [Repository] is where it is
// developed, and an [Activity] is what happened there. The three together are
// a [Subject]; metrics turn a subject into [Measurement] values, the score
// turns those into a [Score], and dependency, score and what the policy says
// of them make a [Finding]. A [Report] is the findings of one audit.
//
// # Honest data
//
// What was not read is never zero. Every part of a Package or an Activity that
// could not be read is named by a [Gap], with the reason; a metric that needs
// the part says "missing, because" instead of a number.
//
// # People
//
// A person is a number within one repository's Activity. Names, addresses and
// logins stay in the stage that read them. An organisation is named only where
// the shipped table of companies knows it; any other is a number too.
//
// # Glossary
//
//   - forge: a site that hosts repositories with issues and change requests
//   - change request: a pull request or a merge request
//   - window: the span of time a measurement looks at, back from the audit's date
//   - coverage: the share of the score's weight that rests on evidence
//   - ceiling: a hard fact that bounds the score from above
//   - purl: package URL, https://github.com/package-url/purl-spec
package health
