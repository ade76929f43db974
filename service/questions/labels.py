"""Numbered labels: "option 5", "annex 2", "day 1"."""

import re
from collections.abc import Sequence

_LABEL = re.compile(r"\b(?P<word>[^\W\d_]{3,}) (?P<number>\d{1,3})(?![\d.,/–-]*\d)\b(?! ?%)")


def absent_label(question: str, texts: Sequence[str]) -> str:
    """The label of `question` that no text has, though some have the same word with other numbers; else ""."""
    for match in _LABEL.finditer(question):
        word, number = match["word"], match["number"]
        labels = re.compile(rf"\b{word}\s+(\d{{1,3}})\b", re.IGNORECASE)
        known = {found.lstrip("0") for text in texts for found in labels.findall(text)}
        if len(known) > 1 and number.lstrip("0") not in known:
            return match.group()
    return ""
