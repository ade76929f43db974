"""A generation: all that was built from one corpus by one model, in one folder, hashed and read-only.

var/generations/<id>/   manifest.json and the files it lists
var/current             the id of the generation in use
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.records import Record, records
from corpus.types import Document, Passage
from index.dense import DenseIndex
from index.errors import GenerationError
from index.filters import Fields
from index.lexical import LexicalIndex
from index.names import Names
from index.preferences import Preferences
from index.tokens import TokenIndex, axes_path

FORMAT = 7
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
MANIFEST, DOCUMENTS, PASSAGES, SOURCES = "manifest.json", "documents.json", "passages.jsonl", "sources"
ENCODER = "encoder"
_KEPT = 3  # generations
_REBUILD = "run `bali build`"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was made of and by; `files` maps each file to its size in bytes and SHA-256."""

    format: int
    generation: str
    model: str
    model_sha256: str
    dimensions: int
    dense: str
    passages: int
    passages_sha256: str
    sources: Mapping[str, str]
    libraries: Mapping[str, str]
    files: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Generation:
    """An open generation. `passages[n]` is row n of each index, and `sections[n]` tells its neighbours.

    `own_share`, in 0..1, is how much of what is indexed is the passages' own text, and not their context.
    `exported` is the folder of the encoder as onnxruntime runs it, where the model could be exported.
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
    exported: Path | None

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


def libraries() -> dict[str, str]:
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
        _sha256(axes) if axes.is_file() else None,
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


def current_id(var: Path) -> str | None:
    """The id of the generation in use, or None before the first build."""
    try:
        return (var / "current").read_text("ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def publish(var: Path, draft: Path, manifest: Manifest) -> None:
    """Complete `draft` with its manifest, move it into place and point to it, each by one rename."""
    (draft / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1, sort_keys=True), "utf-8")
    target = var / "generations" / manifest.generation
    if target.exists():
        shutil.rmtree(target)
    draft.chmod(0o755)
    draft.rename(target)
    pointer = var / f"current.{os.getpid()}"
    pointer.write_text(manifest.generation, "ascii")
    pointer.replace(var / "current")
    _prune(var, manifest.generation)


def _prune(var: Path, current: str) -> None:
    """Keep the generation in use and the two published before it."""
    folders = [
        path for path in (var / "generations").iterdir() if path.name[0] != "." and path.name != current
    ]
    for old in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT - 1 :]:
        shutil.rmtree(old)


def file_hashes(folder: Path) -> dict[str, tuple[int, str]]:
    """Size and SHA-256 of every file below `folder` but the manifest, by relative path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    return {path.relative_to(folder).as_posix(): (path.stat().st_size, _sha256(path)) for path in files}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def open_generation(var: Path, model_sha256: str | None = None) -> Generation:
    """Open the current generation, every file proved by its hash before it is parsed.

    With `model_sha256`, refuses one built by other weights. Raises `GenerationError`.
    """
    id = current_id(var)
    if id is None:
        raise GenerationError("nothing has been built here", where=str(var), remedy=_REBUILD)
    folder = var / "generations" / id
    manifest = _read_manifest(folder)
    if manifest.generation != id:
        raise GenerationError(
            f"is of generation {manifest.generation}", where=str(folder / MANIFEST), remedy=_REBUILD
        )
    if model_sha256 is not None and manifest.model_sha256 != model_sha256:
        raise GenerationError(
            f"was built with {manifest.model} ({manifest.model_sha256[:12]}…), "
            f"what is set now has other weights ({model_sha256[:12]}…)",
            where=str(folder),
            remedy=f"{_REBUILD}, or set BALI_MODEL and BALI_TOKEN_MODEL as they were then",
        )
    if dict(manifest.libraries) != libraries():
        changed = next(name for name, known in libraries().items() if manifest.libraries.get(name) != known)
        raise GenerationError(
            f"was built with {changed} {manifest.libraries.get(changed)}, installed is {libraries()[changed]}",
            where=str(folder),
            remedy=_REBUILD,
        )
    _prove_files(folder, manifest)
    return _load(folder, manifest)


def _read_manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if data["format"] != FORMAT:
            raise GenerationError(
                f"has format {data['format']}, not {FORMAT}", where=str(path), remedy=_REBUILD
            )
        files = {name: (int(size), str(sha)) for name, (size, sha) in data.pop("files").items()}
        return Manifest(**data, files=files)
    except OSError as error:
        raise GenerationError(error.strerror or "cannot be read", where=str(path), remedy=_REBUILD) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GenerationError(f"is damaged ({error})", where=str(path), remedy=_REBUILD) from error


def _prove_files(folder: Path, manifest: Manifest) -> None:
    found = file_hashes(folder)
    for name, expected in manifest.files.items():
        if name not in found:
            raise GenerationError("is missing", where=str(folder / name), remedy=_REBUILD)
        if found[name] != expected:
            raise GenerationError("does not match its hash", where=str(folder / name), remedy=_REBUILD)
    if extra := sorted(found.keys() - manifest.files.keys()):
        raise GenerationError("is not in the manifest", where=str(folder / extra[0]), remedy=_REBUILD)


def _load(folder: Path, manifest: Manifest) -> Generation:
    documents = {
        record["id"]: Document(**{**record, "period": tuple(record["period"])})
        for record in json.loads((folder / DOCUMENTS).read_text("utf-8"))
    }
    sources = {id: (folder / SOURCES / id).read_bytes().decode() for id in documents}
    with (folder / PASSAGES).open(encoding="utf-8") as lines:
        passages = [_passage(json.loads(line), documents, sources) for line in lines]
    dense, lexical, tokens = DenseIndex.load(folder), LexicalIndex.load(folder), TokenIndex.load(folder)
    rows = (len(dense), len(lexical), len(tokens), len(passages), manifest.passages)
    if len(set(rows)) > 1 or dense.dimensions != manifest.dimensions:
        raise GenerationError(
            f"dense, lexical, tokens, passages and manifest count {rows}, with {dense.dimensions} dimensions",
            where=str(folder),
            remedy=_REBUILD,
        )
    if passages_sha256(passages) != manifest.passages_sha256:
        raise GenerationError(
            "holds other passages than its manifest", where=str(folder / PASSAGES), remedy=_REBUILD
        )
    action_items = records(passages)
    return Generation(
        manifest=manifest,
        documents=documents,
        sources=sources,
        passages=passages,
        sections=section_runs(passages),
        own_share=sum(len(p.text) for p in passages) / sum(len(indexed_text(p)) for p in passages),
        positions={passage.id: n for n, passage in enumerate(passages)},
        records=action_items,
        fields=Fields(passages, action_items),
        dense=dense,
        lexical=lexical,
        tokens=tokens,
        names=Names.load(folder),
        preferences=Preferences(documents.values(), action_items),
        exported=folder / ENCODER if (folder / ENCODER).is_dir() else None,
    )


def _passage(
    record: dict[str, Any], documents: Mapping[str, Document], sources: Mapping[str, str]
) -> Passage:
    text = sources[record["document"]][record["start"] : record["end"]]
    return Passage(
        **{
            **record,
            "document": documents[record["document"]],
            "section": tuple(record["section"]),
            "text": text,
        }
    )
