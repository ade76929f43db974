"""LlamaIndex in its defaults: SentenceSplitter (1,024 tokens, overlap 200), VectorStoreIndex, cosine.

As its directory reader does, each document carries `file_path`, which is embedded with every chunk; here it
is the bare file name, so that results do not depend on where the sources lie.
"""

from collections import defaultdict
from collections.abc import Mapping

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

from eval.peers.chunks import chunk_document


class LlamaIndex:
    """Scores are cosines."""

    def __init__(self, sources: Mapping[str, str], model: str) -> None:
        documents = [
            Document(id_=document, text=source, metadata={"file_path": f"{document}.txt"})
            for document, source in sources.items()
        ]
        splitter = SentenceSplitter(id_func=lambda number, document: f"{document.node_id}#{number}")
        nodes = splitter.get_nodes_from_documents(documents)
        texts: dict[str, list[str]] = defaultdict(list)
        for node in nodes:
            texts[node.ref_doc_id].append(node.text)
        self.chunks = [
            chunk
            for document, source in sources.items()
            for chunk in chunk_document(document, source, texts[document], overlap=len(source))
        ]
        self.positions = {chunk.id: position for position, chunk in enumerate(self.chunks)}
        self.index = VectorStoreIndex(nodes, embed_model=HuggingFaceEmbedding(model_name=model))

    def rank(self, query: str, depth: int) -> list[tuple[int, float]]:
        found = self.index.as_retriever(similarity_top_k=depth).retrieve(query)
        return [(self.positions[hit.node.node_id], float(hit.score)) for hit in found]
