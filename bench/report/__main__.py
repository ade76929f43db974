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
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bench.report.plots import plots
from bench.report.summary import COLUMNS, markdown, ratio, rows, verdict
from corpus.disk import write_atomically
from service.settings import Settings

BENCHMARKS: dict[str, tuple[str, ...]] = {
    "stages": ("bench.latency.stages", "--json"),
    "embedding": ("bench.latency.embedding", "--json"),
    "startup": ("bench.latency.startup", "--json"),
    "clients": ("bench.load.clients", "--json"),
    "search": ("bench.latency.search", "--json"),
    "size": ("bench.scale.size",),
    "reading": ("bench.scale.reading",),
    "overload": ("bench.load.overload", "--soak", "100000"),
    "repeatability": ("bench.quality.repeatability",),
}
"""What runs, in this order: its module and arguments; with `--json`, figures are kept, else what is printed."""


@dataclass(frozen=True, slots=True)
class Record:
    """A benchmark that ran: whether it ended with 0, how many seconds it took, and what it said."""

    benchmark: str
    passed: bool
    seconds: float
    figures: Any
    said: str


def run(name: str) -> Record:
    """Run one, its progress shown."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", *BENCHMARKS[name]]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    said, figures = done.stdout, None
    if "--json" in BENCHMARKS[name]:
        with suppress(ValueError):  # where it stopped before its end
            said, figures = "", json.loads(said)
    return Record(name, done.returncode == 0, time.perf_counter() - begun, figures, said)


def saved(folder: Path) -> list[Record]:
    """What ran so far."""
    files = [folder / f"{name}.json" for name in BENCHMARKS]
    return [Record(**json.loads(file.read_text("utf-8"))) for file in files if file.exists()]


def write(folder: Path) -> None:
    """The summary and the report of what ran so far."""
    records = saved(folder)
    figures = {record.benchmark: record.figures for record in records if record.figures}
    table = rows(figures)
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
        rows=[
            (row.what, row.found, row.limit, ratio(row), verdict(row).replace("**", ""), row.holds)
            for row in table
        ],
        plots={title: Markup(drawn) for title, drawn in plots(figures).items()},
        records=[(record, json.dumps(record.figures, indent=1)) for record in records],
    )
    write_atomically(folder / "summary.md", markdown(table).encode())
    write_atomically(folder / "report.html", page.encode())


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
    """As the module says."""
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
