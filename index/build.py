"""Passages → a generation on disk. Vectors of texts that did not change are taken over, not computed again."""

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from corpus.catalogue import Catalogue
from corpus.types import Passage
from index.dense import DenseIndex
from index.encoder import Encoder, Vectors
from index.errors import GenerationError
from index.generation import (
    DOCUMENTS,
    FORMAT,
    PASSAGES,
    SOURCES,
    Manifest,
    current_id,
    file_hashes,
    generation_id,
    libraries,
    open_generation,
    passage_line,
    passages_sha256,
    publish,
)
from index.lexical import LexicalIndex

Advance = Callable[[int, int], None]  # passages embedded so far, and in all


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did. `truncated` are the ids of passages longer than the model reads."""

    generation: str
    documents: int
    passages: int
    embedded: int
    truncated: tuple[str, ...]


def is_current(var: Path, catalogue: Catalogue, model_sha256: str) -> bool:
    """Whether the generation in use is what a build would give now; needs no model in memory."""
    return current_id(var) == generation_id(model_sha256, catalogue.documents, catalogue.passages())


def build(var: Path, catalogue: Catalogue, encoder: Encoder, advance: Advance | None = None) -> Built:
    """Build and publish a generation of the whole catalogue. Stopped half-way, it leaves the old one in use."""
    passages = catalogue.passages()
    if not passages:
        raise GenerationError(
            "the corpus holds no text", where=str(catalogue.folder), remedy="add a document"
        )
    vectors, embedded = _embed(var, passages, encoder, advance)
    folder = var / "generations"
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder))
    try:
        _write(draft, catalogue, passages, vectors)
        manifest = Manifest(
            format=FORMAT,
            generation=generation_id(encoder.sha256, catalogue.documents, passages),
            model=encoder.name,
            model_sha256=encoder.sha256,
            dimensions=encoder.dimensions,
            passages=len(passages),
            passages_sha256=passages_sha256(passages),
            sources={document.id: document.sha256 for document in catalogue.documents},
            libraries=libraries(),
            files=file_hashes(draft),
        )
        publish(var, draft, manifest)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    lengths = encoder.count_tokens([passage.text for passage in passages])
    truncated = tuple(
        p.id for p, length in zip(passages, lengths, strict=True) if length > encoder.max_tokens
    )
    return Built(manifest.generation, len(catalogue.documents), len(passages), embedded, truncated)


def _embed(
    var: Path, passages: list[Passage], encoder: Encoder, advance: Advance | None
) -> tuple[Vectors, int]:
    """Vectors of shape (passages, dimensions), and how many of them had to be computed."""
    known = _known_vectors(var, encoder)
    missing = sorted({passage.text for passage in passages} - known.keys())
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if advance:
            advance(done, len(missing))

    known.update(zip(missing, encoder.encode(missing, step), strict=True))
    return np.stack([known[passage.text] for passage in passages]), len(missing)


def _known_vectors(var: Path, encoder: Encoder) -> dict[str, Vectors]:
    try:
        generation = open_generation(var, encoder.sha256)
    except GenerationError:
        return {}
    return {p.text: vector for p, vector in zip(generation.passages, generation.dense.vectors(), strict=True)}


def _write(draft: Path, catalogue: Catalogue, passages: list[Passage], vectors: Vectors) -> None:
    sources = draft / SOURCES
    sources.mkdir()
    for document in catalogue.documents:
        (sources / document.id).write_bytes(catalogue.source(document).encode())
    (draft / DOCUMENTS).write_text(json.dumps([asdict(d) for d in catalogue.documents], indent=1), "utf-8")
    with (draft / PASSAGES).open("w", encoding="utf-8") as stream:
        stream.writelines(passage_line(passage) for passage in passages)
    DenseIndex.build(vectors).save(draft)
    LexicalIndex.build([f"{passage.context}\n{passage.text}" for passage in passages]).save(draft)
