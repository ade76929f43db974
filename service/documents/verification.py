"""The check of a citation against the documents."""

import hashlib

from corpus.passages import passage_id
from index.generation import Index
from service.schemas.citations import Citation, Verdict
from service.schemas.documents import Passage


def verdict(index: Index, citation: Citation) -> Verdict:
    """Whether `citation` holds, and the reason."""
    reason = fault(index, citation)
    return Verdict(valid=reason is None, reason=reason or "the quotation stands in the document as cited")


def fault(index: Index, citation: Citation) -> str | None:
    """Why `citation` does not hold in the documents of `index`, or None if it does.

    Checks the quotation, its hash, the offsets and every field of the passage. A shortened quotation may still
    stand in the passage: the hash tells. An offset past the end of the document gives the same text: it must be
    the passage's own.
    """
    claimed = citation.passage
    document = index.documents.get(claimed.document.id)
    if document is None:
        return f"no document has the id {claimed.document.id!r}"
    if claimed.document.sha256 != document.sha256:
        return "the document is not the edition that was cited: its sha256 differs"
    if index.sources[document.id][claimed.start : claimed.end] != claimed.text:
        return f"the passage's text does not stand at {claimed.start}:{claimed.end} of the document"
    if claimed.id != passage_id(document, claimed.start, claimed.text):
        return "the passage's id is not the one of its text and place"
    position = index.positions.get(claimed.id)
    if position is None:
        return "the documents have no passage of this id"
    if name := _difference(claimed, Passage.of(index.passages[position])):
        return f"the passage's {name} is not as in the documents"
    if hashlib.sha256(citation.quote.encode()).hexdigest() != citation.quote_sha256:
        return "quote_sha256 is not the hash of the quote"
    if citation.quote not in claimed.text:
        return "the quote does not stand in the passage"
    return None


def _difference(claimed: Passage, known: Passage) -> str | None:
    return next(
        (name for name in Passage.model_fields if getattr(claimed, name) != getattr(known, name)), None
    )
