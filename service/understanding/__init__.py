"""A message → a request: what is asked for, of what, in which documents, as data."""
