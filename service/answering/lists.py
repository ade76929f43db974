"""Lists in passages: the items that a sentence leads in to, and what a sentence names one after the other."""

import re
from collections.abc import Sequence

from corpus.text.markup import plain
from corpus.text.sentences import leans_on_previous
from corpus.types import Passage
from index.generation import Index
from index.terms import terms

_ENOUGH = 40  # characters of a lead-in that tell it from others
MOST_ITEMS = 16  # of a list that are quoted
_ABOUT = 0.5  # of a question's words that what leads in to a list must have, to be about it
_BACK = 40  # passages before an item in which its lead-in is looked for
_LABEL = re.compile(r":\s*\n")
_CAPITAL = r"[A-Z][\w’'/-]*\.?"
_NAME = rf"(?:the )?{_CAPITAL}(?:(?: (?:of|for|on|in|of the))? {_CAPITAL}| \([^()]{{0,80}}\)){{0,8}}"
_SERIES = re.compile(rf"(?<![\w’'-]){_NAME}(?:[,;] {_NAME}){{2,}}(?:[,;]? (?:and|or) {_NAME})?")
_PARTS = re.compile(rf"{_NAME}")
Span = tuple[int, int]  # characters of a passage's text


def items_of(index: Index, lead_in: Passage, most: int = MOST_ITEMS) -> list[Passage]:
    """What stands below a passage that leads in to a list; none where it is more than can be quoted."""
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
    """The passage that leads in to the list that `item` stands in, or None."""
    here = index.positions[item.id]
    context = plain(item.context)
    first = max(index.passages.of_document(item.document.id).start, here - _BACK)
    for row in range(here - 1, first - 1, -1):
        passage = index.passages[row]
        if (introduced := _introduction(passage)) and introduced in context:
            return passage
    return None


def enumerates(index: Index, passage: Passage) -> bool:
    """Whether a passage names several things one after the other, itself or in the items below it."""
    return series(passage.text) is not None or len(items_of(index, passage)) > 1


def topic_overlap(asked: Sequence[str], passage: Passage) -> float:
    """How many of the words `asked` what leads in to a list has, or its heading, as a share; 0 where too few."""
    said = frozenset(
        terms(f"{passage.text.partition(':')[0]} {passage.section[-1] if passage.section else ''}")
    )
    share = sum(word in said for word in asked) / max(1, len(asked))
    return share if share >= _ABOUT else 0.0


def series(text: str, start: int = 0, end: int | None = None) -> Span | None:
    """Where `text` names three or more one after the other, the longest such place, or None."""
    found = [match.span() for match in _SERIES.finditer(text, start, len(text) if end is None else end)]
    return max(found, key=lambda span: len(parts(text, span))) if found else None


def parts(text: str, span: Span) -> list[Span]:
    """Each of the names in `span`; "However" before them is none."""
    found = [match.span() for match in _PARTS.finditer(text, *span)]
    return found[1:] if found and leans_on_previous(text[slice(*found[0])]) else found


def count_entries(text: str, items: Sequence[Passage]) -> int:
    """How many things `text` names in a row, and `items` in rows of their own; or how many items there are."""
    named = series(text)
    if named is None:
        return len(items)
    further = [series(item.text) for item in items]
    return len(parts(text, named)) + sum(
        len(parts(item.text, row)) if row else 1 for item, row in zip(items, further, strict=True)
    )


def _introduction(passage: Passage) -> str | None:
    """The end of what leads in to a list, as the context of its items has it."""
    text = passage.text.rstrip()
    if text.endswith(":"):
        return plain(text)[-_ENOUGH:]
    label = _LABEL.search(text)
    return plain(text[: label.start() + 1])[-_ENOUGH:] if label else None
