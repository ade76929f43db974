"""The models that are set, and what they are together."""

from dataclasses import dataclass
from pathlib import Path

from index.encoder import Encoder, SentenceTransformerEncoder
from index.files import Files
from index.late_interaction import LateInteractionEncoder
from index.onnx_encoder import OnnxEncoder, export
from index.reranker import CrossEncoderReranker, Reranker
from index.weights import PACKAGED, TOKENS, joined, weights_sha256


@dataclass(frozen=True, slots=True)
class Models:
    """The packaged model by its name, others by their folders; without `tokens` the first one does both."""

    embedding: str = PACKAGED
    tokens: str | None = None
    reranker: str | None = None

    def sha256(self) -> str:
        """Names the weights that what is built depends on, without loading them: the `sha256` of the encoder."""
        tokens = [weights_sha256(self.tokens, TOKENS)] if self.tokens else []
        return joined(weights_sha256(self.embedding), *tokens)

    def load(self, exported: Files | None = None) -> Encoder:
        """The encoder of these models: as it was `exported`, or, without, as sentence-transformers runs it.

        Raises `ModelError`, and `GenerationError` where `exported` is damaged.
        """
        reranker = self._judge()
        return self._whole(OnnxEncoder(exported, reranker) if exported else self._reference(reranker))

    def export(self, folder: Path) -> Encoder:
        """The encoder of these models, exported into the empty `folder`. Raises `ExportError` where it cannot be."""
        return self._whole(export(self._reference(self._judge()), folder))

    def _reference(self, reranker: Reranker | None) -> SentenceTransformerEncoder:
        return SentenceTransformerEncoder(self.embedding, reranker)

    def _judge(self) -> Reranker | None:
        return CrossEncoderReranker(self.reranker) if self.reranker else None

    def _whole(self, encoder: Encoder) -> Encoder:
        return LateInteractionEncoder(encoder, self.tokens) if self.tokens else encoder
