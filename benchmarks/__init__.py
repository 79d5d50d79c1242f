"""Benchmarks of what the project promises; compare the ratios within one run, not absolute times."""
