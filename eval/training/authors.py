"""Who wrote a development question, by its id: fits are judged by authors that they have not seen."""

import re

GOLD_AUTHOR = "gold"
_FIRST = "first"  # whose ids begin with a single letter
_SAME = {"kx": "kb"}  # the two halves of one author's questions


def author_of(id: str, *, gold: bool) -> str:
    """The author of a question of `eval/gold` itself, where `gold`, or else of `eval/gold/authored`."""
    letters = re.sub(r"\d.*", "", id)
    if gold:
        return GOLD_AUTHOR
    return _SAME.get(letters, letters) if len(letters) > 1 else _FIRST
