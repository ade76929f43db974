"""Embedding models and rerankers: loading, exporting, running."""
