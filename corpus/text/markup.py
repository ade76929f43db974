"""Removes inline markup: emphasis, links and HTML tags."""

import re

_TAG = re.compile(r"</?(?:i|b|em|strong|sup|sub|u|br|span)\b[^<>]*>", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_OPENING_STARS = re.compile(r"\*{1,3}(?=\S)")
_CLOSING_STARS = re.compile(r"(?<=\S)\*{1,3}")
_UNDERSCORES = re.compile(r"(?<!\w)_{1,3}(?=\S)([^_]+?)(?<=\S)_{1,3}(?!\w)")
_HEADING = re.compile(r"^[ ]{0,3}#{1,6}[ \t]+", re.MULTILINE)
_MARK = re.compile(r"[<\[*_#]")


def plain(text: str) -> str:
    """`text` without emphasis, link targets and inline tags, each run of blanks as one space."""
    if _MARK.search(text):
        text = _TAG.sub("", _HEADING.sub("", text))
        text = _LINK.sub(r"\1", text)
        text = _without_stars(text)
        text = _UNDERSCORES.sub(r"\1", text)
    return " ".join(text.split())


def _without_stars(text: str) -> str:
    """`text` without asterisks of emphasis, in one pass: if one opening has no end, no later one has."""
    pieces = []
    position = 0
    while opening := _OPENING_STARS.search(text, position):
        closing = _CLOSING_STARS.search(text, opening.end() + 1)
        if closing is None:
            break
        pieces += [text[position : opening.start()], text[opening.end() : closing.start()]]
        position = closing.end()
    return "".join(pieces) + text[position:]
