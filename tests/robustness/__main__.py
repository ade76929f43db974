"""Every robustness run, one after the other: `python -m tests.robustness [--short] [NAME…]`.

In full it takes more than an hour, in short two to three minutes. Prints a table of the results; ends with 1 when a run did
not end with 0.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Run:
    """The arguments of Python, and those that make it the short form or the full one."""

    command: tuple[str, ...]
    short: tuple[str, ...] = ()
    full: tuple[str, ...] = ()


RUNS: Mapping[str, Run] = {
    "tests": Run(("-m", "pytest", "-m", "robustness")),
    "crashes": Run(("-m", "tests.robustness.crashes"), short=("--random", "10", "--steps", "50")),
    "corruption": Run(("-m", "tests.robustness.corruption"), short=("--count", "500")),
    "publishing": Run(("-m", "tests.robustness.publishing"), short=("--readers", "4", "--publishes", "5")),
    "odd_inputs": Run(("-m", "tests.robustness.odd_inputs"), ("--requests", "300"), ("--requests", "5000")),
    "schema": Run(("-m", "tests.robustness.schema"), short=("--examples", "5")),
    "fuzzing": Run(("-m", "tests.robustness.fuzzing"), short=("--seconds", "10")),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer trials of each kind")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(RUNS)}")
    options = parser.parse_args()
    if unknown := set(options.names) - set(RUNS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    table, failed = Table("run", "seconds", "result"), False
    for name in options.names or RUNS:
        print(f"== {name}", flush=True)
        run, begun = RUNS[name], time.perf_counter()
        arguments = (*run.command, *(run.short if options.short else run.full))
        code = subprocess.run([sys.executable, *arguments], check=False).returncode
        failed |= bool(code)
        table.add_row(name, f"{time.perf_counter() - begun:.0f}", f"failed ({code})" if code else "passed")
    Console().print(table)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
