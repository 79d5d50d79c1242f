"""Local files in, clean files and facts out; no network."""
