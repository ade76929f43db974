"""URLs of passages in the reader."""

import hashlib
from urllib.parse import urlencode

from service.answering.types import Citation

_DIGITS = 16  # hexadecimal digits of the quotation's SHA-256 that a link carries


def link(document: str, start: int, end: int, text: str) -> str:
    """The reader's path that marks the characters `start:end` of a document; they are `text`."""
    check = hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
    return f"/read/{document}?{urlencode({'start': start, 'end': end, 'sha256': check})}#mark"


def reader_url(citation: Citation) -> str:
    """The reader's path that marks the quotation of `citation`."""
    return link(citation.passage.document.id, citation.start, citation.end, citation.quote)


def unchanged(text: str, sha256: str) -> bool:
    """Whether `text` is still the text of a link; `sha256` are the digits that the link carries."""
    return hashlib.sha256(text.encode()).hexdigest().startswith(sha256.lower())
