"""The markers of an answer as Markdown links, for chat clients that show only its text."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from corpus.types import RECOGNISED
from service.answering.types import Answer, Citation

_MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Link:
    """The link of a citation: the characters `start:end` of the linked text, the URL and its title."""

    start: int
    end: int
    url: str
    title: str


def linked(answer: Answer, url_of: Callable[[Citation], str]) -> tuple[str, tuple[Link, ...]]:
    """The text of `answer` with each marker as `[1](url "document, place")`, and these links.

    A "not found" has no markers; links to its nearest passages follow at the end.
    """
    text = answer.text
    if answer.status == "not_found":
        begin = len(text) + 2  # before it, markers are the question's own words
        related = ", ".join(f"[{citation.marker}]" for citation in answer.citations)
        text += f"\n\nRelated: {related}" if related else ""
    else:
        begin = 0
    citations = {str(citation.marker): citation for citation in answer.citations}
    linked, links, done = "", [], 0
    for marker in _MARKER.finditer(text, begin):
        citation = citations.get(marker[1])
        if citation:
            linked += text[done : marker.start()]
            url, title = url_of(citation), title_of(citation)
            link = f'{marker[0]}({url} "{_quoted(title)}")'
            links.append(Link(len(linked), len(linked) + len(link), url, title))
            linked, done = linked + link, marker.end()
    return linked + text[done:], tuple(links)


def title_of(citation: Citation) -> str:
    """The document of a citation, the heading above the quotation and its offsets, on one line.

    Where letters may be misread, that is said, with the page to compare.
    """
    passage, place = citation.passage, f"{citation.start}:{citation.end}"
    note = [f"page {passage.page}", RECOGNISED] if passage.recognised else []
    return " ".join(", ".join([passage.document.title, *passage.section[-1:], place, *note]).split())


def _quoted(title: str) -> str:
    """Escaped for the title of a Markdown link."""
    return re.sub(r'(["\\])', r"\\\1", title)
