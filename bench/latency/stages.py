"""Where the time of one question goes, each part beside its own limit: `python -m bench.latency.stages [--times 3]`.

*stock* is `SentenceTransformer.encode` of the question; *encode* is ours; *bare* is the least there could be: the
tokenizer, the exported model run by onnxruntime, and one matrix product with the vectors of all passages. *search* is
`index.search` and *answer* `service.answer`, in this process. Over HTTP, *http* is `/search` of the service and *empty*
an endpoint of the same server that always says the same; their processor time is that of the server's processes.

*tokenise*, *forward*, *dense*, *lexical*, *rerank* and *highlights* are the parts of a search, each done alone;
*tokenizer*, *runtime*, *scan* and *product* (of the question's word pieces with those of all passages) are the limits of
the first three and of *rerank*. All take turns, for one question of `eval/gold` after the other, each right after it was
done once untimed, so that the caches are its own. A ratio is that of
two medians. A search is judged by the clock, encoding and what HTTP adds by the time of the processor.

Rankings are compared with those of an index that sentence-transformers itself builds and asks, for all questions and
queries of `eval/gold`. Ends with 1 when a promise is broken.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.progress import track
from tokenizers import Tokenizer

from bench.load.processes import cpu_seconds, family, running
from bench.report.summary import Figure, arguments, at_most, finish
from bench.timing import Timing, median, stock_model, timed
from corpus.catalogue import read_catalogue
from eval.gold_data import Gold, read_gold
from eval.options import DOCUMENTS, GOLD
from eval.systems.in_process import to_filter
from index.build import build
from index.encoders.base import Encoder
from index.encoders.onnx import OnnxEncoder
from index.encoders.sentence_transformer import SentenceTransformerEncoder
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
"""Each part, and the limit that it is compared with."""

_TOP_K = 10
_WARM_UP = 5  # questions
Timings = Mapping[str, Sequence[Timing]]
Work = tuple[Callable[[], object], Callable[[], float]]
"""The work to time, and the clock of its processor."""


def serve_nothing(port: int) -> None:
    """Serve endpoints that always say the same, listening as the service does."""
    app = FastAPI()

    @app.get("/readyz")
    @app.post("/search")
    async def say() -> dict[str, str]:
        return {"status": "alive"}

    uvicorn.Server(configuration(app, Settings(port=port))).run()


def parts(index: Index, encoder: OnnxEncoder, question: str) -> Mapping[str, Callable[[], object]]:
    """The parts of a search for `question`; the input that a part needs from others is made before."""
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
    """The bare model, tokenizer and vectors."""

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


def _here(index: Index, encoder: OnnxEncoder, limits: Limits, stock: Any, question: str) -> dict[str, Work]:
    works: Mapping[str, Callable[[], object]] = {
        **limits.of(encoder, index, question),
        **parts(index, encoder, question),
        "stock": lambda: stock.encode(question, show_progress_bar=False),
        "encode": lambda: encoder.encode([question]),
        "search": lambda: search(index, encoder, question, _TOP_K),
        "answer": lambda: answer(index, encoder, [("user", question)]),
    }
    return {kind: (work, time.process_time) for kind, work in works.items()}


def measure(index: Index, encoder: OnnxEncoder, questions: Sequence[str], times: int) -> Timings:
    """Time every part for each question, `times` over; the parts take turns at being first."""
    limits = Limits(index, encoder)
    stock = stock_model()
    timings: dict[str, list[Timing]] = {}
    with ExitStack() as stack:
        servers = {
            "http": stack.enter_context(running()),
            "empty": stack.enter_context(running("bench.latency.stages", "--nothing")),
        }
        clocks = {name: partial(cpu_seconds, family(process)) for name, (_, process) in servers.items()}
        client = stack.enter_context(httpx2.Client(timeout=60))

        def post(name: str, question: str) -> object:
            body = {"query": question, "top_k": _TOP_K}
            return client.post(f"{servers[name][0]}/search", json=body).raise_for_status()

        def works(question: str) -> list[tuple[str, Work]]:
            there = {name: (partial(post, name, question), clock) for name, clock in clocks.items()}
            return [*_here(index, encoder, limits, stock, question).items(), *there.items()]

        for question in questions[:_WARM_UP]:
            for _, (work, _) in works(question):
                work()
        asked = [question for _ in range(times) for question in questions]
        for turn, question in enumerate(track(asked, "Asking", console=Console(stderr=True), transient=True)):
            kinds = works(question)
            first = turn % len(kinds)
            for kind, (work, clock) in kinds[first:] + kinds[:first]:
                work()
                timings.setdefault(kind, []).append(timed(work, clock))
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
    """The same, by an index that sentence-transformers embeds and asks."""
    reference = SentenceTransformerEncoder(settings.models.embedding)
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), read_catalogue(settings.corpus), reference)
        return rankings(load_index(Path(folder), reference.sha256), reference, gold)


def medians(timings: Timings) -> list[dict[str, Any]]:
    """For each kind milliseconds by both clocks, and, where it has a limit, that and the ratios."""
    found = {kind: median(taken) for kind, taken in timings.items()}
    rows = []
    for kind, took in found.items():
        row: dict[str, Any] = {"part": kind, "wall_ms": 1000 * took.wall, "cpu_ms": 1000 * took.cpu}
        if limit := LIMITS.get(kind):
            ratio = took.over(found[limit])
            row |= {"limit": limit, "wall_ratio": ratio.wall, "cpu_ratio": ratio.cpu}
        rows.append(row)
    return rows


def figures(rows: Sequence[Mapping[str, Any]], rankings: int, different: int) -> Iterator[Figure]:
    """What the rows say, with the promises; `different` of so many `rankings` are not the reference's."""
    found = {row["part"]: row for row in rows}

    def ms(kind: str, clock: str = "cpu") -> str:
        return f"{found[kind][f'{clock}_ms']:.2f} ms"

    yield at_most(
        "encoding a question, beside `SentenceTransformer.encode`",
        ms("encode"),
        ms("stock"),
        found["encode"]["cpu_ratio"],
        MOST_ENCODING,
    )
    yield at_most(
        "a search by the clock, beside bare encoding and scan",
        ms("search", "wall"),
        ms("bare", "wall"),
        found["search"]["wall_ratio"],
        MOST_SEARCH,
    )
    http, inside = found["http"]["cpu_ms"], found["search"]["cpu_ms"]
    yield Figure(
        "a search over HTTP, beside one in process",
        ms("http"),
        ms("search"),
        http / inside,
        f"≤ {MOST_HTTP:g} ms more",
        http - inside <= MOST_HTTP,
    )
    for name, kind in (
        ("an answer", "answer"),
        *((k, k) for k in ("tokenise", "forward", "dense", "rerank")),
    ):
        limit = LIMITS[kind]
        beside = "bare encoding and scan" if limit == "bare" else f"{limit} alone"
        yield Figure(f"{name}, beside {beside}", ms(kind), ms(limit), found[kind]["cpu_ratio"])
    same = f"{rankings - different}"
    yield Figure("rankings that are the reference's", same, f"{rankings}", None, "all", not different)


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--times", type=int, default=3, help="that each question is asked")
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
    rows = medians(measure(index, encoder, [question.text for question in gold.questions], options.times))
    return finish(list(figures(rows, len(here), different)), {"Stages": rows}, options.json)


if __name__ == "__main__":
    sys.exit(main())
