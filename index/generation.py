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


@dataclass(frozen=True, slots=True)
class Index:
    """An open generation. `passages[n]` is row n of each index.

    `own_share`, in 0..1, is how much of what is indexed is the passages' own text, and not their context.
    `exported` is the encoder as onnxruntime runs it, where the model could be exported. `instead_of` says what is
    wrong with the generation in use, where this one was opened in its place.
    """

    manifest: Manifest
    documents: Mapping[str, Document]
    sources: Sources
    passages: PassageStore
    positions: Positions
    own_share: float
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


@cache
def libraries() -> Mapping[str, str]:
    """The versions of the libraries that what is built depends on."""
    return {name: version(name) for name in LIBRARIES}


def generation_id(model_sha256: str, documents: Sequence[Document], passages_sha256: str) -> str:
    """Sixteen hexadecimal digits over everything that decides what is built."""
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
    """Names what was learned for a model, where something was."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def open_generation(var: Path, model_sha256: str | None = None) -> Index:
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


def open_current(var: Path, model_sha256: str | None = None) -> Index:
    """Open the generation in use and no other. Raises as `open_generation`."""
    return _open(var / GENERATIONS / current_id(var), model_sha256)


def _open(folder: Path, model_sha256: str | None) -> Index:
    _refuse_stale(folder, read_manifest(folder), model_sha256)
    manifest, files = proved(folder)
    return _load(files, manifest)


def _refuse_stale(folder: Path, manifest: Manifest, model_sha256: str | None) -> None:
    if model_sha256 is not None and manifest.model_sha256 != model_sha256:
        raise StaleError(
            f"was built with {manifest.model} (…{manifest.model_sha256[-12:]}), "
            f"what is set now has other weights (…{model_sha256[-12:]})",
            where=str(folder),
            remedy=f"{REBUILD}, or set BALI_MODEL, BALI_TOKEN_MODEL and BALI_EIGHT_BIT as they were then",
        )
    if dict(manifest.libraries) != libraries():
        changed = next(name for name, known in libraries().items() if manifest.libraries.get(name) != known)
        raise StaleError(
            f"was built with {changed} {manifest.libraries.get(changed)}, installed is {libraries()[changed]}",
            where=str(folder),
            remedy=REBUILD,
        )


def _load(files: Files, manifest: Manifest) -> Index:
    documents, sources, passages, positions = load_passages(files, manifest.sources, manifest.passages_sha256)
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
    return Index(
        manifest=manifest,
        documents=documents,
        sources=sources,
        passages=passages,
        positions=positions,
        own_share=manifest.own_share,
        records=items,
        fields=FilterFields(passages, list(documents.values()), items),
        dense=dense,
        lexical=lexical,
        tokens=tokens,
        names=Names.load(files),
        preferences=Preferences(documents.values(), items),
        exported=files.below(ENCODER),
    )
