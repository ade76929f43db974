"""Reads the runs that peers write in their own environment (`python -m eval.peers --out DIR`)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.runs.trec import RunError
from eval.runs.types import QuestionRun
from eval.systems.protocol import Retrieved


def read_peers(folder: Path) -> list[QuestionRun]:
    """Every run `<name>.jsonl` of the folder, one result a line, in order of name.

    Raises RunError if there is none, or a line is not a result.
    """
    runs = [path for path in sorted(folder.glob("*.jsonl")) if not path.name.endswith(".passages.jsonl")]
    if not runs:
        raise RunError(
            "holds no run of a peer", where=str(folder), remedy="run `python -m eval.peers --out` there first"
        )
    return [read_peer(path) for path in runs]


def read_peer(path: Path) -> QuestionRun:
    """One run: `{"query_id", "rank", "document", "start", "end", "score", "text"}` a line, by rank."""
    results: dict[str, list[Retrieved]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            results.setdefault(row["query_id"], []).append(_result(row))
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(
                f"is not a result ({type(error).__name__}: {error})",
                where=f"{path.name}:{number}",
                remedy="write the run again with `python -m eval.peers`",
            ) from error
    return QuestionRun(path.stem, results, {})


def _result(row: Mapping[str, Any]) -> Retrieved:
    start, end = int(row["start"]), int(row["end"])
    name = f"{row['document']}:{start}-{end}"
    return Retrieved(name, str(row["document"]), start, end, str(row["text"]), float(row["score"]))
