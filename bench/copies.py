"""A corpus made larger, to measure by: its own passages, then copy after copy of them, each a little different.

In a copy some words stand where words of other passages stood, a few of them new ones made of two, since a larger
corpus has more words. Single vectors and token vectors are those of the original with noise, again of length 1.
Nothing is embedded. Kinds, fields, headings and years stay, so what is said in copies means nothing, but it has the
lengths, the columns and the word counts of real passages, and every copy has documents of its own.
"""

import hashlib
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate, groupby
from pathlib import Path

import numpy as np

from corpus.types import Document, Passage
from index.build import Embedded, write_generation
from index.encoder import Encoder, Vectors, unit
from index.generation import Generation, indexed_text, open_generation
from index.tokens import Quantizer

_SEED = 20022
_EXCHANGED, _NEW = 0.3, 0.01  # of the words of a copy
_NOISE = 0.5  # the length of what is added to a vector of length 1
_WORD = re.compile(r"[^\W\d_]{4,}")  # long enough to be neither a tag nor a list marker


def enlarge(
    var: Path,
    generation: Generation,
    encoder: Encoder,
    size: int,
    advance: Callable[[int], None] = lambda _: None,
) -> Generation:
    """A generation of `size` passages, no fewer than `generation` has, written under `var` and opened from there.

    `advance` is told how many passages were made.
    """
    chance, noise = random.Random(_SEED), np.random.default_rng(_SEED)
    originals = len(generation.passages)
    words = [word for passage in generation.passages for word in _WORD.findall(passage.text)]
    vectors = generation.dense.vectors()
    codes = [generation.tokens.codes(row) for row in range(originals)]
    starts = list(accumulate(map(len, codes), initial=0))
    axes = np.eye(generation.tokens.quantizer.basis.shape[1], dtype=np.float32)
    quantizer = Quantizer(axes)  # codes ↔ coordinates on the axes themselves
    tokens = quantizer.cosines(axes, np.concatenate(codes))
    documents, sources = list(generation.documents.values()), dict(generation.sources)
    passages = list(generation.passages)
    copied = [vectors]
    for number in range(1, -(-size // originals)):
        wanted = generation.passages[: size - len(passages)]
        for _, group in groupby(wanted, key=lambda passage: passage.document.id):
            document, source, found = _copy(list(group), number, words, chance)
            documents.append(document)
            sources[document.id] = source
            passages += found
        copied.append(_perturbed(vectors[: len(wanted)], noise))
        coded = quantizer.encode(_perturbed(tokens[: starts[len(wanted)]], noise))
        codes += np.split(coded, starts[1 : len(wanted)])
        advance(len(wanted))
    pieces = encoder.pieces([indexed_text(passage) for passage in generation.passages])
    embedded = Embedded(np.concatenate(copied), codes, generation.tokens.quantizer)
    cut = [pieces[row % originals] for row in range(len(passages))]
    write_generation(var, documents, sources, passages, embedded, cut, encoder)
    return open_generation(var, encoder.sha256)


def _perturbed(vectors: Vectors, noise: np.random.Generator) -> Vectors:
    added = noise.standard_normal(vectors.shape, np.float32) * (_NOISE / np.sqrt(vectors.shape[1]))
    return unit(vectors + added.astype(np.float32))


def _copy(
    passages: Sequence[Passage], number: int, words: Sequence[str], chance: random.Random
) -> tuple[Document, str, list[Passage]]:
    """The copy of a document's passages, with the document they are of and its source, a passage below the other."""
    texts = [_exchanged(passage.text, words, chance) for passage in passages]
    source = "\n".join(texts)
    original = passages[0].document
    document = replace(
        original, id=f"{original.id}-{number}", sha256=hashlib.sha256(source.encode()).hexdigest()
    )
    starts = accumulate((len(text) + 1 for text in texts), initial=0)
    copies = [
        replace(
            passage,
            id=f"{passage.id}-{number}",
            document=document,
            text=text,
            start=start,
            end=start + len(text),
        )
        for passage, text, start in zip(passages, texts, starts, strict=False)
    ]
    return document, source, copies


def _exchanged(text: str, words: Sequence[str], chance: random.Random) -> str:
    def other(match: re.Match[str]) -> str:
        luck = chance.random()
        if luck > _EXCHANGED:
            return match.group()
        word = chance.choice(words)
        if luck > _NEW:
            return word
        end = chance.choice(words)
        return word[: len(word) // 2] + end[len(end) // 2 :]

    return _WORD.sub(other, text)
