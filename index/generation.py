"""A generation: all that was built from one corpus by one model, in one folder, hashed and never changed.

It is opened when every file is proved, and what the files hold is checked; a damaged one gives way to the one before.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from corpus.records import Record, records
from corpus.types import Document, Passage, PassageKind
from index.dense import DenseIndex
from index.errors import GenerationError, StaleError
from index.files import REBUILD, Files, expect
from index.filters import Fields
from index.lexical import LexicalIndex
from index.manifest import FORMAT, Manifest, proved, read_manifest
from index.names import Names
from index.preferences import Preferences
from index.publishing import GENERATIONS, current_id, generations
from index.tokens import TokenIndex, axes_path

LIBRARIES = (
    "bm25s",
    "faiss-cpu",
    "numpy",
    "onnxruntime",
    "PyStemmer",
    "sentence-transformers",
    "tokenizers",
    "torch",
)
DOCUMENTS, PASSAGES, SOURCES = "documents.json", "passages.jsonl", "sources"
ENCODER = "encoder"


@dataclass(frozen=True, slots=True)
class Generation:
    """An open generation. `passages[n]` is row n of each index, and `sections[n]` tells its neighbours.

    `own_share`, in 0..1, is how much of what is indexed is the passages' own text, and not their context.
    `exported` is the encoder as onnxruntime runs it, where the model could be exported. `instead_of` says what is
    wrong with the generation in use, where this one was opened in its place.
    """

    manifest: Manifest
    documents: Mapping[str, Document]
    sources: Mapping[str, str]
    passages: Sequence[Passage]
    positions: Mapping[str, int]
    sections: NDArray[np.intp]
    own_share: float
    records: Sequence[Record]
    fields: Fields
    dense: DenseIndex
    lexical: LexicalIndex
    tokens: TokenIndex
    names: Names
    preferences: Preferences
    exported: Files | None
    instead_of: GenerationError | None = None

    @property
    def id(self) -> str:
        """Names the content: the same corpus, model and versions give the same id."""
        return self.manifest.generation


def section_runs(passages: Sequence[Passage]) -> NDArray[np.intp]:
    """Of shape (passages,): the same number for neighbours that stand under the same heading."""
    runs = np.zeros(len(passages), np.intp)
    for n, (one, other) in enumerate(pairwise(passages), 1):
        together = one.section and one.section == other.section and one.document.id == other.document.id
        runs[n] = runs[n - 1] + (not together)
    return runs


@cache
def libraries() -> Mapping[str, str]:
    """The versions of the libraries that what is built depends on."""
    return {name: version(name) for name in LIBRARIES}


def passages_sha256(passages: Sequence[Passage]) -> str:
    """SHA-256 of the passages as they are written."""
    return hashlib.sha256("".join(passage_line(passage) for passage in passages).encode()).hexdigest()


def generation_id(model_sha256: str, documents: Sequence[Document], passages: Sequence[Passage]) -> str:
    """Sixteen hexadecimal digits over everything that decides what is built."""
    axes = axes_path(model_sha256)
    parts = [
        FORMAT,
        model_sha256,
        hashlib.sha256(axes.read_bytes()).hexdigest() if axes.is_file() else None,
        [asdict(d) for d in documents],
        passages_sha256(passages),
        libraries(),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def indexed_text(passage: Passage) -> str:
    """What the lexical index and the token vectors are made of: the text, then its context."""
    return f"{passage.text}\n{passage.context}"


def passage_line(passage: Passage) -> str:
    """A passage as a line of JSON, its document by id."""
    record = {
        "id": passage.id,
        "document": passage.document.id,
        "start": passage.start,
        "end": passage.end,
        "section": passage.section,
        "kind": passage.kind,
        "fields": dict(passage.fields),
        "context": passage.context,
        "page": passage.page,
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


def open_generation(var: Path, model_sha256: str | None = None) -> Generation:
    """Open the generation in use, or, where it is damaged, the last one before it that is whole.

    With `model_sha256`, only ones built by these weights. Raises `GenerationError` of the one in use where none is
    whole, and `StaleError` where it is, but another model or version made it.
    """
    while True:
        pointed = generations(var)
        try:
            return open_current(var, model_sha256)
        except StaleError:
            raise
        except GenerationError as error:
            if generations(var) != pointed:
                continue  # another was published while this one was read, and this one perhaps removed
            for id in pointed:
                with suppress(GenerationError):
                    return replace(_open(var / GENERATIONS / id, model_sha256), instead_of=error)
            raise


def open_current(var: Path, model_sha256: str | None = None) -> Generation:
    """Open the generation in use and no other. Raises as `open_generation`."""
    return _open(var / GENERATIONS / current_id(var), model_sha256)


def _open(folder: Path, model_sha256: str | None) -> Generation:
    _refuse_stale(folder, read_manifest(folder), model_sha256)
    manifest, files = proved(folder)
    return _load(files, manifest)


def _refuse_stale(folder: Path, manifest: Manifest, model_sha256: str | None) -> None:
    if model_sha256 is not None and manifest.model_sha256 != model_sha256:
        raise StaleError(
            f"was built with {manifest.model} ({manifest.model_sha256[:12]}…), "
            f"what is set now has other weights ({model_sha256[:12]}…)",
            where=str(folder),
            remedy=f"{REBUILD}, or set BALI_MODEL and BALI_TOKEN_MODEL as they were then",
        )
    if dict(manifest.libraries) != libraries():
        changed = next(name for name, known in libraries().items() if manifest.libraries.get(name) != known)
        raise StaleError(
            f"was built with {changed} {manifest.libraries.get(changed)}, installed is {libraries()[changed]}",
            where=str(folder),
            remedy=REBUILD,
        )


def _load(files: Files, manifest: Manifest) -> Generation:
    with files.parsing(DOCUMENTS) as data:
        documents = {document.id: document for document in map(_document, json.loads(data))}
        expect({id: d.sha256 for id, d in documents.items()} == manifest.sources, "holds other documents")
    sources = {}
    for id in documents:
        with files.parsing(f"{SOURCES}/{id}") as data:
            sources[id] = data.decode()
    with files.parsing(PASSAGES) as data:
        passages = [_passage(json.loads(line), documents, sources) for line in data.split(b"\n")[:-1]]
        positions = {passage.id: n for n, passage in enumerate(passages)}
        expect(len(positions) == len(passages), "two passages have one id")
        expect(
            passages_sha256(passages) == manifest.passages_sha256, "holds other passages than its manifest"
        )
    dense, lexical, tokens = DenseIndex.load(files), LexicalIndex.load(files), TokenIndex.load(files)
    rows = (len(dense), len(lexical), len(tokens), len(passages), manifest.passages)
    if len(set(rows)) > 1 or dense.dimensions != manifest.dimensions:
        raise GenerationError(
            f"dense, lexical, tokens, passages and manifest count {rows}, with {dense.dimensions} dimensions",
            where=str(files.folder),
            remedy=REBUILD,
        )
    action_items = records(passages)
    return Generation(
        manifest=manifest,
        documents=documents,
        sources=sources,
        passages=passages,
        sections=section_runs(passages),
        own_share=sum(len(p.text) for p in passages) / sum(len(indexed_text(p)) for p in passages),
        positions=positions,
        records=action_items,
        fields=Fields(passages, action_items),
        dense=dense,
        lexical=lexical,
        tokens=tokens,
        names=Names.load(files),
        preferences=Preferences(documents.values(), action_items),
        exported=files.below(ENCODER),
    )


def _document(said: dict[str, Any]) -> Document:
    first, last = said["period"]
    document = Document(**{**said, "period": (first, last)})
    strings = (document.id, document.title, document.issuer, document.kind, document.file, document.sha256)
    expect(all(isinstance(text, str) for text in strings), "a field of a document is no string")
    expect(type(first) is int and type(last) is int, "a period is no two years")
    return document


def _passage(said: dict[str, Any], documents: Mapping[str, Document], sources: Mapping[str, str]) -> Passage:
    source, start, end = sources[said["document"]], said["start"], said["end"]
    expect(type(start) is int and type(end) is int, "an offset is no number")
    expect(0 <= start <= end <= len(source), f"{start}:{end} lies outside of {said['document']}")
    passage = Passage(
        **{
            **said,
            "document": documents[said["document"]],
            "section": tuple(said["section"]),
            "text": source[start:end],
        }
    )
    strings = (passage.id, passage.context, *passage.section, *passage.fields, *passage.fields.values())
    expect(all(isinstance(text, str) for text in strings), "a field of a passage is no string")
    expect(passage.kind in get_args(PassageKind), f"{passage.kind!r} is no kind of passage")
    expect(passage.page is None or type(passage.page) is int, "a page is no number")
    return passage
