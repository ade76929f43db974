"""Haystack's hybrid retrieval with its components in their defaults, without the cross-encoder after it.

The tutorial joins InMemoryBM25Retriever (BM25L) and InMemoryEmbeddingRetriever by `DocumentJoiner()`, whose
default mode, concatenation, keeps each document's raw score. BM25 scores run far above dot products, so that
what shares a word with the query comes first. The tutorial then reorders by a cross-encoder, a further model.
"""

from collections.abc import Mapping

from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever

from eval.peers.haystack_embedding import HaystackEmbedding


class HaystackHybrid:
    """Scores are BM25 scores or dot products, whichever is higher."""

    def __init__(self, sources: Mapping[str, str], model: str) -> None:
        self.embedding = HaystackEmbedding(sources, model)
        self.chunks = self.embedding.chunks
        self.bm25 = InMemoryBM25Retriever(self.embedding.store)
        self.joiner = DocumentJoiner()

    def rank(self, query: str, depth: int) -> list[tuple[int, float]]:
        lexical = self.bm25.run(query=query, top_k=depth)["documents"]
        dense = self.embedding.retrieve(query, depth)
        joined = self.joiner.run(documents=[lexical, dense], top_k=depth)["documents"]
        return [(int(document.id), float(document.score)) for document in joined]
