"""TREC run files, with the spans of the passages beside them so that a run can be judged again anywhere.

`<name>.run` has one line a result, `query Q0 passage rank score tag`; `<name>.passages.jsonl` has one JSON
object a passage: `{"id", "document", "start", "end", "text"}`. A passage that a query returns twice is
written at its first rank only, since the format allows no other.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from corpus.errors import BaliError
from eval.systems.protocol import Retrieved

Runs = Mapping[str, Sequence[Retrieved]]
"""Query id -> results, best first."""


class RunError(BaliError):
    """A run file is missing or malformed, or an id cannot be written to one."""


def write_run(runs: Runs, tag: str, folder: Path) -> Path:
    """Write `<tag>.run` and `<tag>.passages.jsonl`, and return the path of the first.

    Raises RunError if an id or the tag holds white space, which the format separates fields by.
    """
    lines = []
    passages: dict[str, Retrieved] = {}
    for query, results in runs.items():
        first = {result.id: result for result in reversed(results)}
        once = sorted(first.values(), key=results.index)
        for rank, result in enumerate(once, 1):
            for name in (query, result.id, tag):
                if not name or name.split() != [name]:
                    raise RunError(
                        f"{name!r} is empty or holds white space",
                        where=f"query {query}",
                        remedy="use names without it",
                    )
            lines.append(f"{query} Q0 {result.id} {rank} {result.score!r} {tag}\n")
            passages.setdefault(result.id, result)
    folder.mkdir(parents=True, exist_ok=True)
    run = folder / f"{tag}.run"
    run.write_text("".join(lines), encoding="utf-8")
    _passages_path(run).write_text(
        "".join(
            json.dumps(
                {"id": p.id, "document": p.document, "start": p.start, "end": p.end, "text": p.text},
                ensure_ascii=False,
            )
            + "\n"
            for p in passages.values()
        ),
        encoding="utf-8",
    )
    return run


def read_run(run: Path) -> dict[str, list[Retrieved]]:
    """Read a run file and the passages beside it; results in the order of the rank column.

    Raises RunError that names the file, the line and what is wrong with it.
    """
    passages = _read_passages(_passages_path(run))
    ranked: dict[str, list[tuple[int, Retrieved]]] = {}
    for number, line in enumerate(_lines(run), 1):
        where = f"{run.name}:{number}"
        try:
            query, _, passage, rank, score, _ = line.split()
            entry = (int(rank), float(score))
        except ValueError as error:
            raise RunError(
                f"{line[:60]!r} is not a result",
                where=where,
                remedy="write 'query Q0 passage rank score tag'",
            ) from error
        if passage not in passages:
            raise RunError(
                f"passage {passage!r} is not described",
                where=where,
                remedy=f"add it to {_passages_path(run).name}",
            )
        known = passages[passage]
        result = Retrieved(known.id, known.document, known.start, known.end, known.text, entry[1])
        ranked.setdefault(query, []).append((entry[0], result))
    return {
        query: [result for _, result in sorted(results, key=lambda pair: pair[0])]
        for query, results in ranked.items()
    }


def _passages_path(run: Path) -> Path:
    return run.with_name(f"{run.stem}.passages.jsonl")


def _read_passages(path: Path) -> dict[str, Retrieved]:
    passages = {}
    for number, line in enumerate(_lines(path), 1):
        try:
            row = json.loads(line)
            passage = Retrieved(
                str(row["id"]),
                str(row["document"]),
                int(row["start"]),
                int(row["end"]),
                str(row["text"]),
                0.0,
            )
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(
                f"is not a passage ({type(error).__name__}: {error})",
                where=f"{path.name}:{number}",
                remedy='write {"id", "document", "start", "end", "text"}',
            ) from error
        passages[passage.id] = passage
    return passages


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    except FileNotFoundError as error:
        raise RunError(
            "is missing", where=path.name, remedy="write the run and its passages together"
        ) from error
