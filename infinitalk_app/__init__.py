"""What the page needs and no library should know: settings, hosting, runs, limits, words."""
