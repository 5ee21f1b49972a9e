"""One module a subcommand: reads arguments, calls its step, prints the counts."""
