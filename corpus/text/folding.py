"""Texts as they are compared: whatever their case, Unicode form, quotation marks, dashes and blanks."""

import unicodedata

_ALIKE = str.maketrans(
    dict.fromkeys("‘’‛ʼ′´`", "'") | dict.fromkeys("“”„‟″", '"') | dict.fromkeys("‐‑‒–—−", "-")
)


def folded(text: str) -> str:
    """`text` for comparing: equal for all spellings that a reader takes for the same."""
    same = unicodedata.normalize("NFKC", text.translate(_ALIKE)).casefold()
    return " ".join(unicodedata.normalize("NFKC", same).split())
