"""Feedback on answers, stored in SQLite under `var/`, and candidate questions for the evaluation made of it.

Only the message is stored: neither the sender nor the sender's address.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.errors import BaliError
from service.schemas.feedback import Feedback

FILE = "feedback.sqlite3"
SCHEMA = 1
_MAX_PAGES = 16_384  # of 4,096 bytes: 64 MiB
_TIMEOUT = 10.0  # seconds to wait for another writer
_TABLE = "CREATE TABLE feedback (id INTEGER PRIMARY KEY, at TEXT NOT NULL, given TEXT NOT NULL) STRICT"
_MARKER = re.compile(r"\s*\[\d+\].*", re.DOTALL)


class FeedbackError(BaliError):
    """The store cannot be written or read, is full, or of another version."""


@dataclass(frozen=True, slots=True)
class StoredFeedback:
    """A message with its number and time; `at` is UTC, ISO 8601."""

    id: int
    at: str
    given: Feedback


def keep(var: Path, given: Feedback) -> int:
    """Store `given` and return its number. Raises FeedbackError."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with _open(var) as store:
        row = store.execute("INSERT INTO feedback (at, given) VALUES (?, ?)", (now, given.model_dump_json()))
        return int(row.lastrowid or 0)


def read(var: Path) -> list[StoredFeedback]:
    """All messages in order of arrival. Raises FeedbackError."""
    if not (var / FILE).is_file():
        return []
    with _open(var) as store:
        rows = store.execute("SELECT id, at, given FROM feedback ORDER BY id").fetchall()
    return [StoredFeedback(id, at, Feedback.model_validate_json(given)) for id, at, given in rows]


@contextmanager
def _open(var: Path) -> Iterator[sqlite3.Connection]:
    """A transaction of one writer; a missing table is made."""
    path = var / FILE
    try:
        var.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=_TIMEOUT, isolation_level=None)) as store:
            store.execute("PRAGMA journal_mode = WAL")
            store.execute(f"PRAGMA max_page_count = {_MAX_PAGES}")
            store.execute("BEGIN IMMEDIATE")
            version = store.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                store.execute(_TABLE)
                store.execute(f"PRAGMA user_version = {SCHEMA}")
            elif version != SCHEMA:
                raise FeedbackError(
                    f"has version {version}, not {SCHEMA}", where=str(path), remedy="move the file away"
                )
            yield store
            store.execute("COMMIT")
    except (sqlite3.Error, OSError) as error:
        raise FeedbackError(
            f"cannot be used ({error})", where=str(path), remedy="export it, then move the file away"
        ) from error


def candidate(stored: StoredFeedback, sources: Mapping[str, str]) -> dict[str, Any] | None:
    """A line of `questions.jsonl`, marked as a candidate for someone to accept; None if the message gives none.

    Quotations of a good answer that stand in `sources` and contain the answer become alternative evidence. A confirmed
    "not found" becomes an unanswerable question. Of a bad answer the right one is not known.
    """
    given = stored.given
    if given.thumb == "down":
        return None
    quotes = [
        (citation.passage.document.id, citation.quote)
        for citation in given.citations
        if citation.quote.strip() and citation.quote in sources.get(citation.passage.document.id, "")
    ]
    answerable = given.status != "not_found"
    if answerable and not quotes:
        return None
    expected = _answer(given.answer, quotes[0][1]) if answerable else ""
    return {
        "id": f"candidate-{stored.id}",
        "question": given.question,
        "kind": "candidate",
        "style": "candidate",
        "difficulty": "medium",
        "answerable": answerable,
        "answers": [expected] if answerable else [],
        "evidence": [
            [{"document": id, "quote": quote}] for id, quote in quotes if answerable and expected in quote
        ],
        "miss": None if answerable else "candidate",
    }


def _answer(answer: str, quote: str) -> str:
    """The words before the first marker, or what is said there beside the item or after "Yes:", if the quotation has them.

    Else the quotation.
    """
    said = _MARKER.sub("", answer).strip()
    for words in (said, said.partition(" (")[0], said.partition(": ")[2]):
        if words and re.search(rf"(?<!\w){re.escape(words)}(?!\w)", quote):
            return words
    return quote
