"""Sections: a query, and the text that it should find, cut into passages."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.text.sentences import sentences

LEAST_WORDS = 40
MOST_WORDS = 120
"""With its context, a passage then seldom has more than the 256 word pieces that the model reads."""


@dataclass(frozen=True, slots=True)
class Section:
    """A query, which may be empty; the titles above it, outermost first; and its paragraphs.

    `name` is unique in the collection; paragraphs have single spaces only.
    """

    name: str
    query: str
    above: tuple[str, ...]
    paragraphs: tuple[str, ...]

    @property
    def context(self) -> str:
        """The titles above, on one line; never the query."""
        return " › ".join(self.above)


def passages(paragraphs: Sequence[str]) -> list[str]:
    """The paragraphs, each on a line, in passages of about `LEAST_WORDS` to `MOST_WORDS` words.

    A passage ends where a paragraph does, or a sentence where a paragraph alone is too long.
    """
    groups: list[list[str]] = []
    for piece in (piece for paragraph in paragraphs for piece in _pieces(paragraph)):
        if groups and _words([*groups[-1], piece]) <= MOST_WORDS:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    if len(groups) > 1 and _words(groups[-1]) < LEAST_WORDS:
        groups[-2:] = [groups[-2] + groups[-1]]
    return ["\n".join(group) for group in groups]


def _pieces(paragraph: str) -> list[str]:
    if _words([paragraph]) <= MOST_WORDS:
        return [paragraph]
    return [paragraph[start:end] for start, end in sentences(paragraph, 0, len(paragraph))]


def _words(texts: Sequence[str]) -> int:
    return sum(len(text.split()) for text in texts)
