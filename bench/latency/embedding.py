"""How fast many texts are embedded: `python -m bench.latency.embedding [--times 3]`.

The texts are those that `bali build` embeds of the shipped corpus, each passage alone and in its context, shortest first.
*build* embeds them as a build does, one by one. *bare* is onnxruntime alone with the exported model, in batches of eight,
its word pieces cut before; *stock* is `SentenceTransformer.encode` at its defaults, which sorts by length itself. Each has
all cores: *build* and *bare* a thread for each, *stock* as many inside. They take turns; figures are medians of
word pieces a second. Also builds the corpus twice, and counts what is embedded the second time. Ends with 1 when a
promise is broken.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from bench.report.summary import Figure, arguments, at_least, finish
from bench.timing import Timing, median, stock_model, timed
from corpus.catalogue import read_catalogue
from index.build import build
from index.encoders.onnx import OnnxEncoder
from index.encoders.tokenizer import ModelInput
from index.opening import open_index
from index.passages.store import indexed_text
from service.settings import Settings

LEAST_OF_BARE, LEAST_OF_STOCK = 0.9, 1.2  # of their throughput
_BATCH = 8
_CORES = len(os.sched_getaffinity(0))


def bare_session(encoder: OnnxEncoder, folder: Path) -> onnxruntime.InferenceSession:
    """The exported model, in a copy under `folder` that takes batches, on one core each."""
    assert encoder.exported is not None
    shutil.copytree(encoder.exported.path, folder, dirs_exist_ok=True)
    model = onnx.load(str(folder / "model.onnx"), load_external_data=False)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    del model.graph.value_info[:]
    onnx.save(model, str(folder / "model.onnx"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    return onnxruntime.InferenceSession(
        str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
    )


def embed_barely(session: onnxruntime.InferenceSession, cuts: Sequence[ModelInput]) -> None:
    """Run all batches; what comes out is dropped."""

    def run(begin: int) -> None:
        batch = cuts[begin : begin + _BATCH]
        ids = np.zeros((len(batch), max(len(cut.ids) for cut in batch)), np.int64)
        mask = np.zeros_like(ids)
        for row, cut in enumerate(batch):
            ids[row, : len(cut.ids)], mask[row, : len(cut.ids)] = cut.ids, 1
        known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        session.run(None, {node.name: known[node.name] for node in session.get_inputs()})

    with ThreadPoolExecutor(_CORES) as pool:
        list(pool.map(run, range(0, len(cuts), _BATCH)))


def measure(encoder: OnnxEncoder, texts: Sequence[str], times: int) -> tuple[int, dict[str, Timing]]:
    """How many word pieces the texts have, and the median time of each kind."""
    cuts = sorted((encoder.word_pieces.cut(text) for text in texts), key=lambda cut: len(cut.ids))
    stock = stock_model()
    torch.set_num_threads(_CORES)
    with tempfile.TemporaryDirectory() as folder:
        session = bare_session(encoder, Path(folder))
        kinds: dict[str, Callable[[], object]] = {
            "build": lambda: encoder.read(texts),
            "bare": lambda: embed_barely(session, cuts),
            "stock": lambda: stock.encode(list(texts), show_progress_bar=False),
        }
        taken: dict[str, list[Timing]] = {kind: [] for kind in kinds}
        for turn in range(times + 1):
            for kind, work in kinds.items():
                took = timed(work)
                if turn:  # the first is to warm up
                    taken[kind].append(took)
    return sum(len(cut.ids) for cut in cuts), {kind: median(timings) for kind, timings in taken.items()}


def embedded_again(settings: Settings, encoder: OnnxEncoder) -> int:
    """How many passages a second build of the same corpus embeds."""
    with tempfile.TemporaryDirectory() as folder:
        catalogue = read_catalogue(settings.corpus)
        build(Path(folder), catalogue, encoder)
        return build(Path(folder), catalogue, encoder).embedded


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    settings = Settings()
    index, encoder = open_index(settings.var, settings.models)
    if not isinstance(encoder, OnnxEncoder):
        raise SystemExit("the limit is that of a model that is exported, without BALI_TOKEN_MODEL")
    texts = {text for passage in index.passages for text in (passage.text, indexed_text(passage))}
    pieces, found = measure(encoder, sorted(texts, key=lambda text: (len(text), text)), options.times)
    rates = {kind: pieces / one.wall for kind, one in found.items()}
    figures = [
        at_least(
            f"word pieces embedded by a build, beside {kind}",
            f"{rates['build']:,.0f} /s",
            f"{rates[kind]:,.0f} /s",
            rates["build"] / rates[kind],
            least,
        )
        for kind, least in (("bare", LEAST_OF_BARE), ("stock", LEAST_OF_STOCK))
    ]
    again = embedded_again(settings, encoder)
    figures.append(Figure("passages embedded when built again", str(again), promised="0", holds=not again))
    rows = [
        {"embedding": kind, "pieces /s": rates[kind], "CPU µs a piece": 1e6 * one.cpu / pieces}
        for kind, one in found.items()
    ]
    return finish(figures, {f"{len(texts)} texts": rows}, options.json)


if __name__ == "__main__":
    sys.exit(main())
