"""The models that are set, and what they are together."""

from dataclasses import dataclass

from index.encoder import Encoder, SentenceTransformerEncoder
from index.late_interaction import LateInteractionEncoder
from index.reranker import CrossEncoderReranker
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

    def load(self) -> Encoder:
        """The encoder of these models. Raises `ModelError`."""
        reranker = CrossEncoderReranker(self.reranker) if self.reranker else None
        encoder = SentenceTransformerEncoder(self.embedding, reranker)
        return LateInteractionEncoder(encoder, self.tokens) if self.tokens else encoder
