"""Plain BM25: bm25s in its defaults (Lucene's variant, k1 1.5, b 0.75, English stop words, no stemmer).

Over the 1,000/200 chunks of the LangChain peers.
"""

from collections.abc import Mapping

import bm25s

from eval.peers.recursive import chunk_recursively


class PlainBM25:
    """Scores are BM25 scores; the embedding model is not used."""

    def __init__(self, sources: Mapping[str, str], model: str) -> None:  # noqa: ARG002
        self.chunks = chunk_recursively(sources)
        self.bm25 = bm25s.BM25()
        self.bm25.index(
            bm25s.tokenize([chunk.text for chunk in self.chunks], show_progress=False), show_progress=False
        )

    def rank(self, query: str, depth: int) -> list[tuple[int, float]]:
        tokens = bm25s.tokenize(query, show_progress=False)
        positions, scores = self.bm25.retrieve(tokens, k=depth, show_progress=False)
        return [
            (int(position), float(score)) for position, score in zip(positions[0], scores[0], strict=True)
        ]
