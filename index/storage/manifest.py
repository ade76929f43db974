"""The manifest of an index: its sources, model and libraries, and the size and hash of each file.

`manifest.sha256` has the hash of the manifest itself, in the format of `sha256sum`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.errors import GenerationError, StaleError
from index.storage.drafts import Draft
from index.storage.files import REBUILD, Files, Listed, expect, read_whole, safe

FORMAT = 13
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
_LONGEST = 1 << 26  # bytes of a manifest; an entry of `files` takes about a hundred
_ID, _SHA256 = re.compile("[0-9a-f]{16}"), re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` maps each file to its size in bytes and SHA-256, `sources` each document to the SHA-256 of its file.

    `own_share`, in 0..1, is the share of the indexed characters that are the passages' own text, not their context.
    """

    format: int
    generation: str
    model: str
    model_sha256: str
    dimensions: int
    dense: str
    passages: int
    passages_sha256: str
    own_share: float
    sources: Mapping[str, str]
    libraries: Mapping[str, str]
    files: Listed


def is_id(text: str) -> bool:
    return bool(_ID.fullmatch(text))


def seal(draft: Draft, manifest: Manifest) -> None:
    """Write the manifest of `draft`, and its hash. Raises `GenerationError`."""
    data = json.dumps(asdict(manifest), indent=1, sort_keys=True).encode()
    draft.write(MANIFEST, data)
    draft.write(SEAL, _sealed(data))


def _sealed(data: bytes) -> bytes:
    return f"{hashlib.sha256(data).hexdigest()}  {MANIFEST}\n".encode()


def proved(folder: Path) -> tuple[Manifest, Files]:
    """The manifest of an index and its files, each proved by size and hash.

    Raises `StaleError` where its format is another, and `GenerationError` where anything is not as it was written.
    """
    manifest = read_manifest(folder)
    files = Files(folder, manifest.files)
    files.prove(beside=(MANIFEST, SEAL))
    return manifest, files


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index, proved by its hash; its files are not read. Raises as `proved`."""
    path = folder / MANIFEST
    data = read_whole(path, _LONGEST)
    if read_whole(folder / SEAL, len(_sealed(b""))) != _sealed(data):
        raise GenerationError(f"does not match its hash in {SEAL}", where=str(path), remedy=REBUILD)
    try:
        manifest = _manifest(json.loads(data), str(path))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise GenerationError(f"is damaged ({error})", where=str(path), remedy=REBUILD) from error
    if manifest.generation != folder.name:
        raise GenerationError(f"is of generation {manifest.generation}", where=str(path), remedy=REBUILD)
    return manifest


def _manifest(data: dict[str, Any], where: str) -> Manifest:
    if data["format"] != FORMAT:
        raise StaleError(f"has format {data['format']!r}, not {FORMAT}", where=where, remedy=REBUILD)
    files = {name: (size, sha256) for name, (size, sha256) in data.pop("files").items()}
    manifest = Manifest(**data, files=files)
    expect(is_id(manifest.generation), "its generation is no id")
    for name in (manifest.model, manifest.dense, *manifest.sources, *manifest.libraries.values()):
        expect(isinstance(name, str), "a name is no string")
    for sha256 in (manifest.model_sha256, manifest.passages_sha256, *manifest.sources.values()):
        expect(bool(_SHA256.fullmatch(sha256)), "a hash is none")
    expect(type(manifest.dimensions) is int and manifest.dimensions > 0, "dimensions are no number")
    expect(type(manifest.own_share) is float and 0 <= manifest.own_share <= 1, "a share is none")
    expect(type(manifest.passages) is int and manifest.passages > 0, "passages are no number")
    for name, (size, sha256) in files.items():
        expect(safe(name), f"{name!r} is no plain relative path")
        expect(
            type(size) is int and size >= 0 and bool(_SHA256.fullmatch(sha256)), f"{name} is not described"
        )
    return manifest
