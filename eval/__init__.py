"""Judges retrieval and answers by gold questions."""

import corpus  # noqa: F401 — keeps the libraries imported after it offline
