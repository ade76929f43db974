"""Retrieval collections in the BEIR layout, scored."""
