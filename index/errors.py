"""What can go wrong with a model or with what is built."""

from corpus.errors import BaliError


class ModelError(BaliError):
    """The embedding model is missing, not a local safetensors model, or not the one expected."""


class ExportError(ModelError):
    """The model cannot be made ready for onnxruntime; sentence-transformers can still run it."""


class GenerationError(BaliError):
    """What was built is missing, damaged, or was built by another model, corpus or version."""


class StaleError(GenerationError):
    """What was built may be whole, but another model, format or library made it than would now."""


class FilterError(BaliError):
    """A filter names something that does not exist or contradicts itself."""
