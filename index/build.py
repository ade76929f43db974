"""Passages → an index on disk; vectors of unchanged texts are taken over from the current one."""

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
from index.encoders.tokenizer import Tokenization
from index.errors import GenerationError
from index.generation import ENCODER, generation_id, libraries, load_index
from index.passages.action_items import ActionItemsWriter
from index.passages.store import indexed_text
from index.passages.writer import PassagesWriter, passage_line
from index.queries.names import NamesLearner
from index.retrieval.bm25 import BM25Writer
from index.retrieval.dense import VectorsWriter
from index.retrieval.late_interaction import TokensWriter
from index.retrieval.quantizer import Codes, Quantizer
from index.storage.drafts import Draft
from index.storage.manifest import FORMAT, Manifest, read_manifest
from index.storage.publishing import GENERATIONS, building, current_id, drafting, publish
from index.types import Vectors

ProgressCallback = Callable[[int, int], None]  # texts embedded so far, and in all
_CHUNK = 64  # texts whose token vectors are in memory at one time


@dataclass(frozen=True, slots=True)
class EmbeddedDocument:
    """A document, its text, and its passages in order with their embeddings.

    `vectors` is of shape (passages, dimensions). `codes`, and `pieces` with the ids of the word pieces, have an entry
    for each passage, of its indexed text.
    """

    document: Document
    source: str
    passages: Sequence[Passage]
    vectors: Vectors
    codes: Sequence[Codes]
    pieces: Sequence[NDArray[np.int32]]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The id of the index, and its counts; `truncated` are the ids of passages longer than the model reads."""

    generation: str
    documents: int
    passages: int
    embedded: int
    truncated: tuple[str, ...]


def is_current(var: Path, catalogue: Catalogue, model_sha256: str) -> bool:
    """Whether the current index opens and equals the one that a build would give now; loads no model."""
    try:
        index = load_index(var, model_sha256)
    except GenerationError:
        return False
    return index.instead_of is None and index.id == _expected_id(catalogue, model_sha256)


def claims_to_be_current(var: Path, catalogue: Catalogue, model_sha256: str) -> bool:
    """Whether the manifest of the current index has the id that a build would give now.

    The other files are not read, so opening may still find damage.
    """
    try:
        manifest = read_manifest(var / GENERATIONS / current_id(var))
    except GenerationError:
        return False
    return manifest.generation == _expected_id(catalogue, model_sha256)


def _expected_id(catalogue: Catalogue, model_sha256: str) -> str:
    """The id of the index that a build would give now."""
    lines = "".join(passage_line(passage) for passage in catalogue.passages())
    return generation_id(model_sha256, catalogue.documents, hashlib.sha256(lines.encode()).hexdigest())


def build(
    var: Path, catalogue: Catalogue, encoder: Encoder, advance: ProgressCallback | None = None
) -> BuildReport:
    """Build and publish an index of the catalogue. Stopped half-way, it leaves the old one in use.

    Builds go one after the other: enter `building` before reading the catalogue, so that none comes between.
    """
    passages = catalogue.passages()
    if not passages:
        raise GenerationError(
            "the corpus holds no text", where=str(catalogue.folder), remedy="add a document"
        )
    with building(var):
        known = _reusable(var, encoder)
        new = _embed(passages, encoder, known, advance)
        pieces = encoder.pieces([indexed_text(passage) for passage in passages])
        parts = _parts(catalogue, passages, known, pieces)
        generation = write_index(var, parts, known.quantizer, encoder)
    truncated = tuple(
        passage.id
        for passage, piece in zip(passages, pieces, strict=True)
        if piece.length > encoder.max_tokens
    )
    return BuildReport(generation, len(catalogue.documents), len(passages), new, truncated)


def write_index(var: Path, parts: Iterable[EmbeddedDocument], quantizer: Quantizer, encoder: Encoder) -> str:
    """Write and publish an index under `var`, one part after the other, and return its id.

    Of the passages only the part at hand is in memory; of their words, numbers.
    """
    with building(var), drafting(var) as draft:
        writer = _IndexWriter(draft, quantizer, encoder)
        for part in parts:
            writer.add(part)
        manifest = writer.finish()
        publish(var, draft, manifest)
    return manifest.generation


class _IndexWriter:
    """Writes an index to a draft, one document after the other."""

    def __init__(self, draft: Draft, quantizer: Quantizer, encoder: Encoder) -> None:
        self._draft, self._encoder = draft, encoder
        self._passages = PassagesWriter(draft)
        self._vectors = VectorsWriter(draft, encoder.dimensions)
        self._tokens = TokensWriter(draft, quantizer)
        self._lexical, self._names, self._items = BM25Writer(), NamesLearner(), ActionItemsWriter()
        self._columns = ColumnRoles(encoder)
        self._count = self._own = self._indexed = 0  # passages, their characters, and those indexed of them

    def add(self, part: EmbeddedDocument) -> None:
        passages = self._columns.decided(part.passages)
        self._passages.add(part.document, part.source, passages)
        if not passages:
            return
        texts = [indexed_text(passage) for passage in passages]
        self._vectors.add(part.vectors)
        self._tokens.add(part.codes, part.pieces)
        self._lexical.add(texts)
        self._names.add(passages)
        self._items.add(passages)
        self._count += len(texts)
        self._own += sum(len(passage.text) for passage, text in zip(passages, texts, strict=True) if text)
        self._indexed += sum(map(len, texts))

    def finish(self) -> Manifest:
        """Write all files but the manifest, when every document was added."""
        self._passages.finish()
        dense = self._vectors.finish()
        self._tokens.finish()
        self._lexical.finish(self._draft)
        self._names.names().save(self._draft)
        self._items.finish(self._draft)
        self._copy_encoder()
        return self._manifest(dense.kind)

    def _copy_encoder(self) -> None:
        if exported := self._encoder.exported:
            for name in exported.names():
                self._draft.write(f"{ENCODER}/{name}", exported.read(name))

    def _manifest(self, dense: str) -> Manifest:
        encoder, passages = self._encoder, self._passages
        return Manifest(
            format=FORMAT,
            generation=generation_id(encoder.sha256, passages.documents, passages.sha256),
            model=encoder.name,
            model_sha256=encoder.sha256,
            dimensions=encoder.dimensions,
            dense=dense,
            passages=self._count,
            passages_sha256=passages.sha256,
            own_share=self._own / self._indexed,
            sources={document.id: document.sha256 for document in passages.documents},
            libraries=libraries(),
            files=self._draft.written,
        )


@dataclass(frozen=True, slots=True)
class _Embeddings:
    """Pooled vectors by text, and codes of word pieces by indexed text."""

    quantizer: Quantizer
    vectors: dict[str, Vectors]
    codes: dict[str, Codes]


def _reusable(var: Path, encoder: Encoder) -> _Embeddings:
    """The embeddings of the current index that are still valid."""
    try:
        index = load_index(var, encoder.sha256)
    except GenerationError:
        return _Embeddings(Quantizer.of(encoder), {}, {})
    passages, quantizer = index.passages, index.tokens.quantizer
    vectors = dict(zip((passage.text for passage in passages), index.dense.vectors(), strict=True))
    trained = Quantizer.trained(encoder.sha256)
    if trained and not np.array_equal(trained.basis, quantizer.basis):  # codes on other axes
        return _Embeddings(trained, vectors, {})
    codes = {indexed_text(passage): index.tokens.codes(n) for n, passage in enumerate(passages)}
    return _Embeddings(quantizer, vectors, codes)


def _embed(
    passages: list[Passage], encoder: Encoder, known: _Embeddings, advance: ProgressCallback | None
) -> int:
    """Add the missing embeddings of the passages to `known`; returns how many passages had none.

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
    for begin in range(0, len(contextual), _CHUNK):
        chunk = contextual[begin : begin + _CHUNK]
        for text, encoding in zip(chunk, encoder.read(chunk), strict=True):
            known.codes[text] = known.quantizer.encode(encoding.tokens)
        step(len(chunk))
    new = set(contextual)
    return sum(indexed_text(passage) in new for passage in passages)


def _parts(
    catalogue: Catalogue, passages: Sequence[Passage], embedded: _Embeddings, pieces: Sequence[Tokenization]
) -> Iterator[EmbeddedDocument]:
    begin = 0
    for document in catalogue.documents:
        end = begin
        while end < len(passages) and passages[end].document.id == document.id:
            end += 1
        own = passages[begin:end]
        ids = [piece.ids for piece in pieces[begin:end]]
        vectors = [embedded.vectors[passage.text] for passage in own]
        codes = [embedded.codes[indexed_text(passage)] for passage in own]
        yield EmbeddedDocument(
            document, catalogue.source(document), own, np.array(vectors, np.float32), codes, ids
        )
        begin = end
