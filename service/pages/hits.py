"""A search result as the page shows it."""

from dataclasses import dataclass

from markupsafe import Markup

from corpus.types import RECOGNISED, Document
from index.search import Result
from service.http.urls import link
from service.pages.quotations import cells, headings
from service.pages.url_state import KINDS
from service.precedents import Related


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; `cells` are (header, HTML) each."""

    rank: int
    document: Document
    place: str
    note: str
    kind: str
    cells: list[tuple[str, Markup]]
    url: str
    id: str

    @classmethod
    def of(cls, result: Result | Related) -> "Hit":
        passage = result.passage
        marks = [(highlight.start, highlight.end) for highlight in result.highlights]
        return cls(
            rank=result.rank,
            document=passage.document,
            place=" › ".join(headings(passage)),
            note=RECOGNISED if passage.recognised else "",
            kind=KINDS[passage.kind],
            cells=cells(passage, (0, len(passage.text)), marks),
            url=link(passage.document.id, passage.start, passage.end, passage.text),
            id=passage.id,
        )
