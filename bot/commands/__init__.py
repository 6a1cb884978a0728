"""What the command line runs: one file per command, each imported only when it is called."""
