"""Removes inline markup: emphasis, links, HTML tags and the backslashes of escapes."""

import re

_BREAK = re.compile(r"<br\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:i|b|em|strong|sup|sub|u|span)\b[^<>]*>", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*+(?:\s+\"[^\"\n]*\")?\)")
_OPENING_STARS = re.compile(r"(?<!\\)\*{1,3}(?=\S)")
_CLOSING_STARS = re.compile(r"(?<=[^\s\\])\*{1,3}|(?<=\n)\*{2,3}(?=[ \t]*(?:\n|\Z))")
_UNDERSCORES = re.compile(r"(?<![\w\\])_{1,3}(?=\S)([^_]+?)(?<=[^\s\\])_{1,3}(?!\w)")
_ESCAPE = re.compile(r"\\([\\*_#|\[\]()<>`~+.!-])")
_HEADING = re.compile(r"^[ ]{0,3}#{1,6}[ \t]+", re.MULTILINE)
_MARK = re.compile(r"[<\[*_#\\]")


def plain(text: str) -> str:
    """`text` without emphasis, link targets, inline tags and escapes, each run of blanks as one space."""
    if _MARK.search(text):
        text = _TAG.sub("", _BREAK.sub(" ", _HEADING.sub("", text)))
        text = _LINK.sub(r"\1", text)
        text = _without_stars(text)
        text = _ESCAPE.sub(r"\1", _UNDERSCORES.sub(r"\1", text))
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
