"""Inline markup: what a reader sees of a text that carries emphasis or HTML tags."""

import re

_TAG = re.compile(r"</?(?:i|b|em|strong|sup|sub|u|br|span)\b[^<>]*>", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_STARS = re.compile(r"\*{1,3}(?=\S)(.+?)(?<=\S)\*{1,3}", re.DOTALL)
_UNDERSCORES = re.compile(r"(?<!\w)_{1,3}(?=\S)([^_]+?)(?<=\S)_{1,3}(?!\w)")
_BLANKS = re.compile(r"\s+")


def plain(text: str) -> str:
    """`text` without emphasis, links' targets and inline tags, runs of blanks as one space."""
    text = _TAG.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _STARS.sub(r"\1", text)
    text = _UNDERSCORES.sub(r"\1", text)
    return _BLANKS.sub(" ", text).strip()
