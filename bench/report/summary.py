"""Figures beside their limits: every benchmark ends with them, and the report collects them.

Times are of the processor where one question or one start is measured, unless it is said.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

COLUMNS = ("what", "found", "limit", "ratio", "promised")

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its limit, in words with their units; `holds` is None where nothing is promised."""

    what: str
    found: str
    limit: str = ""
    ratio: float | None = None
    promised: str = ""
    holds: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return self.what, self.found, self.limit, ratio, self.verdict

    @property
    def verdict(self) -> str:
        return f"{self.promised}: **missed**" if self.holds is False else self.promised


def at_most(what: str, found: str, limit: str, value: float, most: float) -> Figure:
    return Figure(what, found, limit, value, f"≤ {most:g}", value <= most)


def at_least(what: str, found: str, limit: str, value: float, least: float) -> Figure:
    return Figure(what, found, limit, value, f"≥ {least:g}", value >= least)


def within(what: str, value: float, most: float, unit: str = "") -> Figure:
    """A figure that may not exceed `most`, which is its limit."""
    return at_most(what, f"{value:,.0f}{unit}", f"{most:,}{unit}", value / most, 1)


def markdown(figures: Sequence[Figure]) -> str:
    lines = [COLUMNS, ("---", "--:", "--:", "--:", "--:"), *(figure.cells for figure in figures)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The parser of a benchmark's command line, with the option that all have."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def finish(figures: Sequence[Figure], tables: Mapping[str, Rows], as_json: bool) -> int:
    """Print the tables (title -> rows) and the figures; gives the exit code, 1 when a promise is broken."""
    if as_json:
        print(json.dumps({"figures": [asdict(figure) for figure in figures], "tables": tables}, indent=2))
    else:
        console = Console(width=max(Console().width, 120))
        for title, rows in tables.items():
            console.print(_table(title, rows))
        console.print(_table("", [dict(zip(COLUMNS, figure.cells, strict=True)) for figure in figures]))
    return int(any(figure.holds is False for figure in figures))


def _table(title: str, rows: Rows) -> Table:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    table = Table(*columns, title=title or None)
    for row in rows:
        table.add_row(*(_cell(row.get(name, "")) for name in columns))
    return table


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
