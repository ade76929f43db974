"""The report's plots, as SVG within the page, the same bytes each time."""

import io
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval.metrics.abstention import Bin, RiskPoint

BLUE, GREY = "#1f5fa8", "#8a8a8a"


def risk_coverage_plot(points: Sequence[RiskPoint]) -> str:
    """Risk (share of answers that are wrong) by coverage (share of questions answered)."""
    figure, axes = _axes("questions answered (coverage)", "answers wrong (risk)")
    axes.plot([point.coverage for point in points], [point.risk for point in points], color=BLUE, marker=".")
    return svg(figure, "risk")


def reliability_plot(bins: Sequence[Bin]) -> str:
    """Share of correct answers by confidence, with the number of questions above; ideal: the diagonal."""
    figure, axes = _axes("confidence", "answers correct")
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1)
    lows, accuracies = [part.low for part in bins], [part.accuracy for part in bins]
    axes.bar(lows, accuracies, 0.1, align="edge", color=BLUE, edgecolor="white")
    for part in bins:
        axes.annotate(str(part.n), (part.low + 0.05, part.accuracy + 0.01), ha="center", fontsize=8)
    return svg(figure, "reliability")


def _axes(across: str, up: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(5, 3.4), layout="constrained")
    axes = figure.subplots()
    axes.set(xlabel=across, ylabel=up, xlim=(0, 1), ylim=(0, 1.08))
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def svg(figure: Figure, salt: str) -> str:
    """A figure as an element of a page; `salt` makes its ids its own."""
    written = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}):
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    text = written.getvalue()
    return text[text.index("<svg") :]
