"""Equations written on one line."""

import re
from collections.abc import Callable, Iterator

from lxml import etree

from corpus.word.xml import Element, M

_ONE = re.compile(r"[\w.]+|\([^()]*\)|√\S+")


def linear(equation: Element) -> str:
    """An equation on one line: a/b, x^2, √(x), brackets where the layout alone kept parts together."""
    form = _FORMS.get(etree.QName(equation).localname)
    return form(equation) if form else "".join(map(linear, _shown(equation)))


def _shown(parent: Element) -> Iterator[Element]:
    """The parts below `parent` that are seen, not what says how they are set."""
    for part in parent.iterchildren(etree.Element):
        if isinstance(part.tag, str) and part.tag.startswith(M) and not part.tag.endswith("Pr"):
            yield part


def _part(parent: Element, name: str) -> str:
    part = parent.find(f"{M}{name}")
    return linear(part) if part is not None else ""


def _parts(parent: Element, name: str) -> list[str]:
    return [linear(part) for part in parent.iterchildren(f"{M}{name}")]


def _said(parent: Element, name: str, default: str) -> str:
    """A property of `parent`; "" where it is there without a value."""
    for properties in parent.iterchildren(f"{M}{etree.QName(parent).localname}Pr"):
        node = properties.find(f"{M}{name}")
        if node is not None:
            said: str = node.get(f"{M}val", "")
            return said
    return default


def _one(text: str) -> str:
    text = text.strip()
    return text if not text or _ONE.fullmatch(text) else f"({text})"


def _text(run: Element) -> str:
    return "".join(node.text or "" for node in run.iterchildren(f"{M}t"))


def _fraction(part: Element) -> str:
    return f"{_one(_part(part, 'num'))}/{_one(_part(part, 'den'))}"


def _raised(part: Element) -> str:
    below, above = _one(_part(part, "sub")), _one(_part(part, "sup"))
    return _one(_part(part, "e")) + (f"_{below}" if below else "") + (f"^{above}" if above else "")


def _before(part: Element) -> str:
    return f"_{_one(_part(part, 'sub'))}^{_one(_part(part, 'sup'))}{_one(_part(part, 'e'))}"


def _root(part: Element) -> str:
    degree = _part(part, "deg").strip()
    return f"{f'{_one(degree)}' if degree else ''}√({_part(part, 'e').strip()})"


def _sum(part: Element) -> str:
    below, above = _one(_part(part, "sub")), _one(_part(part, "sup"))
    limits = (f"_{below}" if below else "") + (f"^{above}" if above else "")
    return f"{_said(part, 'chr', '∫')}{limits} {_part(part, 'e')}"


def _brackets(part: Element) -> str:
    inner = _said(part, "sepChr", "|").join(_parts(part, "e"))
    return f"{_said(part, 'begChr', '(')}{inner}{_said(part, 'endChr', ')')}"


def _function(part: Element) -> str:
    return f"{_part(part, 'fName')} {_part(part, 'e')}"


def _limit(sign: str) -> Callable[[Element], str]:
    return lambda part: f"{_part(part, 'e')}{sign}{_one(_part(part, 'lim'))}"


def _matrix(part: Element) -> str:
    return "[" + "; ".join(", ".join(_parts(row, "e")) for row in part.iterchildren(f"{M}mr")) + "]"


def _accent(part: Element) -> str:
    return _part(part, "e") + _said(part, "chr", "\N{COMBINING CIRCUMFLEX ACCENT}")


_FORMS: dict[str, Callable[[Element], str]] = {
    "r": _text,
    "f": _fraction,
    "sSup": _raised,
    "sSub": _raised,
    "sSubSup": _raised,
    "sPre": _before,
    "rad": _root,
    "nary": _sum,
    "d": _brackets,
    "func": _function,
    "limLow": _limit("_"),
    "limUpp": _limit("^"),
    "m": _matrix,
    "eqArr": lambda part: "; ".join(_parts(part, "e")),
    "acc": _accent,
}
