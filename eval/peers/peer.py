"""A peer as a system under judgement: an engine that ranks its chunks, behind the contract's filter."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from eval.peers.chunks import Chunk
from eval.systems.protocol import Retrieved

HONOURED = ("document", "year_from", "year_to")
"""The fields of the contract's Filter that can be told from a chunk's document; the others are ignored."""


class Engine(Protocol):
    """What a peer's module builds of the sources (document id -> text) and the path of the model."""

    @property
    def chunks(self) -> Sequence[Chunk]: ...

    def rank(self, query: str, depth: int) -> list[tuple[int, float]]:
        """At most `depth` positions in `chunks`, best first, with scores that never rise down the list."""


@dataclass(slots=True)
class Peer:
    """A `System` made of an engine.

    The filter is applied after ranking, for which every chunk is ranked, so that it takes no result away. It
    honours documents, and years as far as the document's id ends in them (`-2022`, `-2024-26`).
    """

    name: str
    engine: Engine

    def search(self, query: str, top_k: int, filter: Mapping[str, Any] | None = None) -> list[Retrieved]:
        chunks = self.engine.chunks
        honoured = {field: value for field, value in (filter or {}).items() if field in HONOURED}
        depth = len(chunks) if honoured else min(top_k, len(chunks))
        ranked = [(chunks[position], score) for position, score in self.engine.rank(query, depth)]
        return [
            Retrieved(chunk.id, chunk.document, chunk.start, chunk.end, chunk.text, score)
            for chunk, score in ranked
            if admits(honoured, chunk.document)
        ][:top_k]


def admits(filter: Mapping[str, Any], document: str) -> bool:
    """Whether a chunk of the document passes the fields of the filter that are honoured."""
    documents = filter.get("document") or document
    if document not in ([documents] if isinstance(documents, str) else documents):
        return False
    years = re.search(r"-(\d{4})(?:-(\d{2}))?$", document)
    if years is None:
        return True
    first = int(years[1])
    last = int(years[1][:2] + years[2]) if years[2] else first
    after, before = filter.get("year_from"), filter.get("year_to")
    return (after is None or last >= after) and (before is None or first <= before)
