"""A standalone question → an answer with citations, or "not found"."""
