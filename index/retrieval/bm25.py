"""BM25 over stemmed words of text and context, with the scores of bm25s."""

import json
from array import array
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from index.storage.arrays import from_npy, to_npy, to_npy_header
from index.storage.drafts import Draft
from index.storage.files import Files, expect
from index.terms import terms

_TERMS, _BEGINS = "lexical/terms.json", "lexical/begins.npy"
_ROWS, _SCORES = "lexical/rows.npy", "lexical/scores.npy"
_K1, _B = 1.5, 0.75
_BLOCK = 1 << 22  # scores computed at a time


class BM25Writer:
    """Counts the words of texts, and writes their BM25 scores (k1 = 1.5, b = 0.75, Lucene's idf)."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}  # of terms, in the order of their first use
        self._words = array("i")
        self._lengths = array("i")

    def add(self, texts: Iterable[str]) -> None:
        numbers = self._numbers
        for text in texts:
            words = terms(text)
            self._words.extend([numbers.setdefault(word, len(numbers)) for word in words])
            self._lengths.append(len(words))

    def finish(self, draft: Draft) -> None:
        """Write for each term, by the alphabet, its passages in order with their scores."""
        alphabet = sorted(self._numbers)
        places = np.empty(len(alphabet), np.int64)
        places[[self._numbers[term] for term in alphabet]] = np.arange(len(alphabet))
        lengths = np.frombuffer(self._lengths, np.int32)
        size = len(lengths)
        keys = places[np.frombuffer(self._words, np.int32)]
        keys *= size
        keys += np.repeat(np.arange(size, dtype=np.int32), lengths)
        keys, counts = np.unique(keys, return_counts=True)
        numbers, rows = np.divmod(keys, size)
        del keys
        begins = np.searchsorted(numbers, np.arange(len(alphabet) + 1))
        having = np.diff(begins)
        worded = lengths[lengths > 0]  # a text without words counts for nothing
        idf = np.log(1 + (len(worded) - having + 0.5) / (having + 0.5)).astype(np.float32)
        average = worded.mean()
        scores = draft.open(_SCORES)
        scores.write(to_npy_header("float32", len(rows)))
        for begin in range(0, len(rows), _BLOCK):
            here = slice(begin, begin + _BLOCK)
            often, length = counts[here], lengths[rows[here]]
            # in the order of bm25s, to the last bit
            share = often / (_K1 * (1 - _B + _B * length / average) + often)
            scores.write((idf[numbers[here]] * share).astype(np.float32).data)
        scores.finish()
        draft.write(_ROWS, *to_npy(rows.astype(np.int32)))
        draft.write(_BEGINS, *to_npy(begins.astype(np.int64)))
        table = {"passages": size, "terms": alphabet}
        draft.write(_TERMS, json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode())


class BM25Index:
    """Row n is passage n. Only the parts of the arrays that belong to a question's words are read."""

    def __init__(
        self,
        numbers: Mapping[str, int],
        begins: NDArray[np.int64],
        rows: NDArray[np.int32],
        scores: NDArray[np.float32],
        size: int,
    ) -> None:
        self._numbers, self._begins, self._rows, self._scores = numbers, begins, rows, scores
        self._size = size
        self._best = np.maximum.reduceat(scores, begins[:-1])

    @classmethod
    def load(cls, files: Files) -> "BM25Index":
        """From proved files. Raises `GenerationError`."""
        begins = _load_begins(files)
        numbers, size = _load_terms(files, len(begins) - 1)
        rows = _load_rows(files, begins, size)
        with files.mapping(_SCORES) as data:
            scores = from_npy(data, "float32", 1)
            expect(len(scores) == begins[-1], f"has {len(scores)} scores for {begins[-1]} rows")
            found = cls(numbers, begins, rows, scores, size)
            expect(bool(np.isfinite(found._best).all() and scores.min() >= 0), "a score is not finite")
        return found

    def __len__(self) -> int:
        return self._size

    def frequency(self, term: str) -> int:
        """How many passages have a term, stemmed as by `terms`."""
        number = self._numbers.get(term)
        return 0 if number is None else int(self._begins[number + 1] - self._begins[number])

    def scores(self, query: str) -> NDArray[np.float32]:
        """The BM25 score of every passage, of shape (passages,), as a share in 0..1 of the best possible.

        The best possible is the sum, over the words of the question, of the highest score of any passage.
        """
        scores = np.zeros(self._size, np.float32)
        known = [self._numbers[term] for term in terms(query) if term in self._numbers]
        for number in known:
            here = slice(self._begins[number], self._begins[number + 1])
            scores[self._rows[here]] += self._scores[here]  # no passage is named twice
        if known:
            scores /= np.float32(sum(float(self._best[number]) for number in known))
        return scores


def _load_begins(files: Files) -> NDArray[np.int64]:
    with files.parsing(_BEGINS) as data:
        begins = from_npy(data, "int64", 1)
        whole = len(begins) > 1 and begins[0] == 0 and (np.diff(begins) > 0).all()
        expect(bool(whole), "does not divide the rows")
    return begins


def _load_terms(files: Files, count: int) -> tuple[dict[str, int], int]:
    """The number of each term, and how many passages there are."""
    with files.parsing(_TERMS) as data:
        table = json.loads(data)
        size, terms = table["passages"], table["terms"]
        expect(type(size) is int, "passages are no number")
        expect(all(isinstance(term, str) for term in terms), "a term is no string")
        numbers = {term: n for n, term in enumerate(terms)}
        expect(len(numbers) == len(terms) == count, "does not name every term once")
    return numbers, size


def _load_rows(files: Files, begins: NDArray[np.int64], size: int) -> NDArray[np.int32]:
    with files.mapping(_ROWS) as data:
        rows = from_npy(data, "int32", 1)
        expect(len(rows) == begins[-1], f"has {len(rows)} rows, not {begins[-1]}")
        expect(bool(rows.min() >= 0 and rows.max() < size), "names an unknown passage")
        steps = rows[1:] > rows[:-1]
        steps[begins[1:-1] - 1] = True
        expect(bool(steps.all()), "does not name the passages of a term in order")
    return rows
