"""Errors of models, indexes and filters."""

from corpus.errors import BaliError


class ModelError(BaliError):
    """A model is missing, not a local safetensors model, or not of the kind expected."""


class ExportError(ModelError):
    """The model cannot be exported for onnxruntime; sentence-transformers can still run it."""


class GenerationError(BaliError):
    """An index is missing, damaged, or was built by another model, corpus or version."""


class StaleError(GenerationError):
    """An index was built by another model, format or library version than those in use; it may be whole."""


class FilterError(BaliError):
    """A filter names something that does not exist or contradicts itself."""
