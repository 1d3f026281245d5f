module example.com/shop

go 1.26

require (
	github.com/harbour-works/courier v1.4.0
	github.com/harbour-works/ledger v1.5.0
	github.com/lanternlab/router v1.3.0
	github.com/lanternlab/router-middleware v1.2.0
	github.com/mkeller-dev/slugs v1.5.0
	github.com/nordwind-io/queue v1.5.0
	github.com/opal-tools/flags v1.5.0
	github.com/quiet-corner/base58 v1.1.0
	github.com/tallship/yamlite v1.0.0
)

require (
	github.com/driftwood-lib/pool v1.2.0 // indirect
	github.com/robotnik-io/gen v1.5.0 // indirect
	github.com/vanished-org/leftpad v1.0.0 // indirect
)
