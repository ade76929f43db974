"""Evidence: BM25, dense vectors, late interaction."""
