"""The command line: words, progress and exit codes; every decision is made below it."""
