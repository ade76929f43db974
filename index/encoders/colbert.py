"""Token vectors by a model trained for late interaction (ColBERT, PyLate), beside the embedding model."""

import threading
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from index.encoders.base import Encoder, unit
from index.encoders.tokenizer import Tokenization
from index.encoders.weights import TOKENS, joined, loading, locate, weights_sha256
from index.errors import ModelError
from index.storage.files import Files
from index.types import Encoding, Vectors

_BATCH = 8  # texts tokenized at a time
_NOWHERE = -1  # begin and end of a token that stands for no characters of the text
_DOCUMENT_PROMPTS = ("document", "passage", "corpus")  # the first known one, as in `encode_document`


class LateInteractionEncoder:
    """Pooled vectors by `pooling`, token vectors by a local sentence-transformers `MultiVectorEncoder`.

    Questions and passages are read as in the model's training: with its prefixes, lengths, expansion of questions and
    skipped words. All tokens that it scores are kept, also those that stand for no characters, whose span is (-1, -1):
    [CLS] and the like, prefixes, and the expansion of a question.
    """

    def __init__(self, pooling: Encoder, model: str) -> None:
        self._pooling = pooling
        self.reranker = pooling.reranker
        self.name = f"{pooling.name} + {Path(model).name}"
        self.sha256 = joined(pooling.sha256, weights_sha256(model, TOKENS))
        self.dimensions = pooling.dimensions
        self._lock = threading.Lock()  # fast tokenizers cannot be shared while they truncate or pad
        with loading(model, TOKENS):
            from sentence_transformers import MultiVectorEncoder

            self._model = MultiVectorEncoder(
                str(locate(model, TOKENS)),
                device="cpu",
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
            probe = self._outputs(["A text."], questions=False)[0]
        if "offset_mapping" not in probe or len(probe["token_embeddings"]) != len(probe["input_ids"]):
            raise ModelError(
                "gives vectors without places in the text: it pools them, or reads no plain text",
                where=model,
                remedy=TOKENS.remedy,
            )
        self.token_dimensions = int(probe["token_embeddings"].shape[-1])
        length = getattr(self._model[0], "document_length", None) or self._model.max_seq_length
        self.max_tokens = int(length or 512)

    @property
    def exported(self) -> Files | None:
        return self._pooling.exported

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        return self._pooling.encode(texts, advance)

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        return self._read(texts, questions=False)

    def read_questions(self, texts: Sequence[str]) -> list[Encoding]:
        return self._read(texts, questions=True)

    def _read(self, texts: Sequence[str], *, questions: bool) -> list[Encoding]:
        if not texts:
            return []
        pooled = self._pooling.encode(texts)
        with self._lock:
            outputs = self._outputs(texts, questions=questions)
        prompt = self._prompt(questions=questions)
        encodings = []
        for vector, output in zip(pooled, outputs, strict=True):
            keep = output["attention_mask"].numpy().astype(bool)
            ids = output["input_ids"].numpy().astype(np.int32)
            spans = _spans(output["offset_mapping"].numpy(), len(prompt), len(ids))
            tokens = unit(output["token_embeddings"].float().numpy())
            encodings.append(Encoding(vector, ids[keep], spans[keep], tokens[keep], alike=True))
        return encodings

    def _outputs(self, texts: Sequence[str], *, questions: bool) -> list[dict[str, Any]]:
        """The features of each text: all tokens, and in `attention_mask` those that the model scores."""
        encode = self._model.encode_query if questions else self._model.encode_document
        return cast(
            list[dict[str, Any]],
            encode(
                list(texts),
                prompt=self._prompt(questions=questions),
                batch_size=1,  # alone, since padding changes the last bits
                show_progress_bar=False,
                output_value=None,
                processing_kwargs={"text": {"return_offsets_mapping": True}},
            ),
        )

    def _prompt(self, *, questions: bool) -> str:
        names = ("query",) if questions else _DOCUMENT_PROMPTS
        prompts = self._model.prompts
        name = next((name for name in names if name in prompts), self._model.default_prompt_name)
        return (prompts.get(name) if name else None) or ""

    def pieces(self, texts: Sequence[str]) -> list[Tokenization]:
        """The tokens that `read` keeps of passages, in the same order."""
        found = []
        for begin in range(0, len(texts), _BATCH):
            with self._lock:
                found += self._tokenized(list(texts[begin : begin + _BATCH]))
        return found

    def _tokenized(self, texts: list[str]) -> list[Tokenization]:
        from sentence_transformers.multi_vector_encoder.modules import MultiVectorMask

        prompt = self._prompt(questions=False)
        features = self._model.preprocess(
            texts,
            prompt=prompt,
            task="document",
            processing_kwargs={
                "text": {"return_offsets_mapping": True, "truncation": False, "verbose": False}
            },
        )
        lengths = features["attention_mask"].sum(dim=1).tolist()
        ids = features["input_ids"].numpy().astype(np.int32)
        for module in self._model:
            if isinstance(module, MultiVectorMask):
                features = module(features, task="document")
        keep = features["attention_mask"].numpy().astype(bool)
        offsets = features["offset_mapping"].numpy()
        return [
            Tokenization(lengths[n], ids[n][keep[n]], _spans(offsets[n], len(prompt), len(ids[n]))[keep[n]])
            for n in range(len(texts))
        ]

    def vocabulary(self) -> Collection[str]:
        return self._pooling.vocabulary()


def _spans(offsets: NDArray[np.int64], prompt: int, length: int) -> NDArray[np.int32]:
    """Of shape (length, 2): the characters of each token in the text that follows a prompt of `prompt` characters."""
    spans = np.full((length, 2), _NOWHERE, np.int32)
    real = (offsets[:, 0] < offsets[:, 1]) & (offsets[:, 1] > prompt)
    spans[: len(offsets)][real] = np.maximum(offsets[real] - prompt, 0)
    return spans
