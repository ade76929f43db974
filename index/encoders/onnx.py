"""The embedding model run by onnxruntime, in a third of the time: exported once, and proved equal to the reference."""

import json
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime

from index.encoders import onnx_session as runtime
from index.encoders.base import Encoder, ReadingEncoder
from index.encoders.reranker import Reranker
from index.encoders.sentence_transformer import SentenceTransformerEncoder
from index.encoders.tokenizer import ModelInput, WordPieces
from index.errors import ExportError
from index.storage.files import Files
from index.types import Encoding, Vectors

MODEL, WEIGHTS, TOKENIZER, DESCRIPTION = "model.onnx", "weights.bin", "tokenizer.json", "encoder.json"
_OPSET = 17
_OUTPUTS = ("pooled", "tokens")
_TOLERANCE = 1e-5  # of a coordinate of a unit vector; rankings are seen to change from about 1e-3 on
_PROBE_LENGTHS = (1, 8, 64, 1024)  # words of the texts that prove an export
_SEED = 20020228
_REMEDY = "sentence-transformers runs it, which takes longer"


@dataclass(frozen=True, slots=True)
class Description:
    """The attributes of an `Encoder`, kept beside an exported model."""

    name: str
    sha256: str
    dimensions: int
    token_dimensions: int
    max_tokens: int

    @classmethod
    def read(cls, files: Files) -> "Description":
        """Raises `GenerationError`."""
        with files.parsing(DESCRIPTION) as data:
            return cls(**json.loads(data))

    def write(self, folder: Path) -> None:
        (folder / DESCRIPTION).write_text(json.dumps(asdict(self), indent=1), "utf-8")


class OnnxEncoder(ReadingEncoder):
    """A model exported into `files`, on one CPU thread. Raises `GenerationError` where they are damaged."""

    def __init__(self, files: Files, reranker: Reranker | None = None) -> None:
        description = Description.read(files)
        self.name, self.sha256 = description.name, description.sha256
        self.dimensions, self.token_dimensions = description.dimensions, description.token_dimensions
        self.max_tokens = description.max_tokens
        self.exported, self.reranker = files, reranker
        with files.parsing(TOKENIZER) as data:
            self.word_pieces = WordPieces(data.decode(), self.max_tokens)
        options = runtime.options()
        options.graph_optimization_level = (
            onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        )  # done by export
        if WEIGHTS in files.names():
            files.prove_one(WEIGHTS)  # right before onnxruntime maps them
            options.add_session_config_entry(
                "session.model_external_initializers_file_folder_path", str(files.path)
            )
        with files.parsing(MODEL) as data:
            self._session = runtime.session(data, options)
        self._inputs = [node.name for node in self._session.get_inputs()]

    def forward(self, cut: ModelInput) -> tuple[Vectors, Vectors]:
        pooled, tokens = self._session.run(_OUTPUTS, cut.features(self._inputs))
        return pooled[0], tokens[0]


def export(reference: SentenceTransformerEncoder, folder: Path) -> OnnxEncoder:
    """Write the model of `reference` into the empty `folder`, fused, and open it from there.

    `reference` cannot be used afterwards. Raises `ExportError` where the model cannot be exported, or where its vectors
    change.
    """
    probes = _probes(reference)
    expected = reference.read(probes)
    description = Description(
        reference.name,
        reference.sha256,
        reference.dimensions,
        reference.token_dimensions,
        reference.max_tokens,
    )
    try:
        description.write(folder)
        reference.word_pieces.save(folder / TOKENIZER)
        _write_model(reference, folder / MODEL)
        encoder = OnnxEncoder(Files.of(folder), reference.reranker)
        found = encoder.read(probes)
    except Exception as error:  # an exporter fails in many ways
        reason = " ".join(str(error).split())[:200]
        raise ExportError(f"cannot be exported ({reason})", where=reference.name, remedy=_REMEDY) from error
    difference = _largest_difference(expected, found)
    if not difference <= _TOLERANCE:
        raise ExportError(
            f"gives other vectors, by {difference:.1g}, when exported", where=reference.name, remedy=_REMEDY
        )
    return encoder


def _largest_difference(expected: Sequence[Encoding], found: Sequence[Encoding]) -> float:
    """The largest difference of a coordinate of any vector."""
    return max(
        float(np.abs(one - other).max(initial=0))
        for e, f in zip(expected, found, strict=True)
        for one, other in ((e.pooled, f.pooled), (e.tokens, f.tokens))
    )


def _write_model(reference: SentenceTransformerEncoder, path: Path) -> None:
    """Write one forward pass as a fused graph: inputs as the tokenizer names them, unit vectors as outputs."""
    raw = path.with_suffix(".raw")
    _trace(reference, raw)
    options = runtime.options()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(path)
    # weights in a file of their own are mapped: only those in use are read, and processes share them
    options.add_session_config_entry("session.optimized_model_external_initializers_file_name", WEIGHTS)
    options.add_session_config_entry(
        "session.optimized_model_external_initializers_min_size_in_bytes", "1024"
    )
    runtime.session(str(raw), options)
    raw.unlink()


def _trace(reference: SentenceTransformerEncoder, path: Path) -> None:
    import torch

    class Pass(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = reference.model

        def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
            return reference.vectors(dict(zip(reference.inputs, inputs, strict=True)))

    cast(Any, reference.model[0]).model.set_attn_implementation("eager")  # the one that onnxruntime can fuse
    text = " ".join(list(reference.vocabulary())[:8])
    features = reference.word_pieces.cut(text).features(reference.inputs)
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of guesses; the probes would find a wrong one
        torch.onnx.export(
            Pass(),
            tuple(torch.from_numpy(row) for row in features.values()),
            str(path),
            dynamo=False,  # the output of dynamo does not load
            opset_version=_OPSET,
            input_names=list(features),
            output_names=list(_OUTPUTS),
            dynamic_axes={name: {1: "tokens"} for name in (*features, "tokens")},
        )


def _probes(encoder: Encoder) -> list[str]:
    """Texts of words drawn from the vocabulary with a fixed seed, one longer than the model reads."""
    words = list(encoder.vocabulary())
    random = np.random.default_rng(_SEED)
    return [" ".join(random.choice(words, size)) for size in _PROBE_LENGTHS]
