"""Tiny models of random weights, saved as sentence-transformers saves real ones.

The libraries, which take seconds to load, are loaded by the tests that need them.
"""

import json
import string
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import BertConfig, BertTokenizer

EXPANDED, LONGEST, DIMENSIONS = 32, 120, 24
_LETTERS = string.ascii_lowercase + string.digits
_WORDS = "the light ##house northern lamp tide calendar fog signal buoy repair".split()
_PREFIXES = ("[Q] ", "[D] ")
_VOCABULARY = (
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    *(*_LETTERS, *(f"##{letter}" for letter in _LETTERS), *string.punctuation, "–", *_WORDS),
)


def bare_model(folder: Path, seed: int = 1) -> Path:
    """A transformer and its tokenizer, which say nothing of what they are for."""
    import torch
    from transformers import BertModel

    torch.manual_seed(seed)
    BertModel(_config()).save_pretrained(folder)
    _tokenizer(folder).save_pretrained(folder)
    return folder


def token_model(folder: Path, seed: int = 1, *, pooled: bool = False) -> Path:
    """A ColBERT: prefixes, questions expanded, punctuation of passages skipped, and, if asked, tokens `pooled`."""
    from sentence_transformers import MultiVectorEncoder
    from sentence_transformers.base.modules import Dense, Transformer
    from sentence_transformers.multi_vector_encoder.modules import HierarchicalTokenPooling, MultiVectorMask
    from sentence_transformers.sentence_transformer.modules import Normalize
    from torch import nn

    transformer = Transformer(
        str(bare_model(folder / "bare", seed)),
        query_expansion={"strategy": "fixed", "attend": False, "length": EXPANDED},
        document_length=LONGEST,
    )
    modules = [
        transformer,
        Dense(32, DIMENSIONS, False, nn.Identity(), module_input_name="token_embeddings"),
        MultiVectorMask(skiplist_words=list(string.punctuation)),
        Normalize(module_input_name="token_embeddings"),
        *([HierarchicalTokenPooling(pool_factor=2.0)] if pooled else []),
    ]
    prompts = dict(zip(("query", "document"), _PREFIXES, strict=True))
    MultiVectorEncoder(modules=modules, prompts=prompts, device="cpu").save_pretrained(str(folder / "model"))
    return folder / "model"


def as_pylate_saved(folder: Path) -> Path:
    """The token model in `folder`, its configuration rewritten as PyLate's own (up to its version 3)."""
    modules = [("", "sentence_transformers.models.Transformer"), ("1_Dense", "pylate.models.Dense.Dense")]
    projection = {"in_features": 32, "out_features": DIMENSIONS, "bias": False}
    activation = {"activation_function": "torch.nn.modules.linear.Identity"}
    settings = {"query_length": EXPANDED, "document_length": LONGEST, "attend_to_expansion_tokens": False}
    prefixes = {"query_prefix": _PREFIXES[0], "document_prefix": _PREFIXES[1]}
    for name, content in {
        "modules.json": [
            {"idx": n, "name": str(n), "path": p, "type": t} for n, (p, t) in enumerate(modules)
        ],
        "config_sentence_transformers.json": {"model_type": "ColBERT", **settings, **prefixes},
        "sentence_bert_config.json": {"max_seq_length": LONGEST, "do_lower_case": False},
        "1_Dense/config.json": {**projection, **activation},
    }.items():
        (folder / name).write_text(json.dumps(content), "utf-8")
    return folder


def cross_encoder(folder: Path, labels: int = 1) -> Path:
    """A CrossEncoder whose scores lie far apart."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertForSequenceClassification

    torch.manual_seed(2)
    model = BertForSequenceClassification(_config(labels))
    model.save_pretrained(folder / "bare")
    _tokenizer(folder / "bare").save_pretrained(folder / "bare")
    CrossEncoder(str(folder / "bare"), device="cpu", local_files_only=True).save_pretrained(
        str(folder / "model")
    )
    return folder / "model"


def _config(labels: int = 2) -> "BertConfig":
    from transformers import BertConfig

    config = BertConfig(
        vocab_size=len(_VOCABULARY) + len(_PREFIXES),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
        initializer_range=0.4,  # so that what differs is told apart
    )
    config.num_labels = labels
    return config


def _tokenizer(folder: Path) -> "BertTokenizer":
    from transformers import BertTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(_VOCABULARY), "utf-8")
    tokenizer = BertTokenizer(str(folder / "vocab.txt"))
    tokenizer.add_special_tokens({"additional_special_tokens": list(_PREFIXES)})
    return tokenizer
