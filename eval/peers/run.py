"""What a peer is asked, and the two files that say what it answered: a run and a summary."""

import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import BaliError
from eval.peers.peer import HONOURED, Peer
from eval.systems.protocol import Retrieved

TOP_K = 20


class PeerError(BaliError):
    """The sources, the queries or the environment of the peers are not as they have to be."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question or a precedent search, with the contract's Filter or none."""

    id: str
    text: str
    filter: Mapping[str, Any] | None


def read_sources(folder: Path) -> dict[str, str]:
    """The texts `<id>.txt` of a folder by document id, newlines as they are; PeerError if there is none."""
    sources = {path.stem: _read(path) for path in sorted(folder.glob("*.txt"))}
    if not sources:
        raise PeerError("holds no .txt file", where=str(folder), remedy="name the folder of the source texts")
    return sources


def read_queries(files: Sequence[Path]) -> list[Query]:
    """The queries of JSON-lines files with `id`, `question` or `query`, and perhaps `filter`, in order.

    Raises PeerError, naming the line, where a line is not such a query or its id is taken.
    """
    queries: dict[str, Query] = {}
    for path in files:
        for number, line in enumerate(_read(path).split("\n"), 1):
            if not line.strip():
                continue
            where = f"{path.name}:{number}"
            query = _query(line, where)
            if query.id in queries:
                raise PeerError(f"id {query.id!r} is taken", where=where, remedy="give each query its own id")
            queries[query.id] = query
    return list(queries.values())


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise PeerError(str(error), where=str(path), remedy="name a readable file in UTF-8") from error


def _query(line: str, where: str) -> Query:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise PeerError(str(error), where=where, remedy="write one JSON object a line") from error
    match row:
        case {"id": str(name), "question": str(text)} | {"id": str(name), "query": str(text)}:
            wanted = row.get("filter")
            if wanted is None or isinstance(wanted, dict):
                return Query(name, text, wanted)
    raise PeerError(
        "is no query",
        where=where,
        remedy="give an id and a question or query, all text, and a filter object if any",
    )


def write_run(peer: Peer, version: str, queries: Sequence[Query], index_seconds: float, out: Path) -> None:
    """Ask the peer everything; write `<name>.jsonl`, a result a line, and `<name>.summary.json` into `out`.

    The run is the same bytes every time; what was timed stands in the summary only.
    """
    lines: list[str] = []
    milliseconds: list[float] = []
    for query in queries:
        began = time.perf_counter()
        results = peer.search(query.text, TOP_K, query.filter)
        milliseconds.append((time.perf_counter() - began) * 1000)
        lines += [_line(query, rank, result) for rank, result in enumerate(results, 1)]
    chunks = peer.engine.chunks
    ignored = {field for query in queries for field in query.filter or {}} - set(HONOURED)
    summary = {
        "name": peer.name,
        "version": version,
        "chunks": len(chunks),
        "unmapped": sum(chunk.start < 0 for chunk in chunks),
        "filters_ignored": sorted(ignored),
        "index_seconds": round(index_seconds, 3),
        "p50_ms": round(statistics.median(milliseconds), 3) if milliseconds else None,
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{peer.name}.jsonl").write_bytes("".join(lines).encode())
    (out / f"{peer.name}.summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")


def _line(query: Query, rank: int, result: Retrieved) -> str:
    row = {
        "query_id": query.id,
        "rank": rank,
        "document": result.document,
        "start": result.start,
        "end": result.end,
        "score": result.score,
        "text": result.text,
    }
    return json.dumps(row, ensure_ascii=False) + "\n"
