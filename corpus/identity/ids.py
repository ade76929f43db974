"""Ids of documents, from the names of their files."""

import hashlib
import re
import unicodedata

from anyascii import anyascii

_OTHERS = re.compile(r"[^a-z0-9]+")
_HASHED = 8  # hexadecimal digits


def id_of_name(stem: str) -> str:
    """The id for a file: its name in lower-case letters and digits, other scripts spelled in Latin letters."""
    spelled = anyascii(stem) if any(map(_foreign, stem)) else stem
    id = _OTHERS.sub("-", spelled.lower()).strip("-")
    return id or f"document-{_hash(stem)}"


def another_id(id: str, path: str) -> str:
    """An id for a file whose own is taken, the same whenever it is asked for."""
    return f"{id}-{_hash(path)}"


def _foreign(letter: str) -> bool:
    return letter.isalpha() and not unicodedata.name(letter, "").startswith("LATIN")


def _hash(text: str) -> str:
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()[:_HASHED]
