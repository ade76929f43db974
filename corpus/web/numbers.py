"""The numbers of list items, as a browser shows them."""

from collections.abc import Callable

from corpus.text.numerals import roman

BULLET = "-"
_TYPES = {"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}
_BULLETS = frozenset({"disc", "circle", "square", "disclosure-open", "disclosure-closed"})
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
_MOST_ROMAN = 3999


def list_style(styled: str, type_attribute: str, *, ordered: bool) -> str:
    """How the items of a list are marked: its style if that is known, else its type, else as lists are."""
    for word in styled.split():
        if word in _FORMS or word in _BULLETS or word == "none":
            return word
    kind = type_attribute.strip()
    return _TYPES.get(kind) or (
        kind.lower() if kind.lower() in _BULLETS else "decimal" if ordered else "disc"
    )


def marker(number: int, style: str) -> str:
    """What stands before an item: its number with a full stop, a bullet, or nothing."""
    if style == "none":
        return ""
    if style in _BULLETS:
        return BULLET
    form = _FORMS.get(style)
    return f"{form(number) if form else number}."


def _alphabetic(number: int, letters: str) -> str:
    if number < 1:
        return str(number)
    written = ""
    while number:
        number, place = divmod(number - 1, len(letters))
        written = letters[place] + written
    return written


def _roman(number: int) -> str:
    return roman(number) if 1 <= number <= _MOST_ROMAN else str(number)


def _lower_alpha(number: int) -> str:
    return _alphabetic(number, _LATIN)


def _with_zero(number: int) -> str:
    return f"-{-number:02}" if number < 0 else f"{number:02}"


_FORMS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimal-leading-zero": _with_zero,
    "lower-alpha": _lower_alpha,
    "lower-latin": _lower_alpha,
    "upper-alpha": lambda number: _lower_alpha(number).upper(),
    "upper-latin": lambda number: _lower_alpha(number).upper(),
    "lower-roman": _roman,
    "upper-roman": lambda number: _roman(number).upper(),
    "lower-greek": lambda number: _alphabetic(number, _GREEK),
}
