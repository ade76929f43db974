"""Where the time of a question goes."""
