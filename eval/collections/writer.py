"""Writes sections as a collection in BEIR's layout: queries, passages, and which passages answer which query."""

import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.collections.sections import Section, passages

QUERIES = 300
PASSAGES = 2500
LEAST_WORDS = 15
"""A shorter section answers nothing."""

LEAST_ASKED = 3
"""A title of fewer words is no question: "Overview", "See also"."""

SEED = 20080106


@dataclass(frozen=True, slots=True)
class Cut:
    """A section and its passages, id -> text; none of them stands in another section."""

    section: Section
    passages: dict[str, str]


def write_collection(
    sections: Sequence[Section], out: Path, most_passages: int = PASSAGES, queries: int = QUERIES
) -> tuple[int, int]:
    """Write `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`, and return how many passages and queries.

    Drawn with a seed: the same sections give the same files. Every passage of a section answers its query. A query
    that several sections have is left out. For one query in ten the passages are left out: nothing answers it.
    """
    draw = random.Random(SEED)
    kept = _some(_cut(sections), most_passages, draw)
    asked = Counter(_plain(cut.section.query) for cut in kept)
    candidates = [
        cut
        for cut in kept
        if len(cut.section.query.split()) >= LEAST_ASKED and asked[_plain(cut.section.query)] == 1
    ]
    drawn = draw.sample(candidates, min(queries, len(candidates)))
    unanswerable = {cut.section.name for cut in drawn[::10]}
    rows = [
        {"_id": id, "title": cut.section.context, "text": text}
        for cut in kept
        if cut.section.name not in unanswerable
        for id, text in cut.passages.items()
    ]
    _write_lines(out / "corpus.jsonl", map(json.dumps, rows))
    _write_lines(
        out / "queries.jsonl",
        (
            json.dumps(
                {
                    "_id": f"q:{cut.section.name}",
                    "text": cut.section.query,
                    "answerable": cut.section.name not in unanswerable,
                }
            )
            for cut in drawn
        ),
    )
    judged = (
        f"q:{cut.section.name}\t{id}\t1"
        for cut in drawn
        if cut.section.name not in unanswerable
        for id in cut.passages
    )
    _write_lines(out / "qrels" / "test.tsv", ["query-id\tcorpus-id\tscore", *judged])
    return len(rows), len(drawn)


def _cut(sections: Iterable[Section]) -> list[Cut]:
    """The sections that are long enough, in passages; a repeated passage belongs to the first."""
    seen: set[str] = set()
    found = []
    for section in sections:
        texts = [text for text in passages(section.paragraphs) if text not in seen]
        seen.update(texts)
        if len(" ".join(texts).split()) >= LEAST_WORDS:
            numbered = {f"{section.name}.{number}": text for number, text in enumerate(texts, 1)}
            found.append(Cut(section, numbered))
    return found


def _some(cuts: Sequence[Cut], most_passages: int, draw: random.Random) -> list[Cut]:
    """Sections drawn until they have so many passages, in the order given."""
    order = draw.sample(range(len(cuts)), len(cuts))
    count, chosen = 0, []
    for n in order:
        count += len(cuts[n].passages)
        if count > most_passages:
            break
        chosen.append(n)
    return [cuts[n] for n in sorted(chosen)]


def _plain(query: str) -> str:
    return " ".join(query.casefold().split())


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
