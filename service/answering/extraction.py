"""Extraction of the part of a passage that answers: a cell, or the sentences that the search highlights."""

import re
from collections.abc import Sequence

from corpus.cells import Span, cell_under, sentences_of
from corpus.text.markup import plain
from corpus.text.sentences import sentences
from corpus.types import Passage, Role
from index.queries.preferences import MONTHS
from index.search import Result
from index.terms import terms
from service.lookups.lists import parts, series
from service.questions.analysis import QuestionAnalysis
from service.questions.english import YEAR
from service.questions.values import values_in, without_question_words

_ASKED_BY_ROLE: tuple[Role, ...] = ("number", "text", "lead", "status", "priority_area")
_LEADS_ON = re.compile(r"(?:;\s*(?:and|or)?|,?\s+(?:and|or))\s*\Z")
_CLAUSE_END = re.compile(r"[,;:.](?=\s)")
_SURELY = 0.6  # probability from which a date alone is the answer
_BETWEEN = " ,;—–"  # separates names, and remains when some are left out
_A_FEW_NAMES = 4  # a series of so many is quoted whole
_SHORT_SENTENCE = 200  # characters; to leave out one costs the reader more than to read it
_SHORT_CLAUSE = 20  # characters; a clause is longer
_DAY = r"\d{1,2}(?:\s?(?:st|nd|rd|th))?"
_PERIOD = rf"{YEAR}(?:[-–/](?:19|20)?\d\d)?"
_DATE = re.compile(
    rf"(?:\w+day,? )?(?:{_DAY}(?:\s?[-–]\s?{_DAY})? )?\b(?:{MONTHS})\b(?: \d{{1,2}},)?(?: {YEAR}\b| (?:last|this|next) year\b)?|"
    rf"\b{_PERIOD}\b"
)
_YEAR = re.compile(rf"\b{_PERIOD}\b|\b(?:last|this|next) year\b")


def extract(question: QuestionAnalysis, result: Result) -> list[Span]:
    """Spans of the passage's text that answer `question`, in order; never empty."""
    passage = result.passage
    header = passage.roles.get(question.role) if question.role else None
    header = header or named_column(question, passage)
    cell = cell_under(passage, header)
    if cell and _states(question, passage.text[slice(*cell)]):
        cell = None
    if cell and not question.several:
        return sentences(passage.text, *cell)[:1] if question.yes_or_no else [cell]
    pieces = sentences_of(passage)
    found = [
        (start, end)
        for start, end in pieces
        if any(mark.start < end and mark.end > start for mark in result.highlights)
    ]
    wanted = _of_expected_type(question, passage.text, found, pieces) or found or pieces
    if cell and not any(start < cell[1] and end > cell[0] for start, end in wanted):
        wanted.append(cell)
    whole = sorted(set(wanted)) if passage.kind == "row" else _filled(set(wanted), pieces)
    spans = [_trimmed(passage.text, span) for span in _merged(whole, passage.text)]
    if question.yes_or_no:
        return [part for span in spans for part in _without_others(question, passage.text, span)]
    return spans


def _without_others(question: QuestionAnalysis, text: str, span: Span) -> list[Span]:
    """A span without the other names of a series in which the question asks about some."""
    row = series(text, *span)
    named = parts(text, row) if row else []
    asked = [part for part in named if _asks_about(question, text[slice(*part)])]
    if row is None or not asked or len(named) <= _A_FEW_NAMES:
        return [span]
    around = [
        part for part in ((span[0], row[0]), (row[1], span[1])) if any(map(str.isalnum, text[slice(*part)]))
    ]
    return sorted(_stripped(text, part) for part in (*around, *asked)) if around else [span]


def _asks_about(question: QuestionAnalysis, name: str) -> bool:
    return bool(words := frozenset(terms(name))) and any(words == frozenset(terms(n)) for n in question.names)


def _stripped(text: str, span: Span) -> Span:
    part = text[slice(*span)]
    begin = span[0] + len(part) - len(part.lstrip(_BETWEEN))
    return begin, begin + len(part.strip(_BETWEEN))


def named_column(question: QuestionAnalysis, passage: Passage) -> str | None:
    """The one column of a row that the question names, if its cell has the expected type.

    Some columns of action items do not count: `question.role` covers them, and questions name them in passing.
    """
    asked = frozenset(terms(question.text))
    known = {passage.roles.get(role) for role in _ASKED_BY_ROLE}
    named = [
        header
        for header in passage.fields
        if header not in known and (words := frozenset(terms(header))) and words <= asked
    ]
    if passage.kind != "row" or len(named) != 1 or not has_expected_type(question, passage.fields[named[0]]):
        return None
    return named[0]


def has_expected_type(question: QuestionAnalysis, text: str) -> bool:
    """Whether `text` has each type asked for, besides the words of the question."""
    return question.kinds <= values_in(without_question_words(plain(text), question.text), question.kinds)


def _states(question: QuestionAnalysis, cell: str) -> bool:
    """Whether the question states the content of a cell itself, so that it asks for something else."""
    return plain(cell).lower() in question.text.lower()


def _of_expected_type(
    question: QuestionAnalysis, text: str, found: list[Span], pieces: list[Span]
) -> list[Span]:
    """The sentences found that have the expected type, else those found and the first other that has it."""
    if not question.kinds or question.several:
        return []
    having = [span for span in pieces if has_expected_type(question, text[slice(*span)])]
    both = [span for span in having if span in found]
    surely = question.kinds == {"date"} and question.chances["date"] >= _SURELY
    if surely and len(both) == 1:
        asked = _YEAR if "year" in question.terms[:2] else _DATE
        dates = [m.span() for m in asked.finditer(text, *both[0]) if has_expected_type(question, m.group())]
        return dates if len(dates) == 1 else both
    return both or (found and [*found, *having[:1]])


def _trimmed(text: str, span: Span) -> Span:
    """A span without the "; and" before the next item."""
    start, end = span
    match = _LEADS_ON.search(text, start, end)
    return (start, match.start()) if match and match.start() > start else span


def trimmed_item(passage: Passage) -> Span:
    """A list item without its marker and the "; and" at its end."""
    pieces = sentences_of(passage)
    return _trimmed(passage.text, (pieces[0][0], pieces[-1][1]))


def first_clause(passage: Passage) -> Span:
    """The first clause of a list item."""
    start, end = trimmed_item(passage)
    clause = _CLAUSE_END.search(passage.text, start + _SHORT_CLAUSE, end)
    return start, clause.start() if clause else end


def _filled(wanted: set[Span], pieces: Sequence[Span]) -> list[Span]:
    """The spans in order, with each short sentence that alone stands between two of them."""
    between = [
        here
        for before, here, after in zip(pieces, pieces[1:], pieces[2:], strict=False)
        if before in wanted and after in wanted and here[1] - here[0] <= _SHORT_SENTENCE
    ]
    return sorted(wanted.union(between))


def _merged(spans: list[Span], text: str) -> list[Span]:
    """Neighbouring sentences as one span, to be quoted together."""
    joined = [spans[0]]
    for start, end in spans[1:]:
        if text[joined[-1][1] : start].strip() or "\t" in text[joined[-1][1] : start]:
            joined.append((start, end))
        else:
            joined[-1] = (joined[-1][0], end)
    return joined
