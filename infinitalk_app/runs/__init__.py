"""Runs, from the click to the video: what is asked for, how it is done, and what is kept of it."""
