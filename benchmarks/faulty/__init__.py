"""A bad network between a client and the embedded server, for `benchmarks.faults`."""
