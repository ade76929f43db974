"""Measures speed, memory and size."""

import corpus  # noqa: F401 — keeps the libraries imported after it offline
