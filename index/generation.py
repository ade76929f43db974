"""An index: all that was built from one corpus by one model, in one folder that is hashed and never changed.

Opening proves every file and checks its content; a damaged index gives way to the one before.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

from corpus.types import Document
from index.columns import fit_path
from index.errors import GenerationError, StaleError
from index.passages.action_items import ActionItems
from index.passages.filters import FilterFields
from index.passages.store import PassageStore, Positions, Sources, load_passages
from index.queries.names import Names
from index.queries.preferences import Preferences
from index.retrieval.bm25 import BM25Index
from index.retrieval.dense import DenseIndex
from index.retrieval.late_interaction import TokenIndex
from index.retrieval.quantizer import axes_path
from index.storage.files import REBUILD, Files
from index.storage.manifest import FORMAT, Manifest, proved, read_manifest
from index.storage.publishing import GENERATIONS, current_id, generations

LIBRARIES = (
    "faiss-cpu",
    "numpy",
    "onnxruntime",
    "PyStemmer",
    "sentence-transformers",
    "tokenizers",
    "torch",
)
ENCODER = "encoder"


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """An open index; `passages[n]` is row n of each of its parts. What is derived from it may be kept by it.

    `exported` is the encoder for onnxruntime, where the model could be exported. `instead_of` says what is wrong with
    the current index, where this one was opened in its place.
    """

    manifest: Manifest
    documents: Mapping[str, Document]
    sources: Sources
    passages: PassageStore
    positions: Positions
    records: ActionItems
    fields: FilterFields
    dense: DenseIndex
    lexical: BM25Index
    tokens: TokenIndex
    names: Names
    preferences: Preferences
    exported: Files | None
    instead_of: GenerationError | None = None

    @property
    def id(self) -> str:
        """Names the content: the same corpus, model and versions give the same id."""
        return self.manifest.generation

    @property
    def own_share(self) -> float:
        """The share, in 0..1, of the indexed characters that are the passages' own text, not their context."""
        return self.manifest.own_share


@cache
def libraries() -> Mapping[str, str]:
    """The versions of the libraries that an index depends on."""
    return {name: version(name) for name in LIBRARIES}


def generation_id(model_sha256: str, documents: Sequence[Document], passages_sha256: str) -> str:
    """Sixteen hexadecimal digits over everything that decides the content of an index."""
    parts = [
        FORMAT,
        model_sha256,
        *map(_learned, (axes_path(model_sha256), fit_path(model_sha256))),
        [asdict(d) for d in documents],
        passages_sha256,
        libraries(),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _learned(path: Path) -> str | None:
    """The SHA-256 of the weights that were learned for a model, if there are any."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def load_index(var: Path, model_sha256: str | None = None) -> Index:
    """Open the current index, or, where it is damaged, the last whole one before it.

    With `model_sha256`, only indexes built by these weights. Where none is whole, raises the `GenerationError` of the
    current one; raises `StaleError` where that is whole but was made by another model or version.
    """
    while True:
        known = generations(var)
        try:
            return load_current_index(var, model_sha256)
        except StaleError:
            raise
        except GenerationError as error:
            if generations(var) != known:
                continue  # another was published meanwhile, and this one perhaps removed
            for id in known:
                with suppress(GenerationError):
                    return replace(_open(var / GENERATIONS / id, model_sha256), instead_of=error)
            raise


def load_current_index(var: Path, model_sha256: str | None = None) -> Index:
    """Open the current index and no other. Raises as `load_index`."""
    return _open(var / GENERATIONS / current_id(var), model_sha256)


def _open(folder: Path, model_sha256: str | None) -> Index:
    _refuse_stale(folder, read_manifest(folder), model_sha256)
    manifest, files = proved(folder)
    return _load(files, manifest)


def _refuse_stale(folder: Path, manifest: Manifest, model_sha256: str | None) -> None:
    if model_sha256 is not None and manifest.model_sha256 != model_sha256:
        raise StaleError(
            f"was built with {manifest.model} (…{manifest.model_sha256[-12:]}), "
            f"the model set now has other weights (…{model_sha256[-12:]})",
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


def _load(files: Files, manifest: Manifest) -> Index:
    passages = load_passages(files, manifest.sources, manifest.passages_sha256)
    dense = DenseIndex.load(files, manifest.dimensions)
    lexical, tokens = BM25Index.load(files), TokenIndex.load(files)
    rows = (len(dense), len(lexical), len(tokens), len(passages), manifest.passages)
    if len(set(rows)) > 1:
        raise GenerationError(
            f"dense, lexical, tokens, passages and manifest count {rows}",
            where=str(files.folder),
            remedy=REBUILD,
        )
    items = ActionItems.load(files, passages)
    documents = list(passages.documents.values())
    return Index(
        manifest=manifest,
        documents=passages.documents,
        sources=passages.sources,
        passages=passages,
        positions=passages.positions,
        records=items,
        fields=FilterFields(passages, documents, items),
        dense=dense,
        lexical=lexical,
        tokens=tokens,
        names=Names.load(files),
        preferences=Preferences(documents, items),
        exported=files.below(ENCODER),
    )
