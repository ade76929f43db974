"""The models that are set, and what they are together."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.encoders.base import Encoder
from index.encoders.colbert import LateInteractionEncoder
from index.encoders.onnx import OnnxEncoder, export
from index.encoders.quantization import quantized
from index.encoders.reranker import CrossEncoderReranker, Reranker
from index.encoders.sentence_transformer import SentenceTransformerEncoder
from index.encoders.weights import PACKAGED, TOKENS, in_eight_bits, joined, weights_sha256
from index.errors import ModelError
from index.storage.files import Files


@dataclass(frozen=True, slots=True)
class Models:
    """The packaged model by its name, others by their folders; without `tokens` the first one does both.

    `eight_bit` is of the first one's weights.
    """

    embedding: str = PACKAGED
    tokens: str | None = None
    reranker: str | None = None
    eight_bit: bool = False

    def sha256(self) -> str:
        """Names the weights that what is built depends on, without loading them: the `sha256` of the encoder."""
        tokens = [weights_sha256(self.tokens, TOKENS)] if self.tokens else []
        embedding = weights_sha256(self.embedding)
        return joined(in_eight_bits(embedding) if self.eight_bit else embedding, *tokens)

    def load(self, exported: Files | None = None) -> Encoder:
        """The encoder of these models: as it was `exported`, or, without, as sentence-transformers runs it.

        Raises `ModelError`, and `GenerationError` where `exported` is damaged.
        """
        if self.eight_bit and not exported:
            raise ModelError(
                "cannot be exported, nor then be read in 8 bits",
                where=self.embedding,
                remedy="set BALI_EIGHT_BIT=false",
            )
        reranker = self._judge()
        return self._whole(OnnxEncoder(exported, reranker) if exported else self._reference(reranker))

    def export(self, folder: Path, passages: Iterable[str] = ()) -> Encoder:
        """The encoder of these models, exported into the empty `folder`. Raises `ExportError` where it cannot be.

        In 8 bits it has to rank `passages` as it did, or `ModelError` is raised.
        """
        encoder = export(self._reference(self._judge()), folder)
        return self._whole(quantized(encoder, folder / "eight", passages) if self.eight_bit else encoder)

    def _reference(self, reranker: Reranker | None) -> SentenceTransformerEncoder:
        return SentenceTransformerEncoder(self.embedding, reranker)

    def _judge(self) -> Reranker | None:
        return CrossEncoderReranker(self.reranker) if self.reranker else None

    def _whole(self, encoder: Encoder) -> Encoder:
        return LateInteractionEncoder(encoder, self.tokens) if self.tokens else encoder
