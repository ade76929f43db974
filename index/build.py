"""Passages → a generation on disk. Vectors of texts that did not change are taken over."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from corpus.catalogue import Catalogue
from corpus.types import Document, Passage
from index.dense import DenseIndex
from index.drafts import Draft
from index.encoder import Encoder, Pieces, Vectors
from index.errors import GenerationError
from index.generation import (
    DOCUMENTS,
    ENCODER,
    PASSAGES,
    SOURCES,
    generation_id,
    indexed_text,
    libraries,
    open_generation,
    passage_line,
    passages_sha256,
)
from index.lexical import LexicalIndex
from index.manifest import FORMAT, Manifest
from index.names import Names
from index.publishing import building, drafting, publish
from index.tokens import Codes, Quantizer, TokenIndex

Advance = Callable[[int, int], None]  # texts embedded so far, and in all
_CHUNK = 64  # texts whose token vectors are in memory at one time


@dataclass(frozen=True, slots=True)
class Embedded:
    """What the model made of passages: vectors of shape (passages, dimensions), and the codes of each."""

    vectors: Vectors
    codes: Sequence[Codes]
    quantizer: Quantizer


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
        generation = open_generation(var, model_sha256)
    except GenerationError:
        return False
    wanted = generation_id(model_sha256, catalogue.documents, catalogue.passages())
    return generation.instead_of is None and generation.id == wanted


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
        embedded, new = _embed(passages, encoder, _known(var, encoder), advance)
        pieces = encoder.pieces([indexed_text(passage) for passage in passages])
        sources = {document.id: catalogue.source(document) for document in catalogue.documents}
        generation = write_generation(var, catalogue.documents, sources, passages, embedded, pieces, encoder)
    truncated = tuple(
        passage.id
        for passage, piece in zip(passages, pieces, strict=True)
        if piece.length > encoder.max_tokens
    )
    return Built(generation, len(catalogue.documents), len(passages), new, truncated)


def write_generation(
    var: Path,
    documents: Sequence[Document],
    sources: Mapping[str, str],
    passages: Sequence[Passage],
    embedded: Embedded,
    pieces: Sequence[Pieces],
    encoder: Encoder,
) -> str:
    """Write and publish a generation under `var`, and return its id.

    `sources` has the text of each document by its id; `embedded` and `pieces` (of the `indexed_text`) have an
    entry a passage, in order.
    """
    with building(var), drafting(var) as draft:
        _write_texts(draft, documents, sources, passages)
        dense = DenseIndex.build(embedded.vectors)
        dense.save(draft)
        LexicalIndex.build([indexed_text(passage) for passage in passages]).save(draft)
        Names.learn(passages).save(draft)
        if encoder.exported:
            for name in encoder.exported.names():
                draft.write(f"{ENCODER}/{name}", encoder.exported.read(name))
        TokenIndex.build(embedded.quantizer, embedded.codes, [piece.ids for piece in pieces]).save(draft)
        manifest = Manifest(
            format=FORMAT,
            generation=generation_id(encoder.sha256, documents, passages),
            model=encoder.name,
            model_sha256=encoder.sha256,
            dimensions=encoder.dimensions,
            dense=dense.kind,
            passages=len(passages),
            passages_sha256=passages_sha256(passages),
            sources={document.id: document.sha256 for document in documents},
            libraries=libraries(),
            files=dict(draft.written),
        )
        publish(var, draft, manifest)
    return manifest.generation


@dataclass(frozen=True, slots=True)
class _Known:
    """What the generation in use holds of texts: pooled vectors, and codes of their word pieces."""

    quantizer: Quantizer | None
    vectors: dict[str, Vectors]
    codes: dict[str, Codes]


def _known(var: Path, encoder: Encoder) -> _Known:
    try:
        generation = open_generation(var, encoder.sha256)
    except GenerationError:
        return _Known(None, {}, {})
    passages, quantizer = generation.passages, generation.tokens.quantizer
    vectors = dict(zip((passage.text for passage in passages), generation.dense.vectors(), strict=True))
    trained = Quantizer.trained(encoder.sha256)
    if trained and not np.array_equal(trained.basis, quantizer.basis):  # by other axes: of no use now
        return _Known(trained, vectors, {})
    codes = {indexed_text(passage): generation.tokens.codes(n) for n, passage in enumerate(passages)}
    return _Known(quantizer, vectors, codes)


def _embed(
    passages: list[Passage], encoder: Encoder, known: _Known, advance: Advance | None
) -> tuple[Embedded, int]:
    """The passages embedded, and how many of them were new.

    The single vector is of the bare text, the token vectors are of the text in its context: that ranks best.
    """
    quantizer = known.quantizer or Quantizer.of(encoder)
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
            known.codes[text] = quantizer.encode(encoding.tokens)
        step(len(chunk))
    embedded = Embedded(
        np.stack([known.vectors[passage.text] for passage in passages]),
        [known.codes[indexed_text(passage)] for passage in passages],
        quantizer,
    )
    return embedded, sum(indexed_text(passage) in new for passage in passages)


def _write_texts(
    draft: Draft, documents: Sequence[Document], sources: Mapping[str, str], passages: Sequence[Passage]
) -> None:
    for document in documents:
        draft.write(f"{SOURCES}/{document.id}", sources[document.id].encode())
    draft.write(DOCUMENTS, json.dumps([asdict(d) for d in documents], indent=1).encode())
    draft.write(PASSAGES, "".join(passage_line(passage) for passage in passages).encode())
