"""The chunks that the LangChain peers and plain BM25 share."""

from collections.abc import Mapping

from langchain_text_splitters import RecursiveCharacterTextSplitter

from eval.peers.chunks import Chunk, chunk_document

SIZE = 1000
OVERLAP = 200


def chunk_recursively(sources: Mapping[str, str]) -> list[Chunk]:
    """Chunks of at most 1,000 characters, overlapping by at most 200, by LangChain's recursive splitter."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=SIZE, chunk_overlap=OVERLAP)
    return [
        chunk
        for document, source in sources.items()
        for chunk in chunk_document(document, source, splitter.split_text(source), OVERLAP)
    ]
