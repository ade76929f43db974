"""Lists in passages: the items below a sentence that leads in to them, and series of names in a sentence."""

import re
from collections.abc import Sequence

from corpus.cells import Span
from corpus.text.markup import plain
from corpus.text.sentences import refers_back
from corpus.types import Passage
from index.generation import Index
from index.terms import terms

_ENOUGH = 40  # characters that identify a lead-in
MOST_ITEMS = 16  # of a list that are quoted
_ABOUT = 0.5  # of a question's words that the lead-in of a list on its topic has
_BACK = 40  # passages before an item that may be its lead-in
_CAPITAL = r"[A-Z][\w’'/-]*\.?"
_NAME = rf"(?:the )?{_CAPITAL}(?:(?: (?:of|for|on|in|of the))? {_CAPITAL}| \([^()]{{0,80}}\)){{0,8}}"
_SERIES = re.compile(rf"(?<![\w’'-]){_NAME}(?:[,;] {_NAME}){{2,}}(?:[,;]? (?:and|or) {_NAME})?")
_PARTS = re.compile(rf"{_NAME}")


def items_of(index: Index, lead_in: Passage, most: int = MOST_ITEMS) -> list[Passage]:
    """The items below a passage that leads in to a list; none where there are more than `most`."""
    introduced = _introduction(lead_in)
    if introduced is None:
        return []
    found: list[Passage] = []
    for row in range(index.positions[lead_in.id] + 1, index.passages.of_document(lead_in.document.id).stop):
        passage = index.passages[row]
        if introduced not in plain(passage.context):
            break
        found.append(passage)
        if len(found) > most:
            return []
    return found


def lead_in_of(index: Index, item: Passage) -> Passage | None:
    here = index.positions[item.id]
    context = plain(item.context)
    first = max(index.passages.of_document(item.document.id).start, here - _BACK)
    for row in range(here - 1, first - 1, -1):
        passage = index.passages[row]
        if (introduced := _introduction(passage)) and introduced in context:
            return passage
    return None


def enumerates(index: Index, passage: Passage) -> bool:
    """Whether a passage lists several things, in a series of names or in the items below it."""
    return series(passage.text) is not None or len(items_of(index, passage)) > 1


def topic_overlap(asked: Sequence[str], passage: Passage) -> float:
    """The share of the words `asked` that a lead-in or its heading has; 0 where it is too small."""
    said = frozenset(
        terms(f"{passage.text.partition(':')[0]} {passage.section[-1] if passage.section else ''}")
    )
    share = sum(word in said for word in asked) / max(1, len(asked))
    return share if share >= _ABOUT else 0.0


def series(text: str, start: int = 0, end: int | None = None) -> Span | None:
    """The longest series of three or more names in `text`, or None."""
    found = [match.span() for match in _SERIES.finditer(text, start, len(text) if end is None else end)]
    return max(found, key=lambda span: len(parts(text, span))) if found else None


def parts(text: str, span: Span) -> list[Span]:
    """The names in `span`; a "However" before them is none."""
    found = [match.span() for match in _PARTS.finditer(text, *span)]
    return found[1:] if found and refers_back(text[slice(*found[0])]) else found


def count_entries(text: str, items: Sequence[Passage]) -> int:
    """The number of names in the series of `text` and of its `items`; without a series, of items."""
    named = series(text)
    if named is None:
        return len(items)
    further = [series(item.text) for item in items]
    return len(parts(text, named)) + sum(
        len(parts(item.text, row)) if row else 1 for item, row in zip(items, further, strict=True)
    )


def _introduction(passage: Passage) -> str | None:
    """The end of a lead-in, in the words of the context of its items."""
    text = passage.text.rstrip()
    if text.endswith(":"):
        return plain(text)[-_ENOUGH:]
    label, colon, _ = text.partition(":\n")
    return plain(f"{label}:")[-_ENOUGH:] if colon else None
