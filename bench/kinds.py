"""Kinds of indexes beside each other, from a thousand passages to a million: `python -m bench.kinds --kept FOLDER`.

The passages are those that `python -m bench.size --kept FOLDER` has made, the largest, of which a table of n has the
first n: real passages and copies of them, their vectors with noise of half their length and of length 1 again, their
words exchanged. The questions are those of `eval/gold`. One thread.

*dense*: all compared, and FAISS's inverted lists of 8-bit or 16-bit numbers, of which twice as many as wanted are found
and compared anew; the lists looked into are those that give recall 0.99 on a sample of the vectors. Recall is that of
the ten found among the ten nearest of all, milliseconds the median to find 80, megabytes what has to be read besides
the vectors themselves, and seconds those of building. Graphs (HNSW) are tried up to 100,000.

*lexical*: the passages of each term on the disk, as they are searched; bm25s in memory; and SQLite's FTS5.
Milliseconds are the median to score a question and take the best 80, as `lexical` says it.
"""

import argparse
import dataclasses
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import bm25s
import faiss
import numpy as np
from threadpoolctl import threadpool_limits

import index.dense
from eval.cli import DOCUMENTS, GOLD
from eval.data import read_gold
from index.dense import DenseIndex
from index.drafts import Draft
from index.encoder import Vectors
from index.files import Files
from index.generation import Generation, open_generation
from index.largest import largest
from index.lexical import LexicalIndex, LexicalWriter, terms
from index.opening import open_index
from index.passages import indexed_text
from service.settings import Settings

SIZES = (1_000, 10_000, 100_000, 1_000_000)
_WANTED, _AT = 80, 10
_GRAPH_UP_TO = 100_000  # vectors
_LISTED = ("IVF{lists},SQ8", "IVF{lists},SQfp16")


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """What a kind costs at a size; `recall` is None where nothing is left out."""

    kind: str
    passages: int
    recall: float | None
    ms: float
    megabytes: float
    seconds: float


Finder = Callable[[Vectors, int], Sequence[int]]


def dense(vectors: Vectors, queries: Vectors) -> Iterator[Figures]:
    """Each kind over the vectors."""
    flat = DenseIndex(vectors)
    exact = [set(flat.nearest(query, None, _AT).tolist()) for query in queries]

    def figures(kind: str, find: Finder, size: float, seconds: float) -> Figures:
        hits = [len(one & set(find(query, _AT))) / _AT for one, query in zip(exact, queries, strict=True)]
        took = _median_ms([partial(find, query, _WANTED) for query in queries])
        return Figures(kind, len(vectors), float(np.mean(hits)), took, size / 1e6, seconds)

    yield figures("flat", lambda query, count: flat.nearest(query, None, count).tolist(), 0, 0)
    for kind in _LISTED:
        index.dense.KIND = kind  # built and searched as the one in use is
        begin = time.perf_counter()
        built = DenseIndex.build(vectors, exact_up_to=0)
        seconds = time.perf_counter() - begin
        size = faiss.serialize_index(built._lists).nbytes

        def find(query: Vectors, count: int, built: DenseIndex = built) -> Sequence[int]:
            found: list[int] = built.nearest(query, None, count).tolist()
            return found

        yield figures(built.kind, find, size, seconds)
    if len(vectors) <= _GRAPH_UP_TO:
        yield _graph(vectors, figures)


def _graph(vectors: Vectors, figures: Callable[[str, Finder, float, float], Figures]) -> Figures:
    begin = time.perf_counter()
    graph: Any = faiss.index_factory(vectors.shape[1], "HNSW32,SQ8", faiss.METRIC_INNER_PRODUCT)
    graph.train(np.array(vectors))
    graph.add(np.array(vectors))
    graph.hnsw.efSearch = 2 * _WANTED
    seconds = time.perf_counter() - begin

    def find(query: Vectors, count: int) -> Sequence[int]:
        found = graph.search(query[None], 2 * count)[1][0]
        best = np.argsort(-(vectors[found] @ query))[:count]
        nearest: list[int] = found[best].tolist()
        return nearest

    return figures("HNSW32,SQ8", find, faiss.serialize_index(graph).nbytes, seconds)


def lexical(
    generation: Generation, size: int, questions: Sequence[str], largest_table: int
) -> Iterator[Figures]:
    """Each kind over the words of the first passages; others than the one in use up to `largest_table`."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        draft, writer = Draft(Path(folder) / "draft"), LexicalWriter()
        writer.add(_texts(generation, size))
        writer.finish(draft)
        seconds = time.perf_counter() - begin
        own = LexicalIndex.load(Files(draft.folder, draft.written))
        took = _median_ms([partial(_best, own.scores, one) for one in questions])
        megabytes = sum(bytes for bytes, _ in draft.written.values()) / 1e6
        yield Figures("on the disk", size, None, took, megabytes, seconds)
        if size > largest_table:
            return
        begin = time.perf_counter()
        words = [terms(text) for text in _texts(generation, size)]
        known = bm25s.BM25()
        known.index(words, show_progress=False)
        seconds = time.perf_counter() - begin
        asked = [[word for word in terms(one) if word in known.vocab_dict] for one in questions]
        took = _median_ms([partial(_best, known.get_scores, some) for some in asked if some])
        megabytes = sum(known.scores[name].nbytes for name in ("data", "indices", "indptr")) / 1e6
        yield Figures("bm25s", size, None, took, megabytes, seconds)
        begin = time.perf_counter()
        path = Path(folder) / "fts"
        with closing(sqlite3.connect(path)) as base:
            base.execute("CREATE VIRTUAL TABLE t USING fts5(words, content='')")
            numbered = ((n, " ".join(several)) for n, several in enumerate(words))
            base.executemany("INSERT INTO t(rowid, words) VALUES (?, ?)", numbered)
            base.commit()
            seconds = time.perf_counter() - begin
            ask = "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?"
            joined = [" OR ".join(f'"{word}"' for word in some) for some in asked if some]
            took = _median_ms([partial(_rows, base, ask, one) for one in joined])
        yield Figures("FTS5", size, None, took, path.stat().st_size / 1e6, seconds)


def _best(score: Callable[[Any], Vectors], asked: Any) -> object:
    return largest(score(asked), _WANTED)


def _rows(base: sqlite3.Connection, ask: str, words: str) -> object:
    return base.execute(ask, (words, _WANTED)).fetchall()


def _texts(generation: Generation, size: int) -> Iterator[str]:
    return (indexed_text(generation.passages[row]) for row in range(size))


def _median_ms(calls: Iterable[Callable[[], object]]) -> float:
    taken = []
    for call in calls:
        begin = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begin)
    return 1000 * float(np.median(taken))


def main() -> None:
    """Print both tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kept", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument(
        "--others", type=int, default=1_000_000, help="passages that other lexical kinds are tried on"
    )
    options = parser.parse_args()
    settings = Settings()
    _, encoder = open_index(settings.var, settings.models)
    largest_made = max((path for path in options.kept.iterdir()), key=lambda path: int(path.name))
    generation = open_generation(largest_made, encoder.sha256)
    questions = [q.text for q in read_gold(GOLD, DOCUMENTS).questions]
    queries = encoder.encode(questions)
    with threadpool_limits(1):
        for title in ("dense", "lexical"):
            print(
                f"\n| {title} | passages | recall@10 | ms | MB | seconds to build |\n|---|---|---|---|---|---|"
            )
            for size in options.sizes:
                if title == "dense":
                    rows = dense(generation.dense.vectors()[:size], queries)
                else:
                    rows = lexical(generation, size, questions, options.others)
                for one in rows:
                    recall = "" if one.recall is None else f"{one.recall:.3f}"
                    print(
                        f"| {one.kind} | {one.passages:,} | {recall} | {one.ms:.2f} | {one.megabytes:,.1f} "
                        f"| {one.seconds:,.1f} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
