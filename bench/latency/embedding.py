"""How fast many texts are embedded: `python -m bench.latency.embedding [--times 3]`.

The texts are those that `bali build` embeds of the shipped corpus, each passage alone and in its context, shortest first.
*build* embeds them as a build does, one by one. *bare* is onnxruntime alone with the exported model, in batches of eight,
its word pieces cut before; *stock* is `SentenceTransformer.encode` at its defaults, which sorts by length itself. Each has
all cores: *build* and *bare* a thread for each, *stock* as many inside. They take turns; figures are medians of
word pieces a second. Also builds the corpus twice, and counts what is embedded the second time. Ends with 1 when a
promise is broken.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from rich.console import Console
from rich.table import Table
from sentence_transformers import SentenceTransformer

from corpus.catalogue import read_catalogue
from index.build import build
from index.encoders.onnx import OnnxEncoder
from index.encoders.tokenizer import ModelInput
from index.encoders.weights import EMBEDDING, PACKAGED, locate
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


def measure(encoder: OnnxEncoder, texts: Sequence[str], times: int) -> dict[str, dict[str, float]]:
    """Word pieces a second, and microseconds of the processor a word piece, of each; and the ratios of *build*."""
    cuts = sorted((encoder.word_pieces.cut(text) for text in texts), key=lambda cut: len(cut.ids))
    pieces = sum(len(cut.ids) for cut in cuts)
    stock = SentenceTransformer(str(locate(PACKAGED, EMBEDDING)), device="cpu", local_files_only=True)
    torch.set_num_threads(_CORES)
    with tempfile.TemporaryDirectory() as folder:
        session = bare_session(encoder, Path(folder))
        kinds: dict[str, Callable[[], object]] = {
            "build": lambda: encoder.read(texts),
            "bare": lambda: embed_barely(session, cuts),
            "stock": lambda: stock.encode(list(texts), show_progress_bar=False),
        }
        taken: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
        for turn in range(times + 1):
            for kind, work in kinds.items():
                wall, cpu = time.perf_counter(), time.process_time()
                work()
                if turn:  # the first is to warm up
                    taken[kind].append((time.perf_counter() - wall, time.process_time() - cpu))
    medians = {kind: np.median(values, axis=0) for kind, values in taken.items()}
    return {
        kind: {
            "pieces_per_second": pieces / wall,
            "cpu_us_per_piece": 1e6 * cpu / pieces,
            "throughput_of_build": float(wall / medians["build"][0]),
            "cpu_ratio": float(cpu / medians["build"][1]),
        }
        for kind, (wall, cpu) in medians.items()
    }


def embedded_again(settings: Settings, encoder: OnnxEncoder) -> int:
    """How many passages a second build of the same corpus embeds."""
    with tempfile.TemporaryDirectory() as folder:
        catalogue = read_catalogue(settings.corpus)
        build(Path(folder), catalogue, encoder)
        return build(Path(folder), catalogue, encoder).embedded


def main() -> int:
    """Print the table, or all as JSON; 1 when a promise is broken, else 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="figures for a program to read")
    options = parser.parse_args()
    settings = Settings()
    index, encoder = open_index(settings.var, settings.models)
    if not isinstance(encoder, OnnxEncoder):
        raise SystemExit("the limit is that of a model that is exported, without BALI_TOKEN_MODEL")
    texts = {text for passage in index.passages for text in (passage.text, indexed_text(passage))}
    found = measure(encoder, sorted(texts, key=lambda text: (len(text), text)), options.times)
    again = embedded_again(settings, encoder)
    held = [
        ("throughput / bare", found["bare"]["throughput_of_build"], LEAST_OF_BARE),
        ("throughput / stock", found["stock"]["throughput_of_build"], LEAST_OF_STOCK),
    ]
    kept: list[dict[str, Any]] = [
        {"promise": name, "found": value, "least": least, "holds": value >= least}
        for name, value, least in held
    ]
    kept.append({"promise": "embedded when built again", "found": again, "most": 0, "holds": again == 0})
    if options.json:
        print(json.dumps({"texts": len(texts), "embedding": found, "promises": kept}, indent=2))
    else:
        table = Table(
            "", "word pieces a second", "CPU µs a piece", "build's throughput / its", "its CPU / build's"
        )
        for kind, row in found.items():
            table.add_row(
                kind,
                f"{row['pieces_per_second']:,.0f}",
                *(f"{value:.2f}" for value in list(row.values())[1:]),
            )
        Console().print(table)
        for promise in kept:
            print(
                f"{promise['promise']}: {promise['found']:.2f}: {'holds' if promise['holds'] else 'BROKEN'}"
            )
    return int(not all(promise["holds"] for promise in kept))


if __name__ == "__main__":
    sys.exit(main())
