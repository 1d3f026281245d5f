// Command mainstay tells which open source dependencies will still be looked
// after in two years.
package main

func main() {}
