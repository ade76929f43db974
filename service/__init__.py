"""Answers questions: over HTTP, in a browser, for agents, on a terminal."""

import corpus  # noqa: F401 — keeps the libraries imported after it offline
