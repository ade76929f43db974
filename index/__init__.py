"""Passages made searchable, and searched. Built for a million of them: hence memory maps, few bytes a vector, no pickles."""

import corpus  # noqa: F401 — keeps the libraries imported after it offline
