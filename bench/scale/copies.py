"""A corpus made larger, to measure by: its own passages, then copy after copy of them, each a little different.

In a copy some words stand where words of other passages stood, a few of them new ones made of two, since a larger
corpus has more words. Single vectors and token vectors are those of the original with noise, again of length 1.
Nothing is embedded. Kinds, fields, headings and years stay, so what is said in copies means nothing, but it has the
lengths, the columns and the word counts of real passages, and every copy has documents of its own.
"""

import hashlib
import random
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from itertools import accumulate
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from corpus.types import Document, Passage
from index.build import EmbeddedDocument, write_index
from index.encoders.base import Encoder, unit
from index.errors import GenerationError
from index.generation import Index, load_index
from index.passages.store import indexed_text
from index.retrieval.quantizer import Quantizer
from index.types import Vectors

_SEED = 20022
_EXCHANGED, _NEW = 0.3, 0.01  # of the words of a copy
_NOISE = 0.5  # the length of what is added to a vector of length 1
_WORD = re.compile(r"[^\W\d_]{4,}")  # long enough to be neither a tag nor a list marker


@contextmanager
def enlarged(
    index: Index, encoder: Encoder, sizes: Sequence[int], kept: Path | None = None
) -> Iterator[dict[int, Index]]:
    """Size -> an index of so many passages, in `kept`, where it may be already, or in a temporary folder."""
    with ExitStack() as stack:
        folder = kept or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        progress = stack.enter_context(Progress(console=Console(stderr=True), transient=True))
        found = {}
        for size in sizes:
            var = folder / str(size)
            try:
                found[size] = load_index(var, encoder.sha256)
            except GenerationError:
                var.mkdir(parents=True, exist_ok=True)
                task = progress.add_task(f"Making {size:,} passages", total=size - len(index.passages))
                found[size] = enlarge(var, index, encoder, size, partial(progress.advance, task))
        yield found


def enlarge(
    var: Path,
    index: Index,
    encoder: Encoder,
    size: int,
    advance: Callable[[int], None] = lambda _: None,
) -> Index:
    """An index of `size` passages, no fewer than `index` has, written under `var` and opened from there.

    Only one copy is in memory at a time. `advance` is told how many passages were made.
    """
    parts = _parts(index, encoder, size, advance)
    write_index(var, parts, index.tokens.quantizer, encoder)
    return load_index(var, encoder.sha256)


def _parts(
    index: Index, encoder: Encoder, size: int, advance: Callable[[int], None]
) -> Iterator[EmbeddedDocument]:
    """The documents as they are, then copy after copy of them."""
    chance, noise = random.Random(_SEED), np.random.default_rng(_SEED)
    originals = list(index.passages)
    words = [word for passage in originals for word in _WORD.findall(passage.text)]
    vectors = index.dense.vectors()
    codes = [index.tokens.codes(row) for row in range(len(originals))]
    pieces = [piece.ids for piece in encoder.pieces([indexed_text(passage) for passage in originals])]
    places = {id: index.passages.of_document(id) for id in index.documents}
    for id, rows in places.items():
        here = slice(rows.start, rows.stop)
        yield EmbeddedDocument(
            index.documents[id],
            index.sources[id],
            originals[here],
            vectors[here],
            codes[here],
            pieces[here],
        )
    starts = list(accumulate(map(len, codes), initial=0))
    axes = np.eye(index.tokens.quantizer.basis.shape[1], dtype=np.float32)
    quantizer = Quantizer(axes)  # codes ↔ coordinates on the axes themselves
    tokens = quantizer.cosines(axes, np.concatenate(codes))
    left = size - len(originals)
    for number in range(1, -(-size // len(originals))):
        for rows in places.values():
            wanted = range(rows.start, min(rows.stop, rows.start + left))
            if not wanted:
                continue
            here = slice(wanted.start, wanted.stop)
            document, source, copies = _copy(originals[here], number, words, chance)
            first, last = starts[wanted.start], starts[wanted.stop]
            coded = quantizer.encode(_perturbed(tokens[first:last], noise))
            cut = np.split(coded, np.array(starts[wanted.start + 1 : wanted.stop], int) - first)
            yield EmbeddedDocument(
                document, source, copies, _perturbed(vectors[here], noise), cut, pieces[here]
            )
            left -= len(wanted)
            advance(len(wanted))


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
