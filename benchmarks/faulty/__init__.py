"""A bad network between a client and the embedded server: what `benchmarks.faults` is made of."""
