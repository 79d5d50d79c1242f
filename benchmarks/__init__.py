"""Measures what the README claims; ratios within one run count, not absolute times."""
