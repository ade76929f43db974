"""Resolution of "the next one", an entry of the list that answered last, and "the newer plan", another document."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.cells import cell_of
from corpus.identity.series import same_series
from corpus.text.markers import item_marker
from corpus.text.markup import plain
from corpus.types import Document, Passage
from index.generation import Index
from service.questions.english import NUMBERS, ORDINALS, UP_TO_TEN, YEAR

_ORDINALS = ORDINALS[:10]
_ENTRY = r"(?:one|item|point|entry|action|activity|priority|recommendation)"
_THAT = r"(?:that|it|this)(?: one)?"
_ENTRY_REFERENCE = re.compile(
    rf"\b(?:the |an? )?(?:(?P<next>(?:next|following) {_ENTRY}|{_ENTRY} after {_THAT}|next\W*$)|"
    rf"(?P<previous>(?:previous|preceding) {_ENTRY}|{_ENTRY} before {_THAT})|(?P<other>other one)\b|"
    rf"(?:very )?(?P<nth>{'|'.join(_ORDINALS)}|last)(?: {_ENTRY}| of (?:them|those|these)|\W*$)|"
    rf"number (?P<number>{UP_TO_TEN})\b(?: (?:on|of|in) (?:the|that|this) list)?)(?:['’]s\b)?",
    re.IGNORECASE,
)
_SHOWN = 16  # words of an entry that name it in a question

_LATER, _EARLIER = "new newer later after", "old older earlier previous former before"
_NOW = "current present latest newest"
_ORDER = "|".join(f"{_LATER} {_EARLIER} {_NOW}".split())
_DOCUMENT_REFERENCE = re.compile(
    rf"\b(?:the|that) (?:(?P<order>{_ORDER}) (?P<noun>[a-z]+)\b|(?P<thing>[a-z]+) (?:(?:that|which) (?:came|comes) )?"
    rf"(?P<place>later|earlier|after|before)(?: {_THAT})?\b|one (?:from|of) (?P<year>{YEAR})\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReferencedEntry:
    """The words of a question that refer to an entry of a list, from `start` to `end`, and the entry."""

    start: int
    end: int
    passage: Passage


def quoted_name(passage: Passage) -> str:
    """The first words of `passage`, of a row those of its action, in quotation marks."""
    start, end = cell_of(passage, "text") or (0, len(passage.text))
    marker = item_marker(passage.text[start:end])
    words = plain(passage.text[start + (marker.width if marker else 0) : end]).split()
    return f"“{' '.join(words[:_SHOWN])}{'…' if len(words) > _SHOWN else ''}”"


def referenced_entry(index: Index, passage: Passage, question: str) -> ReferencedEntry | None:
    """The entry that `question` refers to, in the list around or after `passage`, which answered last."""
    match = _ENTRY_REFERENCE.search(question)
    if match is None:
        return None
    listed = _list(index, passage)
    here = listed.index(passage) if passage in listed else None
    place: int | None = None
    if match["next"] or match["previous"]:
        place = None if here is None else here + (1 if match["next"] else -1)
    elif match["other"]:
        place = 1 - here if len(listed) == 2 and here is not None else None
    elif listed and match["number"]:
        place = NUMBERS.index(match["number"].lower())
    elif listed:
        place = len(listed) - 1 if match["nth"].lower() == "last" else _ORDINALS.index(match["nth"].lower())
    if place is None or not 0 <= place < len(listed):
        return None
    return ReferencedEntry(match.start(), match.end(), listed[place])


def _list(index: Index, passage: Passage) -> Sequence[Passage]:
    """The rows or items of one kind around `passage`, or after it."""
    row = index.positions[passage.id]
    passages = index.passages
    if passage.kind not in ("row", "item") or item_marker(passage.text) is None:
        if row + 1 == len(passages) or passages[row + 1].kind not in ("row", "item"):
            return ()
        row += 1
    first = last = row
    shape = _shape(passages[row])
    while first > 0 and _shape(passages[first - 1]) == shape:
        first -= 1
    while last + 1 < len(passages) and _shape(passages[last + 1]) == shape:
        last += 1
    return passages[first : last + 1]


def _shape(passage: Passage) -> tuple[str, str, bool, bool]:
    marker = item_marker(passage.text)
    return (
        passage.document.id,
        passage.kind,
        marker is not None and marker.bullet,
        marker is not None and marker.enumerator is not None,
    )


def with_document_named(index: Index, passage: Passage, question: str, last: str) -> str | None:
    """`question` with the title of the document that it names by its age relative to that of `passage`.

    "The newer one" is of the kind that `last`, the question before, names; the newer plan is of the series of this one.
    """
    match = _DOCUMENT_REFERENCE.search(question)
    if match is None or (match["thing"] or "").lower() == "one":
        return None
    noun = (match["noun"] or match["thing"] or "one").lower()
    spoken_of = {noun} if noun != "one" else set(last.lower().split())
    documents = index.documents.values()
    kin = [document for document in documents if spoken_of.intersection(document.kind.split())]
    if noun == "one" and not kin:
        kin = [document for document in documents if document.kind == passage.document.kind]
    if passage.document in kin:
        kin = [document for document in kin if same_series(document, passage.document)]
    found = _by_age(kin, passage.document, (match["order"] or match["place"] or "").lower(), match["year"])
    if found is None:
        return None
    return f"{question[: match.start()]}the {found.title.split(',')[0]}{question[match.end() :]}"


def _by_age(kin: Sequence[Document], current: Document, order: str, year: str | None) -> Document | None:
    kin = sorted(kin, key=lambda document: document.period)
    begin, end = current.period
    if year:
        found = [d for d in kin if d.period[0] <= int(year) <= d.period[1]][:1]
    elif order in _NOW.split():
        found = kin[-1:]
    elif order in _LATER.split():
        found = [d for d in kin if d.period[0] > end][:1]
    else:
        found = [d for d in kin if d.period[1] < begin][-1:]
    return found[0] if found else None
