"""Where the time of one question goes, each part beside its own limit: `python -m bench.latency.stages [--times 3]`.

*stock* is `SentenceTransformer.encode` of the question; *encode* is ours; *bare* is the least there could be: the
tokenizer, the exported model run by onnxruntime, and one matrix product with the vectors of all passages. *search* is
`index.search` and *answer* `service.answer`, in this process. Over HTTP, *http* is `/search` of the service and *empty*
an endpoint of the same server that always says the same; their processor time is that of the server's processes.

*tokenise*, *forward*, *dense*, *lexical*, *rerank* and *highlights* are the parts of a search, each done alone;
*tokenizer*, *runtime*, *scan* and *product* (of the question's word pieces with those of all passages) are the limits of
the first three and of *rerank*. All take turns, for one question of `eval/gold` after the other, each right after it was
done once untimed: else what was done before it would be timed with it, in what it finds in the caches. A ratio is that of
two medians. A search is judged by the clock, encoding and what HTTP adds by the time of the processor.

Rankings are compared with those of an index that sentence-transformers itself builds and asks, for all questions and
queries of `eval/gold`. Ends with 1 when a promise is broken.
"""

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import onnxruntime
import psutil
import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from bench.latency.search import Timing
from bench.load.clients import service
from bench.load.processes import cpu_seconds, family
from corpus.catalogue import read_catalogue
from eval.gold_data import Gold, read_gold
from eval.options import DOCUMENTS, GOLD
from eval.systems.in_process import to_filter
from index.build import build
from index.encoders.base import Encoder
from index.encoders.onnx import OnnxEncoder
from index.encoders.sentence_transformer import SentenceTransformerEncoder
from index.encoders.weights import EMBEDDING, PACKAGED, locate
from index.generation import Index, load_index
from index.opening import open_index
from index.queries.preferences import requested_columns
from index.retrieval.highlights import highlights
from index.search import search
from service.chat import answer
from service.http.server import configuration
from service.settings import Settings

MOST_ENCODING, MOST_SEARCH, MOST_HTTP = 0.45, 1.5, 2.5  # of stock; of bare; milliseconds above a search
LIMITS = {
    "encode": "stock",
    "tokenise": "tokenizer",
    "forward": "runtime",
    "dense": "scan",
    "lexical": "bare",
    "rerank": "product",
    "highlights": "bare",
    "search": "bare",
    "answer": "bare",
    "http": "empty",
}
"""What is measured, and what it is a ratio of."""

_TOP_K = 10
_WARM_UP = 5  # questions
Timings = Mapping[str, Sequence[Timing]]


def serve_nothing(port: int) -> None:
    """Serve an endpoint that always says the same, listening as the service does."""
    app = FastAPI()

    @app.post("/search")
    async def say() -> dict[str, str]:
        return {"status": "alive"}

    uvicorn.Server(configuration(app, Settings(port=port))).run()


@contextmanager
def _nothing() -> Iterator[tuple[str, psutil.Process]]:
    """The URL and the process of a server that serves nothing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, "-m", "bench.latency.stages", "--nothing", str(port)]) as child:
        try:
            while not _listens(port):
                time.sleep(0.02)
            yield f"http://127.0.0.1:{port}", psutil.Process(child.pid)
        finally:
            child.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def parts(index: Index, encoder: OnnxEncoder, question: str) -> Mapping[str, Callable[[], object]]:
    """The parts of a search for `question`, and their limits; what a part needs of others is made before."""
    rows = np.arange(len(index.passages))
    cut, read = encoder.word_pieces.cut(question), encoder.read([question])[0]
    weights = index.tokens.weights(question, read)
    passages = [result.passage for result in search(index, encoder, question, _TOP_K).results]
    places = [index.positions[passage.id] for passage in passages]
    compared = index.tokens.compare([read], rows)

    def marked() -> None:
        asked = requested_columns(question)
        cut = encoder.pieces([passage.text for passage in passages])
        for passage, place, pieces in zip(passages, places, cut, strict=True):
            highlights(passage, asked, compared.with_first(place), weights, pieces)

    return {
        "tokenise": lambda: encoder.word_pieces.cut(question),
        "forward": lambda: encoder.forward(cut),
        "dense": lambda: index.dense.scores(read.pooled, rows),
        "lexical": lambda: index.lexical.scores(question),
        "rerank": lambda: index.tokens.compare([read], rows).scores([weights]),
        "highlights": marked,
    }


class Limits:
    """The bare runtime, and what it takes: made once."""

    def __init__(self, index: Index, encoder: OnnxEncoder) -> None:
        assert encoder.exported is not None
        folder = encoder.exported.path
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [node.name for node in self._session.get_inputs()]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(encoder.max_tokens)
        self._vectors = index.dense.vectors()
        self._pieces = np.concatenate([index.tokens.vectors(n) for n in range(len(index.passages))])

    def of(self, encoder: OnnxEncoder, index: Index, question: str) -> Mapping[str, Callable[[], object]]:
        """What can be timed for `question`."""
        read = encoder.read([question])[0]
        features, pieces = self._features(question), index.tokens.quantizer.project(read.tokens)

        def bare() -> object:
            return self._vectors @ self._pooled(self._features(question))

        return {
            "bare": bare,
            "tokenizer": lambda: self._tokenizer.encode(question),
            "runtime": lambda: self._pooled(features),
            "scan": lambda: self._vectors @ read.pooled,
            "product": lambda: self._pieces @ pieces.T,
        }

    def _features(self, question: str) -> dict[str, Any]:
        said = self._tokenizer.encode(question)
        known = {
            "input_ids": said.ids,
            "attention_mask": said.attention_mask,
            "token_type_ids": said.type_ids,
        }
        return {name: np.array([known[name]], np.int64) for name in self._inputs}

    def _pooled(self, features: dict[str, Any]) -> Any:
        return self._session.run(["pooled"], features)[0][0]


def measure(
    index: Index, encoder: OnnxEncoder, questions: Sequence[str], times: int
) -> Mapping[str, Sequence[Timing]]:
    """A timing of everything for each question, `times` over; what is timed takes turns at being first."""
    limits = Limits(index, encoder)
    stock = SentenceTransformer(str(locate(PACKAGED, EMBEDDING)), device="cpu", local_files_only=True)
    timings: dict[str, list[Timing]] = {}
    with ExitStack() as stack:
        url, process = stack.enter_context(service("shipped"))
        empty, nothing = stack.enter_context(_nothing())
        client, running = stack.enter_context(httpx2.Client(timeout=60)), family(process)

        def all_of(question: str) -> Mapping[str, tuple[Callable[[], object], Callable[[], float]]]:
            here = {
                **limits.of(encoder, index, question),
                **parts(index, encoder, question),
                "stock": lambda: stock.encode(question, show_progress_bar=False),
                "encode": lambda: encoder.encode([question]),
                "search": lambda: search(index, encoder, question, _TOP_K),
                "answer": lambda: answer(index, encoder, [("user", question)]),
            }
            body = {"query": question, "top_k": _TOP_K}
            there = {
                "http": (
                    lambda: client.post(f"{url}/search", json=body).raise_for_status(),
                    partial(cpu_seconds, running),
                ),
                "empty": (
                    lambda: client.post(f"{empty}/search", json=body).raise_for_status(),
                    partial(cpu_seconds, [nothing]),
                ),
            }
            return {**{kind: (work, time.process_time) for kind, work in here.items()}, **there}

        for question in questions[:_WARM_UP]:
            for work, _ in all_of(question).values():
                work()
        asked = [(turn, question) for turn in range(times) for question in questions]
        for turn, (_, question) in enumerate(
            track(asked, "Asking", console=Console(stderr=True), transient=True)
        ):
            kinds = list(all_of(question).items())
            first = turn % len(kinds)
            for kind, (work, clock) in kinds[first:] + kinds[:first]:
                work()
                wall, cpu = time.perf_counter(), clock()
                work()
                took = Timing(time.perf_counter() - wall, clock() - cpu)
                timings.setdefault(kind, []).append(took)
    return timings


def rankings(index: Index, encoder: Encoder, gold: Gold) -> list[list[str]]:
    """The ids of the best passages for each question and query."""
    asked = [(question.text, None) for question in gold.questions]
    asked += [(precedent.query, to_filter(precedent.filter)) for precedent in gold.precedents]  # type: ignore[misc]
    return [
        [result.passage.id for result in search(index, encoder, text, _TOP_K, filter).results]
        for text, filter in asked
    ]


def reference_rankings(settings: Settings, gold: Gold) -> list[list[str]]:
    """As `rankings`, by an index that sentence-transformers embeds and asks."""
    reference = SentenceTransformerEncoder(settings.models.embedding)
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), read_catalogue(settings.corpus), reference)
        return rankings(load_index(Path(folder), reference.sha256), reference, gold)


def figures(timings: Timings) -> dict[str, dict[str, float | str]]:
    """For each kind its medians in milliseconds by both clocks, and, where it has a limit, that and the ratios."""
    wall = {kind: 1000 * float(np.median([one.wall for one in taken])) for kind, taken in timings.items()}
    cpu = {kind: 1000 * float(np.median([one.cpu for one in taken])) for kind, taken in timings.items()}
    found: dict[str, dict[str, float | str]] = {}
    for kind in timings:
        found[kind] = {"wall_ms": wall[kind], "cpu_ms": cpu[kind]}
        if limit := LIMITS.get(kind):
            ratios = {"wall_ratio": wall[kind] / wall[limit], "cpu_ratio": cpu[kind] / cpu[limit]}
            found[kind] |= {"limit": limit, **ratios}
    return found


def promises(found: Mapping[str, Mapping[str, Any]], different: int) -> list[dict[str, Any]]:
    """What is promised, what was found, and whether it holds."""
    held = [
        ("encoding / stock encode", found["encode"]["cpu_ratio"], MOST_ENCODING),
        ("search p50 / bare p50", found["search"]["wall_ratio"], MOST_SEARCH),
        ("processor time that HTTP adds, ms", found["http"]["cpu_ms"] - found["search"]["cpu_ms"], MOST_HTTP),
        ("rankings other than the reference's", different, 0),
    ]
    return [
        {"promise": name, "found": value, "most": most, "holds": value <= most} for name, value, most in held
    ]


def main() -> int:
    """Print the tables, or all as JSON; 1 when a promise is broken, else 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=3, help="that each question is asked")
    parser.add_argument("--json", action="store_true", help="figures for a program to read")
    parser.add_argument("--nothing", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.nothing:
        serve_nothing(options.nothing)
        return 0
    settings, gold = Settings(), read_gold(GOLD, DOCUMENTS)
    index, encoder = open_index(settings.var, settings.models)
    if not isinstance(encoder, OnnxEncoder):
        raise SystemExit("the limits are those of a model that is exported, without BALI_TOKEN_MODEL")
    here, there = rankings(index, encoder, gold), reference_rankings(settings, gold)
    different = sum(one != other for one, other in zip(here, there, strict=True))
    found = figures(measure(index, encoder, [question.text for question in gold.questions], options.times))
    kept = promises(found, different)
    if options.json:
        print(json.dumps({"stages": found, "rankings": len(here), "promises": kept}, indent=2))
    else:
        _print(found, kept)
    return int(not all(promise["holds"] for promise in kept))


def _print(found: Mapping[str, Mapping[str, Any]], kept: Sequence[Mapping[str, Any]]) -> None:
    table = Table("", "p50 ms", "CPU ms", "limit", "ratio", "CPU ratio")
    for kind, row in found.items():
        ratios = [f"{row[key]:.2f}" if key in row else "" for key in ("wall_ratio", "cpu_ratio")]
        table.add_row(kind, f"{row['wall_ms']:.2f}", f"{row['cpu_ms']:.2f}", row.get("limit", ""), *ratios)
    Console().print(table)
    for promise in kept:
        verdict = "holds" if promise["holds"] else "BROKEN"
        print(f"{promise['promise']}: {promise['found']:.2f}, at most {promise['most']:.2f}: {verdict}")


if __name__ == "__main__":
    sys.exit(main())
