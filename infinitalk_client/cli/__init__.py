"""The command line: its arguments, what it does, and what it prints."""
