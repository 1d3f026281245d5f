/*
Mainstay tells which of your open source dependencies will still be looked
after in two years, how sure that is, and what to do about the rest.

# Usage

	mainstay audit [PATH…]          judge every dependency of a project
	mainstay inspect SUBJECT…       judge packages or repositories before they are used
	mainstay explain SUBJECT        why one dependency got its grade
	mainstay report FILE.json       render and judge a saved report again
	mainstay metrics [ID…]          the catalogue of what is measured
	mainstay policy init|check|show write, validate and print the policy
	mainstay backtest DIR           hold the score against histories whose end is known
	mainstay cache info|clean       show or empty the cache of evidence
	mainstay version                the version

Every command has --help with all its flags.

# What it asks, and whom

An audit reads the manifests and lockfiles of a project, asks each package's
registry once, finds the repository that the package is developed in, and
reads what happened there: through the forge's API where a token for it is
configured, by plain git where not. Several packages of one repository are one
question. Nothing is sent but these questions: no list of dependencies leaves
the machine as a whole, and there is no telemetry.

Without any token an audit still tells everything that git can tell: activity,
releases, people, declared status, licence and governance documents. What only
an API tells (issues, reviews, sponsors) is then missing, with that reason; the
score's coverage goes down, and no dependency is called unresponsive because
nobody could look.

Git is run on bare clones without files or folders, of the commits alone, that
are kept in the cache and fetched incrementally. Addresses come from strangers:
only https is spoken (plain http to loopback addresses), no credential helper,
hook or prompt is run, and each transfer is bounded in bytes and in time.

# The score

The score is between 0 and 100: an index of how likely the dependency is to
get the maintenance that its users need over the next 24 months. It is the
weighted mean of the metrics below; each metric reads its value on a scale from
0 to 100. What is missing counts as a neutral 50 at half weight, so that it
pulls towards the middle and never to an end. The points of all measurements
add up to the score exactly: "mainstay explain" prints that ledger.

Hard facts are ceilings: archived, deprecated, declared unmaintained, moved,
gone. The lowest one bounds the score, and stands first in every report.

Finished software isn't punished. Where nothing is owed (no unanswered issue,
no unfixed advisory), the project is old enough to be finished and somebody has
shown a sign of life, silence costs little: the metrics of activity and release
have a floor. It reaches C or B, never A.

Grades: A from 80, B from 65, C from 50, D from 35, E below. U means unknown:
less than 30% of the score's weight rests on evidence. Confidence is high from
75% coverage, medium from 50%.

How popular a project is, how many stars it has and at what hours its people
work has no part in the score.

The metrics:

{{metrics}}

# Exit codes

They are the same for every format.

	0  the policy holds
	1  it doesn't
	2  the command line, a file or the configuration is wrong
	3  incomplete: something that should have been read couldn't be
	4  nothing to audit

3 takes precedence over 0 and 1, so that an outage can't look like a clean
bill; --allow-incomplete judges what could be read. A host that fails is
answered from evidence that was kept, up to --max-stale old (30 days): the
report says so, and it isn't incomplete. What no configured source offers (no
token, no issue tracker) lowers coverage and isn't incomplete either. A
repository that is gone is a finding, not an outage. --exit-zero turns 1 into 0.

Without a policy file a direct dependency that ships fails when its grade is E
with at least medium confidence, or when it is archived, deprecated, declared
unmaintained or malware. Grade U never fails by default.

# What is read

Files that name dependencies:

{{formats}}

Registries:

{{registries}}

Forges, and what each tells:

{{forges}}

# Environment

	GITHUB_TOKEN, GH_TOKEN         token for github.com (or GITHUB_API_URL's host)
	GITHUB_API_URL                 the API, as GitHub Actions sets it
	GITLAB_TOKEN, CI_JOB_TOKEN     token for gitlab.com
	FORGEJO_TOKEN, GITEA_TOKEN     token for codeberg.org
	BITBUCKET_TOKEN                token for bitbucket.org
	MAINSTAY_CACHE_DIR             where evidence is kept (default: the user's cache)
	GOPROXY, GOPRIVATE, GONOPROXY  as the go command reads them
	NETRC, .netrc                  credentials of hosts
	HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE, NO_COLOR

A token is sent to the host it is for, over TLS, and to no other host, on
redirects too. More hosts and their tokens go into the configuration file.

# The cache

Evidence is kept with its date in files that only their user can read. It is
used without asking for --max-age (24h), revalidated after that, and stands in
for a host that is down for --max-stale. Each answer is kept as it arrives:
interrupt an audit at any moment, and the next run goes on from there.
--offline uses what is there, at any age.

--write-bundle FILE writes all evidence of an audit into one file, and --bundle
FILE judges by it alone, on any machine, with the same bytes as a result. A
bundle holds no names and no addresses of people.

# Limits

  - Commits are read, not what they change: a fix of the documentation counts as
    much as one of the code.
  - Issues and change requests are sampled, the newest ones first; how many were
    seen stands beside every number as n.
  - An organisation is known by the domain of an e-mail address. Addresses at
    free mail providers and a forge's stand-ins stay unknown.
  - Stewards, support periods and jurisdictions come from tables that ship with
    the program, with their date. A row from memory is marked and never decides
    alone.
  - A project that is developed on a mailing list looks silent to an API. Where
    that is recognised, responsiveness is missing rather than bad.
*/
package main
