"""The models of the settings, and the encoder they make together."""

from dataclasses import dataclass
from pathlib import Path

from index.encoders.base import Encoder
from index.encoders.colbert import LateInteractionEncoder
from index.encoders.onnx import OnnxEncoder, export
from index.encoders.reranker import CrossEncoderReranker, Reranker
from index.encoders.sentence_transformer import SentenceTransformerEncoder
from index.encoders.weights import PACKAGED, TOKENS, joined, weights_sha256
from index.storage.files import Files


@dataclass(frozen=True, slots=True)
class Models:
    """The packaged model by its name, others by their folders; without `tokens` the first one does both."""

    embedding: str = PACKAGED
    tokens: str | None = None
    reranker: str | None = None

    def sha256(self) -> str:
        """The `sha256` of the encoder, without loading it: it names the weights that an index depends on."""
        tokens = [weights_sha256(self.tokens, TOKENS)] if self.tokens else []
        return joined(weights_sha256(self.embedding), *tokens)

    def load(self, exported: Files | None = None) -> Encoder:
        """The encoder of these models, run from `exported`, or else by sentence-transformers.

        Raises `ModelError`, and `GenerationError` where `exported` is damaged.
        """
        reranker = self._load_reranker()
        return self._with_tokens(OnnxEncoder(exported, reranker) if exported else self._reference(reranker))

    def export(self, folder: Path) -> Encoder:
        """The encoder of these models, exported into the empty `folder`. Raises `ExportError`."""
        return self._with_tokens(export(self._reference(self._load_reranker()), folder))

    def _reference(self, reranker: Reranker | None) -> SentenceTransformerEncoder:
        return SentenceTransformerEncoder(self.embedding, reranker)

    def _load_reranker(self) -> Reranker | None:
        return CrossEncoderReranker(self.reranker) if self.reranker else None

    def _with_tokens(self, encoder: Encoder) -> Encoder:
        return LateInteractionEncoder(encoder, self.tokens) if self.tokens else encoder
