"""Passages made searchable, and searched.

Built for a million passages on one machine: large files are mapped and read in part, and a word piece takes 56 bytes.
Nothing is pickled, so no file of an index can run code.
"""

import corpus  # noqa: F401 — keeps the libraries imported after it offline
