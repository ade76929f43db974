"""Gold data: questions, precedent queries and conversations, each checked against the source documents.

A gold folder holds `questions.jsonl`, `precedents.jsonl` and `conversations.jsonl` (any may be missing, not
all), one JSON object a line; `docs/evaluation.md` describes the fields and how to write them well. A folder
of sources holds one UTF-8 text a document, `<id>.txt`.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from corpus.errors import BaliError
from eval.metrics.answers import Accepted, is_right
from eval.metrics.spans import Evidence, Quote


class GoldError(BaliError):
    """A gold file, or a source that it quotes, is missing, malformed or not what it says."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question; `evidence` is a list of alternatives, each the quotes that together answer it.

    `miss` says in which way the corpus just misses the answer to an unanswerable question; `ideal` is what a good
    assistant would say.
    """

    id: str
    text: str
    kind: str
    style: str
    difficulty: str
    answerable: bool
    accepted: Accepted
    evidence: Evidence
    miss: str | None
    ideal: str | None = None


@dataclass(frozen=True, slots=True)
class Relevant:
    """A passage worth finding, with its grade (1 helpful, 2 relevant, 3 exactly it)."""

    quote: Quote
    grade: int


@dataclass(frozen=True, slots=True)
class Precedent:
    """A search for precedent, with the contract's Filter or none."""

    id: str
    query: str
    style: str
    filter: Mapping[str, Any] | None
    relevant: tuple[Relevant, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a conversation; `standalone` is the question as it would be asked without the ones before."""

    id: str
    question: str
    standalone: str
    accepted: Accepted
    evidence: Evidence
    ideal: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation; every turn can be answered from the documents."""

    id: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Gold:
    """The three sets, the sources (document id -> text), and the SHA-256 of all that was read."""

    questions: tuple[Question, ...]
    precedents: tuple[Precedent, ...]
    conversations: tuple[Conversation, ...]
    sources: Mapping[str, str]
    sha256: str


Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Quote(_Row):
    document: Text
    quote: Text


class _Judged(_Row):
    ideal: Text | None = None
    answers: list[Text]
    answer_all: bool = False
    answer_variants: dict[str, list[Text]] = {}
    evidence: list[Annotated[list[_Quote], Field(min_length=1)]]


class _Identified(_Row):
    id: Text


class _Question(_Judged, _Identified):
    question: Text
    kind: Text
    style: Text
    difficulty: Literal["easy", "medium", "hard"] = "medium"
    answerable: bool
    miss: Text | None = None


class _Relevant(_Quote):
    grade: Annotated[int, Field(ge=1, le=3)]


Texts = Annotated[list[Text], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


class _Filter(_Row):
    document: Texts | None = None
    year_from: int | None = None
    year_to: int | None = None
    lead: Texts | None = None
    status: Texts | None = None
    kind: Texts | None = None


class _Precedent(_Identified):
    query: Text
    style: Text
    filter: _Filter | None = None
    relevant: Annotated[list[_Relevant], Field(min_length=1)]


class _Turn(_Judged):
    question: Text
    standalone: Text | None = None


class _Conversation(_Identified):
    turns: Annotated[list[_Turn], Field(min_length=1)]


def read_gold(gold: Path, documents: Path) -> Gold:
    """Read and check the gold sets in the folder `gold` against the texts in the folder `documents`.

    Raises GoldError that names the file, the line and the field, for the first thing wrong.
    """
    sources = read_sources(documents)
    files = [gold / f"{stem}.jsonl" for stem in ("questions", "precedents", "conversations")]
    present = [path for path in files if path.is_file()]
    if not present:
        raise GoldError(
            "holds no gold set", where=str(gold), remedy="put questions.jsonl, precedents.jsonl or both there"
        )
    owners: dict[str, str] = {}
    questions = tuple(_question(row, at, sources) for row, at in _rows(files[0], _Question, owners))
    precedents = tuple(_precedent(row, at, sources) for row, at in _rows(files[1], _Precedent, owners))
    conversations = tuple(
        _conversation(row, at, sources) for row, at in _rows(files[2], _Conversation, owners)
    )
    return Gold(questions, precedents, conversations, sources, _digest(present, sources))


def read_questions(file: Path, sources: Mapping[str, str]) -> tuple[Question, ...]:
    """The questions of one file, in the format of `questions.jsonl`. Raises GoldError."""
    return tuple(_question(row, at, sources) for row, at in _rows(file, _Question, {}))


def read_sources(documents: Path) -> dict[str, str]:
    """The texts of a folder, document id -> text, line ends as in the file, so that offsets hold.

    Raises GoldError if there is none, or one is not UTF-8.
    """
    sources = {path.stem: _text(path) for path in sorted(documents.glob("*.txt"))}
    if not sources:
        raise GoldError(
            "holds no .txt file", where=str(documents), remedy="name the folder of the source texts"
        )
    return sources


Row = TypeVar("Row", bound=_Identified)


def _rows(path: Path, row: type[Row], owners: dict[str, str]) -> Iterator[tuple[Row, str]]:
    """The rows of a file with the place of each, `<file>:<line>`; nothing if the file is missing."""
    if not path.is_file():
        return
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        at = f"{path.name}:{number}"
        try:
            parsed = row.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"]) or "line"
            raise GoldError(
                f"{field}: {first['msg']}", where=at, remedy="see the fields in docs/evaluation.md"
            ) from error
        if parsed.id in owners:
            raise GoldError(
                f"id: {parsed.id!r} is taken by {owners[parsed.id]}",
                where=at,
                remedy="give each line its own id",
            )
        owners[parsed.id] = at
        yield parsed, at


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise GoldError(
            f"is not UTF-8 at byte {error.start}", where=path.name, remedy="store the text as UTF-8"
        ) from error


def _question(row: _Question, at: str, sources: Mapping[str, str]) -> Question:
    if row.answerable:
        evidence, accepted = _judged(row, at, "", sources)
    elif row.evidence or row.answers:
        raise GoldError(
            "answerable: is false, but evidence or answers are given",
            where=at,
            remedy="empty both, or set answerable to true",
        )
    else:
        evidence, accepted = (), Accepted((), {}, False)
    return Question(
        row.id,
        row.question,
        row.kind,
        row.style,
        row.difficulty,
        row.answerable,
        accepted,
        evidence,
        row.miss,
        row.ideal,
    )


def _precedent(row: _Precedent, at: str, sources: Mapping[str, str]) -> Precedent:
    relevant = tuple(
        Relevant(_locate(entry, at, f"relevant.{n}", sources), entry.grade)
        for n, entry in enumerate(row.relevant)
    )
    chosen = row.filter.model_dump(exclude_none=True) if row.filter else None
    return Precedent(row.id, row.query, row.style, chosen, relevant)


def _conversation(row: _Conversation, at: str, sources: Mapping[str, str]) -> Conversation:
    turns = []
    for n, turn in enumerate(row.turns):
        evidence, accepted = _judged(turn, at, f"turns.{n}.", sources)
        turns.append(
            Turn(
                f"{row.id}.{n + 1}",
                turn.question,
                turn.standalone or turn.question,
                accepted,
                evidence,
                turn.ideal,
            )
        )
    return Conversation(row.id, tuple(turns))


def _judged(row: _Judged, at: str, within: str, sources: Mapping[str, str]) -> tuple[Evidence, Accepted]:
    """Evidence and accepted answers, checked against the source and against each other."""
    for field, value in (("evidence", row.evidence), ("answers", row.answers)):
        if not value:
            raise GoldError(
                f"{within}{field}: is empty, but the question is answerable",
                where=at,
                remedy=f"give its {field}",
            )
    evidence = tuple(
        tuple(_locate(quote, at, f"{within}evidence.{a}.{n}", sources) for n, quote in enumerate(alternative))
        for a, alternative in enumerate(row.evidence)
    )
    for answer in row.answer_variants:
        if answer not in row.answers:
            raise GoldError(
                f"{within}answer_variants: {answer!r} is not among the answers",
                where=at,
                remedy="use the answer, letter by letter, as the key of its variants",
            )
    accepted = Accepted(
        tuple(row.answers), {key: tuple(value) for key, value in row.answer_variants.items()}, row.answer_all
    )
    if not any(is_right(" ".join(quote.text for quote in alternative), accepted) for alternative in evidence):
        raise GoldError(
            f"{within}answers: no alternative of the evidence contains them",
            where=at,
            remedy="quote what states the answer, or add the wording of the source as a variant",
        )
    return evidence, accepted


def _locate(row: _Quote, at: str, field: str, sources: Mapping[str, str]) -> Quote:
    """The quote with each place where it stands in its source."""
    source = sources.get(row.document)
    if source is None:
        raise GoldError(
            f"{field}.document: no source is called {row.document!r}",
            where=at,
            remedy=f"use one of {', '.join(sources)}",
        )
    spans = tuple((found.start(), found.end()) for found in re.finditer(re.escape(row.quote), source))
    if not spans:
        raise GoldError(
            f"{field}.quote: {row.quote[:60]!r} does not stand in {row.document}",
            where=at,
            remedy="copy the quote from the file to the character, markup and spaces included",
        )
    return Quote(row.document, row.quote, spans)


def _digest(gold: list[Path], sources: Mapping[str, str]) -> str:
    """SHA-256 of the gold files and the sources, by which two runs know that they were asked the same."""
    digest = hashlib.sha256()
    for path in gold:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    for name, text in sources.items():
        digest.update(name.encode() + b"\0" + hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()
