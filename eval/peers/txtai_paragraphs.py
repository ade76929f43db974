"""txtai as in its guide to retrieval over files: one row a paragraph, `Embeddings(content=True)`, dense.

The guide cuts files by `Textractor(paragraphs=True)`. Its base for text, Segmentation, makes the same cut (at
blank lines, runs of spaces collapsed) without the HTML conversion, which plain sources do not need.
"""

from collections.abc import Mapping

from txtai import Embeddings
from txtai.pipeline import Segmentation

from eval.peers.chunks import chunk_document


class TxtaiParagraphs:
    """Scores are cosines; txtai leaves out what scores 0 or less."""

    def __init__(self, sources: Mapping[str, str], model: str) -> None:
        split = Segmentation(paragraphs=True)
        self.chunks = [
            chunk
            for document, source in sources.items()
            for chunk in chunk_document(document, source, split(source), overlap=0)
        ]
        self.embeddings = Embeddings(path=model, content=True)
        self.embeddings.index((position, chunk.text) for position, chunk in enumerate(self.chunks))

    def rank(self, query: str, depth: int) -> list[tuple[int, float]]:
        return [(int(row["id"]), float(row["score"])) for row in self.embeddings.search(query, depth)]
