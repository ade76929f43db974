"""A question → a short answer in the documents' own words, with its citations.

read the conversation → search → how sure → not found, or: glossary, or quote the best passages
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.markup import plain
from corpus.types import Passage
from index.encoder import Encoder
from index.filters import Filter
from index.generation import Generation
from index.search import Result, search
from service.citations import Citation
from service.confidence import confidence, unknown_names, weights
from service.conversation import last_question
from service.extract import extract
from service.question import Question, analyse

Status = Literal["answered", "partial", "not_found"]

_READ = 5  # passages looked at
_RELATED = 3  # nearest passages offered when nothing answers
_CLOSE = 0.012  # passages whose score is this close to the best one's answer beside it


@dataclass(frozen=True, slots=True)
class Answer:
    """`question` is what was searched; with `not_found`, `citations` are only the nearest passages."""

    status: Status
    text: str
    confidence: float
    question: str
    citations: tuple[Citation, ...]
    generation: str


def answer(
    generation: Generation,
    encoder: Encoder,
    messages: Sequence[tuple[str, str]],
    filter: Filter | None = None,
) -> Answer:
    """Answer the last of `messages`, (role, text) pairs, from the documents, or say that they do not."""
    asked = last_question(generation, encoder, messages, filter)
    question = analyse(asked.text)
    found = search(generation, encoder, asked.text, _READ, filter, asked.before)
    sure = confidence(generation, question, found)
    if sure < weights().partial:
        return _not_found(generation, question, asked.standalone, found.results, sure)
    quoted = _quoted(generation, question, found.results)
    said = " ".join(
        f"{' '.join(plain(quote) for quote in quotes)} {marks}" for quotes, marks in _marked(quoted)
    )
    citations = tuple(
        Citation(marker, quote, passage)
        for marker, (passage, quote) in enumerate(((p, q) for p, quotes in quoted for q in quotes), 1)
    )
    status: Status = "answered" if sure >= weights().answered else "partial"
    return Answer(status, said, sure, asked.standalone, citations, generation.id)


def _quoted(
    generation: Generation, question: Question, results: Sequence[Result]
) -> list[tuple[Passage, list[str]]]:
    """The passages that answer, best first, each with the parts of it that do."""
    best = results[0]
    close = [result.passage for result in results[:2] if best.score - result.score <= _CLOSE]
    return [(p, [p.text[start:end] for start, end in extract(generation, question, p)]) for p in close]


def _marked(quoted: Sequence[tuple[Passage, list[str]]]) -> list[tuple[list[str], str]]:
    """The quotes of each passage with their markers, counted over all."""
    marked, count = [], 0
    for _, quotes in quoted:
        marks = "".join(f"[{count + n}]" for n in range(1, len(quotes) + 1))
        marked.append((quotes, marks))
        count += len(quotes)
    return marked


def _not_found(
    generation: Generation, question: Question, searched: str, results: Sequence[Result], sure: float
) -> Answer:
    """What was searched, names that occur nowhere, and the nearest passages as related ones."""
    said = f"Not found: the {len(generation.documents)} documents do not say. Searched for “{searched}”."
    for name in unknown_names(generation, question):
        said += f" No document mentions {name}."
    if results:
        said += " The nearest passages are attached as related."
    related = tuple(Citation(n, r.passage.text, r.passage) for n, r in enumerate(results[:_RELATED], 1))
    return Answer("not_found", said, sure, searched, related, generation.id)
