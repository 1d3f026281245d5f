// Package forge holds what every forge needs and no network: the reading of
// repository addresses, who is who among a repository's contributors, and what
// the files at its head say. The forges themselves are the packages below it.
//
// Names, addresses and logins come in here and go no further: what leaves is
// health.Person, a number with three words about it.
package forge
