"""A generation together with the encoder that reads questions for it."""

from pathlib import Path

from index.encoder import Encoder
from index.errors import ExportError, GenerationError
from index.generation import Generation, open_generation
from index.models import Models


def open_index(var: Path, models: Models) -> tuple[Generation, Encoder]:
    """The generation in use under `var`, and the encoder it was built with.

    Raises `GenerationError` where there is none that these models built, and `ModelError`.
    """
    generation = open_generation(var, models.sha256())
    return generation, models.load(generation.exported)


def encoder_to_build_with(var: Path, models: Models, scratch: Path) -> tuple[Encoder, ExportError | None]:
    """An encoder as onnxruntime runs it, out of the generation in use or exported into `scratch`, an empty folder.

    A model that cannot be exported is run by sentence-transformers, and the error says why it could not be. Raises
    `ModelError` where there is no such model at all.
    """
    try:
        exported = open_generation(var, models.sha256()).exported
    except GenerationError:
        exported = None
    if exported:
        return models.load(exported), None
    try:
        return models.export(scratch), None
    except ExportError as error:
        return models.load(), error
