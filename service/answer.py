"""A question → a short answer in the documents' own words, with its citations."""

import re
from dataclasses import dataclass
from typing import Literal

from corpus.markup import plain
from corpus.records import Role, column
from corpus.types import Passage
from index.encoder import Encoder
from index.filters import Filter
from index.generation import Generation
from index.search import search
from service.citations import Citation
from service.confidence import FOUND, confidence

Status = Literal["answered", "partial", "not_found"]

_READ = 5  # passages looked at for an answer
_RELATED = 3  # nearest passages offered when nothing answers

_ASKED: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        "lead",
        re.compile(
            r"\b(?:leads?|leading|led|responsible|in charge|owns?|owner|heads?|heading up)\b", re.IGNORECASE
        ),
    ),
    (
        "status",
        re.compile(
            r"\b(?:status|progress|complete|completed|finished|state of play|how far)\b", re.IGNORECASE
        ),
    ),
    (
        "priority_area",
        re.compile(r"\b(?:priority area|area of cooperation|which (?:priority|area))\b", re.IGNORECASE),
    ),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """`question` is what was searched; with `not_found`, `citations` are only the nearest passages."""

    status: Status
    text: str
    confidence: float
    question: str
    citations: tuple[Citation, ...]
    generation: str


def answer(generation: Generation, encoder: Encoder, question: str, filter: Filter | None = None) -> Answer:
    """Answer `question` from the documents, or say that they do not."""
    found = [result.passage for result in search(generation, encoder, question, _READ, filter).results]
    if not found:
        return Answer(
            "not_found", "Not found: no passage passes the filter.", 0.0, question, (), generation.id
        )
    sure = confidence(generation, question, found[0])
    if sure < FOUND:
        related = tuple(Citation(n, passage.text, passage) for n, passage in enumerate(found[:_RELATED], 1))
        searched = f"the {len(generation.documents)} documents were searched for “{question}”"
        text = f"Not found: {searched}. The nearest passages are attached."
        return Answer("not_found", text, sure, question, related, generation.id)
    best = found[0]
    return Answer(
        "answered",
        f"{_says(question, best)} [1]",
        sure,
        question,
        (Citation(1, best.text, best),),
        generation.id,
    )


def _says(question: str, passage: Passage) -> str:
    """The cell that the question asks for where the passage is a row and has it, else the passage."""
    for role, asked in _ASKED:
        header = column(passage.fields, role)
        if header and asked.search(question):
            return passage.fields[header]
    return plain(passage.text)
