"""Haystack in its defaults: DocumentSplitter (200 words), sentence embeddings, in-memory store, dot product.

`DocumentSplitter` cuts at single spaces only, so that a table cell or a line break is inside a word.
"""

from collections.abc import Mapping

from haystack import Document
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from eval.peers.chunks import Chunk, chunk_document


class HaystackEmbedding:
    """Scores are dot products of unit vectors."""

    def __init__(self, sources: Mapping[str, str], model: str) -> None:
        self.chunks = split_by_words(sources)
        documents = [
            Document(id=str(position), content=chunk.text) for position, chunk in enumerate(self.chunks)
        ]
        embedder = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
        embedder.warm_up()
        self.store = InMemoryDocumentStore(shared=False)
        self.store.write_documents(embedder.run(documents)["documents"])
        self.embedder = SentenceTransformersTextEmbedder(model=model, progress_bar=False)
        self.embedder.warm_up()
        self.retriever = InMemoryEmbeddingRetriever(self.store)

    def rank(self, query: str, depth: int) -> list[tuple[int, float]]:
        return [(int(document.id), float(document.score)) for document in self.retrieve(query, depth)]

    def retrieve(self, query: str, depth: int) -> list[Document]:
        """The nearest documents; the id of each is its position in `chunks`."""
        vector = self.embedder.run(query)["embedding"]
        found: list[Document] = self.retriever.run(query_embedding=vector, top_k=depth)["documents"]
        return found


def split_by_words(sources: Mapping[str, str]) -> list[Chunk]:
    """Chunks of 200 words without overlap; words are what stands between single spaces."""
    splitter = DocumentSplitter()
    chunks = []
    for document, source in sources.items():
        parts = splitter.run([Document(content=source)])["documents"]
        chunks += chunk_document(document, source, [part.content for part in parts], overlap=0)
    return chunks
