"""Embedding models, and how they are run and kept."""
