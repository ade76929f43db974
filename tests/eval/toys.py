"""A small corpus, gold data of it, and toy systems, of which every figure can be worked out by hand."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.gold_data import Gold, read_gold
from eval.systems.protocol import Answer, Citation, Retrieved

LETTERS = "The archive opens at nine.\nIt closes at five on Fridays.\nKeys are kept by the porter.\n"
RULES = "Visitors sign the book.\nVisitors leave by <b>six</b> o'clock.\nNo food.\n"

QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "q1",
        "question": "When does the archive open?",
        "kind": "date",
        "style": "natural",
        "difficulty": "easy",
        "answerable": True,
        "answers": ["nine"],
        "evidence": [[{"document": "letters", "quote": "The archive opens at nine."}]],
    },
    {
        "id": "q2",
        "question": "Who has the keys?",
        "kind": "person",
        "style": "natural",
        "difficulty": "easy",
        "answerable": True,
        "answers": ["porter"],
        "evidence": [[{"document": "letters", "quote": "Keys are kept by the porter."}]],
    },
    {
        "id": "q3",
        "question": "leaving time and book",
        "kind": "date",
        "style": "keyword",
        "difficulty": "hard",
        "answerable": True,
        "answers": ["six", "sign"],
        "answer_all": True,
        "answer_variants": {"six": ["6"]},
        "evidence": [
            [
                {"document": "rules", "quote": "Visitors leave by <b>six</b> o'clock."},
                {"document": "rules", "quote": "Visitors sign the book."},
            ]
        ],
    },
    {
        "id": "q4",
        "question": "What does a visit cost?",
        "kind": "unanswerable",
        "miss": "wrong-attribute",
        "style": "natural",
        "difficulty": "hard",
        "answerable": False,
        "answers": [],
        "evidence": [],
    },
]
PRECEDENTS: list[dict[str, Any]] = [
    {
        "id": "p1",
        "query": "rules for visitors",
        "style": "keyword",
        "filter": {"document": "rules"},
        "relevant": [
            {"document": "rules", "quote": "Visitors sign the book.", "grade": 2},
            {"document": "rules", "quote": "No food.", "grade": 1},
        ],
    }
]
CONVERSATIONS: list[dict[str, Any]] = [
    {
        "id": "c1",
        "turns": [
            {
                "question": "When does the archive open?",
                "standalone": "When does the archive open?",
                "answers": ["nine"],
                "evidence": [[{"document": "letters", "quote": "The archive opens at nine."}]],
            },
            {
                "question": "And on Fridays, when does it close?",
                "standalone": "When does the archive close on Fridays?",
                "answers": ["five"],
                "evidence": [[{"document": "letters", "quote": "It closes at five on Fridays."}]],
            },
        ],
    }
]


def write_gold(
    folder: Path,
    questions: Sequence[Mapping[str, Any]] = QUESTIONS,
    precedents: Sequence[Mapping[str, Any]] = PRECEDENTS,
    conversations: Sequence[Mapping[str, Any]] = CONVERSATIONS,
) -> tuple[Path, Path]:
    """The toy gold folder and the toy documents' folder, written under `folder`."""
    gold, documents = folder / "gold", folder / "documents"
    for made in (gold, documents):
        made.mkdir()
    for name, rows in (
        ("questions", questions),
        ("precedents", precedents),
        ("conversations", conversations),
    ):
        (gold / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (documents / "letters.txt").write_text(LETTERS)
    (documents / "rules.txt").write_text(RULES)
    return gold, documents


def toy_gold(folder: Path) -> Gold:
    """The toy gold data, read."""
    return read_gold(*write_gold(folder))


def lines_of(document: str, source: str) -> list[Retrieved]:
    """A passage a line."""
    passages, start = [], 0
    for line in source.split("\n"):
        if line:
            passages.append(Retrieved(f"{document}-{start}", document, start, start + len(line), line, 0.0))
        start += len(line) + 1
    return passages


PASSAGES = lines_of("letters", LETTERS) + lines_of("rules", RULES)


def words(text: str) -> set[str]:
    return set(text.casefold().replace("?", "").replace(".", "").split())


class WordSystem:
    """Ranks lines by the words that they share with the query; keeps the order of the documents in ties."""

    name = "words"

    def search(self, query: str, top_k: int, filter: Mapping[str, Any] | None = None) -> list[Retrieved]:
        wanted = (filter or {}).get("document")
        kept = [passage for passage in PASSAGES if wanted is None or passage.document in wanted]
        scored = [replace(p, score=float(len(words(query) & words(p.text)))) for p in kept]
        return sorted(scored, key=lambda passage: -passage.score)[:top_k]


class QuotingAnswerer:
    """Answers with the best line of `WordSystem`, and refuses questions that ask about a cost."""

    name = "words"

    def answer(self, messages: Sequence[Mapping[str, str]]) -> Answer:
        question = messages[-1]["content"]
        if len(messages) > 1:
            question = question.replace("it", "the archive")
        best = WordSystem().search(question, 1)[0]
        known = "cost" not in question
        return Answer(
            "answered" if known else "not_found",
            best.text if known else "Nothing found.",
            0.9 if known else 0.2,
            question,
            (cite(best),),
        )


def cite(passage: Retrieved) -> Citation:
    """An exact citation of a whole passage."""
    return Citation(passage.text, digest(passage.text), passage.document, passage.start, passage.end)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
