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

The exception has to be asked for: with --resolver deps.dev the names and
versions of the dependencies go to api.deps.dev, which Google runs, up to 5000
in one request, before any registry is asked. That is faster for large
projects, and tells less: where a package is developed and its licence, without
its list of versions (the repository's tags stand in), the folder it has in its
repository, or who may publish it. What deps.dev doesn't know, or calls
deprecated, is asked of its registry as ever; so is everything if deps.dev can't
be asked, and then the report says so. No configuration
file can turn this on.

Never sent are: dependencies without one exact version; what comes from a
repository or from a registry that a file names and that isn't the public one;
Go modules that match GOPRIVATE, GONOPROXY or GONOSUMDB, and all where GOPROXY
doesn't begin with proxy.golang.org; npm packages for which the user's .npmrc
names another registry; Python packages where PIP_INDEX_URL,
PIP_EXTRA_INDEX_URL or the user's pip.conf name another index. What can't be
told is which package of a public registry is private there, what a project's
own .npmrc says, or Maven's, Gradle's, Bundler's, Cargo's and NuGet's settings:
a package that only those call private is sent like any other.

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

Grades: A from 80, B from 65, C from 50, D from 35, E below, where the upper end
of the score's range is below 35 as well. U means unknown: less than 30% of the
score's weight rests on evidence. Confidence is high from 75% coverage, medium
from 50%.

How popular a project is, how many stars it has and at what hours its people
work has no part in the score.

The metrics stand in a section of their own below.

# What the score was held against

"mainstay backtest DIR" lets the code of an audit see histories up to a date and
compares its verdicts with the two years that followed. A project counts as
abandoned where no human committed in the second of them. On 107 repositories
at up to three dates each (307 cases, 117 of them abandoned), with 95% intervals
from a bootstrap over families of repositories:

	                              AUC                    above the last commit's age
	score                         0.88 (0.83 to 0.92)    0.045 (0.017 to 0.073)
	risk, cross-validated         0.87 (0.82 to 0.92)    0.034 (0.003 to 0.065)
	age of the last human commit  0.84 (0.78 to 0.89)
	Scorecard's "Maintained"      0.80 (0.74 to 0.85)

	grade      A  B    C   D   E
	cases      7  104  83  95  18
	abandoned  0  4    28  69  16

2 of the 32 that had been silent for a year and yet went on got an E.

The score's weights and the end of grade E are chosen and not fitted, but they
were chosen in sight of these same cases: other data may be less kind to them.
The dataset holds what git tells, so responsiveness has no part in these figures.

"regularity" stands where the first catalogue had "activity-trend", the last six
months against the eighteen before. Alone, the trend tells the abandoned from
the others with an AUC of 0.69 on repositories it wasn't fitted to, and
regularity with 0.87; beside the two numbers of the risk the trend changes
nothing (0.872 both times). With regularity in its place the score's AUC rose
from 0.85 to 0.88.

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

# Environment

	GITHUB_TOKEN, GH_TOKEN         token for github.com (or GITHUB_API_URL's host)
	GITHUB_API_URL                 the API, as GitHub Actions sets it
	GITLAB_TOKEN                   token for gitlab.com, or for GITLAB_HOST or CI_SERVER_HOST
	                               (CI_JOB_TOKEN can't read issues, and isn't used)
	FORGEJO_TOKEN, GITEA_TOKEN     token for codeberg.org
	BITBUCKET_TOKEN                token for bitbucket.org
	MAINSTAY_MIRRORS               where git reads a host: github.com=https://mirror.example/github
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

# In CI

GitHub: action.yml at the root is a composite action. In a job with the
permissions contents: read, security-events: write and pull-requests: write:

	steps:
	  - uses: actions/checkout@v5
	  - uses: mainstay-dev/mainstay@v1.0.0

It installs the release it is used at, or builds the source of that commit;
keeps evidence from run to run; annotates the change; uploads SARIF of a
complete audit; writes one comment on a pull request that fails, and updates it
from then on. Of a pull request it judges what the manifests add or upgrade, of
anything else all; the input new-from says otherwise. The event pull_request is
enough, also for forks, whose token may only read: then the run's summary holds
what the comment would say.

GitLab: include .gitlab/mainstay.gitlab-ci.yml, which fills the merge request's
code quality and test reports. Before a commit: the hook "mainstay" for
pre-commit. In a container: .ci/Dockerfile, which holds git, certificates and
the program, without a shell and without root.

How far these are tested: the shell steps of the action run in a script, with
stand-ins for curl and gh, a shallow clone and hostile inputs; so do the job's
script and the hook's command. What only the services have is not: their
conditions, caches and artifacts, the upload of SARIF, the comment as GitHub
shows it. The image has never been built where the tests run; that it is pinned
to versions, has no root and holds no secret is read from its text.

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

# Metrics

	metric                                   weight  unit                  window  question
	active-months                            3       of the months needed  365d    Is it worked on as regularly as its users need?
	last-maintainer-act                      4       days                          When did somebody who looks after it last do anything?
	regularity                               12      months a year         1826d   Is looking after it a habit?
	new-contributors                         3       people                365d    Do new people join?
	release-recency                          5       days                          Is it still released, by its own rhythm?
	unreleased-work                          4       days                          Does finished work reach the users?
	advisory-fix-time                        3       days                          How fast do fixes of vulnerabilities come?
	response-within-30-days                  6       share                 730d    What share of those who ask hears from a maintainer within a month?
	time-to-first-response                   4       days                  730d    How long does one wait for a maintainer's first word?
	change-requests-resolved-within-90-days  5       share                 730d    Does a contribution get a decision?
	issue-closure-ratio                      3       closed per opened     730d    Do issues get closed as fast as they come?
	unanswered-share                         2       share                         How much of what is open has nobody looked at?
	people-expected-to-stay                  9       people                730d    How many of those who do the work will be there in a year?
	contributor-absence-factor               3       people                730d    How few people's leaving would take half of the work away?
	effective-organisations                  4       organisations         730d    Does it hang on one employer?
	people-able-to-release                   4       people                730d    Can somebody else take over when one is gone?
	stewardship                              7       points                        Is there an institution behind it that outlives people?
	support-window                           5       days                          How long will the version in use get fixes?
	funding                                  3       points                        Does anybody pay for the work?
	security-response                        3       points                        Is somebody ready to hear of a vulnerability?
	licence                                  2       points                        May others go on with it if need be?
	governance-documents                     2       documents                     Is it written down how to take part and who decides?
	review-share                             2       share                 365d    Does a second person look before a change goes in?
	continuous-integration                   1       points                        Is it tested by a machine, and does it pass?
	outside-acceptance                       1       share                 365d    Do contributions from outside get in?

# Formats of files

A lockfile speaks for the manifests beside it: the lock gives versions and
paths, the manifest what is direct, what it is for, and the line. Where a
format doesn't tell what is direct, every dependency counts as direct; where it
doesn't tell what for, as runtime. Everything is read as it stands: nothing is
run, resolved or asked of the network, and a range has no version.

	format                    ecosystem  direct  scope  paths  lines  files
	go.mod                    golang     yes     yes    -      yes    go.mod
	go.work                   golang     yes     yes    -      yes    go.work
	package.json              npm        yes     yes    -      yes    package.json
	package-lock.json         npm        yes     yes    yes    yes    npm-shrinkwrap.json package-lock.json
	yarn.lock                 npm        yes     yes    yes    yes    yarn.lock
	pnpm-lock.yaml            npm        yes     yes    yes    yes    pnpm-lock.yaml
	bun.lock                  npm        yes     yes    yes    yes    bun.lock
	uv.lock                   pypi       yes     yes    yes    yes    uv.lock
	poetry.lock               pypi       yes     yes    yes    yes    poetry.lock
	pdm.lock                  pypi       yes     yes    yes    yes    pdm.lock
	pylock.toml               pypi       yes     yes    yes    yes    pylock.toml pylock.*.toml
	Pipfile.lock              pypi       yes     yes    -      yes    Pipfile.lock
	constraints.txt           pypi       -       -      -      -      *constraints*.txt
	requirements.txt          pypi       yes     yes    yes    yes    *requirements*.txt requirements/*.txt
	requirements.in           pypi       yes     yes    -      yes    *requirements*.in requirements/*.in
	pyproject.toml            pypi       yes     yes    -      yes    pyproject.toml
	Pipfile                   pypi       yes     yes    -      yes    Pipfile
	Cargo.lock                cargo      yes     yes    yes    yes    Cargo.lock
	Cargo.toml                cargo      yes     yes    -      yes    Cargo.toml
	pom.xml                   maven      yes     yes    -      yes    pom.xml *.pom
	gradle.lockfile           maven      yes     yes    -      yes    gradle.lockfile buildscript-gradle.lockfile gradle/dependency-locks/*.lockfile
	libs.versions.toml        maven      yes     -      -      yes    *.versions.toml
	Gemfile.lock              gem        yes     yes    yes    yes    Gemfile.lock *.gemfile.lock gems.locked
	composer.lock             composer   yes     yes    yes    yes    composer.lock
	composer.json             composer   yes     yes    -      yes    composer.json
	mix.lock                  hex        yes     yes    yes    yes    mix.lock
	pubspec.lock              pub        yes     yes    -      yes    pubspec.lock
	Package.resolved          swift      yes     -      -      yes    Package.resolved
	packages.lock.json        nuget      yes     yes    yes    yes    packages.lock.json packages.*.lock.json
	*.csproj                  nuget      yes     yes    -      yes    *.csproj *.fsproj *.vbproj
	Directory.Packages.props  nuget      yes     -      -      yes    Directory.Packages.props
	GitHub Actions            github     yes     yes    -      yes    .github/workflows/*.yml .github/workflows/*.yaml action.yml action.yaml
	SPDX                                 yes     yes    yes    yes    *.spdx *.spdx.json *.spdx3.json *.spdx.jsonld
	CycloneDX JSON                       yes     yes    yes    yes    bom.json *.cdx.json *-cdx.json *cyclonedx*.json *sbom*.json bom.*.json bom-*.json *.bom.json *-bom.json
	CycloneDX XML                        yes     yes    yes    yes    bom.xml *.cdx.xml *-cdx.xml *cyclonedx*.xml *sbom*.xml bom.*.xml bom-*.xml *.bom.xml *-bom.xml
	purl list                            -       -      -      yes    purls.txt *.purls *.purls.txt
	Go binary                 golang     -       -      -      -

# Registries

	ecosystem  registry         versions  dates  withdrawn  status  repository  publishers  licence  requests a package
	cargo      crates.io        yes       yes    yes        -       yes         -           yes      1, and at most one a second
	composer   Packagist        yes       yes    -          yes     yes         -           yes      1
	gem        RubyGems         yes       yes    -          -       yes         -           yes      1 or 2
	github     GitHub Actions   -         -      -          -       yes         -           -        0
	golang     Go module proxy  yes       -      yes        yes     yes         -           -        2, or 1 where the module cache has the newest go.mod; 1 or 2 more for a vanity path that isn't known
	hex        Hex              yes       yes    yes        yes     yes         yes         yes      1
	maven      Maven Central    yes       -      -          yes     yes         -           yes      2, and 1 for each parent POM
	npm        npm              yes       yes    yes        yes     yes         yes         yes      1
	nuget      NuGet            yes       yes    yes        yes     yes         -           yes      1 or 2, and 1 for each 64 versions of a large package
	pub        pub.dev          yes       yes    yes        yes     yes         -           -        1
	pypi       PyPI             yes       yes    yes        yes     yes         yes         yes      2
	swift      Swift packages   -         -      -          -       yes         -           -        0

# Forges

	tells                        bitbucket  forgejo  gerrit  git     gitea   github  gitlab  sourcehut
	commits since a date         partly     yes      -       yes     yes     yes     yes     -
	merge commits                yes        yes      -       yes     yes     partly  yes     -
	tags with dates              yes        partly   -       yes     partly  partly  yes     -
	release entries              -          yes      -       -       yes     partly  yes     -
	pre-releases                 -          yes      -       -       yes     yes     -       -
	who released                 -          yes      -       -       yes     yes     yes     -
	issues                       -          partly   -       -       partly  partly  partly  -
	change requests              partly     partly   partly  -       partly  partly  partly  -
	how many are open            -          yes      -       -       yes     yes     yes     -
	comments                     yes        yes      yes     -       yes     partly  partly  -
	reviews                      yes        yes      partly  -       yes     yes     partly  -
	who closed                   yes        yes      yes     -       yes     yes     partly  -
	who merged                   yes        yes      yes     -       yes     yes     yes     -
	reopenings                   -          partly   yes     -       partly  yes     -       -
	labels given                 -          partly   -       -       partly  yes     -       -
	who is a maintainer          -          -        -       -       -       yes     partly  -
	which accounts are programs  -          -        partly  -       -       yes     partly  -
	person or organisation       yes        yes      -       -       yes     yes     yes     -
	when it was created          yes        yes      -       -       yes     yes     yes     partly
	archived                     -          yes      partly  -       yes     yes     yes     -
	archived since when          -          yes      -       -       yes     yes     -       -
	renames                      yes        yes      -       partly  yes     yes     yes     -
	mirrors                      -          yes      -       -       yes     yes     -       partly
	trackers switched off        -          yes      -       -       yes     partly  yes     -
	files at the head            yes        yes      -       yes     yes     yes     partly  -
	state of the checks          -          yes      -       -       yes     yes     yes     -

Where this table says "partly", or says "-" for a reason worth telling, the
forge tells more or less than the word says:

	bitbucket  commits since a date         all pages up to the date
	bitbucket  release entries              it has none
	bitbucket  issues                       when one was closed isn't told
	bitbucket  change requests              the newest 50
	bitbucket  reopenings                   nothing is reopened there
	bitbucket  who is a maintainer          by their acts
	bitbucket  which accounts are programs  by their names
	bitbucket  archived                     it doesn't archive
	bitbucket  mirrors                      by the readme's words
	bitbucket  state of the checks          whether any are configured
	gerrit     commits since a date         plain git does
	gerrit     merge commits                plain git does
	gerrit     tags with dates              plain git does
	gerrit     release entries              it has none
	gerrit     issues                       it has none
	gerrit     change requests              the 60 that changed last
	gerrit     how many are open            only where that is all
	gerrit     reviews                      votes
	gerrit     who is a maintainer          by their acts
	gerrit     which accounts are programs  service accounts, the rest by their names
	gerrit     archived                     read-only
	gerrit     mirrors                      by the readme's words
	gerrit     files at the head            plain git does
	git        change requests              on some hosts how many there ever were
	git        which accounts are programs  by their names
	git        when it was created          the first commit's date
	git        renames                      where the host redirects
	git        mirrors                      by the readme's words
	git        state of the checks          whether any are configured
	gitea      tags with dates              the commit's date, not that of an annotated tag
	gitea      issues                       the newest 50
	gitea      change requests              the newest 30
	gitea      reopenings                   of what was closed or labelled in the window
	gitea      labels given                 of what was closed or labelled in the window
	gitea      who is a maintainer          by their acts, and the owner of a person's own repository
	gitea      which accounts are programs  by their names
	github     merge commits                by the merge's message
	github     tags with dates              the newest 30
	github     release entries              the newest 20
	github     issues                       the newest 30
	github     change requests              the newest 30
	github     comments                     the first 10 acts of each
	github     trackers switched off        issues
	gitlab     pre-releases                 by the version's form
	gitlab     issues                       the newest 30
	gitlab     change requests              the newest 30
	gitlab     comments                     the first 10 notes of each
	gitlab     reviews                      approvals, and what is written as comments
	gitlab     who closed                   of the last 100 closings
	gitlab     who is a maintainer          of those who commented
	gitlab     which accounts are programs  service accounts, the rest by their names
	gitlab     mirrors                      by the readme's words
	gitlab     files at the head            of the usual names
	sourcehut  commits since a date         plain git does
	sourcehut  merge commits                plain git does
	sourcehut  tags with dates              plain git does
	sourcehut  issues                       they belong to no repository
	sourcehut  change requests              they are sent by mail
	sourcehut  when it was created          with a token
	sourcehut  mirrors                      patches go by mail
	sourcehut  files at the head            plain git does

How often a forge is asked about one repository, where a quarter each is lively
(80 commits, 9 issues and 8 change requests in two years), quiet, dormant and
one person's, with all pages of commits. GitHub and GitLab read many
repositories in one request. The servers that count are the test suite's own:
Gitea's is checked against the answers of a real one (1.26.0), the others are
written from their documentation and source. Requests a repository, nothing
cached:

	forge      20 repositories  200 repositories
	github     0.20             0.08
	gitlab     2.30             2.30
	gitea      14.10            14.02
	bitbucket  7.50             7.50
	gerrit     2.00             2.00
	git        10.00            10.00
*/
package main
