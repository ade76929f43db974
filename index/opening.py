"""Opens an index together with the encoder that reads questions for it."""

from pathlib import Path

from threadpoolctl import threadpool_limits

from index.encoders.base import Encoder
from index.encoders.models import Models
from index.errors import ExportError, GenerationError
from index.generation import Index, load_current_index, load_index
from index.storage.files import REBUILD

OpenIndex = tuple[Index, Encoder]


def open_index(var: Path, models: Models) -> OpenIndex:
    """The current index under `var`, or the one before where it is damaged, and the encoder it was built with.

    Raises `GenerationError` where these models built none, and `ModelError`.
    """
    threadpool_limits(1)  # one thread for linear algebra: parallel questions use the cores better, and repeat
    index = load_index(var, models.sha256())
    return _checked(index, models.load(index.exported))


def reopen_index(var: Path, models: Models, before: OpenIndex) -> OpenIndex:
    """The current index and no other; keeps the encoder of `before` where it is the same. Raises as `open_index`."""
    index, (known, encoder) = load_current_index(var, models.sha256()), before
    if _encoder_hashes(index) != _encoder_hashes(known):
        encoder = models.load(index.exported)
    return _checked(index, encoder)


def _encoder_hashes(index: Index) -> tuple[str, dict[str, tuple[int, str]]]:
    exported = index.exported
    return index.manifest.model_sha256, exported.hashes() if exported else {}


def _checked(index: Index, encoder: Encoder) -> OpenIndex:
    here = index.dense.dimensions, index.tokens.quantizer.basis.shape[0]
    if here != (encoder.dimensions, encoder.token_dimensions):
        raise GenerationError(
            f"has vectors of {here[0]} and {here[1]} dimensions, "
            f"{encoder.name} of {encoder.dimensions} and {encoder.token_dimensions}",
            where=index.id,
            remedy=REBUILD,
        )
    return index, encoder


def encoder_to_build_with(var: Path, models: Models, scratch: Path) -> tuple[Encoder, ExportError | None]:
    """The encoder for a build: run from the export in the current index, or exported into the empty folder `scratch`.

    Where the export fails, sentence-transformers runs the model and the error says why. Raises `ModelError` where
    there is no such model.
    """
    try:
        if exported := load_index(var, models.sha256()).exported:
            return models.load(exported), None
    except GenerationError:
        pass
    try:
        return models.export(scratch), None
    except ExportError as error:
        return models.load(), error
