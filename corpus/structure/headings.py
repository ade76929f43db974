"""Which styles of a document are headings: decided for all pieces of a look together, not line by line."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from corpus.layout import Look
from corpus.structure.elements import Element, visible

_LARGER = 1.06  # times the size of body text
_TITLED = 0.75  # of the pieces of a look must be titles: short, without a sentence's end
_FOLLOWED = 0.5  # of them must have text below, not another of the same look
_MOST = 0.35  # of all characters: what has more is text
_DEEPEST = 6

Key = tuple[float, bool, str, int, bool]  # size in half points, bold, style, outline, capitals


@dataclass(frozen=True, slots=True)
class _Style:
    """All pieces of one look, by their index among the elements."""

    key: Key
    members: tuple[int, ...]

    @property
    def outline(self) -> int:
        return self.key[3]


def heading_levels(elements: Sequence[Element]) -> dict[int, int]:
    """The level, 1 to 6, of each element that is a heading, by its index; none where no look tells."""
    seen = [n for n, element in enumerate(elements) if element.look is not None and element.kind == "text"]
    if not seen:
        return {}
    styles: defaultdict[Key, list[int]] = defaultdict(list)
    for n in seen:
        styles[_key(elements[n])].append(n)
    body = _body(elements)
    outlined = {key[:2] for key in styles if key[3]} - {(body.size, body.bold)}
    heads = [
        _Style(key, tuple(members))
        for key, members in styles.items()
        if _stands_out(key, body, outlined) and _is_heading_style(elements, members, key)
    ]
    levels = _levels(heads)
    return {
        n: levels[style.key]
        for style in heads
        for n in style.members
        if _is_title(elements[n]) or (style.outline and elements[n].is_short)
    }


def _key(element: Element) -> Key:
    look = element.look or Look()
    shown = element.text
    capitals = shown.isupper() and len(shown.split()) > 1
    return round(look.size * 2) / 2, look.bold, look.name, look.outline, capitals


def _body(elements: Sequence[Element]) -> Look:
    """The look that most characters have."""
    counted: Counter[Look] = Counter()
    for element in elements:
        if element.look is not None and element.kind in ("text", "item", "row"):
            counted[Look(round(element.look.size * 2) / 2, element.look.bold)] += len(element.text)
    return counted.most_common(1)[0][0] if counted else Look()


def _stands_out(key: Key, body: Look, outlined: Collection[tuple[float, bool]]) -> bool:
    """Whether a look is a heading's by the format, is set like such, or is larger, bolder or in capitals."""
    size, bold, _, outline, capitals = key
    if outline or (size, bold) in outlined:
        return True
    larger = bool(body.size) and size >= _LARGER * body.size
    smaller = bool(body.size) and size < body.size / _LARGER
    return larger or (not smaller and ((bold and not body.bold) or capitals))


def _is_heading_style(elements: Sequence[Element], members: Sequence[int], key: Key) -> bool:
    """Whether pieces of a look are titles with text below; a look that is full of sentences is text."""
    titles = [n for n in members if _is_title(elements[n])]
    characters = sum(len(element.text) for element in elements)
    if sum(len(elements[n].text) for n in members) > _MOST * max(characters, 1) and len(members) > 1:
        return False
    if len(titles) < (_TITLED if not key[3] else 0.5) * len(members):
        return False
    followed = sum(_has_text_below(elements, n, key) for n in titles)
    return bool(key[3]) or followed >= _FOLLOWED * len(titles)


def _is_title(element: Element) -> bool:
    """Whether it is worded as a title is; the colon of one that stands out announces what is below."""
    return replace(element, text=element.text.rstrip().removesuffix(":")).heading_like


def _has_text_below(elements: Sequence[Element], index: int, key: Key) -> bool:
    after = visible(elements, index, 1)
    return after is not None and not (after.kind == "text" and _key(after) == key)


def _levels(heads: Sequence[_Style]) -> dict[Key, int]:
    """Outline levels as the format has them; what is set like a heading with one counts as it.

    Other looks by size, the largest outermost, then bold, then capitals.
    """
    given = [style.outline for style in heads if style.outline]
    plain = sorted(
        (style.key for style in heads if not style.outline), key=lambda k: (-k[0], not k[1], not k[4])
    )
    first = max(given, default=0)
    levels = {style.key: min(style.outline, _DEEPEST) for style in heads if style.outline}
    alike = {key[:2]: level for key, level in reversed(levels.items())}
    levels |= {key: alike[key[:2]] for key in plain if key[:2] in alike}
    order: dict[tuple[float, bool, bool], int] = {}
    for key in plain:
        if key in levels:
            continue
        order.setdefault((key[0], key[1], key[4]), len(order) + 1)
    return levels | {
        key: min(first + order[key[0], key[1], key[4]], _DEEPEST) for key in plain if key not in levels
    }
