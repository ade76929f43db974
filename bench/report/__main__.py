"""Runs the benchmarks and writes what they found: `python -m bench.report [NAME…]`.

Each, all by default, runs in a process of its own and leaves `var/bench/NAME.json`. Stopped, the next call goes on with
those that are missing; once all are there, it begins anew. With `--write` nothing is run. Then come `summary.md`, a table
of figures beside their limits, and `report.html`, which needs nothing else. Ends with 1 when a benchmark did.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bench.report.plots import plots
from bench.report.summary import COLUMNS, Figure, Rows, markdown
from corpus.disk import write_atomically
from service.settings import Settings

BENCHMARKS: dict[str, tuple[str, ...]] = {
    "stages": ("bench.latency.stages",),
    "embedding": ("bench.latency.embedding",),
    "search": ("bench.latency.search",),
    "clients": ("bench.load.clients",),
    "startup": ("bench.latency.startup",),
    "size": ("bench.scale.size",),
    "long_documents": ("bench.scale.long_documents",),
    "overload": ("bench.load.overload", "--soak", "100000"),
    "repeatability": ("bench.quality.repeatability",),
}
"""Name -> module and arguments, in the order in which they run."""


@dataclass(frozen=True, slots=True)
class Record:
    """A benchmark that ran: whether it ended with 0, how many seconds it took, and what it printed."""

    benchmark: str
    passed: bool
    seconds: float
    printed: str

    @property
    def figures(self) -> list[Figure]:
        return [Figure(**figure) for figure in self._read().get("figures", [])]

    @property
    def tables(self) -> dict[str, Rows]:
        return dict(self._read().get("tables", {}))

    def _read(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self.printed))
        except ValueError:  # where it stopped before its end
            return {}


def run(name: str) -> Record:
    begun = time.perf_counter()
    command = [sys.executable, "-m", *BENCHMARKS[name], "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return Record(name, done.returncode == 0, time.perf_counter() - begun, done.stdout)


def saved(folder: Path) -> list[Record]:
    files = [folder / f"{name}.json" for name in BENCHMARKS]
    return [Record(**json.loads(file.read_text("utf-8"))) for file in files if file.exists()]


def write(folder: Path) -> None:
    """Write the summary and the report of the benchmarks that ran so far."""
    records = saved(folder)
    figures = [figure for record in records for figure in record.figures]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html.jinja").render(
        machine=f"{len(os.sched_getaffinity(0))} cores, {platform.machine()}, Python {platform.python_version()}",
        columns=COLUMNS,
        figures=figures,
        plots={title: Markup(drawn) for title, drawn in plots(_tables(records)).items()},
        records=[(record, " ".join(BENCHMARKS[record.benchmark])) for record in records],
    )
    write_atomically(folder / "summary.md", markdown(figures).encode())
    write_atomically(folder / "report.html", page.encode())


def _tables(records: Sequence[Record]) -> dict[str, Rows]:
    return {title: rows for record in records for title, rows in record.tables.items()}


def _run_all(folder: Path, names: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: folder / f"{name}.json" for name in names}
    if all(file.exists() for file in files.values()):
        for file in files.values():
            file.unlink()
    for name, file in files.items():
        if not file.exists():
            print(f"== {name}", flush=True)
            record = run(name)
            write_atomically(file, json.dumps(asdict(record), indent=1).encode())
            print("passed" if record.passed else "FAILED", f"after {record.seconds:.0f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--write", action="store_true", help="only write the report of what ran before")
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    folder = Settings().var / "bench"
    names = options.names or list(BENCHMARKS)
    if not options.write:
        _run_all(folder, names)
    write(folder)
    print((folder / "summary.md").read_text("utf-8"))
    print(folder / "report.html")
    return int(not all(record.passed for record in saved(folder)))


if __name__ == "__main__":
    sys.exit(main())
