"""LangChain's hybrid recipe: BM25Retriever and FAISS joined by EnsembleRetriever, weights 0.5 and 0.5.

BM25Retriever is in its defaults (rank_bm25's Okapi over words split at white space, case kept), and so is the
ensemble (weighted reciprocal rank fusion with c = 60). Both retrievers are asked for as many as are wanted.
"""

from collections.abc import Mapping

from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever

from eval.peers.langchain_dense import LangChainDense


class LangChainEnsemble:
    """The ensemble returns no scores: they are reciprocal ranks here."""

    def __init__(self, sources: Mapping[str, str], model: str) -> None:
        dense = LangChainDense(sources, model)
        self.chunks = dense.chunks
        self.store = dense.store
        self.bm25 = BM25Retriever.from_texts(
            [chunk.text for chunk in self.chunks],
            metadatas=[{"position": position} for position in range(len(self.chunks))],
        )

    def rank(self, query: str, depth: int) -> list[tuple[int, float]]:
        self.bm25.k = depth
        dense = self.store.as_retriever(search_kwargs={"k": depth})
        ensemble = EnsembleRetriever(retrievers=[self.bm25, dense], weights=[0.5, 0.5])
        found = ensemble.invoke(query)[:depth]
        return [(document.metadata["position"], 1 / rank) for rank, document in enumerate(found, 1)]
