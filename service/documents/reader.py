"""Documents, passages and outlines by id."""

from collections.abc import Iterator
from itertools import islice

from index.generation import Generation
from service.errors import UnknownError
from service.schemas.documents import Document, DocumentEntry, Heading, Passage, Reading

MAX_SLICE = 20_000
MAX_HEADINGS = 1_000


def entry(generation: Generation, id: str) -> DocumentEntry:
    """A document with its size; raises `UnknownError`."""
    if id not in generation.documents:
        raise UnknownError(
            f"no document has the id {id!r}",
            where="document",
            remedy=f"use one of {', '.join(generation.documents)}",
        )
    return DocumentEntry(
        **Document.of(generation.documents[id]).model_dump(),
        passages=len(generation.passages.of_document(id)),
        characters=len(generation.sources[id]),
    )


def passage(generation: Generation, id: str) -> Passage:
    """A passage by its id, as search and citations give it; raises `UnknownError`."""
    position = generation.positions.get(id)
    if position is None:
        raise UnknownError(f"no passage has the id {id!r}", where="passage", remedy="search for it again")
    return Passage.of(generation.passages[position])


def read(generation: Generation, id: str, start: int, characters: int) -> Reading:
    """As many `characters` of a document's text from `start` on as there are; raises `UnknownError`."""
    document = entry(generation, id)
    text = generation.sources[id][start : start + characters]
    return Reading(
        document=document, start=start, end=start + len(text), text=text, outline=[], generation=generation.id
    )


def outline(generation: Generation, id: str) -> Reading:
    """The headings of a document instead of its text; raises `UnknownError`."""
    document = entry(generation, id)
    headings = list(islice(_headings(generation, id), MAX_HEADINGS))
    return Reading(document=document, start=0, end=0, text="", outline=headings, generation=generation.id)


def _headings(generation: Generation, id: str) -> Iterator[Heading]:
    before: tuple[str, ...] = ()
    for row in generation.passages.of_document(id):
        if (one := generation.passages[row]).section != before:
            before = one.section
            yield Heading(section=list(before), start=one.start)
