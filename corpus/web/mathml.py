"""Formulas in MathML, on one line."""

from selectolax.lexbor import LexborNode

_UNREAD = frozenset({"annotation", "annotation-xml", "mphantom", "none", "mprescripts"})
_RAISED = str.maketrans("0123456789-−–+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁻⁺")
_BETWEEN = frozenset("+−-–=<>≤≥≠≈±×·÷∗*→∈∪∩⊂∧∨")
_ROWS = frozenset({"mtr", "mlabeledtr"})


def raised(text: str) -> str:
    """The digits and signs of an exponent as raised characters."""
    return text.translate(_RAISED)


def formula(node: LexborNode) -> str:
    """The text of a formula or of a part of one: fractions with a slash, exponents raised or after "^"."""
    parts = [child for child in node.iter() if child.tag not in _UNREAD]
    match node.tag:
        case "mfrac" if len(parts) == 2:
            return "/".join(map(_one, parts))
        case "msup" | "mover" if len(parts) == 2:
            return formula(parts[0]) + _above(formula(parts[1]))
        case "msub" | "munder" if len(parts) == 2:
            return f"{formula(parts[0])}_{_one(parts[1])}"
        case "msubsup" | "munderover" if len(parts) == 3:
            return f"{formula(parts[0])}_{_one(parts[1])}{_above(formula(parts[2]))}"
        case "msqrt":
            return f"√({_row(parts)})"
        case "mroot" if len(parts) == 2:
            return f"{raised(formula(parts[1]))}√({formula(parts[0])})"
        case "mtable":
            return "; ".join(_row(part) for part in ([row] for row in parts if row.tag in _ROWS))
    return _row(parts) if parts else _sign(node)


def _row(parts: list[LexborNode]) -> str:
    return "".join(formula(part) for part in parts)


def _sign(node: LexborNode) -> str:
    text = " ".join((node.text() or "").split())
    return f" {text} " if node.tag == "mo" and text in _BETWEEN else text


def _one(part: LexborNode) -> str:
    """A part in brackets where it is more than one sign or word."""
    text = formula(part).strip()
    return text if text.replace(".", "").isalnum() else f"({text})"


def _above(exponent: str) -> str:
    shown = raised(exponent)
    return (
        shown
        if all(sign in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺" for sign in shown)
        else f"^{exponent if exponent.isalnum() else f'({exponent})'}"
    )
