"""Splits running text into sentences, as spans of characters."""

import re

from corpus.text.dates import MONTH_START

# A full stop after these does not end a sentence.
_ABBREVIATION = re.compile(
    r"mr|mrs|ms|dr|prof|rep|st|nos?|paras?|sec|ch|vol|pp|cf|eg|ie|etc|vs|fig|approx|dept|gen|col|hon|"
    rf"{MONTH_START.replace('May|', '')}|sept|e\.g|i\.e|u\.s|u\.n",
    re.IGNORECASE,
)
_END = re.compile(r"""(?<![.!?…])[.!?…]++(?:["'”’)\]*_]|</[a-z]+>|\[\d{1,3}\])*+(?=\s)""", re.IGNORECASE)
_OPENING = re.compile(r"""(\s++)(?:["'“‘(\[*_]|<[a-z]+>)*+[A-Z0-9]""")
_LONGEST_WORD = 40  # characters before a full stop that are searched for an abbreviation or a number
_DANGLING = re.compile(
    r"(?:this|these|those|such|it|they|he|she|its|their|both|in this regard|in addition|therefore|however|"
    r"furthermore|moreover|nonetheless|nevertheless|additionally|consequently|also)\b",
    re.IGNORECASE,
)


def sentences(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the sentences of `source[start:end]`, without surrounding blanks."""
    spans = []
    begin = start
    for match in _END.finditer(source, start, end):
        opening = _OPENING.match(source, match.end(), end)
        if opening and _ends_sentence(source, begin, match):
            spans.append((begin, match.end()))
            begin = opening.end(1)
    if begin < end:
        spans.append((begin, end))
    return spans


def _ends_sentence(source: str, begin: int, match: re.Match[str]) -> bool:
    if not match.group().startswith("."):
        return True
    words = source[max(begin, match.start() - _LONGEST_WORD) : match.start()].split()
    word = words[-1].lstrip("(\"'“‘*_") if words else ""
    initial = len(word) == 1 and word.isupper()
    opens = match.start() - begin <= _LONGEST_WORD
    numbering = opens and len(words) == 1 and re.fullmatch(r"\(?(?:\d+|[a-z]|[ivxlc]+)", word, re.IGNORECASE)
    bulleted = opens and len(words) == 2 and not words[0].isalnum() and len(word) <= 4
    return not (_ABBREVIATION.fullmatch(word) or initial or numbering or bulleted)


def refers_back(sentence: str) -> bool:
    """Whether a sentence opens with a word that refers to the sentence before it."""
    return _DANGLING.match(" ".join(sentence.split()).lstrip("\"'“‘(*_")) is not None
