"""Passages → a generation on disk. Vectors of texts that did not change are taken over."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.catalogue import Catalogue
from corpus.types import Document, Passage
from index.columns import ColumnRoles
from index.encoders.base import Encoder
from index.encoders.tokenizer import Pieces
from index.errors import GenerationError
from index.generation import ENCODER, generation_id, libraries, open_generation
from index.passages.action_items import ActionItemsWriter
from index.passages.store import indexed_text
from index.passages.writer import PassagesWriter, passage_line
from index.queries.names import NamesLearner
from index.retrieval.bm25 import BM25Writer
from index.retrieval.dense import VectorsWriter
from index.retrieval.late_interaction import TokensWriter
from index.retrieval.quantizer import Codes, Quantizer
from index.storage.manifest import FORMAT, Manifest, read_manifest
from index.storage.publishing import GENERATIONS, building, current_id, drafting, publish
from index.types import Vectors

Advance = Callable[[int, int], None]  # texts embedded so far, and in all
_CHUNK = 64  # texts whose token vectors are in memory at one time


@dataclass(frozen=True, slots=True)
class Part:
    """A document, its text, its passages in order, and what the model made of them.

    `vectors` is of shape (passages, dimensions); `codes` and `pieces`, the ids of the word pieces of what is indexed,
    have an entry a passage.
    """

    document: Document
    source: str
    passages: Sequence[Passage]
    vectors: Vectors
    codes: Sequence[Codes]
    pieces: Sequence[NDArray[np.int32]]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did. `truncated` are the ids of passages longer than the model reads."""

    generation: str
    documents: int
    passages: int
    embedded: int
    truncated: tuple[str, ...]


def is_current(var: Path, catalogue: Catalogue, model_sha256: str) -> bool:
    """Whether the generation in use opens and is what a build would give now; needs no model in memory."""
    try:
        index = open_generation(var, model_sha256)
    except GenerationError:
        return False
    return index.instead_of is None and index.id == _wanted(catalogue, model_sha256)


def claims_to_be_current(var: Path, catalogue: Catalogue, model_sha256: str) -> bool:
    """As `is_current`, by the manifest alone: its files are not looked at, and opening may still find damage."""
    try:
        said = read_manifest(var / GENERATIONS / current_id(var))
    except GenerationError:
        return False
    return said.generation == _wanted(catalogue, model_sha256)


def _wanted(catalogue: Catalogue, model_sha256: str) -> str:
    """The id of what a build would give now."""
    lines = "".join(passage_line(passage) for passage in catalogue.passages())
    return generation_id(model_sha256, catalogue.documents, hashlib.sha256(lines.encode()).hexdigest())


def indexed_texts(catalogue: Catalogue) -> Iterator[str]:
    """What would be indexed of each passage of `catalogue`, which is read when the first is asked for."""
    for passage in catalogue.passages():
        yield indexed_text(passage)


def build(var: Path, catalogue: Catalogue, encoder: Encoder, advance: Advance | None = None) -> Built:
    """Build and publish a generation of the catalogue. Stopped half-way, it leaves the old one in use.

    Builds go one after the other; hold `building` to have read the catalogue after the one before had ended.
    """
    passages = catalogue.passages()
    if not passages:
        raise GenerationError(
            "the corpus holds no text", where=str(catalogue.folder), remedy="add a document"
        )
    with building(var):
        known = _known(var, encoder)
        new = _embed(passages, encoder, known, advance)
        pieces = encoder.pieces([indexed_text(passage) for passage in passages])
        parts = _parts(catalogue, passages, known, pieces)
        generation = write_generation(var, parts, known.quantizer, encoder)
    truncated = tuple(
        passage.id
        for passage, piece in zip(passages, pieces, strict=True)
        if piece.length > encoder.max_tokens
    )
    return Built(generation, len(catalogue.documents), len(passages), new, truncated)


def write_generation(var: Path, parts: Iterable[Part], quantizer: Quantizer, encoder: Encoder) -> str:
    """Write and publish a generation under `var` of one part after the other, and return its id.

    Of the passages only the part at hand is in memory; of their words, numbers.
    """
    lexical, names, items, columns = BM25Writer(), NamesLearner(), ActionItemsWriter(), ColumnRoles(encoder)
    count = own = indexed = 0
    with building(var), drafting(var) as draft:
        with (
            PassagesWriter(draft) as written,
            VectorsWriter(draft, encoder.dimensions) as vectors,
            TokensWriter(draft, quantizer) as tokens,
        ):
            for part in parts:
                passages = columns.decided(part.passages)
                written.add(part.document, part.source, passages)
                if not passages:
                    continue
                texts = [indexed_text(passage) for passage in passages]
                vectors.add(part.vectors)
                tokens.add(part.codes, part.pieces)
                lexical.add(texts)
                names.add(passages)
                items.add(passages)
                count += len(texts)
                own += sum(len(passage.text) for passage in passages)
                indexed += sum(map(len, texts))
        written.finish()
        dense = vectors.finish()
        tokens.finish()
        lexical.finish(draft)
        names.names().save(draft)
        items.finish(draft)
        if encoder.exported:
            for name in encoder.exported.names():
                draft.write(f"{ENCODER}/{name}", encoder.exported.read(name))
        manifest = Manifest(
            format=FORMAT,
            generation=generation_id(encoder.sha256, written.documents, written.sha256),
            model=encoder.name,
            model_sha256=encoder.sha256,
            dimensions=encoder.dimensions,
            dense=dense.kind,
            passages=count,
            passages_sha256=written.sha256,
            own_share=own / indexed,
            sources={document.id: document.sha256 for document in written.documents},
            libraries=libraries(),
            files=dict(draft.written),
        )
        publish(var, draft, manifest)
    return manifest.generation


@dataclass(frozen=True, slots=True)
class _Embedded:
    """What the model made of texts: pooled vectors of some, codes of the word pieces of some."""

    quantizer: Quantizer
    vectors: dict[str, Vectors]
    codes: dict[str, Codes]


def _known(var: Path, encoder: Encoder) -> _Embedded:
    """What the generation in use holds, as far as it is of use now."""
    try:
        index = open_generation(var, encoder.sha256)
    except GenerationError:
        return _Embedded(Quantizer.of(encoder), {}, {})
    passages, quantizer = index.passages, index.tokens.quantizer
    vectors = dict(zip((passage.text for passage in passages), index.dense.vectors(), strict=True))
    trained = Quantizer.trained(encoder.sha256)
    if trained and not np.array_equal(trained.basis, quantizer.basis):  # by other axes: of no use now
        return _Embedded(trained, vectors, {})
    codes = {indexed_text(passage): index.tokens.codes(n) for n, passage in enumerate(passages)}
    return _Embedded(quantizer, vectors, codes)


def _embed(passages: list[Passage], encoder: Encoder, known: _Embedded, advance: Advance | None) -> int:
    """Add to `known` what it lacks of the passages; gives how many of them were new.

    The single vector is of the bare text, the token vectors are of the text in its context: that ranks best.
    """
    texts = sorted({passage.text for passage in passages} - known.vectors.keys())
    contextual = sorted(
        {indexed_text(passage) for passage in passages} - known.codes.keys(), key=lambda t: (len(t), t)
    )
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if advance:
            advance(done, len(texts) + len(contextual))

    known.vectors.update(zip(texts, encoder.encode(texts, step), strict=True))
    new = set(contextual)
    for begin in range(0, len(contextual), _CHUNK):
        chunk = contextual[begin : begin + _CHUNK]
        for text, encoding in zip(chunk, encoder.read(chunk), strict=True):
            known.codes[text] = known.quantizer.encode(encoding.tokens)
        step(len(chunk))
    return sum(indexed_text(passage) in new for passage in passages)


def _parts(
    catalogue: Catalogue, passages: Sequence[Passage], embedded: _Embedded, pieces: Sequence[Pieces]
) -> Iterator[Part]:
    begin = 0
    for document in catalogue.documents:
        end = begin
        while end < len(passages) and passages[end].document.id == document.id:
            end += 1
        own = passages[begin:end]
        ids = [piece.ids for piece in pieces[begin:end]]
        vectors = [embedded.vectors[passage.text] for passage in own]
        codes = [embedded.codes[indexed_text(passage)] for passage in own]
        yield Part(document, catalogue.source(document), own, np.array(vectors, np.float32), codes, ids)
        begin = end
