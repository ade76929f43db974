"""Readers fuzzed with atheris: `python -m tests.robustness.fuzzing [--seconds 600] [pdf docx html]`, the seconds for each.

Atheris mutates small sound files and runs the reader on them in a process of its own, where the Python code of the
reader and of its libraries is traced for coverage (compiled parsers are not). Where that process ends, the input is
kept and fuzzing goes on. Then each such input, and a sample of the others, is read as `bali add` reads it: this
process, the parent, must get a text or a `ReadError` for each. Prints how many inputs were run, how often the fuzzed
process ended and why, and what the parent got. Ends with an error where the parent met anything else.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from corpus.errors import ReadError
from corpus.readers import limits
from corpus.readers.sandbox import extract
from tests.corpus.made import HARBOUR, as_html, as_pdf
from tests.robustness.fuzz_target import seeds, whole

KINDS = ("pdf", "docx", "html")
_SAMPLE = 40  # inputs that did not end the fuzzed process, read by the parent too
_SLOW = 20  # seconds after which an input counts as endless
_RUNS = re.compile(r"^(?:#|stat::number_of_executed_units: )(\d+)", re.MULTILINE)
_CAUSES = ("timeout", "oom", "leak", "crash")


def fuzz(kind: str, seconds: int, folder: Path) -> tuple[int, Counter[str]]:
    """Fuzz one reader; how many inputs were run, and how often its process ended before its time, by cause."""
    inputs, ends = folder / "inputs", folder / "ends"
    inputs.mkdir(parents=True)
    ends.mkdir()
    sound = {
        "pdf": [as_pdf(HARBOUR), as_pdf(HARBOUR, columns=2)],
        "html": [as_html(HARBOUR)],
        "docx": seeds(),
    }
    for number, data in enumerate(sound[kind]):
        (inputs / f"sound-{number}").write_bytes(data)
    runs, causes, until = 0, Counter[str](), time.monotonic() + seconds
    while (left := int(until - time.monotonic())) > 1:
        before = set(ends.iterdir())
        done = subprocess.run(
            [
                sys.executable, "-m", "tests.robustness.fuzz_target", kind, str(inputs), f"-max_total_time={left}",
                f"-timeout={_SLOW}", f"-rss_limit_mb={2 * limits.MEMORY_BYTES >> 20}", "-max_len=65536",
                f"-artifact_prefix={ends}/", "-print_final_stats=1",
            ],
            capture_output=True, check=False,
        )  # fmt: skip
        said = done.stderr.decode("utf-8", "replace")
        runs += max(map(int, _RUNS.findall(said)), default=0)
        for new in set(ends.iterdir()) - before:
            causes[new.name.split("-")[0]] += 1
        if done.returncode and set(ends.iterdir()) == before:
            raise SystemExit(f"the fuzzed process of {kind} did not start: {said[-800:]}")
    return runs, causes


def replay(kind: str, folder: Path) -> tuple[Counter[str], list[str]]:
    """Read what ended the fuzzed process, and a sample of the rest, as `bali add` does."""
    every = sorted((folder / "inputs").iterdir())
    chosen = [*sorted((folder / "ends").iterdir()), *every[:: max(1, len(every) // _SAMPLE)]]
    got, wrong = Counter[str](), []
    for path in chosen:
        try:
            extract(whole(kind, path.read_bytes()), f".{kind}", path.name)
            got["text"] += 1
        except ReadError as error:
            got[re.sub(r"\(.*|\d+", "", error.problem).strip()[:60]] += 1
        except Exception as error:  # the parent must never meet one
            wrong.append(f"{kind} {path.name}: {type(error).__name__}: {error}")
    return got, wrong


def main() -> None:
    """Fuzz each kind and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    arguments = parser.parse_args()
    wrong: list[str] = []
    print("| reader | inputs run | fuzzed process ended | read by the parent | crashes of the parent |")
    print("| --- | --: | --- | --- | --: |")
    for kind in arguments.kinds or KINDS:
        with tempfile.TemporaryDirectory() as scratch:
            runs, causes = fuzz(kind, arguments.seconds, Path(scratch))
            got, met = replay(kind, Path(scratch))
        ended = ", ".join(f"{causes[cause]} {cause}" for cause in _CAUSES if causes[cause]) or "never"
        results = ", ".join(f"{number} {name}" for name, number in got.most_common())
        print(f"| {kind} | {runs} | {ended} | {results} | {len(met)} |", flush=True)
        wrong += met
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main()
