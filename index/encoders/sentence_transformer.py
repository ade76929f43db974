"""The embedding model run by sentence-transformers: the reference of the export."""

from functools import reduce
from operator import add
from pathlib import Path
from typing import Any, cast

from index.encoders.base import ReadingEncoder
from index.encoders.reranker import Reranker
from index.encoders.tokenizer import ModelInput, WordPieces
from index.encoders.weights import EMBEDDING, PACKAGED, loading, locate, weights_sha256
from index.types import Vectors

_LEAST_LENGTH = 1e-12  # a vector is divided by no less
_TOKEN_LAYERS = 3  # token vectors are the mean of the last three layers, better than any one of them


class SentenceTransformerEncoder(ReadingEncoder):
    """A local sentence-transformers model on one CPU thread; nothing is downloaded."""

    def __init__(self, model: str = PACKAGED, reranker: Reranker | None = None) -> None:
        self.name = model if model == PACKAGED else Path(model).name
        self.sha256 = weights_sha256(model)
        self.reranker = reranker
        with loading(model, EMBEDDING):
            import torch
            from sentence_transformers import SentenceTransformer

            self.model = SentenceTransformer(
                str(locate(model, EMBEDDING)),
                device="cpu",
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
                config_kwargs={"output_hidden_states": True},
            ).eval()
            self.max_tokens = int(self.model.max_seq_length or 512)
            definition = self.model.tokenizer.backend_tokenizer.to_str()
            self.word_pieces = WordPieces(definition, self.max_tokens)
        self._torch = torch
        self.inputs = tuple(self.model.tokenizer.model_input_names)
        self.dimensions = int(self.model.get_embedding_dimension() or 0)
        self.token_dimensions = int(cast(Any, self.model[0]).get_embedding_dimension())

    def vectors(self, features: dict[str, Any]) -> tuple[Any, Any]:
        """The output of `forward`, as tensors of shapes (1, dimensions) and (1, tokens, token_dimensions).

        `features` are tensors of shape (1, tokens).
        """
        return self.scaled(self.model.forward(features))

    def scaled(self, output: Any) -> tuple[Any, Any]:
        layers = map(self._unit, output["all_layer_embeddings"][-_TOKEN_LAYERS:])
        return self._unit(output["sentence_embedding"]), self._unit(reduce(add, layers))

    def _unit(self, vectors: Any) -> Any:
        """`base.unit` for tensors, exported as few operations without copies."""
        lengths = self._torch.linalg.vector_norm(vectors.float(), dim=-1, keepdim=True)
        return vectors.float() / lengths.clamp_min(_LEAST_LENGTH)

    def forward(self, cut: ModelInput) -> tuple[Vectors, Vectors]:
        with self._torch.inference_mode():
            features = {name: self._torch.from_numpy(row) for name, row in cut.features(self.inputs).items()}
            pooled, tokens = self.vectors(features)
            return pooled[0].numpy(), tokens[0].numpy()
