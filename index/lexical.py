"""Words in common: BM25 over stemmed words of text and context, by bm25s."""

import json
import re

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN
from numpy.typing import NDArray

from corpus.markup import plain
from index.arrays import from_npy, to_npy
from index.drafts import Draft
from index.files import Files, expect

_TERMS, _BEGINS = "lexical/terms.json", "lexical/begins.npy"
_ROWS, _SCORES = "lexical/rows.npy", "lexical/scores.npy"
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_POSSESSIVE = re.compile(r"['’]s?$")
# What questions are built of, beside bm25s's list: it says how something is asked, not what is asked for.
FUNCTION_WORDS = frozenset(STOPWORDS_EN) | frozenset(
    "what which who whom whose when where why how do does did done has have had were been being about can could "
    "would should may might shall me my i you your we our us them he she his her its there than so any all some "
    "many much".split()
)
_STEMMER = Stemmer.Stemmer("english")


def terms(text: str) -> list[str]:
    """The words of `text` that carry meaning, lower-case and stemmed, markup dropped."""
    words = (_POSSESSIVE.sub("", word.lower()) for word in _WORD.findall(plain(text)))
    return [str(stem) for stem in _STEMMER.stemWords([word for word in words if word not in STOPWORDS_EN])]


class LexicalIndex:
    """A BM25 index (k1 = 1.5, b = 0.75, Lucene's idf); row n is passage n."""

    def __init__(self, index: bm25s.BM25, size: int) -> None:
        self._index = index
        self._size = size
        begins = np.asarray(index.scores["indptr"], np.int64)
        highest = np.maximum.reduceat(index.scores["data"], begins[:-1])
        self._best = {term: float(highest[id]) for term, id in index.vocab_dict.items() if id < len(highest)}

    @classmethod
    def build(cls, texts: list[str]) -> "LexicalIndex":
        """Index `texts` in order; words are numbered by the alphabet, so that the same texts give the same bytes."""
        words = [terms(text) for text in texts]
        numbers = {term: n for n, term in enumerate(sorted({term for several in words for term in several}))}
        index = bm25s.BM25()
        index.index(
            ([[numbers[term] for term in several] for several in words], numbers), show_progress=False
        )
        return cls(index, len(texts))

    @classmethod
    def load(cls, files: Files) -> "LexicalIndex":
        """From proved files. Raises `GenerationError`."""
        index = bm25s.BM25()
        with files.parsing(_SCORES) as data:
            scores = from_npy(data, "float32", 1)
            expect(bool(np.isfinite(scores).all()), "a score is not finite")
        with files.parsing(_BEGINS) as data:
            begins = from_npy(data, "int64", 1)
            ends = len(begins) > 1 and begins[0] == 0 and begins[-1] == len(scores)
            expect(bool(ends and (np.diff(begins) > 0).all()), "does not divide the scores")
        with files.parsing(_TERMS) as data:
            said = json.loads(data)
            size, terms = said["passages"], said["terms"]
            expect(type(size) is int, "passages are no number")
            expect(all(isinstance(term, str) for term in terms), "a term is no string")
            numbers = {term: n for n, term in enumerate(terms)}
            expect(len(numbers) == len(terms) == len(begins) - 1, "does not name every term once")
        with files.parsing(_ROWS) as data:
            rows = from_npy(data, "int32", 1)
            expect(len(rows) == len(scores), f"has {len(rows)} rows for {len(scores)} scores")
            expect(bool(((rows >= 0) & (rows < size)).all()), "names a passage that there is not")
        index.nonoccurrence_array = None  # which its other methods have
        index.vocab_dict = {**numbers, "": len(numbers)}  # as bm25s itself has it
        index.unique_token_ids_set = set(index.vocab_dict.values())
        index.scores = {"data": scores, "indices": rows, "indptr": begins, "num_docs": size}
        return cls(index, size)

    def save(self, draft: Draft) -> None:
        """Write the index: for each term, in order, the passages that have it and the score of each."""
        scores = self._index.scores
        draft.write(_SCORES, *to_npy(np.asarray(scores["data"], np.float32)))
        draft.write(_ROWS, *to_npy(np.asarray(scores["indices"], np.int32)))
        draft.write(_BEGINS, *to_npy(np.asarray(scores["indptr"], np.int64)))
        terms = sorted(self._best, key=self._index.vocab_dict.__getitem__)
        table = {"passages": self._size, "terms": terms}
        draft.write(_TERMS, json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode())

    def __len__(self) -> int:
        return self._size

    def frequency(self, term: str) -> int:
        """How many passages have a term, as `terms` gives it."""
        number = self._index.vocab_dict.get(term)
        if number is None:
            return 0
        bounds = self._index.scores["indptr"]
        return int(bounds[number + 1] - bounds[number])

    def scores(self, query: str) -> NDArray[np.float32]:
        """For every passage, of shape (passages,), its BM25 score as a share of the best there could be.

        It is in 0..1; the best is the sum over the words of the question of the highest score
        that any passage has for each.
        """
        known = [term for term in terms(query) if term in self._index.vocab_dict]
        if not known:
            return np.zeros(self._size, np.float32)
        return np.asarray(self._index.get_scores(known) / sum(self._best[term] for term in known), np.float32)
