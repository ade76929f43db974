"""Characters of symbol fonts, which stand for other signs than their codes say."""

import re

_SYMBOL = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
    + "\0" * 33
    + "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪"
    + "\0〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭\0"
)
_WINGDINGS = {
    0x20: " ", 0x22: "✂", 0x28: "☎", 0x29: "✆", 0x2A: "✉", 0x36: "⌛", 0x3F: "✍", 0x45: "☜", 0x46: "☞",
    0x47: "☝", 0x48: "☟", 0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "☐", 0x71: "❑", 0x72: "❒",
    0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x78: "☒", 0x9E: "·", 0x9F: "•", 0xA1: "○", 0xA7: "▪", 0xA8: "☐",
    0xAB: "★", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE7: "←", 0xE8: "→", 0xE9: "↑",
    0xEA: "↓", 0xEF: "⇦", 0xF0: "⇨", 0xF1: "⇧", 0xF2: "⇩", 0xF3: "⇔", 0xF4: "⇕", 0xFB: "✘", 0xFC: "✔",
    0xFD: "☒", 0xFE: "☑",
    **{0x80 + n: chr(ord("①") + n - 1) for n in range(1, 11)},
    **{0x8B + n: chr(ord("❶") + n - 1) for n in range(1, 11)},
}  # fmt: skip
_FONTS = {
    "symbol": {0x20 + n: sign for n, sign in enumerate(_SYMBOL) if sign != "\0"},
    "wingdings": _WINGDINGS,
    "wingdings 2": {
        0x20: " ", 0x4F: "✘", 0x50: "✔", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x97: "●", 0xA2: "■", 0xA3: "☐"
    },
    "wingdings 3": {0x20: " ", 0x66: "←", 0x67: "→", 0x68: "↑", 0x69: "↓", 0x7D: "▶"},
    "webdings": {0x20: " ", 0x61: "✔", 0x63: "☐", 0x67: "■", 0x72: "✘"},
}  # fmt: skip
_PRIVATE = re.compile("[\uf020-\uf0ff]")  # where Word puts the codes of symbol fonts


def symbol(font: str, text: str) -> str:
    """`text` set in `font`, in the signs that are seen; small pictures are left out."""
    signs = _FONTS.get(font.lower())
    if signs is None and not _PRIVATE.search(text):
        return text
    return "".join(_sign(char, signs) for char in text)


def _sign(char: str, signs: dict[int, str] | None) -> str:
    private = _PRIVATE.match(char) is not None
    code = ord(char) - 0xF000 if private else ord(char)
    if signs is not None and code < 0x100:
        return signs.get(code, "")
    if not private:
        return char
    return _WINGDINGS.get(code) or _FONTS["symbol"].get(code, "")
