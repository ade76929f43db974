"""The plots of the report: as light or as dark as the page they stand in."""

from collections.abc import Callable, Mapping
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.report.summary import Rows
from eval.report.plots import svg

_PARTS = ("tokenise", "forward", "dense", "lexical", "rerank", "highlights")
_INK = "#010203"  # stands for the colour of the page's text
_COLOURS = ("#3d7fc4", "#c4763d")
_STYLE: dict[Any, str] = dict.fromkeys(
    ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), _INK
)


def plots(tables: Mapping[str, Rows]) -> dict[str, str]:
    """Title -> SVG, of the benchmarks' tables that are there."""
    drawings: Mapping[str, tuple[str, Callable[[Rows], str]]] = {
        "Stages": ("Where the time of a question goes: milliseconds of the processor (medians)", _stages),
        "Loads": ("Searches a second by clients that ask at once", _clients),
        "Search": ("A search beside bare encoding and scan, by passages", _sizes),
    }
    with mpl.rc_context(_STYLE):
        return {title: draw(tables[name]) for name, (title, draw) in drawings.items() if name in tables}


def _stages(rows: Rows) -> str:
    found = {row["part"]: row["cpu_ms"] for row in rows}
    times = {kind: found[kind] for kind in _PARTS}
    times["the rest of a search"] = max(0.0, found["search"] - sum(times.values()))
    times["answer"] = max(0.0, found["answer"] - found["search"])
    times["HTTP"] = max(0.0, found["http"] - found["search"])
    figure = Figure(figsize=(6, 3.4), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(list(times), list(times.values()), color=_COLOURS[0])
    axes.bar_label(bars, fmt="%.2f", padding=3)
    axes.invert_yaxis()
    return _drawn(figure, "stages")


def _clients(loads: Rows) -> str:
    figure = Figure(figsize=(5, 3.4), layout="constrained")
    axes = figure.subplots()
    searches = [load for load in loads if load["route"] == "/search"]
    counts = sorted({load["clients"] for load in searches})
    for n, name in enumerate(("shipped", "stock")):
        rates = {load["clients"]: load["per_second"] for load in searches if load["service"] == name}
        places = [place + 0.4 * n for place in range(len(counts))]
        bars = axes.bar(places, [rates[count] for count in counts], 0.38, color=_COLOURS[n], label=name)
        axes.bar_label(bars, fmt="%.0f")
    axes.set_xticks([place + 0.2 for place in range(len(counts))], [str(count) for count in counts])
    axes.set_xlabel("clients")
    axes.legend(frameon=False)
    return _drawn(figure, "clients")


def _sizes(rows: Rows) -> str:
    figure = Figure(figsize=(5, 3.4), layout="constrained")
    axes = figure.subplots()
    for colour, kind in zip(_COLOURS, ("full", "filtered"), strict=True):
        of_kind = [row for row in rows if row["kind"] == kind]
        sizes, ratios = [row["passages"] for row in of_kind], [row["wall_ratio"] for row in of_kind]
        axes.plot(sizes, ratios, color=colour, marker="o", label=kind)
    axes.set(xscale="log", ylim=(0, None), xlabel="passages", ylabel="ratio")
    axes.legend(frameon=False)
    return _drawn(figure, "sizes")


def _drawn(figure: Figure, salt: str) -> str:
    figure.patch.set_visible(False)
    for axes in figure.axes:
        axes.patch.set_visible(False)
        axes.spines[["top", "right"]].set_visible(False)
    return svg(figure, salt).replace(_INK, "currentColor")
