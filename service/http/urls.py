"""Addresses of passages in the reader."""

import hashlib
from urllib.parse import urlencode

from service.answering.types import Citation

_CHECKED = 16  # hexadecimal digits of the quotation's SHA-256 that a link carries


def link(document: str, start: int, end: int, text: str) -> str:
    """The path of the reader with the characters `start:end`, which are `text`, marked."""
    check = hashlib.sha256(text.encode()).hexdigest()[:_CHECKED]
    return f"/read/{document}?{urlencode({'start': start, 'end': end, 'sha256': check})}#mark"


def reader_url(citation: Citation) -> str:
    """The path of the reader with the quotation of `citation` marked."""
    return link(citation.passage.document.id, citation.start, citation.end, citation.quote)


def unchanged(text: str, sha256: str) -> bool:
    """Whether `text` is still what a link was made for; `sha256` are the digits it carries."""
    return hashlib.sha256(text.encode()).hexdigest().startswith(sha256.lower())
