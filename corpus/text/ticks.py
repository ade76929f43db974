"""Marks that say which of several options holds: an x, a tick, a box that is crossed."""

import re

_MARK = re.compile(r"[xX×✓✔☑☒☓●■•]|\[[xX]\]")
_BOXES = re.compile(r"[☐☑☒□■]|\[[xX ]?\]")
_EMPTY = frozenset({"☐", "□", "[ ]", "[]"})


def is_mark(text: str) -> bool:
    """Whether there is nothing but a mark."""
    return _MARK.fullmatch(text.strip()) is not None


def ticked(text: str) -> str | None:
    """The options after a crossed box, "Limited" of "☐ None ☒ Limited"; None where there are no boxes."""
    boxes = list(_BOXES.finditer(text))
    if not boxes or text[: boxes[0].start()].strip():
        return None
    ends = [*(box.start() for box in boxes[1:]), len(text)]
    options = [
        text[box.end() : end].strip(" \t\n,;/")
        for box, end in zip(boxes, ends, strict=True)
        if box.group() not in _EMPTY
    ]
    return "; ".join(filter(None, options))
