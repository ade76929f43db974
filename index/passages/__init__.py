"""Passages and action items of an index, read when asked for."""
