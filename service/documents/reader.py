"""Documents, passages and outlines by id."""

from collections.abc import Iterator
from itertools import islice

from index.generation import Index
from service.errors import UnknownError
from service.schemas.documents import CatalogueEntry, DocumentEntry, Heading, Passage, Reading

MAX_SLICE = 20_000
MAX_HEADINGS = 1_000


def entry(index: Index, id: str) -> DocumentEntry:
    """A document with its size; raises `UnknownError`."""
    if id not in index.documents:
        raise UnknownError(
            f"no document has the id {id!r}",
            where="document",
            remedy=f"use one of {', '.join(index.documents)}",
        )
    return DocumentEntry(
        **CatalogueEntry.of(index.documents[id]).model_dump(),
        passages=len(index.passages.of_document(id)),
        characters=len(index.sources[id]),
    )


def passage(index: Index, id: str) -> Passage:
    """A passage by its id; raises `UnknownError`."""
    position = index.positions.get(id)
    if position is None:
        raise UnknownError(f"no passage has the id {id!r}", where="passage", remedy="search for it again")
    return Passage.of(index.passages[position])


def read(index: Index, id: str, start: int, characters: int) -> Reading:
    """At most `characters` of a document's text from `start` on; raises `UnknownError`."""
    document = entry(index, id)
    text = index.sources[id][start : start + characters]
    return Reading(
        document=document, start=start, end=start + len(text), text=text, outline=[], generation=index.id
    )


def outline(index: Index, id: str) -> Reading:
    """The headings of a document instead of its text; raises `UnknownError`."""
    document = entry(index, id)
    headings = list(islice(_headings(index, id), MAX_HEADINGS))
    return Reading(document=document, start=0, end=0, text="", outline=headings, generation=index.id)


def _headings(index: Index, id: str) -> Iterator[Heading]:
    before: tuple[str, ...] = ()
    for row in index.passages.of_document(id):
        passage = index.passages[row]
        if passage.kind != "heading" and passage.section != before:
            before = passage.section
            yield Heading(section=list(before), start=passage.start)
