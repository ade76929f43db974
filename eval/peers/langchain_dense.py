"""LangChain's usual recipe: RecursiveCharacterTextSplitter at 1,000/200, sentence embeddings, FAISS.

1,000/200 is its retrieval tutorial's setting; FAISS (flat, Euclidean) and the embeddings have their defaults.
"""

from collections.abc import Mapping

from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings

from eval.peers.recursive import chunk_recursively


class LangChainDense:
    """Scores are negated squared Euclidean distances."""

    def __init__(self, sources: Mapping[str, str], model: str) -> None:
        self.chunks = chunk_recursively(sources)
        self.store = FAISS.from_texts(
            [chunk.text for chunk in self.chunks],
            HuggingFaceEmbeddings(model_name=model),
            metadatas=[{"position": position} for position in range(len(self.chunks))],
        )

    def rank(self, query: str, depth: int) -> list[tuple[int, float]]:
        nearest = self.store.similarity_search_with_score(query, k=depth)
        return [(found.metadata["position"], -float(distance)) for found, distance in nearest]
